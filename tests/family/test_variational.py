"""The variational member: its divergence, its bound, and the likelihood by importance sampling."""

import numpy as np
import pytest
import torch

from aecodec.family import variational
from aecodec.family.variational import gaussian_kl
from tests.family.conftest import small


def test_the_divergence_is_torchs_own_and_has_the_gradient_of_finite_differences() -> None:
    torch.manual_seed(0)
    mean, log_variance = (torch.randn(5, 3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    normal = torch.distributions.Normal
    known = torch.distributions.kl_divergence(
        normal(mean, (log_variance / 2).exp()), normal(torch.zeros_like(mean), torch.ones_like(mean))
    ).sum(1)
    torch.testing.assert_close(gaussian_kl(mean, log_variance), known)
    assert torch.autograd.gradcheck(gaussian_kl, (mean, log_variance), eps=1e-6, atol=1e-7)


def test_more_draws_tighten_the_bound(data: np.ndarray) -> None:
    member = small("variational", loss="bce", max_epochs=30, learning_rate=1e-2).fit(data)
    one, many = (member.log_likelihood(data, n_draws=draws).mean() for draws in (1, 200))
    assert one < many < 0


def test_the_likelihood_of_a_linear_gaussian_model_is_exact() -> None:
    """x = W z + b + e of one variance has a known likelihood; the estimate comes close to it."""
    X = np.random.RandomState(0).standard_normal((40, 3))
    given = {"n_components": 1, "hidden_layer_sizes": (), "activation": "identity", "max_epochs": 150}
    member = small("variational", **given)
    member.fit(X)
    variance = float((2 * variational.PACE * member.network_.get_parameter("deviation")).exp())
    origin, direction = member.inverse_transform(np.array([[0.0], [1.0]]))
    covariance = np.outer(direction - origin, direction - origin) + variance * np.eye(3)
    centred = X - origin
    exact = -0.5 * (
        np.einsum("ni,ij,nj->n", centred, np.linalg.inv(covariance), centred)
        + np.log(np.linalg.det(covariance))
        + 3 * np.log(2 * np.pi)
    )
    assert member.log_likelihood(X, n_draws=3000).mean() == pytest.approx(exact.mean(), abs=0.05)


def test_the_deviation_of_what_is_left_is_learned() -> None:
    """Of data that latents tell but for noise of a deviation of 0.05."""
    random = np.random.RandomState(0)
    X = random.standard_normal((400, 2)) @ random.standard_normal((2, 12)) + 0.05 * random.standard_normal((400, 12))
    given = {"n_components": 2, "hidden_layer_sizes": (), "activation": "identity", "max_epochs": 200}
    member = small("variational", **given, learning_rate=1e-2).fit(X)
    deviation = float((variational.PACE * member.network_.get_parameter("deviation")).exp())
    assert deviation == pytest.approx(0.05, rel=0.15)
    assert (member.reconstruct(X) - X).std() < 0.06


def test_a_larger_beta_brings_latents_nearer_to_the_prior(data: np.ndarray) -> None:
    given = {"max_epochs": 60, "learning_rate": 1e-2}
    spread = [small("variational", beta=beta, **given).fit(data).transform(data).std() for beta in (0.01, 100.0)]
    assert spread[1] < 0.3 * spread[0]


def test_binary_samples_can_be_drawn_while_fitting(data: np.ndarray) -> None:
    given = {"loss": "bce"}
    first, second = (small("variational", **given, binarise=flag).fit(data).transform(data) for flag in (False, True))
    assert not np.array_equal(first, second)
