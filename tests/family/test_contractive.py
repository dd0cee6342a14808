"""The Jacobian's norm: the closed form and the estimate against autograd."""

import numpy as np
import torch
from torch import nn

from aecodec.family.contractive import closed_form
from tests.family.conftest import small


def jacobian_norm(encode, x):
    whole = torch.func.vmap(torch.func.jacrev(lambda sample: encode(sample[None])[0]))(x)
    return whole.flatten(1).square().sum(1)


def test_the_closed_form_equals_autograd() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(20, 6).double()
    x = torch.randn(9, 20, dtype=torch.float64)
    exact = jacobian_norm(lambda samples: layer(samples).sigmoid(), x)
    assert (closed_form(layer(x).sigmoid(), layer.weight) - exact).abs().max() < 1e-12


def test_the_closed_form_of_a_fitted_member_equals_autograd(data: np.ndarray) -> None:
    member = small("contractive").fit(data)
    x = torch.from_numpy(data).double()
    network = member.network_.double()
    weight = network.encoder[1].weight / network.scale
    exact = jacobian_norm(lambda samples: member._latents(network, samples), x)
    assert (closed_form(member._latents(network, x), weight) - exact).abs().max() < 1e-6


def test_the_penalty_makes_latents_change_less(data: np.ndarray) -> None:
    def change(contraction: float, **given: object) -> float:
        member = small("contractive", contraction=contraction, max_epochs=40, learning_rate=1e-2, **given).fit(data)
        moved = data + 0.05 * np.random.RandomState(0).standard_normal(data.shape).astype(np.float32)
        return float(((member.transform(moved) - member.transform(data)) ** 2).sum(1).mean())

    assert change(10.0) < 0.5 * change(0.0)
    assert change(10.0, hidden_layer_sizes=(12,)) < 0.5 * change(0.0, hidden_layer_sizes=(12,))
