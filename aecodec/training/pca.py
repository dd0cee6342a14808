"""The start of training: a linear autoencoder trained on squared error *is* PCA, so begin with its solution.

Sets analysis and synthesis to the principal components of 8x8 and then of 16x16 RGB blocks; all residual branches
are zero already. A random start needs 39.5 % more rate after the same 22 minutes (docs/design.md, "The codec network").
Details, too, begin as principal components: of what a network, fresh or trained, leaves of its pictures.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.nets.blocks import Block
from aecodec.nets.compressor import Compressor
from aecodec.nets.prior import INDEX_UNIT, SCALE_LOW, SCALE_STEP
from aecodec.nets.transform import PATCH
from aecodec.quality import KNOT_SPACING, KNOTS
from aecodec.tiling import LATENT_STRIDE

# At high rate the best uniform step of an orthonormal transform is sqrt(18 / (255^2 ln 2)) / sqrt(lambda):
# from dR/dstep = -3 / (step ln 2) bits a pixel and dD/dstep = step / 6.
GAIN_OF_ROOT_LAMBDA = math.sqrt(255**2 * math.log(2) / 18)
LEFT_CROPS = 16  # at a time through the network
SMALLEST_STD = 1e-3  # below one part in 2,000 of black to white nothing is left but the training set's own coding noise


def pca_start(model: Compressor, crops: Tensor) -> None:
    """Initialise `model` in place from crops (N, 3, H, W) of 0 ... 1, sides multiples of 16, a few thousand blocks."""
    with torch.no_grad():
        fine_std = _start_fine(model, crops)
        coarse_std = _start_coarse(model, crops, fine_std)
        _start_prior(model, slice(0, model.config.latents), coarse_std, coarse_std.sqrt())
        scale_inputs(model.analysis.fine, fine_std.sqrt())
        scale_inputs(model.synthesis.fine, fine_std.sqrt())
        scale_inputs(model.analysis.coarse, coarse_std.sqrt())
        scale_inputs(model.synthesis.coarse, coarse_std.sqrt())
        for layer in model.prior.means.context_embed:
            assert isinstance(layer, nn.Conv2d)
            layer.weight[:, : model.config.latents] /= _floor(coarse_std.sqrt())
        start_details(model, crops)


@torch.no_grad()
def start_details(model: Compressor, crops: Tensor) -> None:
    """Let the details of `model`, if it has any, be components of what its latents leave of blocks of 16x16 pixels.

    crops (N, 3, H, W) of 0 ... 1, sides multiples of 16, a few thousand blocks, sharp ones among them.
    """
    if model.synthesis.details is None:
        return
    left = [model.left(batch, model.analysis(batch)) for batch in torch.split(crops, LEFT_CROPS)]
    cells = torch.cat([F.pixel_unshuffle(batch, LATENT_STRIDE).movedim(1, -1).flatten(0, 2) for batch in left])
    basis, std = _components(cells, model.config.details)
    model.synthesis.details.basis.copy_(basis)
    _start_prior(model, slice(model.config.latents, None), std, torch.ones_like(std))


def _components(samples: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Basis (D, count) and standard deviations (count,) of samples (M, D), largest first; missing ones are zero."""
    values, vectors = torch.linalg.eigh(torch.cov(samples.T.double()))
    order = values.argsort(descending=True)[:count]
    basis = torch.zeros(samples.shape[1], count, dtype=torch.float64)
    std = torch.full((count,), SMALLEST_STD, dtype=torch.float64)
    basis[:, : len(order)] = vectors[:, order]
    std[: len(order)] = values[order].clamp_min(0).sqrt().clamp_min(SMALLEST_STD)
    return basis.float(), std.float()


def _start_fine(model: Compressor, crops: Tensor) -> Tensor:
    """Pixels to features and back. Each feature is divided by the root of its deviation: half-way to white."""
    patches = F.pixel_unshuffle(crops - 0.5, PATCH).movedim(1, -1).flatten(0, 2)
    mean = patches.mean(0)
    basis, std = _components(patches, model.config.features)
    embed, restore = model.analysis.embed, model.synthesis.embed
    embed.weight.copy_((basis / std.sqrt()).T[:, :, None, None])
    embed.bias.copy_(-(embed.weight[:, :, 0, 0] @ mean))  # type: ignore[union-attr]
    restore.weight.copy_((basis * std.sqrt())[:, :, None, None])
    restore.bias.copy_(mean)  # type: ignore[union-attr]
    return std


def _start_coarse(model: Compressor, crops: Tensor, fine_std: Tensor) -> Tensor:
    """Features to latents and back: PCA of four neighbouring features in their natural units."""
    features = model.analysis.embed(F.pixel_unshuffle(crops - 0.5, PATCH)) * fine_std.sqrt()[:, None, None]
    stacked = F.pixel_unshuffle(features, 2)  # channel 4 c + 2 i + j
    basis, std = _components(stacked.movedim(1, -1).flatten(0, 2), model.config.latents)
    to_natural = fine_std.sqrt().repeat_interleave(4)[:, None]
    reduce, expand = model.analysis.reduce, model.synthesis.expand.pointwise
    reduce.weight.copy_((basis * to_natural / std.sqrt()).T.reshape(reduce.weight.shape))
    nn.init.zeros_(reduce.bias)  # type: ignore[arg-type]
    expand.weight.copy_((basis / to_natural * std.sqrt())[:, :, None, None])
    nn.init.zeros_(expand.bias)  # type: ignore[arg-type]
    return std


def _start_prior(model: Compressor, channels: slice, std: Tensor, unit: Tensor) -> None:
    """Gains near the best uniform quantiser of every lambda, scales at the deviation that then results.

    Of these channels of y, which are stored in units of `unit` and have the deviation `std` of pixels (both (C,)).
    """
    prior = model.prior
    roots = model.config.lambda_of(torch.arange(KNOTS) * KNOT_SPACING).sqrt()
    log_step = torch.log(GAIN_OF_ROOT_LAMBDA * roots)[:, None]
    prior.log_gain.value[:, channels] = log_step + torch.log(unit)
    prior.log_inverse.value[:, channels] = -prior.log_gain.value[:, channels]
    index = (log_step + torch.log(std) - math.log(SCALE_LOW)) / SCALE_STEP
    prior.scales.last_bias.value[:, channels] = index.clamp_min(0) / INDEX_UNIT
    prior.scales.last.bias[channels] = 0  # type: ignore[index]


def scale_inputs(stack: nn.Sequential, std: Tensor) -> None:
    """Let the hidden layers of residual blocks see channels of unit deviation."""
    for block in stack:
        assert isinstance(block, Block)
        for layer in (block.expand, block.widen):
            layer.weight /= _floor(std)


def _floor(std: Tensor) -> Tensor:
    """Deviations of input channels (C,) as divisors of a weight (D, C, 1, 1); tiny ones must not blow weights up."""
    return std.clamp_min(0.03)[None, :, None, None]
