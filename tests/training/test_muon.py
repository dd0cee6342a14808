"""Muon: updates are orthogonal, of Adam's size, and lead downhill."""

import pytest
import torch

from aecodec.training.muon import ADAM_SIZE, Muon, orthogonal


@pytest.mark.parametrize("shape", [(2, 16, 40), (1, 40, 16), (3, 8, 8)])
def test_singular_values_come_near_one_and_vectors_stay(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    matrices = torch.randn(shape)
    found = orthogonal(matrices)
    values = torch.linalg.svdvals(found)
    assert values.max() < 1.3
    assert values.mean() > 0.7
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    assert torch.nn.functional.cosine_similarity(found.flatten(), (left @ right).flatten(), 0) > 0.95


def test_updates_have_the_size_of_adams() -> None:
    torch.manual_seed(0)
    kernel = torch.nn.Parameter(torch.zeros(32, 32, 3, 3))
    kernel.grad = torch.randn_like(kernel)
    Muon([kernel], lr=0.01).step()
    size = float(kernel.detach().square().mean().sqrt())
    assert size == pytest.approx(ADAM_SIZE * 0.01, rel=0.3)


def test_it_finds_a_minimum_and_leaves_what_has_no_gradient() -> None:
    torch.manual_seed(0)
    target = torch.randn(8, 4, 3, 3)
    kernel, idle = torch.nn.Parameter(torch.zeros_like(target)), torch.nn.Parameter(torch.ones(8, 4, 3, 3))
    optimiser = Muon([kernel, idle], lr=0.5)
    start = float(target.square().mean())
    for step in range(100):
        optimiser.param_groups[0]["lr"] = 0.5 * (1 - step / 100)
        optimiser.zero_grad()
        (kernel - target).square().mean().backward()
        optimiser.step()
    assert float((kernel - target).detach().square().mean()) < 0.05 * start
    assert torch.equal(idle.detach(), torch.ones_like(idle))
