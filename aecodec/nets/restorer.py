"""The denoising autoencoder: an estimator of the noise level, and a U-Net of plain convolutions that takes its map.

Nothing has a bias and nothing is normalised, so with ReLU all is homogeneous: twice the contrast and twice the noise
give twice the output, which carries the network to levels that it never saw (Mohan et al., "Robust and interpretable
blind image denoising via bias-free convolutional neural networks", ICLR 2020; DRUNet in cszn/DPIR).
"""

from itertools import pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.nets import cost
from aecodec.nets.config import CELL, RestorerConfig
from aecodec.nets.smoothing import OPPONENT, smoothed

MOST = 1.25  # noise levels: a little beyond 1, for noise that differs within a cell
SCALES = 4  # at which noise is looked for: squares of 2, 4, 8 and 16 pixels
TENTHS = (1, 3, 6)  # of the cells below a quantile: what all of a picture has is noise, what parts have is not
ENERGIES = 72  # two of each scale, each of three colours and three directions
HAAR = ((0.5, 0.5, 0.5, 0.5), (0.5, -0.5, 0.5, -0.5), (0.5, 0.5, -0.5, -0.5), (0.5, -0.5, -0.5, 0.5))
TINY = 1e-12  # keeps the gradient of a root finite

Edges = Literal["zeros", "replicate"]


def convolution(inputs: int, outputs: int, edges: Edges = "zeros", dilation: int = 1) -> nn.Conv2d:
    """Starts by keeping the size of what goes through (He et al. 2015)."""
    layer = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation, bias=False, padding_mode=edges)
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    return layer


class Residual(nn.Module):
    """x + conv(relu(conv(x))); starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = convolution(channels, channels)
        self.second = convolution(channels, channels)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.relu(self.first(x)))
        return out


class Estimator(nn.Module):
    """Energies (N, 72, h, w) of a whole picture, as `energies` finds them, to noise levels (N, 2, h, w), at least 0.

    The first is the level that restores best, the second that of the noise's coarse part: the RMS of its means over 8x8
    pixels, times 8. Of white noise both are its standard deviation.

    What all of a picture has is noise, what parts of it have is texture: beside the cells around a place, as far as 128
    pixels, it knows quantiles over all cells. At the edges the last values are repeated.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.near = convolution(ENERGIES, width, edges="replicate")
        self.everywhere = nn.Conv2d(len(TENTHS) * ENERGIES, width, 1, bias=False)
        self.far = nn.ModuleList(convolution(width, width, edges="replicate", dilation=step) for step in (1, 2, 4))
        self.last = convolution(width, 2, edges="replicate")

    def forward(self, energy: Tensor) -> Tensor:
        cells = energy.flatten(2).sort(2).values
        count = cells.shape[2]
        quantiles = torch.cat([cells[:, :, count * tenths // 10] for tenths in TENTHS], 1)
        x = F.relu(self.near(energy) + self.everywhere(quantiles[:, :, None, None]))
        for layer in self.far:
            x = F.relu(layer(x))
        levels: Tensor = self.last(x)
        return levels.abs()


def energies(pixels: Tensor) -> Tensor:
    """What differs in cells of 16 pixels: (N, 3, H, W) to (N, 72, H / 16, W / 16), each cell for itself.

    Haar coefficients of luma and chroma within squares of 2, 4, 8 and 16 pixels, as noise from cameras lies at every
    scale; of each colour and direction the root mean square and the mean magnitude, whose ratio tells noise from edges.
    Brightness, which would drown them, is not in them.
    """
    samples = torch.einsum("ij,njhw->nihw", pixels.new_tensor(OPPONENT), pixels.float())
    found = []
    for scale in range(SCALES):
        halved = F.pixel_unshuffle(samples, 2)
        squares = halved.reshape(len(pixels), 3, 4, *halved.shape[2:])
        haar = torch.einsum("ij,ncjhw->ncihw", pixels.new_tensor(HAAR), squares)
        samples, details = haar[:, :, 0] / 2, haar[:, :, 1:].flatten(1, 2)
        cell = CELL >> scale + 1
        found += [(F.avg_pool2d(details.square(), cell) + TINY).sqrt(), F.avg_pool2d(details.abs(), cell)]
    return torch.cat(found, 1)


class Restorer(nn.Module):
    """Noisy pixels to clean ones. Values around 0 ... 1, beyond them too; H and W are multiples of `CELL`."""

    def __init__(self, config: RestorerConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.estimator = Estimator(config.estimator_width)
        self.head = convolution(13, widths[0])
        _start_as_haar(self.head)
        self.down = nn.ModuleList(_blocks(config.blocks, width) for width in widths[:3])
        self.shrink = nn.ModuleList(nn.Conv2d(fine, coarse, 2, 2, bias=False) for fine, coarse in pairwise(widths))
        self.body = _blocks(config.blocks, widths[3])
        self.grow = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, 2, bias=False) for fine, coarse in pairwise(widths)
        )
        self.up = nn.ModuleList(_blocks(config.blocks, width) for width in widths[:3])
        self.tail = convolution(widths[0], 12)
        nn.init.zeros_(self.tail.weight)

    def estimate(self, pixels: Tensor) -> Tensor:
        """Levels (N, 2, H / 16, W / 16) as of `Estimator`."""
        levels: Tensor = self.estimator(energies(pixels))
        return levels

    def denoise(self, pixels: Tensor, levels: Tensor) -> Tensor:
        """Clean pixels (N, 3, H, W), for levels (N, 2, H / 16, W / 16) as `estimate` gives them."""
        return smoothed(pixels, self.restore(pixels, spread(levels[:, :1])), levels)

    def restore(self, pixels: Tensor, level: Tensor) -> Tensor:
        """As `denoise` before what is left is smoothed; noise level (N, 1, H / 2, W / 2), as `spread` makes it."""
        x = self.head(torch.cat([F.pixel_unshuffle(pixels, 2), level], 1))
        start = x
        skipped = []
        for blocks, shrink in zip(self.down, self.shrink, strict=True):
            x = blocks(x)
            skipped.append(x)
            x = shrink(x)
        x = self.body(x)
        for blocks, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = blocks(grow(x) + skipped.pop())
        return pixels + F.pixel_shuffle(limited(self.tail(x + start), level), 2)

    def forward(self, pixels: Tensor, sigma: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """Training: clean pixels, not smoothed, and the estimate (N, 2, H / 16, W / 16).

        The map is `sigma` (N,) where `told` (N,) is true, the estimate elsewhere. No gradient of the pixels reaches the
        estimator: it would say what restores best while that still learns, 8 % less than the noise, and being told the
        truth would do harm.
        """
        estimate = self.estimate(pixels)
        level = torch.where(told[:, None, None, None], sigma[:, None, None, None], estimate[:, :1].detach())
        return self.restore(pixels, spread(level)), estimate


def limited(residual: Tensor, level: Tensor) -> Tensor:
    """Of what is taken away (N, 12, H / 2, W / 2) no more than noise of that level (N, 1, H / 2, W / 2) can be.

    Where its RMS in cells of 16 pixels is above `MOST` levels it is scaled down: what is called clean stays as it is.
    """
    energy = F.avg_pool2d(residual.float().square().mean(1, keepdim=True), CELL // 2)
    rms = spread(energy.clamp(min=TINY).sqrt())
    return residual * (MOST * level / rms).clamp(max=1)


@torch.no_grad()
def _start_as_haar(head: nn.Conv2d) -> None:
    """Let the first 12 features be the Haar transform of 2 x 2 pixels, their means made small: see `Estimator`."""
    haar = torch.tensor([[0.1, 0.1, 0.1, 0.1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
    head.weight *= 0.1
    count = min(12, head.out_channels)
    head.weight[:count] = 0
    head.weight[:count, :12, 1, 1] = torch.kron(torch.eye(3), haar)[:count]


def spread(level: Tensor) -> Tensor:
    """A map in cells of 16 pixels to one in cells of 2, linear in between. (N, 1, h, w) -> (N, 1, 8 h, 8 w)."""
    return F.interpolate(level, scale_factor=CELL // 2, mode="bilinear")


def _blocks(count: int, channels: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(channels) for _ in range(count)))


def complexity(config: RestorerConfig) -> dict[str, Any]:
    """Multiply-accumulates a pixel in thousands, and parameters in millions, by counting."""
    with torch.device("meta"):
        model = Restorer(config)
        pixels = torch.empty(1, 3, cost.SIDE, cost.SIDE)
        kilo = cost.kmac_per_pixel(lambda: model.denoise(pixels, model.estimate(pixels)))
    return {
        "kmac_per_pixel": {"denoise": round(kilo["Global"], 2)},
        "million_parameters": cost.million_parameters(model),
    }
