"""Clipped noise against draws of it."""

import numpy as np
import pytest

from aecodec.pictures import clipping

SIGMA = 0.2


def clipped(mean: float) -> np.ndarray:
    return np.random.default_rng(0).normal(mean, SIGMA, 400_000).clip(0, 1)


@pytest.mark.parametrize("mean", [-0.1, 0.0, 0.03, 0.2, 0.5, 0.9, 1.0, 1.2])
def test_what_is_left_is_what_clipped_draws_have(mean: float) -> None:
    noisy = clipped(mean)
    found = clipping.left(np.array([noisy.mean()], np.float32), SIGMA)
    assert found == pytest.approx(noisy.std(), rel=0.03)


def test_at_white_it_is_the_constant() -> None:
    assert clipped(1.0).std() == pytest.approx(SIGMA * clipping.LEAST_LEFT, rel=0.01)


@pytest.mark.parametrize("mean", [0.3, 0.6, 0.8, 0.9, 0.97, 1.0])
def test_white_is_given_its_mean_back(mean: float) -> None:
    dark = np.array([clipped(mean).mean()], np.float32) if mean > 0.5 else np.array([mean], np.float32)
    assert clipping.unclipped(dark, np.float32(SIGMA)) == pytest.approx(mean, abs=0.003)


def test_nothing_is_brighter_than_white() -> None:
    assert clipping.unclipped(np.array([0.95, 1.0], np.float32), np.float32(SIGMA)).max() == 1


def test_without_noise_and_far_from_white_all_stays() -> None:
    means = np.linspace(0, 1, 100, dtype=np.float32)
    assert np.array_equal(clipping.unclipped(means, np.zeros(1, np.float32)), means)
    dark = means[means < 0.5]
    assert np.allclose(clipping.unclipped(dark, np.full(1, 0.08, np.float32)), dark, atol=1e-6)


def test_brighter_stays_brighter() -> None:
    found = clipping.unclipped(np.linspace(0, 1, 5000, dtype=np.float32), np.full(1, 0.1, np.float32))
    assert (np.diff(found) >= -1e-6).all()
