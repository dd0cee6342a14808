"""A filter that an encoder fits to one picture, and a decoder runs over what the network made of it.

A synthesis is the same for all pictures; what it leaves at this one's edges and in its textures is alike from place to
place. As in VVC's adaptive loop filter with clipping (Taquet et al., "Non-linear adaptive loop filter", JVET-N0242), a
sample is corrected by how its neighbours differ from it: as they are next to it, farther away and in all channels
clipped, so that edges stay. The weights minimise the squared error (Wiener's filter); they are integers, so that
samples of 8 bits come out the same wherever the filter runs.

Legend: H, W pixels, C channels, 1 or 3, F features of a pixel, n pixels. A *level* is one of 8 bits. The features of a
pixel, each of all channels but the first: a level; its distance to mid-range; the sums of what both neighbours to its
left and right have more, then of those above and below; and, with each of the two clipped to CLIP levels, such sums
over the pairs of PAIRS. To a sample `weights . features / 2^shift` is added, rounded, halves up. Beyond the picture's
edges its last samples are repeated.

The part POSTFILTER: one byte of 16 k + (shift - 6), then the weights, those of the first channel first, as Rice codes
in bits, the lowest of a byte first: of w the number v = 2 w, or -2 w - 1 of a negative one, as v >> k ones, a zero, and
the k lowest bits of v, the lowest first. The last byte is filled with zeros.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.bits import varint
from aecodec.codec.layers import Crop
from aecodec.codec.layout import CRC_BYTES
from aecodec.errors import Corrupt
from aecodec.pictures.picture import Samples

REACH = 2  # pixels: what is farther does not matter
PAIRS = ((0, 1), (1, 0), (0, 2), (1, 1), (1, -1), (2, 0))  # rows and columns to one of two opposite neighbours
NEXT = 2  # of them lie next to a pixel
CLIP = 8  # levels
SHIFTS = range(6, 12)
MAX_WEIGHT = (1 << 15) - 1
MAX_RICE = 15
STRIP = 1 << 14  # pixels at a time: what is made of them stays in a processor's cache
RIDGE = 1e-7  # of the mean square of a feature
COMMON_BYTES = 72  # of the part, of three channels
SWEEPS = 2  # over the weights, for each the integer that is best beside the others

Values = NDArray[np.floating[Any]]


def features_of(channels: int) -> int:
    """How many there are of a pixel."""
    return 1 + channels * (1 + NEXT + len(PAIRS))


def part_bytes(payload: bytes | None) -> int:
    """What the part adds to a file: kind, size, payload and checksum."""
    return 0 if payload is None else 1 + len(varint(len(payload))) + len(payload) + CRC_BYTES


def around(crop: Crop, width: int, height: int) -> Crop:
    """What of a picture (x, y, width, height of it) has to be there for a crop of it to be filtered."""
    left, top = max(crop[0] - REACH, 0), max(crop[1] - REACH, 0)
    right, bottom = min(crop[0] + crop[2] + REACH, width), min(crop[1] + crop[3] + REACH, height)
    return left, top, right - left, bottom - top


@dataclass(frozen=True, eq=False)
class PostFilter:
    """Weights (C, F) int32 in units of 2^-shift."""

    weights: NDArray[np.int32]
    shift: int

    def apply(self, samples: Samples, threads: int) -> Samples:
        """Samples (H, W, C), uint8 or uint16, the whole picture or what REACH pixels around what is wanted."""
        height, width, channels = samples.shape
        filtered = np.empty_like(samples)
        weights: Values = self.weights.astype(_float_of(samples))

        def run(rows: slice) -> None:
            features = _features(samples, rows)
            change = weights @ features
            change += 1 << (self.shift - 1)
            change *= 2.0**-self.shift
            np.floor(change, out=change)
            change += samples[rows].reshape(-1, channels).T
            np.clip(change, 0, np.iinfo(samples.dtype).max, out=change)
            filtered[rows] = change.T.reshape(-1, width, channels)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, _strips(height, width)))
        return filtered

    def to_bytes(self) -> bytes:
        """The part's payload."""
        values = _unsigned(self.weights.ravel())
        rice = _best_rice(values)
        bits: list[int] = []
        for value in values.tolist():
            bits += [1] * (value >> rice) + [0] + [value >> place & 1 for place in range(rice)]
        head = rice << 4 | (self.shift - SHIFTS.start)
        return bytes([head]) + np.packbits(bits, bitorder="little").tobytes()

    @classmethod
    def from_bytes(cls, payload: bytes, channels: int) -> "PostFilter":
        """Inverse of `to_bytes`; raises Corrupt."""
        rice, shift = payload[0] >> 4, (payload[0] & 15) + SHIFTS.start
        if shift not in SHIFTS:
            raise Corrupt(f"part POSTFILTER: a shift of {shift} is illegal")
        bits = np.unpackbits(np.frombuffer(payload, np.uint8, offset=1), bitorder="little").tolist()
        count, position = channels * features_of(channels), 0
        values = []
        for _ in range(count):
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
        return cls(np.where(found & 1, -(found + 1 >> 1), found >> 1).reshape(channels, -1), shift)


def fitted(shown: Samples, wanted: Samples, hidden: NDArray[np.bool_] | None, price: float, threads: int) -> PostFilter:
    """The filter that makes `shown` most like `wanted`, both (H, W, C), counting pixels that are not `hidden` (H, W).

    Its bits, and the squared errors of samples, at `price` bits each, are together at their least, nearly.
    """
    height, width, _ = shown.shape
    level = _level(shown)

    def sums(rows: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        features = _features(shown, rows)
        missing = np.subtract(wanted[rows], shown[rows], dtype=features.dtype).reshape(-1, shown.shape[2])
        if hidden is not None:
            counts = ~hidden[rows].ravel()
            features, missing = features[:, counts], missing[counts]
        features /= level
        missing /= level
        return (features @ features.T).astype(np.float64), (features @ missing).astype(np.float64)

    square = np.zeros((features_of(shown.shape[2]),) * 2)
    product = np.zeros((len(square), shown.shape[2]))
    with ThreadPoolExecutor(threads) as pool:
        for squares, products in pool.map(sums, _strips(height, width)):
            square += squares
            product += products
    ridge = RIDGE * np.trace(square) / len(square) + np.finfo(float).tiny
    best = np.linalg.solve(square + ridge * np.eye(len(square)), product).T
    price *= level**2
    found, least = _rounded(best, SHIFTS.start, square, product, price)
    for shift in SHIFTS[1:]:  # as long as finer weights pay
        finer, cost = _rounded(best, shift, square, product, price)
        if cost >= least:
            break
        found, least = finer, cost
    return found


def _rounded(
    best: NDArray[np.float64], shift: int, square: NDArray[np.float64], product: NDArray[np.float64], price: float
) -> tuple[PostFilter, float]:
    """Weights as integers, and what they cost beyond none in bits.

    Features are alike, so that one weight's rounding is another's matter: each is moved to where it costs least, its
    neighbours in value and zero, one after the other.
    """
    unit = 2.0**-shift
    weights = np.clip(np.rint(best / unit), -MAX_WEIGHT, MAX_WEIGHT)
    rice = _best_rice(_unsigned(weights.ravel()))
    slope = unit * (unit * weights @ square - product.T)  # half of the errors', by each weight
    bend = unit**2 * square
    for index in [*range(len(square))] * SWEEPS:
        weight, curvature = weights[:, index].copy(), max(bend[index, index], np.finfo(float).tiny)
        aim = np.rint(weight - slope[:, index] / curvature)
        moves = np.clip(np.stack([aim - 1, aim, aim + 1, np.zeros_like(aim), weight]), -MAX_WEIGHT, MAX_WEIGHT)
        steps = moves - weight
        costs = price * (2 * steps * slope[:, index] + steps**2 * curvature) + _rice_bits(_unsigned(moves), rice)
        weights[:, index] = np.take_along_axis(moves, costs.argmin(0)[None], 0)[0]
        slope += np.outer(weights[:, index] - weight, bend[index])
    scaled = unit * weights
    gained = float(2 * (scaled * product.T).sum() - ((scaled @ square) * scaled).sum())
    found = PostFilter(weights.astype(np.int32), shift)
    return found, 8 * len(found.to_bytes()) - price * gained


def _unsigned(weights: NDArray[Any]) -> NDArray[np.int64]:
    values = weights.astype(np.int64)
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _rice_bits(values: NDArray[np.int64], rice: int) -> NDArray[np.int64]:
    bits: NDArray[np.int64] = (values >> rice) + 1 + rice
    return bits


def _best_rice(values: NDArray[np.int64]) -> int:
    """With which they take the fewest bits."""
    return int(np.argmin([_rice_bits(values, rice).sum() for rice in range(MAX_RICE + 1)]))


def _float_of(samples: Samples) -> type[np.float32] | type[np.float64]:
    """In which sums of weighted features are exact."""
    return np.float32 if samples.dtype == np.uint8 else np.float64


def _level(samples: Samples) -> int:
    return 1 << 8 * (samples.dtype.itemsize - 1)


def _strips(height: int, width: int) -> Iterator[slice]:
    rows = max(STRIP // width, 1)
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def _features(samples: Samples, rows: slice) -> Values:
    """(F, n) of some rows, in units of samples."""
    height, width, channels = samples.shape
    level, count = _level(samples), rows.stop - rows.start
    around = np.clip(np.arange(rows.start - REACH, rows.stop + REACH), 0, height - 1)
    kind = np.int16 if samples.dtype == np.uint8 else np.int32
    planes = np.pad(samples[around].transpose(2, 0, 1).astype(kind), ((0, 0), (0, 0), (REACH, REACH)), mode="edge")

    def at(row: int, column: int) -> NDArray[Any]:
        top, left = REACH + row, REACH + column
        return planes[:, top : top + count, left : left + width]

    features = np.empty((features_of(channels), count, width), _float_of(samples))
    features[0] = level
    features[1 : 1 + channels] = at(0, 0) - (level << 7)
    place = 1 + channels
    for index, (row, column) in enumerate(PAIRS):
        one, other = at(row, column) - at(0, 0), at(-row, -column) - at(0, 0)
        if index < NEXT:
            features[place : place + channels] = one + other
            place += channels
        clipped = np.clip(one, -CLIP * level, CLIP * level, out=one)
        clipped += np.clip(other, -CLIP * level, CLIP * level, out=other)
        clips = 1 + channels * (1 + NEXT + index)
        features[clips : clips + channels] = clipped
    return features.reshape(len(features), -1)
