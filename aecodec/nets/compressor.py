"""The whole trainable codec: transform, prior and quantiser as one module, with the rate it would cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from aecodec.nets import cost
from aecodec.nets.blocks import bounded, round_through
from aecodec.nets.config import SCALES, CodecConfig, current_name
from aecodec.nets.prior import LatentPrior
from aecodec.nets.transform import Analysis, Synthesis
from aecodec.quality import QUALITY_STEPS
from aecodec.tiling import HYPER_STRIDE, LATENT_STRIDE


@dataclass(frozen=True)
class Reconstruction:
    """What training needs to know of a batch of N pictures."""

    pixels: Tensor  # (N, 3, H, W), not clipped
    latent_bits: Tensor  # (N,)
    hyper_bits: Tensor  # (N,)


class Compressor(nn.Module):
    """Pictures (N, 3, H, W) of 0 ... 1, sides multiples of 64, and quality steps (N,) -> `Reconstruction`."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.analysis = Analysis(config)
        self.synthesis = Synthesis(config)
        self.prior = LatentPrior(config)
        self.noisy = True  # in training the rate is that of noisy latents; False at its end: of rounded ones

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """As torch's; takes the names of older files too."""
        return super().load_state_dict({current_name(key): value for key, value in state_dict.items()}, strict, assign)

    def forward(self, pixels: Tensor, step: Tensor) -> Reconstruction:
        y = self.analyse(pixels)
        with torch.autocast(y.device.type, enabled=False):  # scales and rates need float32
            known, latent_bits, hyper_bits = self.quantise(y, step)
        restored = self.synthesis(known * self.prior.log_inverse(step).exp(), step)
        return Reconstruction(restored, latent_bits, hyper_bits)

    def analyse(self, pixels: Tensor) -> Tensor:
        """Latents and details before the gain, (N, L + D, H/16, W/16), for every quality.

        The details are of what a synthesis of the latents, at the highest quality and before they are rounded, leaves
        of the pixels. The synthesis' gradient does not pass: it learns to leave little, whatever the details add.
        """
        y: Tensor = self.analysis(pixels)
        return y if self.synthesis.details is None else torch.cat((y, self.details(pixels, y)), 1)

    def details(self, pixels: Tensor, y: Tensor) -> Tensor:
        """Of the pixels the details (N, D, H/16, W/16) before the gain that go with latents `y` before it."""
        assert self.synthesis.details is not None
        return self.synthesis.details.analyse(self.left(pixels, y))

    @torch.no_grad()
    def left(self, pixels: Tensor, y: Tensor) -> Tensor:
        """What a synthesis of `y` (N, L, H/16, W/16), not rounded, leaves of the pixels at the highest quality."""
        step = torch.full((len(pixels),), QUALITY_STEPS, device=pixels.device)
        there_and_back = (self.prior.log_gain(step) + self.prior.log_inverse(step)).exp()[:, : y.shape[1]]
        shown: Tensor = self.synthesis(y * there_and_back, step)
        return pixels - shown

    def quantise(self, y: Tensor, step: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantised latents in quantiser steps, and the bits of y and of z a picture.

        Rounding with straight-through gradients towards the distortion, additive uniform noise in the rate (what
        EVC, DCVC, TCM and shallow-ntc settled on); without gradients, in evaluation, rounding in both.
        """
        prior = self.prior
        gain = prior.log_gain(step).exp()
        scaled = y * gain
        present = self._present(scaled)
        scaled = scaled * present
        z = prior.hyper_analysis(scaled, step)
        z_rounded = round_through(z)
        z_bits = prior.factorised.bits(self._noisy(z, z_rounded), step)
        index = bounded(prior.scales(z_rounded, step), 0, SCALES - 1)
        residuals = torch.zeros_like(scaled)

        def code(mean: Tensor, mask: Tensor) -> Tensor:
            nonlocal residuals
            residual = scaled - mean
            residuals = residuals + mask * residual
            return (mean + round_through(residual)) * present

        known = prior.code_in_context(z_rounded, step, gain, code)
        y_bits = prior.bits(self._noisy(residuals, round_through(residuals)), index) * present
        return known, y_bits.sum((1, 2, 3)), z_bits.sum((1, 2, 3))

    def _present(self, scaled: Tensor) -> Tensor:
        """1 for channels that are coded, 0 for the details of a picture that needs none: (N, latents + details, 1, 1).

        A batch has pictures of both kinds, so here they are set to zero where the codec leaves them out.
        """
        present = torch.ones_like(scaled[:, :, :1, :1])
        present[:, self.config.latents :] = self.prior.needs_details(scaled)[:, None, None, None].to(scaled.dtype)
        return present

    def _noisy(self, values: Tensor, rounded: Tensor) -> Tensor:
        return values + torch.rand_like(values) - 0.5 if self.training and self.noisy else rounded


def complexity(config: CodecConfig) -> dict[str, Any]:
    """Multiply-accumulates a pixel in thousands (encode, decode) and parameters in millions, by counting.

    The encoder runs all but the synthesis (and that too to know the details), the decoder all but the analysis and the
    hyper-analysis; without details it has less to do.
    """
    model = Compressor(config).eval()
    prior, step = model.prior, torch.zeros(1, dtype=torch.int64)
    y = torch.zeros(1, config.channels, cost.SIDE // LATENT_STRIDE, cost.SIDE // LATENT_STRIDE)
    z = torch.zeros(1, config.hyper, cost.SIDE // HYPER_STRIDE, cost.SIDE // HYPER_STRIDE)

    def entropy(channels: int) -> None:
        prior.scales(z, step, channels)
        prior.code_in_context(z, step, y[:, :channels, :1, :1], lambda mean, mask: mean)

    def encode() -> None:
        model.analyse(torch.zeros(1, 3, cost.SIDE, cost.SIDE))
        prior.hyper_analysis(y, step)
        entropy(config.channels)

    def decode(channels: int) -> None:
        entropy(channels)
        model.synthesis(y[:, :channels], step)

    work: dict[str, Callable[[], None]] = {"encode": encode, "decode": partial(decode, config.channels)}
    if config.details:
        work["decode_without_details"] = partial(decode, config.latents)
    with torch.no_grad():
        kilo = {name: round(cost.kmac_per_pixel(run)["Global"], 2) for name, run in work.items()}
    return {"kmac_per_pixel": kilo, "million_parameters": cost.million_parameters(model)}
