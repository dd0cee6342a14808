"""Small layers that every network here is made of.

Legend: N batch, C channels, H, W cells of whatever resolution the layer runs at.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.quality import KNOT_SPACING, KNOTS


def activation(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


def pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 1)


def leading(layer: nn.Module, x: Tensor, outputs: int) -> Tensor:
    """The first `outputs` channels of what a convolution makes of its first inputs, as many as `x` has.

    Where inputs and outputs are channels of y, those of the details are the last: without them they cost nothing.
    """
    assert isinstance(layer, nn.Conv2d)
    if (x.shape[1], outputs) == (layer.in_channels, layer.out_channels):
        whole: Tensor = layer(x)
        return whole
    bias = None if layer.bias is None else layer.bias[:outputs]
    return F.conv2d(x, layer.weight[:outputs, : x.shape[1]], bias, layer.stride, layer.padding)


class Block(nn.Module):
    """Residual block of DCVC-UF's shape (microsoft/DCVC, `src/layers/layers.py`): 7 C^2 + 9 C MACs a cell.

    A depthwise 3x3 convolution between two pointwise ones, then a pointwise network whose hidden 4 C channels
    are summed in four groups. Both branches end in zeros, so that a new block is the identity.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.expand = pointwise(channels, channels)
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.project = pointwise(channels, channels)
        self.widen = pointwise(channels, 4 * channels)
        self.fold = pointwise(channels, channels)
        for last in (self.project, self.fold):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.project(self.depthwise(activation(self.expand(x))))
        first, second, third, fourth = activation(self.widen(x)).chunk(4, dim=1)
        out: Tensor = x + self.fold(first + second + third + fourth)
        return out


def blocks(count: int, channels: int) -> nn.Sequential:
    return nn.Sequential(*(Block(channels) for _ in range(count)))


class Upsample(nn.Module):
    """Twice the resolution: pointwise to four times the channels, then pixel-shuffle. (N,C,H,W) -> (N,D,2H,2W)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.pointwise = pointwise(inputs, 4 * outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.pointwise(x), 2)


class Knots(nn.Module):
    """A vector of C channels that depends on quality: linear between `KNOTS` equidistant quality steps."""

    def __init__(self, channels: int, value: float = 0.0) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.full((KNOTS, channels), value))

    def forward(self, step: Tensor) -> Tensor:
        """Quality steps (N,) of 0 ... 1584 -> (N, C, 1, 1)."""
        position = step.to(self.value.dtype) / KNOT_SPACING
        below = position.floor().clamp(0, KNOTS - 2)
        part = (position - below)[:, None]
        index = below.long()
        mixed = self.value.index_select(0, index) * (1 - part) + self.value.index_select(0, index + 1) * part
        return mixed[:, :, None, None]


def round_through(x: Tensor) -> Tensor:
    """Rounding with the gradient of the identity (straight-through)."""
    return x + (torch.round(x) - x).detach()


class _Bounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bounds = (low, high)  # type: ignore[attr-defined]
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *grads: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        (grad,) = grads
        low, high = ctx.bounds  # type: ignore[attr-defined]
        inward = ((x >= low) | (grad < 0)) & ((x <= high) | (grad > 0))
        return grad * inward, None, None


def bounded(x: Tensor, low: float, high: float) -> Tensor:
    """Clamp whose gradient still passes where a descent step would lead back inside the bounds."""
    out: Tensor = _Bounded.apply(x, low, high)
    return out
