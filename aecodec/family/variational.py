"""Variational autoencoder: latents are distributions near a standard normal one, from which it samples.

L = -E_q log p(x | z) + beta KL(q(z | x) | N(0, I)), KL = -(1 + ln s^2 - m^2 - s^2) / 2 summed over latents; Kingma and
Welling, ICLR 2014; beta of Higgins et al., ICLR 2017. p(x | z) is Bernoulli with loss="bce"; with "mse" Gaussian, of a
variance that is learned with the weights, one for all values (Rybkin et al., ICML 2021, "Simple and effective VAE
training with calibrated decoders"): of a given one, latents of data with less spread would say nothing.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.losses import LOSSES
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real

LOWEST = -12.0  # of a log variance: smaller ones would only overflow
PACE = 8.0  # an optimiser's step changes the logarithm of the deviation so much more than it changes a weight


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(m, s^2) | N(0, I)) of (N, K) -> (N,)."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1)


@dataclass(eq=False, repr=False)
class VariationalAutoencoder(Autoencoder):
    """L = -E_q log p(x | z) + beta KL(q(z | x) | N(0, I)). `score_samples` is that bound at the mean latents.

    loss : mse, of photographs and of anything, or bce, of what is nearly binary, 0 ... 1. binarise : draw binary
        samples from data of 0 ... 1 anew at every step, as Salakhutdinov and Murray (ICML 2008) binarised MNIST.
    """

    n_components: int = 32
    hidden_layer_sizes: tuple[int, ...] = (512, 512)
    loss: str = "mse"
    beta: float = 1.0
    binarise: bool = False

    codes: ClassVar[int] = 2

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("loss", self.loss, ("bce", "mse"))
        real("beta", self.beta, 0)
        if self.loss == "mse":
            network.register_parameter("deviation", nn.Parameter(torch.zeros(())))  # its logarithm, in units of PACE

    def _prepare(self, network: Network, samples: Tensor) -> None:
        if self.loss == "mse":
            with torch.no_grad():
                spread = samples.std().clamp_min(math.exp(LOWEST / 2))
                network.get_parameter("deviation").copy_(spread.log() / PACE)

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
        error = self._nll(network, network.decode(z), x).mean()
        kl = gaussian_kl(mean, log_variance).mean()
        return {"loss": error + self.beta * kl, "error": error, "kl": kl}

    def _nll(self, network: Network, raw: Tensor, x: Tensor) -> Tensor:
        """-log p(x | z) of each sample, in nats."""
        error = LOSSES[self.loss].of_samples(raw, x)
        if self.loss == "bce":
            return error
        log_deviation = (PACE * network.get_parameter("deviation")).clamp_min(LOWEST / 2)
        constant = log_deviation + 0.5 * math.log(2 * math.pi)
        return error / (2 * (2 * log_deviation).exp()) + x[0].numel() * constant

    def _scores(self, network: Network, x: Tensor) -> Tensor:
        mean, log_variance = self._posterior(network, x)
        return -self._nll(network, network.decode(mean), x) - self.beta * gaussian_kl(mean, log_variance)

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
                logs.append(ratio - self._nll(network, network.decode(z), x))
            return torch.logsumexp(torch.stack(logs), 0) - math.log(n_draws)

        return self._map(X, estimate)
