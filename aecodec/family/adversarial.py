"""Adversarial autoencoder: a critic cannot tell the latents from draws of a standard normal distribution.

L = |x - g(z)|^2 + strength BCE(D(z), 1), and of the critic (BCE(D(p), 1) + BCE(D(z), 0)) / 2 with p ~ N(0, I);
Makhzani et al., ICLR 2016 workshop, "Adversarial autoencoders".
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aecodec.family.critic import fooled, told_apart
from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.networks import Network, Shape, dense_layers
from aecodec.family.settings import real

CRITIC_WIDTH = 256


@dataclass(eq=False, repr=False)
class AdversarialAutoencoder(Autoencoder):
    """L = |x - g(z)|^2 + strength BCE(D(z), 1); it samples from the prior, N(0, I)."""

    n_components: int = 8
    strength: float = 10.0

    def _extend(self, network: Network, shape: Shape) -> None:
        real("strength", self.strength, 0)
        network.add_module("critic", dense_layers((shape.latents, CRITIC_WIDTH, CRITIC_WIDTH, 1), "leaky_relu"))

    def _terms(self, network: Network, x: Tensor) -> Terms:
        critic = network.get_submodule("critic")
        z = network.encode(x)
        error = self._error(network.decode(z), x).mean()
        deceit = fooled(critic, z)
        apart = told_apart(critic, torch.randn_like(z), z)
        total = error + self.strength * deceit + self.strength * apart
        return {"loss": total, "error": error, "deceit": deceit, "critic": apart}

    def _draw(self, count: int, generator: np.random.RandomState) -> NDArray[np.floating[Any]]:
        return generator.standard_normal((count, self.n_components)).astype(np.float32)
