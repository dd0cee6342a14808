"""The small layers: identity at the start, interpolation in quality, gradients of rounding and bounds."""

import torch

from aecodec.nets.blocks import Block, Knots, bounded, leading, round_through
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


def test_leading_channels_are_those_of_the_whole_layer_with_zeros_for_the_rest() -> None:
    layer, x = torch.nn.Conv2d(6, 8, 3, stride=2, padding=1), torch.randn(2, 6, 8, 8)
    x[:, 4:] = 0
    torch.testing.assert_close(leading(layer, x[:, :4], 5), layer(x)[:, :5])


def test_all_of_a_layer_is_the_layer_that_hooks_see() -> None:
    layer, x, calls = torch.nn.Conv2d(6, 8, 1), torch.randn(2, 6, 4, 4), []
    layer.register_forward_pre_hook(lambda _, inputs: calls.append(inputs))
    assert torch.equal(leading(layer, x, 8), layer(x))
    assert len(calls) == 2
