"""The networks that members share: an encoder and a decoder of one of four architectures, and what lies around them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.family.losses import Loss
from aecodec.family.sequences import attention, recurrent

PATCH = 4  # pixels a side that the convolutional networks take for one position: nothing runs at full resolution

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "prelu": nn.PReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}


@dataclass(frozen=True)
class Shape:
    """What a network is built for."""

    sample: tuple[int, ...]  # of the data: (D,), (H, W), (H, W, C), or of sequences (T,) and (T, C)
    codes: int  # outputs of the encoder
    latents: int  # inputs of the decoder
    hidden: tuple[int, ...]
    activation: str
    dropout: float = 0.0


class Network(nn.Module):
    """Samples (N, *sample) to codes (N, K) and back; inputs are centred and divided by one scale for all values."""

    offset: Tensor
    scale: Tensor

    def __init__(self, architecture: str, shape: Shape, loss: Loss) -> None:
        super().__init__()
        self.sample = shape.sample
        self.linear_output = loss.is_linear
        self.encoder, self.decoder = ARCHITECTURES[architecture](shape)
        self.register_buffer("offset", torch.zeros(shape.sample))
        self.register_buffer("scale", torch.ones(()))

    def standardise(self, mean: Tensor, deviation: Tensor) -> None:
        """mean (*sample), deviation () above 0."""
        self.offset.copy_(mean)
        self.scale.copy_(deviation)

    def encode(self, x: Tensor) -> Tensor:
        codes: Tensor = self.encoder((x - self.offset) / self.scale)
        return codes

    def decode(self, z: Tensor) -> Tensor:
        """Raw output (N, *sample), which the loss knows how to read."""
        raw: Tensor = self.decoder(z).reshape(-1, *self.sample)
        return raw * self.scale + self.offset if self.linear_output else raw


def dense_layers(widths: Sequence[int], activation: str, dropout: float = 0.0) -> nn.Sequential:
    """Fully connected layers of these widths, input first; the last has no activation."""
    layers: list[nn.Module] = []
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        layer = nn.Linear(inputs, outputs)
        last = index == len(widths) - 2
        start(layer.weight, layer.bias, "identity" if last else activation)
        layers.append(layer)
        if not last:
            layers.append(ACTIVATIONS[activation]())
            if dropout:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def start(weight: Tensor, bias: Tensor | None, activation: str) -> None:
    """Initial weights that keep the size of what flows: He et al. 2015 for rectifiers, Glorot and Bengio 2010 else."""
    if activation in ("relu", "leaky_relu", "elu", "prelu"):
        nn.init.kaiming_normal_(weight, nonlinearity="relu")
    else:
        nn.init.xavier_uniform_(weight, gain=5 / 3 if activation == "tanh" else 1.0)
    if bias is not None:
        nn.init.zeros_(bias)


def dense(shape: Shape) -> tuple[nn.Module, nn.Module]:
    """Fully connected, mirrored."""
    size = math.prod(shape.sample)
    encoder = dense_layers((size, *shape.hidden, shape.codes), shape.activation, shape.dropout)
    decoder = dense_layers((shape.latents, *reversed(shape.hidden), size), shape.activation, shape.dropout)
    return nn.Sequential(nn.Flatten(), *encoder), decoder


def convolutional(shape: Shape) -> tuple[nn.Module, nn.Module]:
    """3x3 convolutions over patches of 4x4 pixels, each layer after the first at half the resolution; mirrored.

    Raises ValueError for samples that are no pictures.
    """
    height, width, channels = picture_shape(shape.sample)
    if not shape.hidden:
        raise ValueError("hidden_layer_sizes=(): a convolutional network needs one layer at least")
    return _Analysis(shape, height, width, channels), _Synthesis(shape, height, width, channels)


def picture_shape(sample: tuple[int, ...]) -> tuple[int, int, int]:
    """Height, width and channels; raises ValueError for what is no picture."""
    if len(sample) == 3:
        return sample[0], sample[1], sample[2]
    if len(sample) == 2:
        return sample[0], sample[1], 1
    side = math.isqrt(sample[0])
    if side * side != sample[0]:
        raise ValueError(f"rows of {sample[0]} values are no square pictures: give X as (n, H, W) or (n, H, W, C)")
    return side, side, 1


def _sizes(shape: Shape, height: int, width: int) -> list[tuple[int, int]]:
    """Of the feature maps, the first at 1/4."""
    sizes = [(-(-height // PATCH), -(-width // PATCH))]
    for _ in shape.hidden[1:]:
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes


class _Analysis(nn.Module):
    """(N, H, W[, C]) -> (N, codes)."""

    def __init__(self, shape: Shape, height: int, width: int, channels: int) -> None:
        super().__init__()
        self.picture = height, width, channels
        self.padding = 0, -width % PATCH, 0, -height % PATCH
        inputs = (PATCH * PATCH * channels, *shape.hidden[:-1])
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=1 if index == 0 else 2, padding=1)
            for index, (before, after) in enumerate(zip(inputs, shape.hidden, strict=True))
        )
        self.active = nn.ModuleList(ACTIVATIONS[shape.activation]() for _ in shape.hidden)
        for layer in self.layers:
            assert isinstance(layer, nn.Conv2d)
            start(layer.weight, layer.bias, shape.activation)
        rows, columns = _sizes(shape, height, width)[-1]
        self.dropout = nn.Dropout(shape.dropout)
        self.last = dense_layers((shape.hidden[-1] * rows * columns, shape.codes), shape.activation)

    def forward(self, x: Tensor) -> Tensor:
        pictures = x.reshape(-1, *self.picture).permute(0, 3, 1, 2)
        maps = F.pixel_unshuffle(F.pad(pictures, self.padding, mode="replicate"), PATCH)
        for layer, active in zip(self.layers, self.active, strict=True):
            maps = active(layer(maps))
        codes: Tensor = self.last(self.dropout(maps.flatten(1)))
        return codes


class _Synthesis(nn.Module):
    """(N, latents) -> (N, H, W, C)."""

    def __init__(self, shape: Shape, height: int, width: int, channels: int) -> None:
        super().__init__()
        self.picture = height, width
        self.sizes = _sizes(shape, height, width)[::-1]
        widths = shape.hidden[::-1]
        self.first = dense_layers((shape.latents, widths[0] * math.prod(self.sizes[0])), shape.activation)
        outputs = (*(4 * width for width in widths[1:]), PATCH * PATCH * channels)
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in zip(widths, outputs, strict=True)
        )
        self.active = nn.ModuleList(ACTIVATIONS[shape.activation]() for _ in widths)
        for index, layer in enumerate(self.layers):
            assert isinstance(layer, nn.Conv2d)
            start(layer.weight, layer.bias, shape.activation if index < len(widths) - 1 else "identity")
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, z: Tensor) -> Tensor:
        maps = self.dropout(self.first(z).reshape(len(z), -1, *self.sizes[0]))
        maps = maps.contiguous(memory_format=torch.channels_last)
        for index, (layer, active) in enumerate(zip(self.layers, self.active, strict=True)):
            maps = layer(active(maps))
            if index + 1 < len(self.layers):
                rows, columns = self.sizes[index + 1]
                maps = F.pixel_shuffle(maps, 2)[:, :, :rows, :columns]
        height, width = self.picture
        return F.pixel_shuffle(maps, PATCH)[:, :, :height, :width].permute(0, 2, 3, 1)


ARCHITECTURES: dict[str, Callable[[Shape], tuple[nn.Module, nn.Module]]] = {
    "dense": dense,
    "convolutional": convolutional,
    "gru": lambda shape: recurrent(nn.GRU, shape.sample, shape.codes, shape.latents, shape.hidden),
    "lstm": lambda shape: recurrent(nn.LSTM, shape.sample, shape.codes, shape.latents, shape.hidden),
    "attention": lambda shape: attention(shape.sample, shape.codes, shape.latents, shape.hidden, shape.dropout),
}
