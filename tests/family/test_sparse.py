"""Sparsity: the penalty against finite differences, the target it reaches, and what top-k leaves."""

import numpy as np
import torch

from aecodec.family.sparse import SparseAutoencoder, kl_sparsity, top_k
from tests.family.conftest import small


def test_the_penalty_has_the_gradient_of_finite_differences() -> None:
    torch.manual_seed(0)
    codes = torch.randn(7, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda values: kl_sparsity(values.sigmoid(), 0.1), (codes,), eps=1e-6, atol=1e-8)


def test_the_penalty_is_zero_at_the_target_and_known_elsewhere() -> None:
    assert float(kl_sparsity(torch.full((5, 3), 0.2, dtype=torch.float64), 0.2)) < 1e-12
    known = 0.1 * np.log(0.1 / 0.5) + 0.9 * np.log(0.9 / 0.5)
    np.testing.assert_allclose(float(kl_sparsity(torch.full((5, 3), 0.5, dtype=torch.float64), 0.1)), 3 * known)


def test_mean_activations_come_to_the_target(data: np.ndarray) -> None:
    member = small("sparse", n_components=6, sparsity=0.2, max_epochs=150, learning_rate=1e-2, batch_size=48).fit(data)
    assert abs(member.transform(data).mean() - 0.2) < 0.04


def test_top_k_keeps_the_largest(data: np.ndarray) -> None:
    kept = top_k(torch.tensor([[3.0, -1.0, 2.0, 5.0]]), 2)
    assert kept.tolist() == [[3.0, 0.0, 0.0, 5.0]]
    member = SparseAutoencoder(10, penalty="top_k", sparsity=0.3, max_epochs=2, random_state=0).fit(data)
    assert ((member.transform(data) != 0).sum(1) == 3).all()
