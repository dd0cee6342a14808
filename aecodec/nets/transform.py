"""The autoencoder proper: analysis (pixels to latents) and synthesis (latents to pixels).

Everything runs at 1/8 and 1/16 of the picture's resolution, since speed is bounded by the size of feature maps
(DCVC-RT/UF, microsoft/DCVC `src/models/image_model.py`). The entropy model of the latents is `nets.prior`.

Channels of y are `latents` of the network and then `details`, which pass it by: an orthonormal transform of what the
network leaves of blocks of 16x16 pixels, 768 * details / 256 MACs a pixel each way. The latents alone cannot hold
40 dB of a sharp picture; at most qualities they need not, and then the details are zero. So all that takes y takes its
first `latents` channels too: the details then count as zero and cost nothing.
Legend: N batch, H, W pixels (multiples of 64), L latents, D details.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.nets.blocks import Knots, Upsample, blocks, pointwise
from aecodec.nets.config import CodecConfig
from aecodec.tiling import LATENT_STRIDE

PATCH = 8  # pixels to a cell of the features
PATCH_VALUES = 3 * PATCH * PATCH
CELL_VALUES = 3 * LATENT_STRIDE * LATENT_STRIDE


def in_float32(layer: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """`layer` in float32, also under autocast: blocks then add to float32, and pixels and latents are not rounded to
    bf16, which would cost 0.3 dB at the highest quality (`pretrained/LOG.md`).
    """
    with torch.autocast(x.device.type, enabled=False):
        return layer(x.float())


class Analysis(nn.Module):
    """RGB pixels of 0 ... 1, (N, 3, H, W) -> latents y before any gain, (N, L, H/16, W/16).

    The details come from `Compressor.analyse`, since they need a synthesis first.
    """

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


class Details(nn.Module):
    """Blocks of 16x16 pixels, (N, 3, H, W), to D channels (N, D, H/16, W/16) and back, linear and without bias.

    The basis (768, D) is orthonormal and stays as `training.pca` sets it: an optimiser's steps, right for the
    networks, turn it within minutes into two maps that are no inverse of each other, and quality 100 loses what it
    is for (`pretrained/LOG.md`). What there is to learn lies in the gains of its channels.
    """

    basis: Tensor

    def __init__(self, details: int) -> None:
        super().__init__()
        self.register_buffer("basis", torch.zeros(CELL_VALUES, details))

    def analyse(self, pixels: Tensor) -> Tensor:
        return self._product(self.basis.T, F.pixel_unshuffle(pixels, LATENT_STRIDE))

    def forward(self, details: Tensor) -> Tensor:
        return F.pixel_shuffle(self._product(self.basis, details), LATENT_STRIDE)

    @staticmethod
    def _product(matrix: Tensor, x: Tensor) -> Tensor:
        return in_float32(lambda values: F.conv2d(values, matrix[:, :, None, None]), x)


class Synthesis(nn.Module):
    """Latents after the inverse gain, (N, L + D or L, H/16, W/16), and quality steps (N,) -> RGB, (N, 3, H, W).

    The result is not clipped to 0 ... 1. The features at 1/8 have a gain of their own that depends on quality.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.latents = config.latents
        self.coarse = blocks(config.synthesis_blocks[1], config.latents)
        self.expand = Upsample(config.latents, config.features)
        self.gain = Knots(config.features, 1.0)
        self.fine = blocks(config.synthesis_blocks[0], config.features)
        self.embed = pointwise(config.features, PATCH_VALUES)
        self.details = Details(config.details) if config.details else None

    def forward(self, y: Tensor, step: Tensor) -> Tensor:
        x = in_float32(self.expand, self.coarse(y[:, : self.latents])) * self.gain(step)  # (N, features, H/8, W/8)
        pixels = F.pixel_shuffle(in_float32(self.embed, self.fine(x)), PATCH) + 0.5
        if self.details is None or y.shape[1] == self.latents:
            return pixels
        finer: Tensor = self.details(y[:, self.latents :])
        return pixels + finer
