"""Denoising autoencoder: clean samples from spoilt ones.

L = E |x - g(f(x~))|^2, x~ = x with noise; Vincent et al., ICML 2008, and JMLR 11 (2010).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real

NOISES = ("gaussian", "masking")


@dataclass(eq=False, repr=False)
class DenoisingAutoencoder(Autoencoder):
    """L = E |x - g(f(x~))|^2. `reconstruct` takes samples as they are, noisy ones if they are to be cleaned.

    noise : gaussian, kept within the range of the data, or masking, which sets values to 0.
    noise_level : deviation of the one, in units of the data; share of values that the other one takes.
    """

    n_components: int = 128
    noise: str = "gaussian"
    noise_level: float = 0.5

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("noise", self.noise, NOISES)
        real("noise_level", self.noise_level, 0, 1 if self.noise == "masking" else 1e6)
        network.register_buffer("bounds", torch.zeros(2))

    def _prepare(self, network: Network, samples: Tensor) -> None:
        network.get_buffer("bounds").copy_(torch.stack([samples.min(), samples.max()]))

    def _terms(self, network: Network, x: Tensor) -> Terms:
        raw = network.decode(self._latents(network, self._spoil(network, x)))
        return {"loss": self._error(raw, x).mean()}

    def _spoil(self, network: Network, x: Tensor) -> Tensor:
        if self.noise == "masking":
            return x * (torch.rand_like(x) >= self.noise_level)
        low, high = network.get_buffer("bounds")
        return (x + self.noise_level * torch.randn_like(x)).clamp(low, high)
