"""JPEG as libjpeg shows it, on batches of pictures, without the entropy coder, which loses nothing."""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F


def jpeg(pixels: Tensor, quality: Tensor, *, chroma_halved: bool = True) -> Tensor:
    """JPEG of baseline tables at a quality of 1 ... 100 (ITU-T T.81 annex K, libjpeg's scaling).

    pixels (N, 3, H, W) of 0 ... 1, sides multiples of 16; quality (N,). `chroma_halved`: 4:2:0, else 4:4:4.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None, None, None]
    luma_steps, chroma_steps = (_table(table, pixels.device) for table in (LUMA, CHROMA))
    matrix = ycc(pixels.device)
    samples = torch.einsum("ij,njhw->nihw", matrix, pixels.clamp(0, 1).mul(255).round()) - pixels.new_tensor(
        [128.0, 0, 0]
    ).view(1, 3, 1, 1)
    luma = _quantised(samples[:, :1], _steps(luma_steps, scale))
    chroma = F.avg_pool2d(samples[:, 1:], 2) if chroma_halved else samples[:, 1:]
    chroma = _quantised(chroma, _steps(chroma_steps, scale))
    if chroma_halved:  # "fancy upsampling" of libjpeg is this triangle filter
        chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear")
    shown = torch.einsum("ij,njhw->nihw", matrix.inverse(), torch.cat([luma + 128, chroma], 1))
    return shown.round().clamp(0, 255) / 255


def _steps(table: Tensor, scale: Tensor) -> Tensor:
    return ((table * scale + 50) / 100).floor().clamp(1, 255)


def _quantised(samples: Tensor, steps: Tensor) -> Tensor:
    """Blocks of 8 x 8 through the DCT, rounded to multiples of `steps`, and back."""
    n, c, height, width = samples.shape
    dct = _dct(samples.device)
    blocks = samples.reshape(n, c, height // 8, 8, width // 8, 8).transpose(3, 4).reshape(n, -1, 1, 8, 8)
    found = dct @ blocks @ dct.T
    kept = dct.T @ ((found / steps).round() * steps) @ dct
    return kept.reshape(n, c, height // 8, width // 8, 8, 8).transpose(3, 4).reshape(n, c, height, width)


@cache
def _dct(device: torch.device) -> Tensor:
    """The orthonormal DCT-II of 8 samples as a matrix."""
    place = torch.arange(8, dtype=torch.float64)
    matrix = torch.cos(math.pi / 8 * (place + 0.5) * place[:, None]) / 2
    matrix[0] /= math.sqrt(2)
    return matrix.float().to(device)


@cache
def ycc(device: torch.device) -> Tensor:
    """RGB to YCbCr as in JFIF (ITU-R BT.601), Cb and Cr around 0."""
    rows = [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]]
    return torch.tensor(rows, device=device)


# ITU-T T.81, tables K.1 and K.2
LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
)


@cache
def _table(table: tuple[tuple[int, ...], ...], device: torch.device) -> Tensor:
    return torch.tensor(table, dtype=torch.float32, device=device)
