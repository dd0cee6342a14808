"""What a restoring network leaves of noise in means of 8x8 pixels and coarser, where it shows as blotches, taken away.

Planes are fitted to the means in all squares of a few sizes. What a square has beside its plane is weighted as Wiener's
filter would, by its energy against that of noise (Mihcak et al. 1999, "Low-complexity image denoising based on
statistical modeling of wavelet coefficients"); squares that overlap are averaged, each by how little noise it leaves
(Guleryuz 2007, "Weighted averaging for denoising with overcomplete dictionaries"). So gradients stay gradients up to
the picture's edges, and texture and edges, which have far more energy than noise, stay as they are.

What is coarser than that, the network neither sees nor shall change: it comes back from the noisy picture.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

OPPONENT = ((1 / 3, 1 / 3, 1 / 3), (0.5, 0.0, -0.5), (-0.25, 0.5, -0.25))  # luma and two chroma
FROM_OPPONENT = ((1.0, 1.0, -2 / 3), (1.0, 0.0, 4 / 3), (1.0, -1.0, -2 / 3))
BLOCK = 8  # pixels
REMAINS = {5: 0.0173, 9: 0.0215, 13: 0.0227}  # of noise levels, beside planes in squares of so many blocks:
# of flat drawings; `benchmarks.denoise remains` says 2 to 4 % more
EXCESS = 1.5  # times the energy that noise has there is noise, so that its chance peaks go too
SPLINE = (1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16)
OCTAVES = 3  # of blurring, to 64 pixels: what is left comes from the noisy picture
CLIPPED = 1.5  # noise levels from black or white: nearer, clipping has changed the noisy picture's mean
ROUNDING = 2e-7  # of a sum of squares, which is less certain than that
TINY = 1e-12  # keeps a quotient finite: a quarter of a thousandth of a level, squared


def smoothed(noisy: Tensor, restored: Tensor, levels: Tensor) -> Tensor:
    """Noisy and restored pixels (N, 3, H, W), and levels (N, 2, H / 16, W / 16) of all noise and of its coarse part.

    All in the same unit, pixels 0 ... 1; H and W are multiples of 16. Where the levels are 0 all stays.
    """
    means = F.avg_pool2d(restored, BLOCK)
    levels = F.interpolate(levels, scale_factor=2, mode="bilinear")
    samples = torch.einsum("ij,njhw->nihw", restored.new_tensor(OPPONENT), means)
    change = torch.einsum("ij,njhw->nihw", restored.new_tensor(FROM_OPPONENT), flattening(samples, levels[:, 1:]))
    change = change + given_back(F.avg_pool2d(noisy - restored, BLOCK), means, levels[:, :1])
    change = change + (change - _interpolated(change))
    return restored + F.interpolate(change, scale_factor=BLOCK, mode="bilinear")


def flattening(samples: Tensor, level: Tensor) -> Tensor:
    """What takes noise of that level (N, 1, h, w) away from samples (N, 3, h, w), means of blocks, when it is added.

    Beyond the edges there are no squares: pictures smaller than the least of them stay as they are.
    """
    samples = samples - samples.mean((2, 3), keepdim=True)
    moved, weights = torch.zeros_like(samples), torch.zeros_like(samples)
    for side, remains in REMAINS.items():
        slopes, energy = planes(samples, side)
        noise = EXCESS * remains**2 * _over(level.square(), side)
        kept = (1 - noise / energy.clamp(min=TINY)).clamp(min=0)  # of what is beside the plane
        count = side * side
        weight = _inside(samples, side) * count / (3 + (count - 3) * kept.square())
        gone = weight * (1 - kept)
        planar = F.conv_transpose2d(
            slopes * gone.repeat_interleave(3, 1), _basis(samples, side), None, 1, side - 1, 0, 3
        )
        moved = moved + planar - samples * count * F.avg_pool2d(gone, side, 1)
        weights = weights + count * F.avg_pool2d(weight, side, 1)
    return moved / weights.clamp(min=TINY)


def planes(samples: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Least squares in all squares of `side` blocks, those too that reach beyond the edges, where there is 0.

    Samples (N, 3, h, w) to coefficients (N, 9, h + side - 1, ...), three of each colour, of the planes of `_basis`;
    and the mean square (N, 3, ...) of what is beside them, by degrees of freedom.
    """
    slopes = F.conv2d(samples, _basis(samples, side), padding=side - 1, groups=3)
    square = side * side * _over(samples.square(), side)
    planar = slopes.square().reshape(len(slopes), 3, 3, *slopes.shape[2:]).sum(2)
    return slopes, ((square - planar).clamp(min=0) + ROUNDING * square) / (side * side - 3)


def _basis(like: Tensor, side: int) -> Tensor:
    """Orthonormal planes, for each of three colours: level, down and across (9, 1, side, side)."""
    ramp = torch.arange(side, dtype=like.dtype, device=like.device) - (side - 1) / 2
    ramp = ramp / math.sqrt(side * side * (side * side - 1) / 12)
    level = torch.full((side, side), 1 / side, dtype=like.dtype, device=like.device)
    down = ramp[:, None].expand(side, side)
    return torch.stack([level, down, down.T])[:, None].repeat(3, 1, 1, 1)


def _over(values: Tensor, side: int) -> Tensor:
    """Means over all squares of that side, with 0 beyond the edges."""
    return F.avg_pool2d(F.pad(values, (side - 1,) * 4), side, 1)


def _inside(samples: Tensor, side: int) -> Tensor:
    """1 for squares that lie within the picture, 0 for others (N, 1, h + side - 1, ...)."""
    return (_over(torch.ones_like(samples[:, :1]), side) > 1 - 0.5 / side**2).to(samples.dtype)


def given_back(removed: Tensor, means: Tensor, level: Tensor) -> Tensor:
    """What the network has moved, coarser than 64 pixels: noise has no mean, so it was a bias, or the picture's.

    Means over blocks of what was removed and of what was restored (N, 3, h, w), noise levels (N, 1, h, w). Shared out
    by level; where clipping has changed the mean of noise nothing is asked and nothing given.
    """
    free = (torch.minimum(means, 1 - means) / level.clamp(min=TINY) - CLIPPED).clamp(0, 1)
    share = level * free
    return share * _coarsest(removed * free) / _coarsest(share).clamp(min=TINY)


def _coarsest(samples: Tensor) -> Tensor:
    for octave in range(OCTAVES):
        samples = blurred_by(samples, 2**octave)
    return samples


def blurred_by(samples: Tensor, step: int) -> Tensor:
    """By a cubic B-spline whose knots are `step` apart; at the edges the last values are repeated."""
    channels = samples.shape[1]
    kernel = samples.new_tensor(SPLINE).expand(channels, 1, 1, -1)
    wide = F.pad(samples, (2 * step, 2 * step, 2 * step, 2 * step), mode="replicate")
    rows = F.conv2d(wide, kernel, dilation=step, groups=channels)
    return F.conv2d(rows, kernel.transpose(2, 3), dilation=step, groups=channels)


def _interpolated(change: Tensor) -> Tensor:
    """Means over blocks of what is interpolated between their middles, which is less: twice as fine says how much."""
    return F.avg_pool2d(F.interpolate(change, scale_factor=2, mode="bilinear"), 2)
