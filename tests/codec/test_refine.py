"""Refinement: never more bits, never more error, tile by tile, and the same every time."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from aecodec.codec.refine import _AnnealedRounding, _Tiles, refine
from aecodec.codec.windowed import Surroundings
from aecodec.executors.interface import Floats
from tests.tiny import TINY, crops, tiny_model

STEP = 800


def setting() -> tuple[Floats, Surroundings]:
    """Two tiles of 64x64 in windows of 96x96, of the second of which 10 columns are padding."""
    model = tiny_model()
    with torch.no_grad():
        pixels = crops(2, 128)
        cells = torch.round(model.analysis(pixels) * model.prior.log_gain(torch.full((2,), STEP)).exp())[:, :, :6, :6]
        y = model.analysis(pixels)[:, :, 1:5, 1:5].numpy()
    shown = np.ones((1, 1, 1, 1), np.float32)
    return y, Surroundings(cells.numpy(), slice(1, 5), slice(1, 5), pixels[:, :, 16:80, 16:70].numpy(), shown)


def costs(y: Floats, z: Floats | None, around: Surroundings) -> tuple[Tensor, Tensor]:
    model = tiny_model()
    tiles = _Tiles(model, around, STEP, torch.from_numpy(y))
    scaled = torch.from_numpy(y) * tiles.gain
    given = model.prior.hyper_analysis(scaled, tiles.steps) if z is None else torch.from_numpy(z)
    return tiles.rounded(scaled, given)


def test_every_tile_gets_cheaper_and_no_worse() -> None:
    y, around = setting()
    bits, error = costs(y, None, around)
    better_bits, better_error = costs(*refine(tiny_model(), y, around, STEP, 48), around)
    assert (better_bits <= bits).all()
    assert better_bits.sum() < 0.998 * bits.sum()
    assert (better_error <= error).all()


def test_eight_steps_pay() -> None:
    y, around = setting()
    bits, error = costs(y, None, around)
    better_bits, better_error = costs(*refine(tiny_model(), y, around, STEP, 8), around)
    assert better_bits.sum() < 0.998 * bits.sum()
    assert (better_error <= error).all()


def test_the_error_is_that_of_pixels_as_they_are_shown() -> None:
    """A black picture that comes out darker than black is right."""
    y, around = setting()
    dark = replace(around, windows=around.windows - 1000 * np.sign(around.windows))
    tiles = _Tiles(tiny_model(), dark, STEP, torch.from_numpy(y))
    _, error = tiles.rounded(torch.from_numpy(y) * tiles.gain, torch.zeros(2, TINY.hyper, 1, 1))
    assert (error <= tiles.pixels[0].numel()).all(), "no pixel of 0 ... 1 is off by more than 1"


def test_one_step_changes_nothing_for_the_worse() -> None:
    y, around = setting()
    bits, error = costs(y, None, around)
    better_bits, better_error = costs(*refine(tiny_model(), y, around, STEP, 1), around)
    assert (better_bits <= bits).all()
    assert (better_error <= error).all()


def test_it_is_repeatable_and_leaves_its_input_and_the_weights_alone() -> None:
    y, around = setting()
    model = tiny_model()
    before = y.copy(), {name: value.clone() for name, value in model.state_dict().items()}
    first, second = (refine(model, y, around, STEP, 8) for _ in range(2))
    assert all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))
    assert np.array_equal(y, before[0])
    assert all(torch.equal(value, before[1][name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_z_comes_back_rounded() -> None:
    y, around = setting()
    _, z = refine(tiny_model(), y, around, STEP, 8)
    assert np.array_equal(z, np.rint(z))


@pytest.mark.parametrize("temperature", [0.6, 0.2, 0.05])
def test_rounding_stays_between_the_neighbours_and_hardens(temperature: float) -> None:
    draw = torch.Generator().manual_seed(0)
    value = torch.linspace(-3, 3, 2001)
    rounded = _AnnealedRounding(temperature, 0.5, draw)(value)
    assert (rounded >= value.floor()).all()
    assert (rounded <= value.floor() + 1).all()
    off = (rounded - torch.round(rounded)).abs().mean()
    assert off < (0.2 if temperature > 0.3 else 0.03)


def test_its_gradient_is_finite_on_integers() -> None:
    value = torch.tensor([-1.0, 0.0, 2.0, 0.5], requires_grad=True)
    _AnnealedRounding(0.2, 0.5, torch.Generator().manual_seed(0))(value).sum().backward()
    assert value.grad is not None
    assert value.grad.isfinite().all()
