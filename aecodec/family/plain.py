"""Reconstruction and nothing else: linear, with one hidden layer, deep, convolutional.

The deep one is Hinton and Salakhutdinov's (Science 2006) without its layer-by-layer start, which good initial weights
(He et al. 2015) have replaced. A linear one with the squared error spans the principal components (Bourlard and Kamp
1988; Baldi and Hornik 1989): in any basis of them, as nothing in the loss prefers one.
"""

from dataclasses import dataclass

from aecodec.family.estimator import Autoencoder


@dataclass(eq=False, repr=False)
class LinearAutoencoder(Autoencoder):
    """L = |x - g(f(x))|^2 with affine f and g: PCA up to an invertible map of the latents."""

    hidden_layer_sizes: tuple[int, ...] = ()
    activation: str = "identity"


@dataclass(eq=False, repr=False)
class PlainAutoencoder(Autoencoder):
    """L = |x - g(f(x))|^2 with one hidden layer each way (Rumelhart, Hinton, Williams 1986)."""

    hidden_layer_sizes: tuple[int, ...] = (512,)


@dataclass(eq=False, repr=False)
class DeepAutoencoder(Autoencoder):
    """L = |x - g(f(x))|^2 with several hidden layers each way (Hinton and Salakhutdinov, Science 2006)."""

    max_epochs: int = 20


@dataclass(eq=False, repr=False)
class ConvolutionalAutoencoder(Autoencoder):
    """L = |x - g(f(x))|^2 with convolutions (Masci et al., ICANN 2011); X are (n, H, W[, C])."""

    architecture: str = "convolutional"
    hidden_layer_sizes: tuple[int, ...] = (32, 64)
