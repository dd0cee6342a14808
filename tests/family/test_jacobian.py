"""The estimate of a Jacobian's norm: its mean is autograd's, and its gradient that of finite differences."""

import torch
from torch import nn

from aecodec.family.jacobian import estimate


def deep() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(10, 8), nn.Tanh(), nn.Linear(8, 4), nn.Sigmoid()).double()


def test_the_mean_of_the_estimate_is_the_norm() -> None:
    network, x = deep(), torch.randn(3, 10, dtype=torch.float64)
    whole = torch.func.vmap(torch.func.jacrev(lambda sample: network(sample[None])[0]))(x)
    y, norms = estimate(network, x.repeat(20_000, 1))
    torch.testing.assert_close(y[:3], network(x))
    torch.testing.assert_close(norms.reshape(-1, 3).mean(0), whole.flatten(1).square().sum(1), rtol=0.05, atol=0)


def test_weights_get_the_gradient_of_finite_differences() -> None:
    network, x = deep(), torch.randn(5, 10, dtype=torch.float64)
    weight = network[0].weight

    def total() -> torch.Tensor:
        torch.manual_seed(1)
        return estimate(network, x)[1].sum()

    (gradient,) = torch.autograd.grad(total(), weight)
    step = torch.zeros_like(weight)
    step[2, 3] = 1e-6
    with torch.no_grad():
        weight += step
    above = float(total().detach())
    with torch.no_grad():
        weight -= 2 * step
    torch.testing.assert_close((above - float(total().detach())) / 2e-6, float(gradient[2, 3]), rtol=1e-6, atol=1e-8)
