"""Samples of any depth and kind as 8 or 16 bits: unsigned, signed and floating-point numbers.

Unsigned numbers of n bits are scaled so that their range, 0 ... 2^n - 1, becomes that of 8 or 16 bits, rounded to the
nearest: up to 16 bits nothing is lost. Signed ones are first shifted by 2^(n-1), so that the darkest is 0 and 0 is
middle grey: that keeps their order and their differences, which clipping would not, and a user can undo it.
Floating-point numbers go from 0, black, to 1, white, as every program has it that stores pictures so; what lies outside
is clipped. None is made linear or not: colours are as the profile says, before and after.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput
from aecodec.pictures.picture import Samples
from aecodec.pictures.wanted import Warn

CHUNK = 1 << 20  # samples scaled at once, which bounds what is needed beside input and result


def to_samples(array: NDArray[Any], bits: int, warn: Warn) -> Samples:
    """`array` (H, W, ...) of `bits` significant bits as uint8 (up to 8 bits) or uint16, of the same shape.

    `warn` gets a line where values are others than before: more than 8 bits that are not 16, signed, floating-point.
    Raises BadInput for NaN, and for integers of more than 32 bits.
    """
    kind = array.dtype.kind
    if kind == "f":
        return _of_floats(array, warn)
    if kind not in "bui" or bits > 32:
        raise BadInput(f"samples of {bits} bits ({array.dtype}) are not read: convert the picture to 8 or 16 bits")
    if kind != "i" and bits in (8, 16):
        unsigned: Samples = array
        return unsigned
    top, half = (1 << bits) - 1, 1 << (bits - 1) if kind == "i" else 0
    goal = np.dtype(np.uint8 if bits <= 8 else np.uint16)
    _tell(array, bits, half, warn)

    def scaled(part: NDArray[Any]) -> NDArray[Any]:
        numbers: NDArray[Any] = (part.astype(np.int64) + half).astype(np.uint64)
        return (numbers * (255 if bits <= 8 else 65535) + top // 2) // top

    return _in_parts(array, goal, scaled)


def _tell(array: NDArray[Any], bits: int, half: int, warn: Warn) -> None:
    shift = f"shifted by {half:,}, so that 0 is middle grey" if half else ""
    scale = "scaled to 16" if bits > 8 and bits != 16 else ""
    if half or bits > 16:  # a narrow part of so wide a range may be nearly flat afterwards: the user has to know
        kind = f"{'signed ' if half else ''}{bits}-bit samples (here {array.min():,} ... {array.max():,})"
    else:
        kind = f"{bits}-bit samples"
    if shift or scale:
        warn(f"{kind} are {' and '.join(filter(None, (shift, scale)))}")


def _of_floats(array: NDArray[Any], warn: Warn) -> Samples:
    """0 ... 1 as 0 ... 65535."""
    lowest, highest, outside = np.inf, -np.inf, 0
    for part in _parts(array):
        if np.isnan(part).any():
            raise BadInput("some samples are NaN, not a number: there is no grey for them")
        lowest, highest = min(lowest, float(part.min())), max(highest, float(part.max()))
        outside += int(((part < 0) | (part > 1)).sum())
    clipped = ""
    if outside:
        share = 100 * outside / array.size
        clipped = f"; {share:.2g} % of them are outside and are clipped (here {lowest:.4g} ... {highest:.4g})"
    warn(f"floating-point samples, 0 ... 1, are scaled to 16 bits{clipped}")

    def scaled(part: NDArray[Any]) -> NDArray[Any]:
        return np.rint(part.clip(0, 1).astype(np.float64) * 65535)

    return _in_parts(array, np.dtype(np.uint16), scaled)


def _parts(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    rows = max(1, CHUNK * array.shape[0] // max(array.size, 1))
    return (array[top : top + rows] for top in range(0, array.shape[0], rows))


def _in_parts(array: NDArray[Any], goal: np.dtype[Any], scaled: Callable[[NDArray[Any]], NDArray[Any]]) -> Samples:
    done: Samples = np.empty(array.shape, goal)
    at = 0
    for part in _parts(array):
        done[at : at + len(part)] = scaled(part)
        at += len(part)
    return done
