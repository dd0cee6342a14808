"""Sparse autoencoders: few latents are active at a time.

With a penalty, L = |x - g(h)|^2 + beta sum_j KL(rho | mean h_j) of sigmoid latents h: Ng, "Sparse autoencoder", CS294A
lecture notes (2011). Top-k, where all but the largest latents of a sample are 0: Makhzani and Frey, ICLR 2014.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real

CERTAIN = 1e-6  # mean activations are kept so far from 0 and 1, where the divergence is infinite


def kl_sparsity(activations: Tensor, target: float) -> Tensor:
    """Sum over latents of KL(rho | mean) = rho log(rho / mean) + (1 - rho) log((1 - rho) / (1 - mean)).

    activations (N, K) of 0 ... 1, `target` rho between them.
    """
    mean = activations.mean(0).clamp(CERTAIN, 1 - CERTAIN)
    divergence = target * (target / mean).log() + (1 - target) * ((1 - target) / (1 - mean)).log()
    return divergence.sum()


def top_k(codes: Tensor, count: int) -> Tensor:
    """(N, K) with all but the `count` largest of each row set to 0."""
    kept = codes.topk(count, dim=1).indices
    return codes * torch.zeros_like(codes).scatter_(1, kept, 1.0)


@dataclass(eq=False, repr=False)
class SparseAutoencoder(Autoencoder):
    """L = |x - g(h)|^2 + beta sum_j KL(rho | mean h_j), or the largest rho K latents alone.

    penalty : kl, of sigmoid latents, or top_k.
    sparsity : rho, the mean activation that is wanted, or the share of latents that stay.
    beta : weight of the penalty, of which top_k has none.
    """

    penalty: str = "kl"
    sparsity: float = 0.1
    beta: float = 10.0

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("penalty", self.penalty, ("kl", "top_k"))
        real("sparsity", self.sparsity, 1e-3, 1 - 1e-3)
        real("beta", self.beta, 0)

    def _latents(self, network: Network, x: Tensor) -> Tensor:
        codes = network.encode(x)
        if self.penalty == "kl":
            return codes.sigmoid()
        return top_k(codes, max(round(self.sparsity * self.n_components), 1))

    def _terms(self, network: Network, x: Tensor) -> Terms:
        latents = self._latents(network, x)
        error = self._error(network.decode(latents), x).mean()
        if self.penalty == "top_k":
            return {"loss": error}
        penalty = kl_sparsity(latents, self.sparsity)
        return {"loss": error + self.beta * penalty, "error": error, "kl": penalty, "activation": latents.mean()}
