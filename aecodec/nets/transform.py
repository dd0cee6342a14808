"""The autoencoder proper: analysis (pixels to latents) and synthesis (latents to pixels).

Everything runs at 1/8 and 1/16 of the picture's resolution, since speed is bounded by the size of feature maps
(DCVC-RT/UF, microsoft/DCVC `src/models/image_model.py`). The entropy model of the latents is `nets.prior`.
Legend: N batch, H, W pixels (multiples of 64).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.nets.blocks import Knots, Upsample, blocks, pointwise
from aecodec.nets.config import CodecConfig

PATCH = 8  # pixels to a cell of the features
PATCH_VALUES = 3 * PATCH * PATCH


def in_float32(layer: nn.Module, x: Tensor) -> Tensor:
    """`layer` in float32, also under autocast: blocks then add to float32, and pixels and latents are not rounded to
    bf16, which would cost 0.3 dB at the highest quality (`pretrained/LOG.md`).
    """
    with torch.autocast(x.device.type, enabled=False):
        out: Tensor = layer(x.float())
    return out


class Analysis(nn.Module):
    """RGB pixels of 0 ... 1, (N, 3, H, W) -> latents y before any gain, (N, latents, H/16, W/16)."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.embed = pointwise(PATCH_VALUES, config.features)
        self.fine = blocks(config.analysis_blocks[0], config.features)
        self.reduce = nn.Conv2d(config.features, config.latents, 2, stride=2)
        self.coarse = blocks(config.analysis_blocks[1], config.latents)

    def forward(self, pixels: Tensor) -> Tensor:
        x = in_float32(self.embed, F.pixel_unshuffle(pixels - 0.5, PATCH))  # (N, features, H/8, W/8)
        y: Tensor = self.coarse(in_float32(self.reduce, self.fine(x)))
        return y


class Synthesis(nn.Module):
    """Latents after the inverse gain, (N, latents, H/16, W/16), and quality steps (N,) -> RGB, (N, 3, H, W).

    The result is not clipped to 0 ... 1. The features at 1/8 have a gain of their own that depends on quality.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.coarse = blocks(config.synthesis_blocks[1], config.latents)
        self.expand = Upsample(config.latents, config.features)
        self.gain = Knots(config.features, 1.0)
        self.fine = blocks(config.synthesis_blocks[0], config.features)
        self.embed = pointwise(config.features, PATCH_VALUES)

    def forward(self, y: Tensor, step: Tensor) -> Tensor:
        x = in_float32(self.expand, self.coarse(y)) * self.gain(step)  # (N, features, H/8, W/8)
        return F.pixel_shuffle(in_float32(self.embed, self.fine(x)), PATCH) + 0.5
