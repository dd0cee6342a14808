"""Offline: distributions become integer tables, at the end of training and never on a decoder."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from aecodec.entropy.tables import PRECISION, TOTAL, Tables

Mass = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # upper edges of bins -> cumulative probability
TAIL_MASS = 2.0**-18  # a side; rarer values are cheaper as escapes than as the table entries they would take
WIDEST = 1024  # values on each side of the centre; beyond lies less than 1 % even of the widest table


def latent_tables(scales: NDArray[np.float64], share: float, stretch: float) -> Tables:
    """Unit bins of zero-mean Gaussians of these scales, a `share` of which is wider by the factor `stretch`."""

    from scipy.special import ndtr

    def mixture(scale: float) -> Mass:
        return lambda edge: (1 - share) * ndtr(edge / scale) + share * ndtr(edge / (stretch * scale))

    return _tables((mixture(float(scale)), 0) for scale in scales)


def logistic_tables(locations: NDArray[np.float64], scales: NDArray[np.float64]) -> Tables:
    """Unit bins of logistic distributions."""

    def logistic(location: float, scale: float) -> Mass:
        return lambda edge: 0.5 * (1 + np.tanh(0.5 * (edge - location) / scale))

    pairs = zip(locations.tolist(), scales.tolist(), strict=True)
    return _tables((logistic(location, scale), round(location)) for location, scale in pairs)


def quantise(mass: NDArray[np.float64]) -> NDArray[np.int64]:
    """Probabilities of n <= 2^16 symbols -> frequencies of at least 1 that sum to 2^16, at nearly the least extra cost.

    Without rounding, sum(p log f) is largest where f = max(p * scale, 1) for the scale that gives the sum. From there,
    rounded, single counts are moved to where they cost least: the change of sum(p log f) by one count more or less
    is p log((f + 1) / f) or p log(f / (f - 1)).
    """
    mass = np.maximum(mass, 0)
    mass /= mass.sum()
    least = np.zeros(mass.size, bool)
    while True:  # the symbols held at 1 only become more
        scale = (TOTAL - least.sum()) / mass[~least].sum()
        if not ((mass * scale < 1) & ~least).any():
            break
        least |= mass * scale < 1
    counts: NDArray[np.int64] = np.maximum(np.rint(mass * scale).astype(np.int64), 1)
    while (surplus := int(counts.sum()) - TOTAL) != 0:
        if surplus > 0:
            able = np.flatnonzero(counts > 1)
            loss = mass[able] * np.log(counts[able] / (counts[able] - 1))
            counts[able[np.argsort(loss, kind="stable")[:surplus]]] -= 1
        else:
            gain = mass * np.log((counts + 1) / counts)
            counts[np.argsort(-gain, kind="stable")[:-surplus]] += 1
    return counts


def _tables(distributions: Iterator[tuple[Mass, int]]) -> Tables:
    cdfs, sizes, lows = [], [], []
    for cumulative, centre in distributions:
        values = np.arange(centre - WIDEST, centre + WIDEST + 1)
        edges = cumulative(np.append(values - 0.5, values[-1] + 0.5).astype(np.float64))
        first = min(int(np.searchsorted(edges, TAIL_MASS)), WIDEST + 1) - 1
        last = max(int(np.searchsorted(edges, 1 - TAIL_MASS)), WIDEST + 1)
        first = max(first, 0)
        mass = np.diff(edges[first : last + 1])
        frequencies = quantise(np.append(mass, max(1 - mass.sum(), 2.0**-PRECISION)))
        cdfs.append(np.append(0, np.cumsum(frequencies)))
        sizes.append(frequencies.size)
        lows.append(int(values[first]))
    return Tables(np.concatenate(cdfs).astype(np.int32), np.array(sizes, np.int32), np.array(lows, np.int32))
