"""What the latents of a fitted member are like: a mixture of Gaussians, from which any member can sample.

Ex-post density estimation, Ghosh et al. (ICLR 2020), "From variational to deterministic autoencoders".
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture

COMPONENTS = 10  # as the paper has it
SAMPLES_A_COMPONENT = 50  # at least; fewer say nothing of a covariance

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Mixture:
    """weights (M,), means (M, K) and lower triangular factors (M, K, K) of covariances."""

    weights: Floats
    means: Floats
    factors: Floats

    def sample(self, count: int, generator: np.random.RandomState) -> Floats:
        """Latents (count, K) of float32."""
        chosen = generator.choice(len(self.weights), count, p=self.weights / self.weights.sum())
        noise = generator.standard_normal((count, self.means.shape[1]))
        drawn: Floats = self.means[chosen] + np.einsum("nij,nj->ni", self.factors[chosen], noise)
        return drawn.astype(np.float32)

    def log_density(self, latents: Floats) -> Floats:
        """(N, K) -> (N,)."""
        logs = []
        for weight, mean, factor in zip(self.weights, self.means, self.factors, strict=True):
            white = np.linalg.solve(factor.astype(np.float64), (latents - mean).T)
            volume = np.log(np.abs(np.diag(factor))).sum() + latents.shape[1] / 2 * np.log(2 * np.pi)
            logs.append(np.log(max(weight, 1e-300)) - volume - (white**2).sum(0) / 2)
        density: Floats = logsumexp(logs, axis=0)
        return density


def fit_mixture(latents: Floats, seed: int) -> Mixture:
    """Of latents (N, K), of float32 as it is stored; fewer components where there are few samples."""
    components = max(min(COMPONENTS, len(latents) // SAMPLES_A_COMPONENT), 1)
    latents = latents.astype(np.float64)
    if len(latents) < 2:
        latents = np.repeat(latents, 2, axis=0)
    floor = 1e-6 * max(float(latents.var(0).mean()), 1e-6)
    fitted = GaussianMixture(
        components, reg_covar=floor, max_iter=20, tol=1e-2, init_params="k-means++", random_state=seed
    )
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough to draw from
        fitted.fit(latents)
    factors = np.linalg.cholesky(fitted.covariances_)
    return Mixture(*(part.astype(np.float32) for part in (fitted.weights_, fitted.means_, factors)))
