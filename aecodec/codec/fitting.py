"""Fits a post-filter to a picture: the weights that minimise the squared error (Wiener's filter), as integers.

Legend: H, W pixels, C channels, F features of a pixel, n pixels.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec import devices
from aecodec.codec.postfilter import (
    MAX_WEIGHT,
    PAIRS,
    REACH,
    SHAPES,
    SHIFTS,
    PostFilter,
    Shape,
    best_rice,
    level_of,
    planes_of,
    rice_bits,
    unsigned,
)
from aecodec.pictures.picture import Samples

SAMPLE = 1 << 16  # pixels, of evenly spaced rows: more of them make no better weights
STRIP = 1 << 13  # pixels at a time: what is made of them stays in a processor's cache
RIDGE = 1e-7  # of the mean square of a feature
COMMON_SHIFT = 8
COMMON_BYTES = 250  # of the part, of three channels

Values = NDArray[np.float64]


def fitted(shown: Samples, wanted: Samples, hidden: NDArray[np.bool_] | None, price: float, threads: int) -> PostFilter:
    """The filter that makes `shown` most like `wanted`, both (H, W, C), counting pixels that are not `hidden` (H, W).

    Its bits, and the squared errors of samples, at `price` bits each, are together at their least, nearly.
    """
    height, width, channels = shown.shape
    level = level_of(shown)
    rows = np.arange(0, height, max(height * width // SAMPLE, 1))

    def sums(some: NDArray[np.intp]) -> tuple[Values, Values]:
        features = _features(shown, some)
        missing = np.subtract(wanted[some], shown[some], dtype=np.float32).reshape(-1, channels) / level
        if hidden is not None:
            counts = ~hidden[some].ravel()
            features, missing = features[:, counts], missing[counts]
        return (features @ features.T).astype(np.float64), (features @ missing).astype(np.float64)

    count = 1 + channels * (1 + len(ALL))
    square, product = np.zeros((count, count)), np.zeros((count, channels))
    with ThreadPoolExecutor(threads) as pool, devices.blas_alone() if threads > 1 else nullcontext():
        for squares, products in pool.map(sums, np.array_split(rows, -(-rows.size * width // STRIP))):
            square += squares
            product += products
    price *= level**2 * height / rows.size
    found = []
    for shape in SHAPES:
        chosen = _places(shape, channels)
        found.append(_best(shape, square[np.ix_(chosen, chosen)], product[chosen], price))
    return min(found, key=lambda one: one[1])[0]


def _best(shape: Shape, square: Values, product: Values, price: float) -> tuple[PostFilter, float]:
    """A filter of a shape, and what it costs beyond none in bits."""
    ridge = RIDGE * np.trace(square) / len(square) + np.finfo(float).tiny
    exact = np.linalg.solve(square + ridge * np.eye(len(square)), product).T
    tried: dict[int, tuple[NDArray[np.int32], float]] = {}

    def cost(shift: int) -> float:
        if shift not in tried:
            tried[shift] = _rounded(exact, shift, square, product, price)
        return tried[shift][1]

    shift = COMMON_SHIFT
    for way in (1, -1):
        while shift + way in SHIFTS and cost(shift + way) < cost(shift):
            shift += way
    return PostFilter(shape, tried[shift][0], shift), tried[shift][1]


def _rounded(
    exact: Values, shift: int, square: Values, product: Values, price: float
) -> tuple[NDArray[np.int32], float]:
    """Weights as integers, and what they cost beyond none in bits.

    Features are alike, so that one weight's rounding is another's matter: each is moved to where it costs least, as the
    others are then, beside zero and its neighbour towards zero.
    """
    unit = 2.0**-shift
    weights = np.clip(np.rint(exact / unit), -MAX_WEIGHT, MAX_WEIGHT)
    slope = unit * (unit * weights @ square - product.T)  # half of the errors', by each weight
    bend = unit**2 * square
    per_one = 2.0 ** -best_rice(unsigned(weights.ravel()))
    moves, channels = np.zeros((3, len(weights))), np.arange(len(weights))
    for index, curvature in enumerate(np.maximum(bend.diagonal(), np.finfo(float).tiny).tolist()):
        weight = weights[:, index].copy()
        aim = np.rint(weight - slope[:, index] / curvature)
        moves[0] = np.minimum(np.maximum(aim, -MAX_WEIGHT), MAX_WEIGHT)
        moves[1] = moves[0] - np.sign(moves[0])
        steps = moves - weight
        bits = np.floor(per_one * (2 * np.abs(moves) - (moves < 0)))  # beside those that all have
        costs = price * steps * (2 * slope[:, index] + steps * curvature) + bits
        weights[:, index] = moves[costs.argmin(0), channels]
        slope += (weights[:, index] - weight)[:, None] * bend[index]
    scaled = unit * weights
    gained = float(2 * (scaled * product.T).sum() - ((scaled @ square) * scaled).sum())
    values = unsigned(weights)
    return weights.astype(np.int32), float(rice_bits(values, best_rice(values.ravel())).sum()) - price * gained


def _blocks(shape: Shape) -> list[tuple[int, int]]:
    """Its features but the first, C each, in order: pairs, and to how many levels they are clipped, or 0."""
    kinds = [(0, shape.plain), *((clip, shape.pairs) for clip in shape.clips)]
    return [(pair, clip) for clip, pairs in kinds for pair in range(pairs)]


ALL = list(dict.fromkeys(block for shape in SHAPES for block in _blocks(shape)))  # what `_features` computes


def _places(shape: Shape, channels: int) -> NDArray[np.intp]:
    """Of its features among those of all shapes."""
    starts = [1 + channels * (1 + ALL.index(block)) for block in _blocks(shape)]
    return np.concatenate([np.arange(1 + channels), *(start + np.arange(channels) for start in starts)])


def _features(samples: Samples, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """(F, n) of some rows, of all shapes, in levels."""
    width, channels = samples.shape[1:]
    level = level_of(samples)
    kind = np.int16 if level == 1 else np.int32
    near: dict[int, NDArray[Any]] = {
        row: planes_of(samples, rows + row).astype(kind) for row in range(-REACH, REACH + 1)
    }
    centre = near[0][:, :, REACH:-REACH]
    features = np.empty((1 + channels * (1 + len(ALL)), rows.size, width), np.float32)
    features[0] = level
    features[1 : 1 + channels] = centre
    for pair, (row, column) in enumerate(PAIRS):
        one = near[row][:, :, REACH + column : REACH + column + width] - centre
        other = near[-row][:, :, REACH - column : REACH - column + width] - centre
        for clip in [clip for of, clip in ALL if of == pair]:
            first, most = 1 + channels * (1 + ALL.index((pair, clip))), level * clip
            both = one.clip(-most, most) + other.clip(-most, most) if clip else one + other
            features[first : first + channels] = both
    if level > 1:
        features /= level
    return features.reshape(len(features), -1)
