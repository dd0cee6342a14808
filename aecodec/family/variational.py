"""Variational autoencoder: latents are distributions near a standard normal one, from which it samples.

L = -E_q log p(x | z) + beta KL(q(z | x) | N(0, I)), KL = -(1 + ln s^2 - m^2 - s^2) / 2 summed over latents; Kingma and
Welling, ICLR 2014; beta of Higgins et al., ICLR 2017. p(x | z) is Bernoulli with loss="bce" and Gaussian of unit
variance with "mse", whose log is -|x - g(z)|^2 / 2 but for a constant.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.losses import LOSSES
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real

LOWEST = -12.0  # of a log variance: smaller ones would only overflow


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(m, s^2) | N(0, I)) of (N, K) -> (N,)."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1)


@dataclass(eq=False, repr=False)
class VariationalAutoencoder(Autoencoder):
    """L = -E_q log p(x | z) + beta KL(q(z | x) | N(0, I)). `score_samples` is that bound at the mean latents.

    loss : bce (data of 0 ... 1) or mse. binarise : draw binary samples from data of 0 ... 1 anew at every step, as
        Salakhutdinov and Murray (ICML 2008) binarised MNIST.
    """

    n_components: int = 32
    hidden_layer_sizes: tuple[int, ...] = (512, 512)
    loss: str = "bce"
    beta: float = 1.0
    binarise: bool = False

    codes: ClassVar[int] = 2

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("loss", self.loss, ("bce", "mse"))
        real("beta", self.beta, 0)

    def _posterior(self, network: Network, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances (N, K)."""
        mean, log_variance = network.encode(x).chunk(2, dim=1)
        return mean, log_variance.clamp_min(LOWEST)

    def _latents(self, network: Network, x: Tensor) -> Tensor:
        return self._posterior(network, x)[0]

    def _terms(self, network: Network, x: Tensor) -> Terms:
        if self.binarise:
            x = torch.bernoulli(x)
        mean, log_variance = self._posterior(network, x)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        error = self._nll(network.decode(z), x).mean()
        kl = gaussian_kl(mean, log_variance).mean()
        return {"loss": error + self.beta * kl, "error": error, "kl": kl}

    def _nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """-log p(x | z) of each sample, but for a Gaussian's constant."""
        error = LOSSES[self.loss].of_samples(raw, x)
        return error if self.loss == "bce" else error / 2

    def _scores(self, network: Network, x: Tensor) -> Tensor:
        mean, log_variance = self._posterior(network, x)
        return -self._nll(network.decode(mean), x) - self.beta * gaussian_kl(mean, log_variance)

    def _draw(self, count: int, generator: np.random.RandomState) -> NDArray[np.floating[Any]]:
        return generator.standard_normal((count, self.n_components)).astype(np.float32)

    def log_likelihood(self, X: ArrayLike, n_draws: int = 200, random_state: int = 0) -> NDArray[np.floating[Any]]:
        """log p(x) of each sample, (n,), in nats, by importance sampling (Burda et al., ICLR 2016): the logarithm of
        the mean of p(x | z) p(z) / q(z | x) over `n_draws` draws of q, in expectation a lower bound."""
        generator = torch.Generator().manual_seed(random_state)

        def estimate(network: Network, x: Tensor) -> Tensor:
            mean, log_variance = self._posterior(network, x)
            logs = []
            for _ in range(n_draws):
                noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype).to(mean.device)
                z = mean + noise * (log_variance / 2).exp()
                ratio = (noise.square() - z.square() + log_variance).sum(1) / 2  # log p(z) - log q(z | x)
                logs.append(ratio - self._nll(network.decode(z), x))
            total = torch.logsumexp(torch.stack(logs), 0) - math.log(n_draws)
            return total if self.loss == "bce" else total - 0.5 * math.log(2 * math.pi) * x[0].numel()

        return self._map(X, estimate)
