"""Freezing: integers that say what the floats said, at next to no rate, and the same bytes each time."""

import copy
from functools import cache

import numpy as np
import pytest
import torch

from aecodec.entropy.tables import concatenate
from aecodec.errors import WeightsError
from aecodec.executors import modules
from aecodec.models import weights
from aecodec.models.frozen import Frozen
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SCALES
from aecodec.nets.prior import SCALE_LOW, SCALE_STEP, LatentPrior
from aecodec.quality import KNOTS, QUALITY_STEPS
from aecodec.training.extend import extend, extended
from aecodec.training.freeze import CALIBRATION_STEPS, FreezingCost, freeze
from aecodec.training.pca import pca_start
from aecodec.training.tablefit import latent_tables, logistic_tables
from tests.tiny import DETAILS, TINY, crops, tiny_detailed, tiny_frozen, tiny_model


@cache
def trained() -> Compressor:
    """The tiny network from its PCA start, with last layers that are not zero, as if trained."""
    torch.manual_seed(0)
    model = Compressor(TINY)
    pca_start(model, crops(4, 128))
    with torch.no_grad():
        model.prior.scales.last.weight.normal_(0, 0.1)
        model.prior.factorised.location.uniform_(-3, 3)
        model.prior.factorised.log_scale.uniform_(-1, 2)
    return model


@cache
def frozen() -> tuple[Frozen, FreezingCost]:
    return freeze(trained(), crops(4, 128))


def indices(tested: Frozen, z: torch.Tensor, step: int, channels: int | None = None) -> torch.Tensor:
    return torch.from_numpy(tested.integers(z.double().numpy(), step, SCALES - 1, channels))


@pytest.mark.parametrize("make", [tiny_frozen, lambda: frozen()[0]])
@pytest.mark.parametrize("step", [0, 1, 700, 1301, QUALITY_STEPS])
@torch.no_grad()
def test_indices_are_those_of_the_float_network(make: object, step: int) -> None:
    tested: Frozen = make()  # type: ignore[operator]
    model = modules.compressor(tested)
    prior = model.prior
    steps = torch.full((6,), step)
    scaled = model.analysis(crops(6, 192)) * prior.log_gain(steps).exp()
    z = torch.round(prior.hyper_analysis(scaled, steps))
    real = prior.scales(z, steps).clamp(0, SCALES - 1)
    index = indices(tested, z, step)
    difference = (index - real).abs()
    assert index.unique().numel() > 10
    assert (difference <= 1).float().mean() > 0.999
    assert difference.mean() < 0.3  # rounding to whole indices alone costs 1/4
    assert difference.max() < 3


def test_the_cost_is_small_and_is_not_hidden() -> None:
    _, cost = frozen()
    assert cost.float_bpp > 0.1
    assert abs(cost.percent) < 0.5
    assert FreezingCost(2.0, 2.01).percent == pytest.approx(0.5)


@cache
def detailed() -> tuple[Frozen, FreezingCost]:
    return freeze(extend(tiny_model(), extended(TINY, DETAILS, 5.0), crops(16, 128)), crops(4, 128))


@pytest.mark.parametrize("step", [0, 700, QUALITY_STEPS])
@torch.no_grad()
def test_a_network_with_details_is_frozen_whole(step: int) -> None:
    tested, model = tiny_detailed(), modules.compressor(tiny_detailed())
    prior, steps = model.prior, torch.full((2,), step)
    scaled = model.analyse(crops(2, 128)) * prior.log_gain(steps).exp()
    z = torch.round(prior.hyper_analysis(scaled, steps))
    for channels in (TINY.latents, TINY.latents + DETAILS):
        rows = indices(tested, z, step, channels)
        difference = (rows - prior.scales(z, steps, channels).clamp(0, SCALES - 1)).abs()
        assert rows.shape[1] == channels
        assert difference.max() <= 1


def test_the_cost_counts_details_only_where_they_are_coded(monkeypatch: pytest.MonkeyPatch) -> None:
    model, cost = modules.compressor(detailed()[0]), detailed()[1]
    assert abs(cost.percent) < 0.5
    monkeypatch.setattr(LatentPrior, "needs_details", lambda prior, scaled: torch.zeros(len(scaled), dtype=torch.bool))
    _, without = freeze(model, crops(4, 128))
    assert without.float_bpp < cost.float_bpp


def test_freezing_twice_gives_the_same_bytes() -> None:
    again, cost = freeze(trained(), crops(4, 128))
    assert weights.dump(again, cost.percent) == weights.dump(frozen()[0], frozen()[1].percent)


def test_freezing_leaves_the_trained_network_alone() -> None:
    before = {name: value.clone() for name, value in trained().state_dict().items()}
    assert set(frozen()[0].values) == set(before)
    assert all(torch.equal(value, before[name]) for name, value in trained().state_dict().items())


def test_tables_are_the_scales_then_the_banks_of_z() -> None:
    prior = modules.compressor(frozen()[0]).prior
    share, stretch = (float(value.detach()) for value in prior.tail())
    scales = latent_tables(SCALE_LOW * np.exp(SCALE_STEP * np.arange(SCALES)), share, stretch)
    location, scale = (
        value.detach().double().numpy() for value in (prior.factorised.location, prior.factorised.log_scale)
    )
    expected = scales
    for bank in range(KNOTS):
        expected = concatenate(expected, logistic_tables(location[bank], np.exp(scale[bank])))
    assert frozen()[0].tables.count == SCALES + KNOTS * TINY.hyper
    for name, array in frozen()[0].tables.to_arrays().items():
        assert np.array_equal(array, expected.to_arrays()[name])


def test_calibration_sees_both_ends_of_quality() -> None:
    assert CALIBRATION_STEPS[0] == 0
    assert CALIBRATION_STEPS[-1] == QUALITY_STEPS


def test_activations_beyond_calibration_clamp_and_stay_legal() -> None:
    z = torch.full((1, TINY.hyper, 2, 2), 30_000.0)
    for sign in (1, -1):
        index = indices(frozen()[0], sign * z, QUALITY_STEPS)
        assert index.min() >= 0
        assert index.max() <= SCALES - 1


def cancelling() -> Compressor:
    """Large activations that cancel exactly in the next layer, whose weights are as large as 16 bits allow."""
    model = copy.deepcopy(trained())
    scales = model.prior.scales
    with torch.no_grad():
        model.prior.hyper_analysis.last.bias[0] = 2
        for layer in (scales.expand, scales.middle):
            layer.weight.zero_()
        scales.expand.weight[0:4, 0], scales.expand.weight[4:8, 0] = 2.0**14, 2.0**15
        scales.middle.weight[:, 0], scales.middle.weight[:, 1] = 1.9, -0.95
        scales.middle.bias.uniform_(0, 1)
    return model


@torch.no_grad()
def test_weights_never_wrap_where_a_layer_is_coarser_than_the_next() -> None:
    tested, _ = freeze(cancelling(), crops(4, 128))
    model = modules.compressor(tested)
    prior = model.prior
    steps = torch.full((2,), 700)
    z = torch.round(prior.hyper_analysis(model.analysis(crops(2, 128)) * prior.log_gain(steps).exp(), steps))
    assert (z[:, 0] > 0).any()
    difference = indices(tested, z, 700) - prior.scales(z, steps).clamp(0, SCALES - 1)
    assert difference.abs().max() <= 1


def test_weights_that_no_integers_can_hold_are_refused() -> None:
    model = copy.deepcopy(trained())
    with torch.no_grad():
        for layer in (model.prior.scales.middle, model.prior.scales.spread, model.prior.scales.last):
            layer.weight.fill_(6e4)
    with pytest.raises(WeightsError, match="too large to freeze"):
        freeze(model, crops(1, 64))
