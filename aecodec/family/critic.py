"""Adversaries in one backward pass: what a critic says, with gradients to it or to what it judges, never to both.

Both players move at once, by one optimiser, on the sum of their losses: each loss reaches its own player alone.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F


def frozen(critic: nn.Module) -> Callable[[Tensor], Tensor]:
    """The critic as a function of its input alone: no gradient reaches its weights."""
    weights = {name: weight.detach() for name, weight in critic.named_parameters()}
    return lambda x: functional_call(critic, weights, (x,))


def told_apart(critic: nn.Module, real: Tensor, false: Tensor) -> Tensor:
    """The critic's loss, (BCE(D(real), 1) + BCE(D(false), 0)) / 2; no gradient reaches what it judges."""
    logits_real, logits_false = critic(real.detach()), critic(false.detach())
    return (_to(logits_real, 1.0) + _to(logits_false, 0.0)) / 2


def fooled(critic: nn.Module, false: Tensor) -> Tensor:
    """The generator's loss, BCE(D(false), 1)."""
    return _to(frozen(critic)(false), 1.0)


def _to(logits: Tensor, answer: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, answer))
