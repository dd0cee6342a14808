"""The exact network: integers in, integers out, by any algorithm, equal to plain integer arithmetic."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from aecodec.entropy import intnet
from aecodec.entropy.intnet import ACCUMULATOR_BITS, NAMES, IntegerLayer, IntegerNetwork, bias_at
from aecodec.errors import WeightsError
from aecodec.nets.config import SCALES
from aecodec.quality import KNOT_SPACING, KNOTS, QUALITY_STEPS
from tests.tiny import TINY, tiny_frozen

PLACES: dict[str, Callable[[np.ndarray], Any]] = {"numpy": np.asarray, "torch": torch.from_numpy}


@pytest.fixture(params=PLACES)
def network(request: pytest.FixtureRequest) -> IntegerNetwork[Any]:
    """In the arrays of either library."""
    return IntegerNetwork(tiny_frozen().integers.layers, PLACES[request.param])


def indices(network: IntegerNetwork[Any], z: np.ndarray, step: int, outputs: int | None = None) -> np.ndarray:
    given = z.astype(np.float64) if isinstance(network.biases[0], np.ndarray) else torch.from_numpy(z).double()
    return np.asarray(network(given, step, SCALES - 1, outputs))


def bias_by_integers(layer: IntegerLayer, step: int) -> np.ndarray:
    knot = min(step // KNOT_SPACING, KNOTS - 2)
    part = step - knot * KNOT_SPACING
    pairs = zip(layer.bias[knot].tolist(), layer.bias[knot + 1].tolist(), strict=True)
    rounded = [(a * (KNOT_SPACING - part) + b * part + KNOT_SPACING // 2) // KNOT_SPACING for a, b in pairs]
    return np.array(rounded, object)


def by_integers(network: IntegerNetwork, z: np.ndarray, step: int) -> np.ndarray:
    """The same network in Python's own integers (object arrays), one picture (C, h, w)."""
    x = z.astype(object)
    for name, layer in zip(NAMES, network.layers, strict=True):
        outputs, _, kernel, _ = layer.weight.shape
        reach = kernel // 2
        padded = np.pad(x, ((0, 0), (reach, reach), (reach, reach)), constant_values=0)
        total = np.zeros((outputs, *x.shape[1:]), object) + bias_by_integers(layer, step)[:, None, None]
        for row in range(kernel):
            for column in range(kernel):
                part = padded[:, row : row + x.shape[1], column : column + x.shape[2]]
                total += np.tensordot(layer.weight[:, :, row, column].astype(object), part, 1)
        top = SCALES - 1 if name == "last" else (1 << 15) - 1
        x = np.clip((total + (1 << (layer.shift - 1))) >> layer.shift, 0, top)
        if name in ("expand", "middle"):
            channels, height, width = x.shape
            x = x.reshape(channels // 4, 2, 2, height, width).transpose(0, 3, 1, 4, 2)
            x = x.reshape(channels // 4, 2 * height, 2 * width)
    return x


@pytest.mark.parametrize("step", [0, 1, KNOT_SPACING, 777, QUALITY_STEPS])
def test_it_is_integer_arithmetic(network: IntegerNetwork[Any], step: int) -> None:
    z = np.random.default_rng(step).integers(-300, 300, (TINY.hyper, 2, 3))
    result = indices(network, z[None], step)[0]
    expected = by_integers(network, z, step)
    assert result.shape == (TINY.latents, 8, 12)
    assert len(np.unique(result)) > 5
    assert (result == expected).all()


def test_every_sum_keeps_far_from_where_float64_stops_counting() -> None:
    for layer in tiny_frozen().integers.layers:
        assert layer.largest_sum() < 1 << ACCUMULATOR_BITS


def test_extreme_input_clamps_alike(network: IntegerNetwork[Any]) -> None:
    z = np.full((1, TINY.hyper, 1, 1), 10**9)
    clamped = np.full((1, TINY.hyper, 1, 1), (1 << 15) - 1)
    assert np.array_equal(indices(network, z, 5), indices(network, clamped, 5))


def test_the_first_outputs_alone_are_those_of_all(network: IntegerNetwork[Any]) -> None:
    z = np.random.default_rng(1).integers(-20, 20, (2, TINY.hyper, 3, 2))
    first = indices(network, z, 700, 8)
    assert first.shape == (2, 8, 12, 8)
    assert np.array_equal(first, indices(network, z, 700)[:, :8])


@pytest.mark.parametrize(("cells", "threads"), [(1, 1), (40, 2), (10**6, 3)])
def test_strips_make_no_difference(monkeypatch: pytest.MonkeyPatch, cells: int, threads: int) -> None:
    network = tiny_frozen().integers
    monkeypatch.setattr(intnet, "STRIP_CELLS", cells)
    z = np.random.default_rng(2).integers(-20, 20, (2, TINY.hyper, 5, 2))
    found = network.in_strips(z.astype(np.float64), 700, SCALES - 1, 8, threads)
    assert found.dtype == np.int32
    assert np.array_equal(found, indices(network, z, 700, 8))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_biases_are_interpolated_and_rounded_in_integers(place: Callable[[np.ndarray], Any]) -> None:
    knots = np.zeros((KNOTS, 1), np.int64)
    knots[1], knots[2] = 10, -11
    assert [int(bias_at(place(knots), step)[0]) for step in (0, 66, 132, 132 + 66, 264)] == [0, 5, 10, 0, -11]
    largest = np.full((KNOTS, 1), (1 << ACCUMULATOR_BITS) - 1)
    assert int(bias_at(place(largest), 777)[0]) == (1 << ACCUMULATOR_BITS) - 1


def test_arrays_round_trip_and_damage_is_a_weights_error() -> None:
    network = tiny_frozen().integers
    arrays = network.to_arrays()
    again = IntegerNetwork.from_arrays(arrays, np.asarray)
    assert all((a.weight == b.weight).all() for a, b in zip(network.layers, again.layers, strict=True))
    with pytest.raises(WeightsError, match="lacks"):
        IntegerNetwork.from_arrays({name: a for name, a in arrays.items() if name != "last.shift"}, np.asarray)


@pytest.mark.parametrize("change", [{"shift": 0}, {"weight": np.ones((2, 2), np.int16)}, {"bias": np.zeros((2, 2))}])
def test_illegal_layers_are_refused(change: dict[str, object]) -> None:
    layer = tiny_frozen().integers.layers[0]
    with pytest.raises(WeightsError):
        dataclasses.replace(layer, **change)


def test_a_sum_that_could_overflow_is_refused() -> None:
    with pytest.raises(WeightsError, match="40 bits"):
        IntegerLayer(np.full((1, 1200, 1, 1), 32767, np.int16), np.zeros((KNOTS, 1), np.int64), 1)
