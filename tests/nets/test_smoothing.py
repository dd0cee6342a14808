"""What is left of noise goes, and nothing else."""

import pytest
import torch
from torch.nn import functional as F

from aecodec.nets.smoothing import BLOCK, FROM_OPPONENT, OPPONENT, REMAINS, SPLINE, smoothed
from tests.tiny import crops

LEVEL = 50 / 255
SIDE = 256


def left(level: float = LEVEL) -> torch.Tensor:
    """Noise (1, 3, SIDE, SIDE) as a network leaves it in means of 8x8 pixels: the finest band has its share."""
    means = torch.randn(1, 3, SIDE // BLOCK, SIDE // BLOCK, generator=torch.Generator().manual_seed(0))
    finest = sum(a * a for a in SPLINE)
    share = (1 - 2 * SPLINE[2] ** 2 + finest**2) ** 0.5  # of white noise
    opponent = means * REMAINS[0] * level / share
    colours = torch.einsum("ij,njhw->nihw", torch.tensor(FROM_OPPONENT), opponent)
    return F.interpolate(colours, scale_factor=BLOCK, mode="nearest")


def levels(value: float) -> torch.Tensor:
    return torch.full((1, 1, SIDE // 16, SIDE // 16), value)


def block_rms(pixels: torch.Tensor) -> float:
    return float(F.avg_pool2d(pixels, BLOCK).square().mean().sqrt())


def test_colours_come_back() -> None:
    assert torch.allclose(torch.tensor(FROM_OPPONENT) @ torch.tensor(OPPONENT), torch.eye(3), atol=1e-6)


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_noise_goes_from_flat_fields_and_ramps(slope: float) -> None:
    clean = (0.3 + slope * torch.linspace(0, 1, SIDE)).expand(1, 3, SIDE, SIDE)
    found = smoothed(clean + left(), levels(LEVEL))
    inside = slice(32, -32)
    before, after = (block_rms((pixels - clean)[..., inside, inside]) for pixels in (clean + left(), found))
    assert after < 0.5 * before


def test_texture_and_edges_stay() -> None:
    blocks = torch.rand(1, 3, SIDE // BLOCK, SIDE // BLOCK, generator=torch.Generator().manual_seed(0))
    pixels = F.interpolate(blocks, scale_factor=BLOCK, mode="nearest")
    found = smoothed(pixels, levels(LEVEL))
    assert float((found - pixels).square().mean().sqrt()) < 0.3 * REMAINS[0] * LEVEL


def test_nothing_moves_without_noise() -> None:
    pixels = crops(1, SIDE) + left()
    assert torch.allclose(smoothed(pixels, levels(0.0)), pixels, atol=1e-6)


def test_it_moves_less_where_there_is_less_noise() -> None:
    pixels = 0.5 + left()
    moved = [float((smoothed(pixels, levels(share * LEVEL)) - pixels).abs().mean()) for share in (0.2, 0.5, 1)]
    assert moved == sorted(moved)
    assert moved[0] < 0.5 * moved[2]


@pytest.mark.parametrize("size", [(16, 16), (16, 160), (48, 32)])
def test_any_size_is_served(size: tuple[int, int]) -> None:
    pixels = torch.rand(2, 3, *size)
    found = smoothed(pixels, torch.full((2, 1, size[0] // 16, size[1] // 16), LEVEL))
    assert found.shape == pixels.shape
    assert torch.isfinite(found).all()


def test_a_flat_picture_stays_flat() -> None:
    flat = torch.full((1, 3, 64, 64), 0.25)
    assert torch.allclose(smoothed(flat, torch.full((1, 1, 4, 4), LEVEL)), flat, atol=1e-6)
