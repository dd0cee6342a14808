"""Freezing, the last step of training: the scale network becomes integers, the distributions become tables.

What is left in floating point (transforms, means, gains) is rounded to float16 first, as it will be stored, and runs
in float32 from then on. `freeze` measures what all of it costs. How the result is stored is the business of `weights`.
"""

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aecodec.entropy.intnet import ACTIVATION_MAX, NAMES, WEIGHT_MAX, IntegerLayer, IntegerNetwork
from aecodec.entropy.tables import Tables, concatenate, ideal_bits
from aecodec.errors import WeightsError
from aecodec.models.frozen import Frozen, hyper_rows
from aecodec.models.weights import halves
from aecodec.nets.blocks import Knots
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SCALES
from aecodec.nets.prior import INDEX_UNIT, SCALE_LOW, SCALE_STEP, HyperSynthesisScales
from aecodec.quality import QUALITY_STEPS
from aecodec.training.tablefit import latent_tables, logistic_tables

HEADROOM = 4  # activations may grow to this many times the largest one seen in calibration before they clamp
FINEST_ACTIVATION = 10  # fraction bits; more than 1/1024 of a unit buys nothing
FINEST_WEIGHT = 14
CALIBRATION_STEPS = tuple(range(0, QUALITY_STEPS + 1, QUALITY_STEPS // 8))


@dataclass(frozen=True)
class FreezingCost:
    """Rate before and after freezing, bits a pixel, the same rounded symbols in both; means over all qualities."""

    float_bpp: float
    frozen_bpp: float

    @property
    def percent(self) -> float:
        return 100 * (self.frozen_bpp / self.float_bpp - 1)


def freeze(trained: Compressor, crops: Tensor) -> tuple[Frozen, FreezingCost]:
    """Freeze a copy of `trained`, calibrated and measured on crops (N, 3, H, W) of 0 ... 1, sides multiples of 64.

    Raises WeightsError for a scale network that no integers can hold.
    """
    model = copy.deepcopy(trained).cpu().half().float().eval()
    crops = crops.cpu()
    with torch.no_grad():
        coded = list(_coded(model, model.analyse(crops)))
        integers = _freeze_scales(model.prior.scales, coded)
        frozen = Frozen(model.config, halves(model), integers, _freeze_tables(model))
        before, after = (sum(bits) for bits in zip(*(_bits(model, frozen, part) for part in coded), strict=True))
    values = crops.shape[0] * crops.shape[2] * crops.shape[3] * len(CALIBRATION_STEPS)
    return frozen, FreezingCost(before / values, after / values)


@dataclass(frozen=True)
class _Coded:
    """Crops that are coded alike at a quality step: y in quantiser steps, of all channels or without details, and z."""

    step: int
    scaled: Tensor
    z: Tensor


def _coded(model: Compressor, y: Tensor) -> Iterator[_Coded]:
    """y before the gain, (N, latents + details, h, w), at every calibration step; details only where they are coded."""
    prior = model.prior
    for step in CALIBRATION_STEPS:
        scaled = y * prior.log_gain(torch.tensor([step])).exp()
        detailed = prior.needs_details(scaled)
        for part in (scaled[detailed], scaled[~detailed][:, : prior.latents]):
            if len(part):
                z = torch.round(prior.hyper_analysis(part, torch.full((len(part),), step)))
                yield _Coded(step, part, z)


def _freeze_scales(network: HyperSynthesisScales, coded: Sequence[_Coded]) -> IntegerNetwork[NDArray[Any]]:
    """Post-training quantisation with one power-of-two format a layer, from the activations that calibration sees."""
    largest = dict.fromkeys(NAMES, 1e-6)

    def watch(name: str) -> None:
        def hook(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            largest[name] = max(largest[name], float(inputs[0].abs().max()))

        handles.append(getattr(network, name).register_forward_pre_hook(hook))

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for name in NAMES:
        watch(name)
    for part in coded:
        network(part.z, torch.full((len(part.z),), part.step))
    for handle in handles:
        handle.remove()

    knots: dict[str, Knots] = {"expand": network.expand_bias, "last": network.last_bias}
    layers = []
    fraction = 0  # bits of the layer's input; z itself is integer, and the result is the integer index
    for name, following in zip(NAMES, (*NAMES[1:], None), strict=True):
        finest = _fraction_bits(largest[following] * HEADROOM, ACTIVATION_MAX, FINEST_ACTIVATION) if following else 0
        unit = 1.0 if following else INDEX_UNIT
        layer, fraction = _freeze_layer(getattr(network, name), knots.get(name), unit, (fraction, finest))
        layers.append(layer)
    if fraction != 0:
        raise WeightsError(f"the scale network's weights are too large to freeze: its result lacks {-fraction} bits")
    return IntegerNetwork(layers, np.asarray)


def _freeze_layer(
    convolution: nn.Conv2d, knots: Knots | None, unit: float, fractions: tuple[int, int]
) -> tuple[IntegerLayer, int]:
    """`fractions`: bits of the input, and the most that the output may have; returns what it has."""
    weight = convolution.weight.double() * unit
    bias = convolution.bias.double() * unit  # type: ignore[union-attr]
    from_knots = knots.value.double() * unit if knots is not None else torch.zeros(Knots(1).value.shape[0], 1)
    bits = _fraction_bits(float(weight.abs().max()), WEIGHT_MAX, FINEST_WEIGHT)
    # the sum has as many as input and weights together; of a coarse input at least the rounding bit is kept
    fraction = min(fractions[1], fractions[0] + bits - 1)
    kernel = torch.round(weight * 2.0**bits)
    assert kernel.abs().max() <= WEIGHT_MAX  # or int16 would wrap silently
    layer = IntegerLayer(
        weight=kernel.to(torch.int16).numpy(),
        bias=torch.round((bias + from_knots) * 2.0 ** (fractions[0] + bits)).to(torch.int64).numpy(),
        shift=fractions[0] + bits - fraction,
    )
    return layer, fraction


def _fraction_bits(largest: float, limit: int, finest: int) -> int:
    """Most fraction bits with which `largest` stays within `limit`."""
    return min(math.floor(math.log2(limit / max(largest, 1e-9))), finest)


def _freeze_tables(model: Compressor) -> Tables:
    share, stretch = (float(value) for value in model.prior.tail())
    scales = SCALE_LOW * np.exp(SCALE_STEP * np.arange(SCALES))
    prior = model.prior.factorised
    location = prior.location.double().flatten().numpy()
    scale = prior.log_scale.double().exp().flatten().numpy()
    return concatenate(latent_tables(scales, share, stretch), logistic_tables(location, scale))


def _bits(model: Compressor, frozen: Frozen, coded: _Coded) -> tuple[float, float]:
    """Bits of the same symbols by the float model and by the tables that the integer network chooses."""
    prior, step, z = model.prior, coded.step, coded.z
    steps = torch.full((len(z),), step)
    channels = coded.scaled.shape[1]
    residuals = torch.zeros_like(coded.scaled)

    def code(mean: Tensor, mask: Tensor) -> Tensor:
        residual = torch.round(coded.scaled - mean)
        residuals.add_(mask * residual)
        return mean + residual

    prior.code_in_context(z, steps, prior.log_gain(steps).exp()[:, :channels], code)
    index = prior.scales(z, steps, channels).clamp(0, SCALES - 1)
    before = float(prior.bits(residuals, index).sum() + prior.factorised.bits(z, steps).sum())
    rows = frozen.integers(z.double().numpy(), step, SCALES - 1, channels).astype(np.int32)
    after = ideal_bits(frozen.tables, residuals.to(torch.int32).numpy(), rows)
    return before, after + ideal_bits(frozen.tables, z.to(torch.int32).numpy(), hyper_rows(step, z.shape))
