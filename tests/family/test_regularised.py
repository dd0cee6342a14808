"""The penalties of the regularised member, against finite differences and autograd."""

import numpy as np
import torch

from aecodec.family.losses import LOSSES
from aecodec.family.networks import Network, Shape
from aecodec.family.regularised import decoder_size, latent_penalty
from tests.family.conftest import small


def network() -> Network:
    torch.manual_seed(0)
    return Network("dense", Shape((6,), 3, 3, (5,), "tanh"), LOSSES["mse"]).double()


def test_penalties_have_the_gradients_of_finite_differences() -> None:
    z = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda values: latent_penalty(values, 0.3, 0.7), (z,), eps=1e-6, atol=1e-8)
    np.testing.assert_allclose(float(latent_penalty(torch.tensor([[3.0, -4.0]]), 0.5, 0.1)), 3.5 + 1.25, rtol=1e-6)


def test_the_size_of_the_decoder_is_of_all_its_weights() -> None:
    own = network()
    gradients = torch.autograd.grad(decoder_size(own), list(own.decoder.parameters()))
    for weight, gradient in zip(own.decoder.parameters(), gradients, strict=True):
        torch.testing.assert_close(gradient, weight)


def test_penalties_make_latents_smaller(data: np.ndarray) -> None:
    given = {"max_epochs": 40, "learning_rate": 1e-2}
    free, held = (
        small("regularised", latent_l2=weight, **given).fit(data).transform(data).std() for weight in (0.0, 10.0)
    )
    assert held < 0.5 * free
    smooth = small("regularised", penalty="gradient", strength=0.1, **given).fit(data)
    assert np.isfinite(smooth.transform(data)).all()
