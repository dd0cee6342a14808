"""GANomaly: normal samples come back with the latents they had; anomalies do not.

L = w_adv |phi(x) - phi(x')|^2 + w_rec |x - x'|_1 + w_lat |z - z'|^2, means over values, with x' = g(z), z' = e(x') of
a second encoder e, and phi the features of a critic that learns to tell x from x'; Akcay et al., ACCV 2018. The
weights are those of its authors' code, (1, 50, 1); the score is the mean of (z - z')^2.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from aecodec.family.critic import frozen, told_apart
from aecodec.family.estimator import Autoencoder, Terms
from aecodec.family.networks import ARCHITECTURES, Network, Shape
from aecodec.family.settings import real


class Critic(nn.Module):
    """Features phi (N, K) and, from them, a logit (N, 1)."""

    def __init__(self, features: nn.Module, width: int) -> None:
        super().__init__()
        self.features = features
        self.last = nn.Sequential(nn.LeakyReLU(0.2), nn.Linear(width, 1))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.last(self.features(x))
        return logits


@dataclass(eq=False, repr=False)
class GANomaly(Autoencoder):
    """L = adversarial |phi(x) - phi(x')|^2 + contextual |x - x'|_1 + encoder |z - z'|^2; scores by -mean (z - z')^2."""

    hidden_layer_sizes: tuple[int, ...] = (256, 128)
    activation: str = "leaky_relu"
    adversarial: float = 1.0
    contextual: float = 50.0
    encoder: float = 1.0

    def _extend(self, network: Network, shape: Shape) -> None:
        for name in ("adversarial", "contextual", "encoder"):
            real(name, getattr(self, name), 0)
        again, _ = ARCHITECTURES[self.architecture](shape)
        features, _ = ARCHITECTURES[self.architecture](shape)
        network.add_module("again", again)
        network.add_module("critic", Critic(features, shape.codes))

    def _encode_again(self, network: Network, output: Tensor) -> Tensor:
        codes: Tensor = network.get_submodule("again")((output - network.offset) / network.scale)
        return codes

    def _terms(self, network: Network, x: Tensor) -> Terms:
        critic = network.get_submodule("critic")
        assert isinstance(critic, Critic)
        z = network.encode(x)
        output = self._link(network.decode(z))
        again = self._encode_again(network, output)
        seen = [(samples - network.offset) / network.scale for samples in (x, output)]
        features = frozen(critic.features)
        adversarial = (features(seen[0]).detach() - features(seen[1])).square().mean()
        contextual = (x - output).abs().mean()
        latent = (z - again).square().mean()
        total = self.adversarial * adversarial + self.contextual * contextual + self.encoder * latent
        apart = told_apart(critic, *seen)
        return {"loss": total + apart, "contextual": contextual, "encoder": latent, "critic": apart}

    def _scores(self, network: Network, x: Tensor) -> Tensor:
        z = network.encode(x)
        return -(z - self._encode_again(network, self._link(network.decode(z)))).square().mean(1)
