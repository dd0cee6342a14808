"""What is left of noise goes, and nothing else."""

import pytest
import torch
from torch.nn import functional as F

from aecodec.nets.smoothing import BLOCK, FROM_OPPONENT, OPPONENT, REMAINS, flattening, given_back, planes, smoothed
from tests.tiny import crops

LEVEL = 50 / 255
SIDE = 256
LEAST = min(REMAINS)  # blocks


def left(level: float = LEVEL) -> torch.Tensor:
    """Noise (1, 3, SIDE, SIDE) as a network leaves it in means of 8x8 pixels: beside small planes it has its share."""
    means = torch.randn(1, 3, SIDE // BLOCK, SIDE // BLOCK, generator=torch.Generator().manual_seed(0))
    colours = torch.einsum("ij,njhw->nihw", torch.tensor(FROM_OPPONENT), means * REMAINS[LEAST] * level)
    return F.interpolate(colours, scale_factor=BLOCK, mode="nearest")


def levels(value: float) -> torch.Tensor:
    return torch.full((1, 2, SIDE // 16, SIDE // 16), value)


def alone(pixels: torch.Tensor, level: float = LEVEL) -> torch.Tensor:
    """Smoothed, and nothing given back: the network has moved nothing."""
    return smoothed(pixels, pixels, levels(level))


def block_rms(pixels: torch.Tensor) -> float:
    return float(F.avg_pool2d(pixels, BLOCK).square().mean().sqrt())


def ramp(slope: float) -> torch.Tensor:
    return (0.3 + slope * torch.linspace(0, 1, SIDE)).expand(1, 3, SIDE, SIDE)


def test_colours_come_back() -> None:
    assert torch.allclose(torch.tensor(FROM_OPPONENT) @ torch.tensor(OPPONENT), torch.eye(3), atol=1e-6)


def test_a_plane_leaves_no_energy() -> None:
    down = torch.linspace(0, 1, 20)[:, None]
    across = torch.linspace(0, -2, 24)
    samples = torch.stack([down + across, 0.3 * down - across, down.expand(20, 24)])[None]
    for side in REMAINS:
        within = slice(side - 1, 1 - side)
        energy = planes(samples, side)[1][..., within, within]
        assert float(energy.max()) < 1e-5
        assert float(planes(samples.square(), side)[1][:, :1, within, within].min()) > 1e-5


def test_energies_are_of_noise_alone() -> None:
    noise = torch.randn(1, 3, 80, 80, generator=torch.Generator().manual_seed(0))
    slope = torch.linspace(0, 20, 80)
    for side in REMAINS:
        within = slice(side - 1, 1 - side)
        assert planes(noise + slope, side)[1][..., within, within].mean() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_noise_goes_from_flat_fields_and_ramps_up_to_their_edges(slope: float) -> None:
    clean = ramp(slope)
    found = alone(clean + left())
    for part in (slice(None), slice(0, 16), slice(SIDE - 16, SIDE)):
        before, after = (block_rms((pixels - clean)[..., part]) for pixels in (clean + left(), found))
        assert after < 0.6 * before


def test_texture_and_edges_stay() -> None:
    blocks = torch.rand(1, 3, SIDE // BLOCK, SIDE // BLOCK, generator=torch.Generator().manual_seed(0))
    pixels = F.interpolate(blocks, scale_factor=BLOCK, mode="nearest")
    assert float((alone(pixels) - pixels).square().mean().sqrt()) < 0.3 * REMAINS[LEAST] * LEVEL


def test_nothing_moves_without_noise() -> None:
    pixels = crops(1, SIDE) + left()
    assert torch.allclose(smoothed(pixels, pixels, levels(0.0)), pixels, atol=1e-6)


def test_it_moves_less_where_there_is_less_noise() -> None:
    pixels = 0.5 + left()
    moved = [float((alone(pixels, share * LEVEL) - pixels).abs().mean()) for share in (0.2, 0.5, 1)]
    assert moved == sorted(moved)
    assert moved[0] < 0.5 * moved[2]


@pytest.mark.parametrize("size", [(16, 16), (16, 160), (48, 32)])
def test_any_size_is_served(size: tuple[int, int]) -> None:
    noisy, restored = torch.rand(2, 2, 3, *size)
    found = smoothed(noisy, restored, torch.full((2, 2, size[0] // 16, size[1] // 16), LEVEL))
    assert found.shape == restored.shape
    assert torch.isfinite(found).all()


def test_what_is_smaller_than_the_least_square_is_not_flattened() -> None:
    samples = torch.rand(1, 3, LEAST - 1, 20)
    assert not flattening(samples, torch.full((1, 1, LEAST - 1, 20), LEVEL)).any()


def test_a_flat_picture_stays_flat() -> None:
    flat = torch.full((1, 3, 64, 64), 0.25)
    assert torch.allclose(smoothed(flat, flat, torch.full((1, 2, 4, 4), LEVEL)), flat, atol=1e-6)


def test_a_shift_of_colour_is_given_back() -> None:
    clean = ramp(0.3)
    shift = torch.tensor([2.0, -1.0, 0.5])[:, None, None] / 255
    found = smoothed(clean, clean + shift, levels(10 / 255))
    assert float((found - clean).abs().max()) < 0.05 / 255


def test_fine_noise_that_was_taken_away_does_not_return() -> None:
    noise = 0.1 * torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    found = smoothed(0.5 + noise, torch.full_like(noise, 0.5), levels(0.1))
    assert block_rms(found - 0.5) < 0.15 * block_rms(noise)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_nothing_is_given_back_where_noise_is_clipped(end: float) -> None:
    means = torch.full((1, 3, 8, 8), end)
    assert not given_back(torch.ones(1, 3, 8, 8), means, torch.full((1, 1, 8, 8), 0.1)).any()


def test_what_is_given_back_goes_where_noise_was() -> None:
    level = torch.full((1, 1, 16, 16), 0.01)
    level[..., :8] = 0
    removed = torch.zeros(1, 3, 16, 16)
    removed[..., 8:] = 0.002
    given = given_back(removed, torch.full((1, 3, 16, 16), 0.5), level)
    assert not given[..., :8].any()
    assert torch.allclose(given[..., 8:], removed[..., 8:], atol=1e-6)
