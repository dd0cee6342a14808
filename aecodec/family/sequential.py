"""Autoencoders of sequences: X are series (n, T), or (n, T, C) of several channels.

Recurrent: L = |x - g(f(x))|^2 with GRU (Cho et al. 2014) or LSTM (Hochreiter and Schmidhuber 1997), after Srivastava et
al., ICML 2015: the encoder's last state becomes the latents, and the decoder writes the series backwards.
Attention: transformers, which learn from series whose steps are partly hidden, L = |x - g(f(x~))|^2 (He et al., CVPR
2022, "Masked autoencoders").
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real


@dataclass(eq=False, repr=False)
class RecurrentAutoencoder(Autoencoder):
    """L = |x - g(f(x))|^2 of series; architecture : gru or lstm."""

    architecture: str = "gru"
    hidden_layer_sizes: tuple[int, ...] = (64,)
    learning_rate: float = 5e-3

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("architecture", self.architecture, ("gru", "lstm"))


@dataclass(eq=False, repr=False)
class AttentionAutoencoder(Autoencoder):
    """L = |x - g(f(x~))|^2 of series, x~ with a share `mask_ratio` of its steps set to the mean."""

    architecture: str = "attention"
    hidden_layer_sizes: tuple[int, ...] = (64, 64)
    mask_ratio: float = 0.1

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("architecture", self.architecture, ("attention",))
        real("mask_ratio", self.mask_ratio, 0, 0.9)

    def _terms(self, network: Network, x: Tensor) -> Terms:
        shown = torch.rand(x.shape[:2], device=x.device) >= self.mask_ratio
        masked = torch.where(shown.reshape(shown.shape + (1,) * (x.ndim - 2)), x, network.offset)
        return {"loss": self._error(network.decode(network.encode(masked)), x).mean()}
