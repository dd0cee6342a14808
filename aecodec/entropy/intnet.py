"""A fixed-point convolutional network whose result is the same on every machine: it turns z into scale indices.

The integers are carried in arrays of float64, NumPy's or PyTorch's, by operations that both have. Every partial sum
stays below 2^40, far from 2^53 where float64 stops holding all integers, so any order of addition gives the same sum.
What makes the integers is `training.freeze`.

Number formats, one set a layer: weights are integers of at most 16 bits, biases are in units of the accumulator;
activations are 0 ... 32767, the input -32768 ... 32767; a layer's output is (accumulator + 2^(shift-1)) >> shift.
Biases are given at knots of the quality and interpolated between them in integers.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import WeightsError
from aecodec.quality import KNOT_SPACING, KNOTS

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[Any], "Tensor")

ACTIVATION_MAX = (1 << 15) - 1
WEIGHT_MAX = (1 << 15) - 1
ACCUMULATOR_BITS = 40  # leaves 13 bits of float64
NAMES = ("expand", "middle", "spread", "last")  # in order; see `nets.prior.HyperSynthesisScales`
STRIP_CELLS = 1024  # of the finest grid, about so many a strip


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


def bias_at(knots: Array, step: int) -> Array:
    """Biases at a quality step, int64 (outputs,), of those at the knots, int64 (KNOTS, outputs); all in integers."""
    knot = min(step // KNOT_SPACING, KNOTS - 2)
    part = step - knot * KNOT_SPACING
    weighted = knots[knot] * (KNOT_SPACING - part) + knots[knot + 1] * part
    biases: Array = (weighted + KNOT_SPACING // 2) // KNOT_SPACING
    return biases


class IntegerNetwork(Generic[Array]):
    """The frozen scale network, where `place` puts the arrays that it is given, once."""

    def __init__(self, layers: Sequence[IntegerLayer], place: Callable[[NDArray[Any]], Array]) -> None:
        if len(layers) != len(NAMES):
            raise WeightsError(f"the exact network has {len(layers)} layers instead of {len(NAMES)}")
        self.layers = tuple(layers)
        kernels = [layer.weight.transpose(2, 3, 0, 1).astype(np.float64, order="C") for layer in layers]
        self.kernels: list[Array] = [place(kernel) for kernel in kernels]  # (k, k, outputs, inputs)
        self.biases: list[Array] = [place(layer.bias) for layer in layers]

    def __call__(self, z: Array, step: int, top: int, outputs: int | None = None) -> Array:
        """Hyper-latents (N, inputs, h, w) of integers in float64 -> indices 0 ... `top`, (N, outputs, 4h, 4w) likewise.

        Only the first `outputs` of the last layer are computed, or all.
        """
        return self._last(self._spread(self._grown(z, step), step), step, top, outputs)

    def in_strips(
        self: "IntegerNetwork[NDArray[Any]]", z: NDArray[Any], step: int, top: int, outputs: int, threads: int
    ) -> NDArray[np.int32]:
        """The same of NumPy's arrays, in int32: in strips that stay in a processor's cache, on so many threads.

        NumPy's products of matrices are to take one thread each meanwhile.
        """
        x = self._grown(z, step)
        count, _, height, width = x.shape
        indices = np.empty((count, outputs, height, width), np.int32)
        reach = self.kernels[2].shape[0] // 2
        size = max(STRIP_CELLS // (count * width), 4 * reach, 1)

        def work(begin: int) -> None:
            above = min(begin, reach)
            strip = self._spread(x[:, :, begin - above : begin + size + reach], step)[:, :, above : above + size]
            indices[:, :, begin : begin + size] = self._last(strip, step, top, outputs)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(0, height, size)))
        return indices

    def _grown(self, z: Array, step: int) -> Array:
        """Hyper-latents to features at four times their size, each way."""
        x = z.clip(-ACTIVATION_MAX - 1, ACTIVATION_MAX)
        return _shuffled(self._layer(1, _shuffled(self._layer(0, x, step)), step))

    def _spread(self, x: Array, step: int) -> Array:
        return self._layer(2, x, step)

    def _last(self, x: Array, step: int, top: int, outputs: int | None) -> Array:
        return self._layer(3, x, step, top, outputs)

    def _layer(self, index: int, x: Array, step: int, top: int = ACTIVATION_MAX, outputs: int | None = None) -> Array:
        total = _convolved(x, self.kernels[index][:, :, :outputs])
        total += bias_at(self.biases[index], step)[:outputs, None, None]
        total *= 2
        total += 1
        total *= 2 ** -(self.layers[index].shift + 1)  # the shift: an odd number has no tie
        shifted: Array = total.round().clip(0, top)
        return shifted

    def to_arrays(self) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}
        for name, layer in zip(NAMES, self.layers, strict=True):
            arrays[f"{name}.weight"], arrays[f"{name}.bias"] = layer.weight, layer.bias
            arrays[f"{name}.shift"] = np.array([layer.shift], np.int32)
        return arrays

    @classmethod
    def from_arrays(
        cls, arrays: dict[str, np.ndarray], place: Callable[[NDArray[Any]], Array]
    ) -> "IntegerNetwork[Array]":
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
        return cls(layers, place)


def _convolved(x: Array, kernel: Array) -> Array:
    """Stride 1, zeros beyond the edges: a product of matrices for each place of the kernel (k, k, outputs, inputs)."""
    reach = kernel.shape[0] // 2
    height, width = x.shape[2:]
    total: Array = _mixed(x, kernel[reach, reach])
    for row, column in product(range(-reach, reach + 1), repeat=2):
        if (row, column) != (0, 0):
            (here_y, there_y), (here_x, there_x) = _overlap(row, height), _overlap(column, width)
            total[:, :, here_y, here_x] += _mixed(x[:, :, there_y, there_x], kernel[reach + row, reach + column])
    return total


def _overlap(offset: int, size: int) -> tuple[slice, slice]:
    """Places, out of `size` in a row, that have a neighbour at an offset; and those neighbours."""
    return slice(max(-offset, 0), size - max(offset, 0)), slice(max(offset, 0), size - max(-offset, 0))


def _mixed(x: Array, matrix: Array) -> Array:
    """Channels (N, inputs, h, w) to (N, outputs, h, w) by a matrix (outputs, inputs)."""
    count, channels, height, width = x.shape
    mixed: Array = matrix @ x.reshape(count, channels, height * width)
    return mixed.reshape(count, matrix.shape[0], height, width)


def _shuffled(x: Array) -> Array:
    """(N, 4 C, h, w) -> (N, C, 2 h, 2 w), as PyTorch's pixel-shuffle."""
    count, channels, height, width = x.shape
    parts = x.reshape(count, channels // 4, 2, 2, height, width)  # C, row, column, h, w
    sorted_ = parts.swapaxes(2, 4).swapaxes(3, 4).swapaxes(4, 5)  # C, h, row, w, column
    shuffled: Array = sorted_.reshape(count, channels // 4, 2 * height, 2 * width)
    return shuffled
