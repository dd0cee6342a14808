"""Fits a post-filter to a picture: the weights that minimise the squared error (Wiener's filter), as integers.

Legend: H, W pixels, C channels, F features of a pixel, n pixels.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec import devices
from aecodec.codec.postfilter import (
    MAX_WEIGHT,
    PAIRS,
    SHAPES,
    SHIFTS,
    PostFilter,
    Shape,
    best_rice,
    level_of,
    rice_bits,
    strips,
    unsigned,
)
from aecodec.pictures.picture import Samples

SAMPLE = 1 << 16  # pixels: more of them make no better weights
STRIP = 1 << 13  # pixels at a time: what is made of them stays in a processor's cache
RIDGE = 1e-7  # of the mean square of a feature
COMMON_SHIFT = 8
COMMON_BYTES = 250  # of the part, of three channels

Values = NDArray[np.float64]


def fitted(shown: Samples, wanted: Samples, hidden: NDArray[np.bool_] | None, price: float, threads: int) -> PostFilter:
    """The filter that makes `shown` most like `wanted`, both (H, W, C), counting pixels that are not `hidden` (H, W).

    Its bits, and the squared errors of samples, at `price` bits each, are together at their least, nearly.
    """
    channels = shown.shape[2]
    level = level_of(shown)
    rows, columns = _sample(*shown.shape[:2])

    def sums(some: slice) -> tuple[Values, Values]:
        place = rows[some], columns[some]
        features = _features(shown, *place)
        missing = np.subtract(wanted[place], shown[place], dtype=np.float32).reshape(-1, channels) / level
        if hidden is not None:
            counts = ~hidden[place].ravel()
            features, missing = features[:, counts], missing[counts]
        return (features @ features.T).astype(np.float64), (features @ missing).astype(np.float64)

    count = 1 + channels * (1 + len(ALL))
    square, product = np.zeros((count, count)), np.zeros((count, channels))
    with ThreadPoolExecutor(threads) as pool, devices.blas_alone(threads):
        for squares, products in pool.map(sums, strips(len(rows), columns.shape[1], STRIP)):
            square += squares
            product += products
    price *= level**2 * shown[..., 0].size / columns.size
    found: list[tuple[PostFilter, float]] = []
    for shape in SHAPES:
        chosen = _places(shape, channels)
        least = found[0][1] if found else math.inf
        found += _best(shape, square[np.ix_(chosen, chosen)], product[chosen], price, least)
    return found[-1][0]


def _sample(height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows (R, 1) and columns (R, K) of about SAMPLE pixels, from everywhere and every place in a network's patches."""
    every = max(height * width // SAMPLE, 1)
    down = min(math.isqrt(every), height)
    down -= down > 1 and down % 2 == 0
    across = min(every // down, width)
    rows = np.arange(0, height, down)
    starts = np.arange(rows.size) * 3 % across  # another one in each row
    return rows[:, None], starts[:, None] + across * np.arange(width // across)


def _best(shape: Shape, square: Values, product: Values, price: float, least: float) -> list[tuple[PostFilter, float]]:
    """A filter of a shape, and what it costs beyond none in bits; nothing, where that is not below `least`."""
    ridge = RIDGE * np.trace(square) / len(square) + np.finfo(float).tiny
    exact = np.linalg.solve(square + ridge * np.eye(len(square)), product).T
    if exact.size - price * float((exact * product.T).sum()) >= least:  # a weight has a bit, rounded ones gain less
        return []
    tried: dict[int, tuple[NDArray[np.int32], float]] = {}

    def cost(shift: int) -> float:
        if shift not in tried:
            tried[shift] = _rounded(exact, shift, square, product, price)
        return tried[shift][1]

    shift = COMMON_SHIFT
    for way in (1, -1):
        while shift + way in SHIFTS and cost(shift + way) < cost(shift):
            shift += way
    return [(PostFilter(shape, tried[shift][0], shift), cost(shift))] if cost(shift) < least else []


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


def _features(samples: Samples, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float32]:
    """(F, n) of the pixels at rows (R, 1) and columns (R, K), of all shapes, in levels."""
    height, width, channels = samples.shape
    level, flat = level_of(samples), samples.reshape(-1, channels)
    kind = np.int16 if level == 1 else np.int32

    def at(down: int, right: int) -> NDArray[Any]:
        place = np.clip(rows + down, 0, height - 1) * width + np.clip(columns + right, 0, width - 1)
        samples_there: NDArray[Any] = flat.take(place.ravel(), 0).T.astype(kind)
        return samples_there

    centre = at(0, 0)
    features = np.empty((1 + channels * (1 + len(ALL)), centre.shape[1]), np.float32)
    features[0] = level
    features[1 : 1 + channels] = centre
    features[1 : 1 + channels] -= 128 * level
    for pair, (row, column) in enumerate(PAIRS):
        one, other = at(row, column) - centre, at(-row, -column) - centre
        for clip in [clip for of, clip in ALL if of == pair]:
            first, most = 1 + channels * (1 + ALL.index((pair, clip))), level * clip
            both = one.clip(-most, most) + other.clip(-most, most) if clip else one + other
            features[first : first + channels] = both
    if level > 1:
        features /= level
    return features
