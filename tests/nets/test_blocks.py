"""The small layers: identity at the start, interpolation in quality, gradients of rounding and bounds."""

import torch

from aecodec.nets.blocks import Block, Knots, bounded, round_through
from aecodec.quality import KNOT_SPACING, KNOTS, QUALITY_STEPS


def test_a_new_block_is_the_identity() -> None:
    x = torch.randn(2, 12, 5, 7)
    assert torch.equal(Block(12)(x), x)


def test_knots_are_met_and_joined_by_lines() -> None:
    knots = Knots(1)
    with torch.no_grad():
        knots.value.copy_(torch.arange(KNOTS).square()[:, None])
    steps = torch.tensor([0, KNOT_SPACING, KNOT_SPACING * 5 // 2, QUALITY_STEPS])
    assert knots(steps).flatten().tolist() == [0, 1, 6.5, (KNOTS - 1) ** 2]


def test_rounding_passes_the_gradient_through() -> None:
    x = torch.tensor([0.4, 1.6], requires_grad=True)
    rounded = round_through(x)
    rounded.sum().backward()
    assert rounded.tolist() == [0, 2]
    assert x.grad is not None
    assert x.grad.tolist() == [1, 1]


def test_bounds_let_only_gradients_pass_that_lead_back_inside() -> None:
    x = torch.tensor([-2.0, -2.0, 0.5, 3.0, 3.0], requires_grad=True)
    (bounded(x, 0, 1) * torch.tensor([-1.0, 1, 1, 1, -1])).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [-1, 0, 1, 1, 0]
