"""Distributions to integer tables: legal, close to the best that counts can do, and what symbols cost under them."""

import heapq
import math
from collections.abc import Callable

import numpy as np
import pytest

from aecodec.entropy.tables import TOTAL, Tables, ideal_bits
from aecodec.training.tablefit import TAIL_MASS, WIDEST, latent_tables, logistic_tables, quantise


def excess(mass: np.ndarray, counts: np.ndarray) -> float:
    """Bits a symbol above the entropy: the Kullback-Leibler divergence."""
    mass = mass / mass.sum()
    some = mass > 0
    return float((mass[some] * np.log2(mass[some] * TOTAL / counts[some])).sum())


def best_counts(mass: np.ndarray) -> np.ndarray:
    """The optimum, one count after the other to where it gains most (the gains of a symbol only fall)."""
    mass = (mass / mass.sum()).tolist()
    counts = [1] * len(mass)
    gains = [(-share * math.log(2), index) for index, share in enumerate(mass)]
    heapq.heapify(gains)
    for _ in range(TOTAL - len(mass)):
        index = gains[0][1]
        counts[index] += 1
        heapq.heapreplace(gains, (-mass[index] * math.log1p(1 / counts[index]), index))
    return np.array(counts)


def naive_counts(mass: np.ndarray) -> np.ndarray:
    """1 each, the rest in proportion and rounded down, what is over to the most frequent."""
    counts = 1 + np.floor(mass / mass.sum() * (TOTAL - mass.size)).astype(np.int64)
    counts[mass.argmax()] += TOTAL - counts.sum()
    return counts


def random_masses(kind: str) -> np.ndarray:
    random = np.random.default_rng(0)
    return {"even": random.random(50), "uneven": random.dirichlet(np.full(300, 0.05))}[kind]


MASSES: dict[str, np.ndarray] = {
    "even": random_masses("even"),
    "uneven": random_masses("uneven"),
    "one symbol has all": np.eye(1, 5)[0],
    "thousands of tiny ones": np.append(1.0, np.full(3000, 1e-15)),
    "a long tail": np.exp(-0.06 * np.abs(np.arange(-WIDEST, WIDEST + 1))),
    "a wide bell": np.exp(-0.5 * (np.arange(-WIDEST, WIDEST + 1) / 200) ** 2),
    "as many symbols as counts": np.arange(TOTAL) + 1.0,
    "two": np.array([1e-300, 1.0]),
    "rounding errors below zero": np.array([0.5, -1e-17, 0.5]),
}


@pytest.mark.parametrize("kind", MASSES)
def test_counts_are_legal(kind: str) -> None:
    counts = quantise(MASSES[kind])
    assert counts.sum() == TOTAL
    assert counts.min() >= 1


@pytest.mark.parametrize("kind", ["even", "uneven", "thousands of tiny ones", "a long tail", "a wide bell"])
def test_counts_are_nearly_the_best(kind: str) -> None:
    mass = MASSES[kind]
    found, best = excess(mass, quantise(mass)), excess(mass, best_counts(mass))
    assert best <= found + 1e-12
    assert found <= best + 1e-5
    assert found <= excess(mass, naive_counts(mass)) + 1e-12


def row(count: int, index: int = 0) -> np.ndarray:
    return np.full(count, index, np.int32)


def test_a_zero_at_the_smallest_scale_costs_next_to_nothing() -> None:
    tables = latent_tables(np.array([0.11]), 1e-6, 2.0)
    assert ideal_bits(tables, row(1), row(1)) < 1e-4
    assert ideal_bits(latent_tables(np.array([0.11]), 1e-3, 5.0), row(1), row(1)) < 1e-3


@pytest.mark.parametrize(("scale", "share", "stretch"), [(0.3, 0.1, 2.0), (3.0, 0.02, 5.0), (40.0, 0.1, 2.0)])
def test_latents_cost_their_entropy(scale: float, share: float, stretch: float) -> None:
    tables = latent_tables(np.array([scale]), share, stretch)
    random = np.random.default_rng(0)
    wide = np.where(random.random(400_000) < share, stretch, 1.0)
    symbols = np.rint(random.normal(size=wide.size) * scale * wide).astype(np.int32)
    values, counts = np.unique(symbols, return_counts=True)
    entropy = -(counts * np.log2(counts / symbols.size)).sum()
    assert ideal_bits(tables, symbols, row(symbols.size)) == pytest.approx(entropy, rel=2e-3)
    assert len(values) > 5


def test_tables_are_symmetric_and_lie_around_their_centre() -> None:
    tables = latent_tables(np.array([0.5, 7.0]), 0.1, 2.0)
    assert (tables.low == -tables.high).all()
    shifted = logistic_tables(np.array([0.0, -30.0]), np.array([2.0, 2.0]))
    assert shifted.low[1] == shifted.low[0] - 30
    half = shifted.cdf.size // 2
    assert np.array_equal(shifted.cdf[:half], shifted.cdf[half:])


def test_a_table_holds_what_is_not_rare() -> None:
    tables = latent_tables(np.array([3.0]), 0.0, 2.0)
    beyond = 0.5 * math.erfc((tables.high[0] + 0.5) / 3 / math.sqrt(2))
    with_one_less = 0.5 * math.erfc((tables.high[0] - 0.5) / 3 / math.sqrt(2))
    assert beyond <= TAIL_MASS < with_one_less


@pytest.mark.parametrize(
    "make",
    [
        lambda: latent_tables(np.array([1e5]), 0.5, 10.0),
        lambda: logistic_tables(np.array([0.3]), np.array([1e6])),
    ],
)
def test_wide_tables_are_capped(make: Callable[[], Tables]) -> None:
    tables = make()
    assert (tables.low[0], tables.high[0]) == (-WIDEST, WIDEST)
    escape = TOTAL - tables.cdf[-2]
    assert escape > 0.98 * TOTAL - 2 * WIDEST  # nearly all lies outside


def test_a_narrow_table_is_the_nearest_value_and_the_escape() -> None:
    tables = logistic_tables(np.array([4.2, -1000.4]), np.array([1e-3, 1e-3]))
    assert tables.low.tolist() == tables.high.tolist() == [4, -1000]
    assert np.diff(tables.cdf[:3]).tolist() == [TOTAL - 1, 1]
