"""Contractive autoencoder: latents that change little where a sample changes.

L = |x - g(h)|^2 + lambda |dh/dx|_F^2 with h = sigmoid(f(x)); Rifai et al., ICML 2011. With one layer the Jacobian's
norm has a closed form, sum_j (h_j (1 - h_j))^2 sum_i W_ji^2. Of deeper encoders it is estimated without bias
(`family.jacobian`).
"""

from dataclasses import dataclass

from torch import Tensor, nn

from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.jacobian import estimate
from aecodec.family.networks import Network, Shape
from aecodec.family.settings import one_of, real


def closed_form(latents: Tensor, weight: Tensor) -> Tensor:
    """|dh/dx|_F^2 of h = sigmoid(W x + b): latents (N, K), weight (K, D) -> (N,)."""
    return (latents * (1 - latents)).square() @ weight.square().sum(1)


@dataclass(eq=False, repr=False)
class ContractiveAutoencoder(Autoencoder):
    """L = |x - g(h)|^2 + contraction |dh/dx|_F^2 with sigmoid latents h; dense or convolutional."""

    hidden_layer_sizes: tuple[int, ...] = ()
    contraction: float = 0.1

    def _extend(self, network: Network, shape: Shape) -> None:
        one_of("architecture", self.architecture, ("dense", "convolutional"))
        real("contraction", self.contraction, 0)

    def _latents(self, network: Network, x: Tensor) -> Tensor:
        return network.encode(x).sigmoid()

    def _terms(self, network: Network, x: Tensor) -> Terms:
        if self.architecture == "dense" and not self.hidden_layer_sizes:
            latents = self._latents(network, x)
            assert isinstance(network.encoder, nn.Sequential)
            layer = network.encoder[1]
            assert isinstance(layer, nn.Linear)
            norm = closed_form(latents, layer.weight / network.scale)
        else:
            latents, norm = estimate(lambda samples: self._latents(network, samples), x)
        error = self._error(network.decode(latents), x).mean()
        return {"loss": error + self.contraction * norm.mean(), "error": error, "jacobian": norm.mean()}
