"""Adversaries: each loss reaches its own player alone."""

import torch
from torch import nn

from aecodec.family.critic import fooled, told_apart


def test_the_critics_loss_reaches_the_critic_alone() -> None:
    critic = nn.Linear(3, 1)
    real, false = (torch.randn(5, 3, requires_grad=True) for _ in range(2))
    told_apart(critic, real, false).backward()
    assert real.grad is None
    assert false.grad is None
    assert critic.weight.grad is not None


def test_the_generators_loss_reaches_what_is_judged_alone() -> None:
    critic = nn.Linear(3, 1)
    false = torch.randn(5, 3, requires_grad=True)
    fooled(critic, false).backward()
    assert critic.weight.grad is None
    assert false.grad is not None
    assert float(false.grad.abs().sum()) > 0
