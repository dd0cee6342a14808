"""Regularised autoencoders (RAE): a smooth decoder and small latents in place of noise, and a density found afterwards.

L = |x - g(z)|^2 + w_2 |z|^2 / 2 + w_1 |z|_1 + w R, where R is |theta_g|^2 / 2 of the decoder's weights or |dg/dz|_F^2;
Ghosh et al., ICLR 2020, "From variational to deterministic autoencoders". Dropout is a setting of every member.
"""

from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from aecodec.family.estimator import Autoencoder, Floats, Terms
from aecodec.family.jacobian import estimate
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real


@dataclass(eq=False, repr=False)
class RegularisedAutoencoder(Autoencoder):
    """L = |x - g(z)|^2 + latent_l2 |z|^2 / 2 + latent_l1 |z|_1 + strength R. `score_samples` is the logarithm of the
    latents' density, which is fitted afterwards.

    penalty : l2, the decoder's weights, or gradient, the decoder's Jacobian, estimated (`family.jacobian`).
    """

    penalty: str = "l2"
    strength: float = 1e-4
    latent_l2: float = 1e-2
    latent_l1: float = 0.0

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("penalty", self.penalty, ("l2", "gradient"))
        for name in ("strength", "latent_l2", "latent_l1"):
            real(name, getattr(self, name), 0)

    def _terms(self, network: Network, x: Tensor) -> Terms:
        z = network.encode(x)
        if self.penalty == "gradient":
            raw, norm = estimate(network.decode, z)
            smoothness = norm.mean()
        else:
            raw = network.decode(z)
            smoothness = decoder_size(network)
        error = self._error(raw, x).mean()
        latents = latent_penalty(z, self.latent_l1, self.latent_l2)
        return {
            "loss": error + latents + self.strength * smoothness,
            "error": error,
            "latents": latents,
            self.penalty: smoothness,
        }

    def score_samples(self, X: ArrayLike) -> Floats:
        """Logarithm of the density of each sample's latents, (n,)."""
        return self.mixture_.log_density(self.transform(X))


def latent_penalty(z: Tensor, l1: float, l2: float) -> Tensor:
    """Mean over (N, K) latents' rows of l2 |z|^2 / 2 + l1 |z|_1."""
    return (l2 / 2 * z.square() + l1 * z.abs()).sum(1).mean()


def decoder_size(network: Network) -> Tensor:
    """|theta|^2 / 2 of all weights of the decoder."""
    return torch.stack([weight.square().sum() for weight in network.decoder.parameters()]).sum() / 2
