"""Reconstruction losses by name: what a decoder's raw output means, and how far it is from a sample.

Every error is summed over the values of a sample, so that it weighs against penalties as the papers have it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

Error = Callable[[Tensor, Tensor], Tensor]  # raw output and target, of one shape -> error of each value


@dataclass(frozen=True)
class Loss:
    """`link` turns raw output into data; `low` and `high` bound the data that the loss is defined for."""

    error: Error
    link: Callable[[Tensor], Tensor]
    low: float = -float("inf")
    high: float = float("inf")

    @property
    def is_linear(self) -> bool:
        """Whether raw output is data itself."""
        return self.link is _identity

    def of_samples(self, raw: Tensor, target: Tensor) -> Tensor:
        """(N, ...) raw output and target -> (N,) sums over each sample."""
        return self.error(raw, target).flatten(1).sum(1)


def _identity(raw: Tensor) -> Tensor:
    return raw


def _cross_entropy(raw: Tensor, target: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(raw, target, reduction="none")


def _divergence(raw: Tensor, target: Tensor) -> Tensor:
    """Generalised Kullback-Leibler divergence, x log(x / y) - x + y, of Lee and Seung (NeurIPS 2000)."""
    output = F.softplus(raw) + 1e-10
    divergence: Tensor = torch.xlogy(target, target) - torch.xlogy(target, output) - target + output
    return divergence


def _hinge(raw: Tensor, target: Tensor) -> Tensor:
    """max(0, 1 - t raw) with t = 2 x - 1, which is -1 or 1 where data are binary."""
    return F.relu(1 - (2 * target - 1) * raw)


LOSSES = {
    "mse": Loss(lambda raw, target: (raw - target).square(), _identity),
    "mae": Loss(lambda raw, target: (raw - target).abs(), _identity),
    "bce": Loss(_cross_entropy, torch.sigmoid, 0, 1),
    "kl": Loss(_divergence, F.softplus, 0),
    "hinge": Loss(_hinge, lambda raw: ((raw + 1) / 2).clamp(0, 1), 0, 1),
}
