"""Muon: momentum whose update of every kernel is made orthogonal (Jordan et al. 2024, "Muon: an optimizer for hidden
layers in neural networks"), scaled to the size that Adam's updates have (Liu et al. 2025, arXiv 2502.16982).

PyTorch's own takes matrices only; kernels are made matrices here, and those of one shape are worked on together.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from aecodec import devices

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # of the iteration that pulls all singular values to about 1
ITERATIONS = 5
ADAM_SIZE = 0.2  # root mean square of an update of AdamW, in learning rates


class Muon(torch.optim.Optimizer):
    """For kernels (O, I, h, w), each a matrix of O rows."""

    def __init__(self, kernels: Iterable[Tensor], lr: float = 1e-3) -> None:
        super().__init__(kernels, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move every kernel that has a gradient; `closure` is not called."""
        for group in self.param_groups:
            shapes: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = {}
            for kernel in group["params"]:
                if kernel.grad is None:
                    continue
                state = self.state[kernel]
                if not state:
                    state["momentum"] = torch.zeros_like(kernel)
                state["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
                ahead = kernel.grad.lerp(state["momentum"], MOMENTUM)  # Nesterov's
                matrix = ahead.reshape(len(kernel), -1)
                shapes.setdefault((matrix.shape[0], matrix.shape[1]), []).append((kernel, matrix))
            for shape, same in shapes.items():
                updates = orthogonal(torch.stack([matrix for _, matrix in same]))
                size = group["lr"] * ADAM_SIZE * max(shape) ** 0.5
                for (kernel, _), update in zip(same, updates, strict=True):
                    kernel.sub_(update.reshape(kernel.shape), alpha=size)


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices (N, R, C) with about the same singular vectors and all singular values near 1."""
    a, b, c = NEWTON_SCHULZ
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    if devices.has_bf16(x.device):
        x = x.bfloat16()  # enough, as all singular values end near 1 only
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    result: Tensor = (x.mT if tall else x).to(matrices.dtype)
    return result
