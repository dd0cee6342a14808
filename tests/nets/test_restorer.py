"""The denoiser's network: shapes, homogeneity, its start, its budgets."""

import pytest
import torch

from aecodec.errors import WeightsError
from aecodec.nets.config import CELL, RESTORERS, RestorerConfig, from_json
from aecodec.nets.restorer import (
    ENERGIES,
    Estimator,
    Restorer,
    complexity,
    energies,
    spread,
)
from tests.tiny import TINY_RESTORER, crops, tiny_restorer


def test_it_starts_as_the_identity() -> None:
    torch.manual_seed(0)
    model = Restorer(TINY_RESTORER)
    pixels = crops(2, 64)
    levels = model.estimate(pixels)
    assert levels.shape == (2, 2, 4, 4)
    assert torch.equal(model.restore(pixels, spread(levels[:, :1])), pixels)


@pytest.mark.parametrize("factor", [0.1, 3.0])
def test_it_is_homogeneous(factor: float) -> None:
    model = tiny_restorer()
    pixels = crops(2, 64)
    with torch.no_grad():
        levels = model.estimate(pixels)
        assert torch.allclose(model.estimate(factor * pixels), factor * levels, rtol=1e-3, atol=1e-6)
        # not `denoise`: what smooths knows where white is
        restored, scaled = (model.restore(by * pixels, spread(by * levels[:, :1])) for by in (1, factor))
    assert not torch.equal(restored, pixels), "the tiny network does something"
    assert torch.allclose(scaled, factor * restored, rtol=1e-3, atol=1e-5 * factor)


def test_brightness_is_no_noise() -> None:
    torch.manual_seed(0)
    estimator = Estimator(8).requires_grad_(False)
    flat = torch.full((1, 3, 64, 64), 0.7)
    assert float(estimator(energies(flat)).max()) < 1e-5
    assert float(estimator(energies(flat + 0.1 * torch.randn_like(flat))).min()) > 1e-4


def test_energies_are_of_every_scale_colour_and_direction() -> None:
    torch.manual_seed(0)
    noise = torch.randn(1, 3, 256, 256)
    found = energies(noise)
    assert found.shape == (1, ENERGIES, 16, 16)
    rms, magnitude = found.unflatten(1, (4, 2, 9)).mean((0, 4, 5)).unbind(1)  # (scales, details)
    luma = rms[:, :3].mean(1)
    assert (luma[:2] / luma[1:3]).tolist() == pytest.approx([2, 2], rel=0.1), "half at every scale, of white noise"
    assert float(luma[0]) == pytest.approx(3**-0.5, rel=0.05)
    assert (magnitude[0] / rms[0]).tolist() == pytest.approx([(2 / torch.pi) ** 0.5] * 9, rel=0.05), (
        "as Gaussians have it"
    )
    parts = torch.cat([energies(part) for part in noise.split(64, 3)], 3)
    assert torch.equal(parts, found), "a cell knows nothing of its neighbours"


def test_what_all_of_a_picture_has_is_known_everywhere() -> None:
    torch.manual_seed(0)
    estimator = Estimator(8).requires_grad_(False)
    energy = energies(torch.randn(1, 3, 512, 64))
    level = estimator(energy)
    energy[:, :, 20:] *= 0.01  # farther away than it can see
    assert not torch.allclose(estimator(energy)[:, :, :4], level[:, :, :4])


def test_who_is_told_does_not_estimate() -> None:
    model = tiny_restorer()
    pixels = crops(2, 64)
    sigma = torch.tensor([0.1, 0.2])
    with torch.no_grad():
        both, estimate = model(pixels, sigma, torch.tensor([True, False]))
        told = model.restore(pixels[:1], torch.full((1, 1, 32, 32), 0.1))
        blind = model.restore(pixels[1:], spread(estimate[1:, :1]))
    assert torch.allclose(both, torch.cat([told, blind]), atol=1e-6)


def test_a_map_is_spread_to_every_second_pixel() -> None:
    level = torch.tensor([[[[0.0, 1.0]]]])
    wide = spread(level)
    assert wide.shape == (1, 1, CELL // 2, CELL)
    assert (wide[0, 0, 0].diff() >= 0).all()
    assert wide[0, 0, 0, 0] == 0
    assert wide[0, 0, 0, -1] == 1


@pytest.mark.parametrize("config", RESTORERS.values(), ids=RESTORERS)
def test_every_size_keeps_the_budgets_of_the_design(config: RestorerConfig) -> None:
    counted = complexity(config)
    assert counted["kmac_per_pixel"]["denoise"] <= 140
    assert counted["million_parameters"] <= 5.5


def test_a_configuration_survives_json() -> None:
    assert from_json(RestorerConfig, TINY_RESTORER.to_json()) == TINY_RESTORER


@pytest.mark.parametrize("text", ["", "[]", '{"features": 3}', '{"widths": [1, 2]}', '{"blocks": 0}'])
def test_an_unreadable_configuration_is_a_weights_error(text: str) -> None:
    with pytest.raises(WeightsError):
        from_json(RestorerConfig, text)
