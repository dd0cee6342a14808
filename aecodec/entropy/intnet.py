"""A fixed-point convolutional network whose result is the same on every machine: it turns z into scale indices.

The integers are carried in float64 tensors. Every partial sum stays below 2^40, far from 2^53 where float64 stops
holding all integers, so any order of addition gives the same sum, and rounding after each layer removes even the
error of an FFT's or Winograd's algorithm. What makes the integers is `training.freeze`.

Number formats, one set a layer: weights are integers of at most 16 bits, biases are in units of the accumulator;
activations are 0 ... 32767, the input -32768 ... 32767; a layer's output is (accumulator + 2^(shift-1)) >> shift.
Biases are given at knots of the quality and interpolated between them in integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.errors import WeightsError
from aecodec.quality import KNOT_SPACING, KNOTS

ACTIVATION_MAX = (1 << 15) - 1
WEIGHT_MAX = (1 << 15) - 1
ACCUMULATOR_BITS = 40  # leaves 13 bits for the error of any convolution algorithm before the rounding
NAMES = ("expand", "middle", "spread", "last")  # in order; see `nets.prior.HyperSynthesisScales`
SHUFFLED = ("expand", "middle")  # followed by a pixel-shuffle to twice the resolution


@dataclass(frozen=True, eq=False)
class IntegerLayer:
    """One convolution with stride 1 that keeps the size."""

    weight: np.ndarray  # int16 (outputs, inputs, k, k), k odd
    bias: np.ndarray  # int64 (KNOTS, outputs)
    shift: int

    def __post_init__(self) -> None:
        if (
            self.weight.dtype != np.int16
            or self.weight.ndim != 4
            or not self.weight.size
            or self.weight.shape[2] % 2 == 0
        ):
            raise WeightsError("a layer of the exact network has no int16 kernel of odd size")
        if self.bias.dtype != np.int64 or self.bias.shape != (KNOTS, self.weight.shape[0]):
            raise WeightsError("a layer of the exact network has biases of a wrong shape")
        if not 1 <= self.shift <= ACCUMULATOR_BITS:
            raise WeightsError(f"a layer of the exact network is shifted by {self.shift}")
        if self.largest_sum() >= 1 << ACCUMULATOR_BITS:
            raise WeightsError(f"a sum of the exact network may need more than {ACCUMULATOR_BITS} bits")

    def largest_sum(self) -> int:
        """Bound on every partial sum: fan-in * max|w| * max|x| + max|bias|."""
        fan_in = int(np.prod(self.weight.shape[1:]))
        largest = int(np.abs(self.weight.astype(np.int64)).max())
        offset = max(-int(self.bias.min()), int(self.bias.max()))  # no np.abs, whose -2^63 stays below zero
        return fan_in * largest * (ACTIVATION_MAX + 1) + offset


def bias_at(knots: Tensor, step: int) -> Tensor:
    """Biases at a quality step, int64 (outputs,), of those at the knots, int64 (KNOTS, outputs); all in integers."""
    knot = min(step // KNOT_SPACING, KNOTS - 2)
    part = step - knot * KNOT_SPACING
    weighted = knots[knot] * (KNOT_SPACING - part) + knots[knot + 1] * part
    return torch.div(weighted + KNOT_SPACING // 2, KNOT_SPACING, rounding_mode="floor")


class IntegerNetwork:
    """The frozen scale network on one device."""

    def __init__(self, layers: Sequence[IntegerLayer], device: torch.device) -> None:
        if len(layers) != len(NAMES):
            raise WeightsError(f"the exact network has {len(layers)} layers instead of {len(NAMES)}")
        self.layers = tuple(layers)
        self.device = device
        # on the device once: a copy for each picture would wait for it
        self.weights = [torch.from_numpy(layer.weight).to(device, torch.float64) for layer in layers]
        self.biases = [torch.from_numpy(layer.bias).to(device) for layer in layers]

    def __call__(self, z: Tensor, step: int, top: int, outputs: int | None = None) -> Tensor:
        """Hyper-latents (N, inputs, h, w) holding integers -> int32 indices 0 ... `top`, (N, outputs, 4h, 4w).

        Only the first `outputs` of the last layer are computed, or all.
        """
        x = z.to(torch.float64).clamp(-ACTIVATION_MAX - 1, ACTIVATION_MAX)
        for name, layer, weight, knots in zip(NAMES, self.layers, self.weights, self.biases, strict=True):
            rows = outputs if name == NAMES[-1] else None
            bias = bias_at(knots, step)[:rows, None, None]
            total = torch.round(F.conv2d(x, weight[:rows], padding=weight.shape[2] // 2)) + bias
            x = torch.div(total + (1 << (layer.shift - 1)), 1 << layer.shift, rounding_mode="floor")
            x = x.clamp(0, top if name == NAMES[-1] else ACTIVATION_MAX)
            if name in SHUFFLED:
                x = F.pixel_shuffle(x, 2)
        return x.to(torch.int32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}
        for name, layer in zip(NAMES, self.layers, strict=True):
            arrays[f"{name}.weight"], arrays[f"{name}.bias"] = layer.weight, layer.bias
            arrays[f"{name}.shift"] = np.array([layer.shift], np.int32)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], device: torch.device) -> "IntegerNetwork":
        """Inverse of `to_arrays`; raises WeightsError for missing, misshapen or too large parts."""
        try:
            shifts = [arrays[f"{name}.shift"] for name in NAMES]
            if any(shift.dtype != np.int32 or shift.shape != (1,) for shift in shifts):
                raise WeightsError("a shift of the exact network is no int32 number")
            layers = [
                IntegerLayer(arrays[f"{name}.weight"], arrays[f"{name}.bias"], int(shift[0]))
                for name, shift in zip(NAMES, shifts, strict=True)
            ]
        except KeyError as error:
            raise WeightsError(f"the exact network lacks {error}") from error
        return cls(layers, device)
