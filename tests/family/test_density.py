"""The mixture of the latents: its density is scikit-learn's, and its draws are of it."""

import numpy as np
from sklearn.mixture import GaussianMixture

from aecodec.family.density import fit_mixture


def latents() -> np.ndarray:
    random = np.random.RandomState(0)
    return np.vstack([random.standard_normal((300, 2)) * 0.3 + centre for centre in ([2, 0], [-2, 1])])


def test_the_density_is_that_of_scikit_learn() -> None:
    mixture = fit_mixture(latents(), 0)
    other = GaussianMixture(len(mixture.weights)).fit(latents())
    other.weights_, other.means_ = mixture.weights.astype(float), mixture.means.astype(float)
    factors = mixture.factors.astype(float)
    other.precisions_cholesky_ = np.array([np.linalg.inv(factor).T for factor in factors])
    np.testing.assert_allclose(mixture.log_density(latents()), other.score_samples(latents()), rtol=1e-4, atol=1e-4)


def test_draws_are_of_the_density() -> None:
    drawn = fit_mixture(latents(), 0).sample(4000, np.random.RandomState(0))
    np.testing.assert_allclose(drawn.mean(0), latents().mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(latents().T), atol=0.2)


def test_one_sample_is_enough() -> None:
    assert fit_mixture(np.ones((1, 2)), 0).sample(3, np.random.RandomState(0)).shape == (3, 2)
