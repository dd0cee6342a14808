"""A filter that an encoder fits to one picture (`codec.fitting`), and a decoder runs over what the network made of it.

A synthesis is the same for all pictures; what it leaves at this one's edges and in its textures is alike from place to
place. As in VVC's adaptive loop filter with clipping (Taquet et al., "Non-linear adaptive loop filter", JVET-N0242), a
sample is corrected by how its neighbours differ from it: as they are, and in all channels clipped, so that edges stay.
The weights are integers, so that the samples come out the same wherever the filter runs.

Legend: H, W pixels, C channels, 1 or 3, F features of a pixel, n pixels. A *level* is one of 8 bits. The features of a
pixel, each of all channels but the first: a level; its distance to mid-range; the sums of what both neighbours of a
pair have more, for the first pairs of the filter's shape; and, for each of its clips, such sums for all its pairs with
each of the two clipped to so many levels. To a sample `weights . features / 2^shift` is added, rounded, halves up.
Beyond the picture's edges its last samples are repeated.

The part POSTFILTER: one byte of 16 k + 8 s + (shift - 6), s the shape's place in `SHAPES`, then the weights, those of
the first channel first, as Rice codes in bits, the lowest of a byte first: of w the number v = 2 w, or -2 w - 1 of a
negative one, as v >> k ones, a zero, and the k lowest bits of v, the lowest first. The last byte is filled with zeros.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aecodec.bits import varint
from aecodec.codec.layers import Crop
from aecodec.codec.layout import CRC_BYTES
from aecodec.compiled import native
from aecodec.errors import Corrupt
from aecodec.pictures.picture import Samples

REACH = 3  # pixels: what is farther does not matter
PAIRS = (  # rows and columns to one of two opposite neighbours, the near ones first
    *((0, 1), (1, 0), (0, 2), (1, 1), (1, -1), (2, 0)),
    *((0, 3), (1, 2), (1, -2), (2, 1), (2, -1), (3, 0)),
)
SHIFTS = range(6, 12)
MAX_WEIGHT = (1 << 15) - 1
MAX_RICE = 15
STRIP = 1 << 15  # pixels at a time
OUTPUTS, CLIPS = 3, 2  # of the compiled loop, whatever a filter has


class Shape(NamedTuple):
    """Which features a filter knows: of so many `pairs`, the first `plain` ones as they are, and all in `clips`."""

    pairs: int
    plain: int
    clips: tuple[int, ...]  # levels

    def features(self, channels: int) -> int:
        """How many there are of a pixel."""
        return 1 + channels * (1 + self.plain + len(self.clips) * self.pairs)


SHAPES = (Shape(6, 2, (8,)), Shape(12, 12, (6, 24)))


def part_bytes(payload: bytes | None) -> int:
    """What the part adds to a file: kind, size, payload and checksum."""
    return 0 if payload is None else 1 + len(varint(len(payload))) + len(payload) + CRC_BYTES


def around(crop: Crop, width: int, height: int) -> Crop:
    """What of a picture (x, y, width, height of it) has to be there for a crop of it to be filtered."""
    left, top = max(crop[0] - REACH, 0), max(crop[1] - REACH, 0)
    right, bottom = min(crop[0] + crop[2] + REACH, width), min(crop[1] + crop[3] + REACH, height)
    return left, top, right - left, bottom - top


def prepare() -> None:
    """Begin to compile what `PostFilter.apply` needs; returns at once."""
    native.prepare("correct")


@dataclass(frozen=True, eq=False)
class PostFilter:
    """Weights (C, F) int32 of a shape's features, in units of 2^-shift."""

    shape: Shape
    weights: NDArray[np.int32]
    shift: int

    def apply(self, samples: Samples, threads: int) -> Samples:
        """Samples (H, W, C), uint8 or uint16, the whole picture or what REACH pixels around what is wanted."""
        height, width, channels = samples.shape
        filtered = np.empty_like(samples)
        level, most = level_of(samples), np.iinfo(samples.dtype).max >> 1
        own, weights = self._laid_out(level)
        clips = level * np.array((self.shape.clips * CLIPS)[:CLIPS], np.int64)
        stride = width + 2 * REACH
        offsets = np.array([row * stride + column for row, column in PAIRS[: self.shape.pairs]], np.int64)

        def run(rows: slice) -> None:
            count = rows.stop - rows.start
            planes = planes_of(samples, np.arange(rows.start - REACH, rows.stop + REACH))
            room, shown = np.empty(OUTPUTS * width, np.int64), np.empty((OUTPUTS, count, width), np.int16)
            geometry = planes[0].size, stride, REACH * stride + REACH, count, width, channels
            told = own, weights, self.shift, most
            native.run("correct", planes, *geometry, offsets, offsets.size, clips, *told, room, shown)
            unsigned = shown[:channels].transpose(1, 2, 0).view(np.uint16)
            np.add(unsigned, most + 1, out=filtered[rows], casting="unsafe", dtype=np.uint16)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, strips(height, width, STRIP)))
        return filtered

    def _laid_out(self, level: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """As the compiled loop takes them: (3, 4) of one and of the samples, (3, C, pairs, 3) of the differences."""
        channels, (pairs, plain, clips) = len(self.weights), self.shape
        own, weights = np.zeros((OUTPUTS, 1 + 3), np.int32), np.zeros((OUTPUTS, channels, pairs, 1 + CLIPS), np.int32)
        own[:channels, 0] = level * self.weights[:, 0] + (1 << (self.shift - 1))  # so that halves go up
        own[:channels, 1 : 1 + channels] = self.weights[:, 1 : 1 + channels]
        first = 1 + channels
        for kind, count in enumerate((plain, *[pairs] * len(clips))):
            block = self.weights[:, first : first + channels * count].reshape(channels, count, channels)
            weights[:channels, :, :count, kind] = block.transpose(0, 2, 1)
            first += channels * count
        return own, weights

    def to_bytes(self) -> bytes:
        """The part's payload."""
        values = unsigned(self.weights.ravel())
        rice = best_rice(values)
        bits: list[int] = []
        for value in values.tolist():
            bits += [1] * (value >> rice) + [0] + [value >> place & 1 for place in range(rice)]
        head = rice << 4 | SHAPES.index(self.shape) << 3 | (self.shift - SHIFTS.start)
        return bytes([head]) + np.packbits(bits, bitorder="little").tobytes()

    @classmethod
    def from_bytes(cls, payload: bytes, channels: int) -> "PostFilter":
        """Inverse of `to_bytes`; raises Corrupt."""
        rice, shape, shift = payload[0] >> 4, SHAPES[payload[0] >> 3 & 1], (payload[0] & 7) + SHIFTS.start
        if shift not in SHIFTS:
            raise Corrupt(f"part POSTFILTER: a shift of {shift} is illegal")
        bits = np.unpackbits(np.frombuffer(payload, np.uint8, offset=1), bitorder="little").tolist()
        position = 0
        values = []
        for _ in range(channels * shape.features(channels)):
            end = bits.index(0, position) if 0 in bits[position:] else len(bits)
            low = bits[end + 1 : end + 1 + rice]
            if end == len(bits) or len(low) < rice:
                raise Corrupt("part POSTFILTER: it ends within a weight")
            values.append((end - position << rice) + sum(bit << place for place, bit in enumerate(low)))
            position = end + 1 + rice
        if len(bits) - position >= 8 or any(bits[position:]):
            raise Corrupt("part POSTFILTER: it goes on behind its weights")
        if max(values) > 2 * MAX_WEIGHT:
            raise Corrupt(f"part POSTFILTER: a weight is beyond {MAX_WEIGHT}")
        found = np.array(values, np.int32)
        return cls(shape, np.where(found & 1, -(found + 1 >> 1), found >> 1).reshape(channels, -1), shift)


def unsigned(weights: NDArray[Any]) -> NDArray[np.int64]:
    """As numbers of 0 and above, small where weights are."""
    values = weights.astype(np.int64)
    return np.where(values < 0, -2 * values - 1, 2 * values)


def rice_bits(values: NDArray[np.int64], rice: int) -> NDArray[np.int64]:
    """Of each value's Rice code."""
    bits: NDArray[np.int64] = (values >> rice) + 1 + rice
    return bits


def best_rice(values: NDArray[np.int64]) -> int:
    """With which they take the fewest bits."""
    return int(np.argmin([rice_bits(values, rice).sum() for rice in range(MAX_RICE + 1)]))


def level_of(samples: Samples) -> int:
    """A level in units of samples."""
    return 1 << 8 * (samples.dtype.itemsize - 1)


def planes_of(samples: Samples, rows: NDArray[np.intp]) -> NDArray[np.int16]:
    """(C, rows, W + 2 REACH): samples less mid-range of some rows, the nearest ones where a row is none."""
    chosen = samples[np.clip(rows, 0, len(samples) - 1)].transpose(2, 0, 1)
    middle = (np.iinfo(samples.dtype).max >> 1) + 1
    planes = np.empty((*chosen.shape[:2], chosen.shape[2] + 2 * REACH), np.int16)
    planes[:, :, REACH:-REACH] = np.subtract(chosen, middle, dtype=np.int32)
    planes[:, :, :REACH] = planes[:, :, REACH, None]
    planes[:, :, -REACH:] = planes[:, :, -REACH - 1, None]
    return planes


def strips(height: int, width: int, pixels: int) -> Iterator[slice]:
    """Rows that are worked on together, with so many pixels at most, or one."""
    rows = max(pixels // width, 1)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))
