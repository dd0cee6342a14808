"""The norm of a Jacobian, from one product a sample: E_u |u J|^2 = |J|_F^2 for u ~ N(0, I) (Hutchinson 1990)."""

from collections.abc import Callable

import torch
from torch import Tensor


def estimate(function: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """Outputs y (N, ...) of x (N, ...), and |u J|^2 (N,) of each sample's dy/dx, both with gradients to the weights."""
    x = x if x.requires_grad else x.detach().requires_grad_(True)
    y = function(x)
    (pulled,) = torch.autograd.grad((y * torch.randn_like(y)).sum(), x, create_graph=True)
    return y, pulled.flatten(1).square().sum(1)
