"""The entropy model of the latents: a scale hyperprior, means refined by a four-step context model, and gain units.

Hyperprior: Ballé et al., "Variational image compression with a scale hyperprior", ICLR 2018; means beside scales and
context: Minnen, Ballé, Toderici, NeurIPS 2018; context in parallel steps: He et al., "Checkerboard context model",
CVPR 2021; gain units: Cui et al., "Asymmetric gained deep image compression", CVPR 2021. Scales come from the
hyper-latents z alone, so that all symbols of a tile are decoded in one pass; what earlier steps decoded refines means
only. `HyperSynthesisScales` is what `training.freeze` turns into integers; all else is float32 in both directions.

A picture whose details are not coded (`LatentPrior.needs_details`) has only the first `latents` channels of y: the
encoder gives the hyper-analysis and `code_in_context` those alone, and so does the decoder, told by the file.
Legend: N batch, C channels of y (all, or `latents`), h, w cells of y (1/16), z at 1/64; symbols are in units of the
quantiser's step.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.nets.blocks import Block, Knots, Upsample, activation, bounded, leading, pointwise
from aecodec.nets.config import SCALES, CodecConfig
from aecodec.quality import KNOTS, nearest_knot

SCALE_LOW, SCALE_HIGH = 0.11, 256.0
SCALE_STEP = math.log(SCALE_HIGH / SCALE_LOW) / (SCALES - 1)
INDEX_UNIT = 8.0  # scale indices to one unit of the scale network's output, so that its weights are of order one
CONTEXT_STEPS = 4


def step_masks(y: Tensor) -> list[Tensor]:
    """For each of the four context steps 1 where it codes a latent of y (N, C, h, w), else 0: (1, C, h, w).

    A Latin square, as in DCVC's `get_mask_4x`: each step codes a quarter of the channels at every position.
    Groups take channels interleaved, since PCA sorts them by energy. Numbers and no truth values, as ONNX Runtime
    multiplies in a fifth of the time that it takes to choose.
    """
    channels, height, width = y.shape[1:]
    group = torch.arange(4, device=y.device)[:, None, None]
    row = torch.arange(height, device=y.device)[:, None] % 2
    column = torch.arange(width, device=y.device) % 2
    place = group ^ (2 * row + column)
    # 0, 2, 3, 1: the diagonal neighbour comes second; by arithmetic, as a table would be copied to the device each time
    steps = 2 * ((place & 1) ^ (place >> 1)) + (place >> 1)
    return [(steps == index).to(y.dtype).repeat(channels // 4, 1, 1)[None] for index in range(CONTEXT_STEPS)]


class HyperAnalysis(nn.Module):
    """The hyperprior's encoder: latents in quantiser steps (N, C, h, w), quality -> z (N, hyper, h/4, w/4).

    Details that are missing count as zero.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.latents = config.latents
        # of the details their magnitudes are enough
        self.first = nn.Conv2d(config.latents + config.channels, config.hyper_features, 3, stride=2, padding=1)
        self.block = Block(config.hyper_features)
        self.last = nn.Conv2d(config.hyper_features, config.hyper, 3, stride=2, padding=1)
        self.bias = Knots(config.hyper_features)

    def forward(self, y: Tensor, step: Tensor) -> Tensor:
        # asinh keeps what matters for a scale, the magnitude, in a range that 500-fold gains leave well conditioned
        compressed = torch.asinh(y)
        seen = torch.cat((compressed[:, : self.latents], compressed.abs()), dim=1)
        x = leading(self.first, seen, self.first.out_channels) + self.bias(step)
        z: Tensor = self.last(self.block(activation(x)))
        return z


class HyperSynthesisScales(nn.Module):
    """The hyperprior's decoder of scales: rounded hyper-latents (N, hyper, h/4, w/4) and quality -> scale index.

    The index (N, C, h, w), of the first `channels` or of all, is a real number. Convolutions, ReLU, pixel-shuffle and
    biases linear in knots of quality: nothing that integers cannot repeat. `bounded` to 0 ... SCALES - 1 is the
    caller's.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        width = config.scale_width
        self.expand = pointwise(config.hyper, 4 * width)
        self.expand_bias = Knots(4 * width)
        self.middle = pointwise(width, 4 * width)
        self.spread = nn.Conv2d(width, width, 3, padding=1)
        self.last = pointwise(width, config.channels)
        self.last_bias = Knots(config.channels)
        nn.init.zeros_(self.last.weight)

    def forward(self, z: Tensor, step: Tensor, channels: int | None = None) -> Tensor:
        x = F.relu(F.pixel_shuffle(self.expand(z) + self.expand_bias(step), 2))  # at 1/32
        x = F.relu(F.pixel_shuffle(self.middle(x), 2))  # at 1/16
        x = F.relu(self.spread(x))
        outputs = self.last.out_channels if channels is None else channels
        index: Tensor = INDEX_UNIT * (leading(self.last, x, outputs) + self.last_bias(step)[:, :outputs])
        return index


class HyperSynthesisMeans(nn.Module):
    """The hyperprior's decoder of means, and the context model: rounded hyper-latents and what is decoded so far ->
    means, in units of y before the gain.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        width = config.context
        self.expand = Upsample(config.hyper, width)
        self.expand_bias = Knots(width)
        self.block_32 = Block(width)
        self.middle = Upsample(width, width)
        self.block_16 = Block(width)
        self.first = pointwise(width, config.channels)
        refinements = CONTEXT_STEPS - 1
        self.context_embed = nn.ModuleList(pointwise(config.channels, width) for _ in range(refinements))
        self.context_block = nn.ModuleList(Block(width) for _ in range(refinements))
        self.context_head = nn.ModuleList(pointwise(width, config.channels) for _ in range(refinements))
        for layer in (self.first, *self.context_head):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def hyper(self, z: Tensor, step: Tensor, channels: int) -> tuple[Tensor, Tensor]:
        """Features (N, context, h, w) and the means of the first step, of the first `channels` of y (N, C, h, w)."""
        x = self.block_32(activation(self.expand(z) + self.expand_bias(step)))
        features = self.block_16(activation(self.middle(x)))
        return features, leading(self.first, features, channels)

    def refine(self, index: int, features: Tensor, known: Tensor) -> Tensor:
        """Correction to the means at context step `index` (1 ... 3); `known` is zero where nothing is decoded."""
        embedded = leading(self.context_embed[index - 1], known, features.shape[1])
        x = self.context_block[index - 1](features + embedded)
        return leading(self.context_head[index - 1], activation(x), known.shape[1])


class FactorisedPrior(nn.Module):
    """Of z: logistic, one location and scale a channel and a bank; banks lie at the knots of quality."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.location = nn.Parameter(torch.zeros(KNOTS, channels))
        self.log_scale = nn.Parameter(torch.zeros(KNOTS, channels))

    def bits(self, z: Tensor, step: Tensor) -> Tensor:
        """Bits of unit bins around z, element by element."""
        bank = nearest_knot(step)
        location = self.location[bank][:, :, None, None]
        scale = self.log_scale[bank].exp()[:, :, None, None]
        distance = (z - location).abs()  # by symmetry: both sigmoids then lie in the accurate lower tail
        upper, lower = torch.sigmoid((0.5 - distance) / scale), torch.sigmoid((-0.5 - distance) / scale)
        return -torch.log2(bounded(upper - lower, 1e-9, 1.0))


class LatentPrior(nn.Module):
    """All of the entropy model: the shape of the symbols' distribution and the four networks around it.

    `log_gain` and `log_inverse` are the gain unit and the inverse gain unit: logarithms of a factor a channel, learned
    at the knots of quality, so that one network serves every rate.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.latents = config.latents
        self.log_gain = Knots(config.channels)
        self.log_inverse = Knots(config.channels)
        self.hyper_analysis = HyperAnalysis(config)
        self.factorised = FactorisedPrior(config.hyper)
        self.scales = HyperSynthesisScales(config)
        self.means = HyperSynthesisMeans(config)
        # A symbol is Gaussian with the indicated scale, but for a share whose scale is larger: what one scale
        # a position cannot say. Both numbers are learned and end up in the frozen tables.
        self.tail_share = nn.Parameter(torch.tensor(-2.0))  # logit
        self.tail_stretch = nn.Parameter(torch.tensor(0.5))  # log of the factor

    def tail(self) -> tuple[Tensor, Tensor]:
        """Share of symbols in the wide component and the factor of its scale."""
        return torch.sigmoid(self.tail_share), 1 + self.tail_stretch.exp()

    def needs_details(self, scaled: Tensor) -> Tensor:
        """Which of N pictures or tiles have details worth coding, (N,) booleans: one of them is half a step or more.

        `scaled`: latents in quantiser steps (N, latents + details, h, w).
        """
        return (scaled[:, self.latents :].abs() >= 0.5).any(3).any(2).any(1)

    def bits(self, residual: Tensor, index: Tensor) -> Tensor:
        """Bits of unit bins around residuals (quantiser steps) under real scale indices, element by element."""
        share, stretch = self.tail()
        scale = SCALE_LOW * torch.exp(SCALE_STEP * index)
        distance = residual.abs()
        mass = (1 - share) * _bin_mass(distance, scale) + share * _bin_mass(distance, stretch * scale)
        return -torch.log2(bounded(mass, 1e-9, 1.0))

    def code_in_context(
        self, z: Tensor, step: Tensor, gain: Tensor, code: Callable[[Tensor, Tensor], Tensor]
    ) -> Tensor:
        """The one loop over the context steps, for training, encoder and decoder.

        `code(mean, mask)` gets the means in quantiser steps and 1 where they hold, else 0, and returns the quantised
        latents there (anything finite elsewhere). Returns the quantised latents (N, C, h, w) in quantiser steps, of as
        many channels as `gain` (N, C, 1, 1) has.
        """
        features, first = self.means.hyper(z, step, gain.shape[1])
        masks = step_masks(first.to(gain.dtype))
        known = masks[0] * code(first * gain, masks[0])
        for index in range(1, CONTEXT_STEPS):
            mean = first + self.means.refine(index, features, known / gain)
            known = known + masks[index] * code(mean * gain, masks[index])
        return known


def _bin_mass(distance: Tensor, scale: Tensor) -> Tensor:
    """Mass of a unit bin at `distance` from the centre of a Gaussian; erfc keeps the far tail accurate."""
    unit = math.sqrt(0.5) / scale
    return 0.5 * (torch.erfc((distance - 0.5) * unit) - torch.erfc((distance + 0.5) * unit))
