"""The losses: rate and distortion of the codec, restored pixels and noise level of the denoiser."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.nets.compressor import Reconstruction
from aecodec.nets.config import CELL, CodecConfig
from aecodec.nets.smoothing import BLOCK

LEVEL_WEIGHT = 0.01  # of the estimator's relative error
NEGLIGIBLE_MSE = 1e-6  # a quarter of a level: restoring beyond it counts for little
SMALLEST_LEVEL = 0.01  # 2.5 levels: below, errors of the estimate are measured against this


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
    weight = config.lambda_of(step)
    loss = ((bpp + weight * 255**2 * mse) / weight.sqrt()).mean()
    return RateDistortion(loss, bpp.detach(), mse.detach())


@dataclass(frozen=True)
class Denoising:
    """Loss of a batch and what it is made of."""

    loss: Tensor  # scalar
    mse: Tensor  # (N,) of pixels 0 ... 1
    level_error: Tensor  # scalar, relative


def denoising(restored: Tensor, levels: Tensor, clean: Tensor, spoilt: Tensor) -> Denoising:
    """Root mean squared error of each picture, so that strong noise does not drown the rest, and the estimate's
    relative error.

    Pixels (N, 3, H, W) of 0 ... 1; levels (N, 2, H / 16, W / 16), to be the roots of `noise_energies`.
    """
    mse = (restored.float() - clean).square().mean((1, 2, 3))
    level_error = relative_error(levels.float(), noise_energies(spoilt - clean))
    loss = (mse + NEGLIGIBLE_MSE).sqrt().mean() + LEVEL_WEIGHT * level_error
    return Denoising(loss, mse.detach(), level_error.detach())


def noise_energies(noise: Tensor) -> Tensor:
    """Noise (N, 3, H, W) to mean squares in cells (N, 2, H / 16, W / 16): its own, and that of its means over 8x8
    pixels, times 64, which of white noise is as much.
    """
    coarse = BLOCK * F.avg_pool2d(noise, BLOCK)
    cells = ((noise, CELL), (coarse, CELL // BLOCK))
    return torch.cat([F.avg_pool2d(values.square().mean(1, keepdim=True), side) for values, side in cells], 1)


def relative_error(levels: Tensor, energies: Tensor) -> Tensor:
    """Mean over all cells of levels (N, 2, h, w) against the roots of `noise_energies`; pixels of 0 ... 1."""
    true = energies.sqrt()
    return ((levels - true).abs() / (true + SMALLEST_LEVEL)).mean()


def psnr(mse: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of mean squared errors of pixels 0 ... 1."""
    return -10 * torch.log10(mse.clamp_min(1e-10))
