"""The rate-distortion loss of the codec."""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecodec.nets.compressor import Reconstruction
from aecodec.nets.config import QUALITY_STEPS, CodecConfig


@dataclass(frozen=True)
class RateDistortion:
    """Loss of a batch and what it is made of, one value a picture."""

    loss: Tensor  # scalar
    bpp: Tensor  # (N,) bits a pixel
    mse: Tensor  # (N,) of pixels 0 ... 1


def rate_distortion(config: CodecConfig, output: Reconstruction, pixels: Tensor, step: Tensor) -> RateDistortion:
    """(R + lambda * 255^2 * MSE) / sqrt(lambda), mean over the batch; the root keeps every quality in proportion.

    pixels (N, 3, H, W) of 0 ... 1, step (N,) quality steps.
    """
    bpp = (output.latent_bits + output.hyper_bits) / (pixels.shape[2] * pixels.shape[3])
    mse = (output.pixels - pixels).square().mean((1, 2, 3))
    weight = config.lambda_low * (config.lambda_high / config.lambda_low) ** (step.float() / QUALITY_STEPS)
    loss = ((bpp + weight * 255**2 * mse) / weight.sqrt()).mean()
    return RateDistortion(loss, bpp.detach(), mse.detach())


def psnr(mse: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of mean squared errors of pixels 0 ... 1."""
    return -10 * torch.log10(mse.clamp_min(1e-10))
