"""What a restoring network leaves of noise in means of 8x8 pixels and coarser, where it shows as blotches, shrunk away.

The means are split into bands by the starlet transform (Starck, Fadili, Murtagh 2007, "The undecimated wavelet
decomposition and its reconstruction"); each place of a band is weighted as Wiener's filter would, its energy that of
the places around it (Mihcak et al. 1999, "Low-complexity image denoising based on statistical modeling of wavelet
coefficients"). Texture and edges have far more energy than noise and stay as they are.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

OPPONENT = ((1 / 3, 1 / 3, 1 / 3), (0.5, 0.0, -0.5), (-0.25, 0.5, -0.25))  # luma and two chroma
FROM_OPPONENT = ((1.0, 1.0, -2 / 3), (1.0, 0.0, 4 / 3), (1.0, -1.0, -2 / 3))
BLOCK = 8  # pixels
REMAINS = (0.0123, 0.0105, 0.0063)  # of noise levels, in bands of 8, 16 and 32 pixels: `benchmarks.denoise remains`
EXCESS = 1.5  # times the energy that noise has there is noise, so that its chance peaks go too
SPLINE = (1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16)
REACH = 2  # blocks of a band around a place tell its energy
TINY = 1e-12  # keeps a quotient finite: a quarter of a thousandth of a level, squared


def smoothed(restored: Tensor, level: Tensor) -> Tensor:
    """Restored pixels (N, 3, H, W), for the level of their coarse noise in cells of 16 pixels (N, 1, H / 16, W / 16).

    Both in the same unit; H and W are multiples of 16. Where the level is 0 all stays.
    """
    means = F.avg_pool2d(restored, BLOCK)
    noise = F.interpolate(level, scale_factor=2, mode="bilinear")
    smooth = torch.einsum("ij,njhw->nihw", restored.new_tensor(OPPONENT), means)
    kept = torch.zeros_like(smooth)
    for scale, share in enumerate(REMAINS):
        blurred = blurred_by(smooth, 2**scale)
        band = smooth - blurred
        energy = _around(band.square(), REACH * 2**scale)
        kept = kept + band * (1 - EXCESS * (share * noise).square() / energy.clamp(min=TINY)).clamp(min=0)
        smooth = blurred
    change = torch.einsum("ij,njhw->nihw", restored.new_tensor(FROM_OPPONENT), kept + smooth) - means
    change = change + (change - _interpolated(change))
    return restored + F.interpolate(change, scale_factor=BLOCK, mode="bilinear")


def blurred_by(samples: Tensor, step: int) -> Tensor:
    """By a cubic B-spline whose knots are `step` apart; at the edges the last values are repeated."""
    channels = samples.shape[1]
    kernel = samples.new_tensor(SPLINE).expand(channels, 1, 1, -1)
    wide = F.pad(samples, (2 * step, 2 * step, 2 * step, 2 * step), mode="replicate")
    rows = F.conv2d(wide, kernel, dilation=step, groups=channels)
    return F.conv2d(rows, kernel.transpose(2, 3), dilation=step, groups=channels)


def _around(values: Tensor, reach: int) -> Tensor:
    """Means over squares of 2 `reach` + 1."""
    return F.avg_pool2d(F.pad(values, (reach, reach, reach, reach), mode="replicate"), 2 * reach + 1, 1)


def _interpolated(change: Tensor) -> Tensor:
    """Means over blocks of what is interpolated between their middles, which is less: twice as fine says how much."""
    return F.avg_pool2d(F.interpolate(change, scale_factor=2, mode="bilinear"), 2)
