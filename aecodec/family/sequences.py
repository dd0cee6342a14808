"""Encoders and decoders of sequences: recurrent ones, and ones with attention. Shapes: (N, T) or (N, T, C)."""

import math

import torch
from torch import Tensor, nn

HEADS = 4
CHUNK_STEPS = 4  # steps that attention takes for one token: it then costs a sixteenth


def steps_and_channels(sample: tuple[int, ...]) -> tuple[int, int]:
    """Raises ValueError for samples that are no sequences."""
    if len(sample) > 2:
        raise ValueError(f"samples of shape {sample} are no sequences: give X as (n, T) or (n, T, C)")
    return sample[0], sample[1] if len(sample) == 2 else 1


def recurrent(
    cell: type[nn.GRU] | type[nn.LSTM], sample: tuple[int, ...], codes: int, latents: int, hidden: tuple[int, ...]
) -> tuple[nn.Module, nn.Module]:
    """One layer a width, after Srivastava et al. (ICML 2015); the decoder writes the sequence backwards."""
    steps, channels = steps_and_channels(sample)
    width, depth = _one_width(hidden)
    return (
        _RecurrentEncoder(cell(channels, width, depth, batch_first=True), codes),
        _RecurrentDecoder(cell(latents, width, depth, batch_first=True), steps, channels),
    )


def _one_width(hidden: tuple[int, ...]) -> tuple[int, int]:
    """Width and number of layers; raises ValueError where widths differ or there are none."""
    if not hidden or len(set(hidden)) != 1:
        raise ValueError(f"hidden_layer_sizes={hidden}: networks of sequences have layers of one width, such as (64,)")
    return hidden[0], len(hidden)


class _RecurrentEncoder(nn.Module):
    """(N, T[, C]) -> (N, codes), from the states that the last step leaves."""

    def __init__(self, cell: nn.RNNBase, codes: int) -> None:
        super().__init__()
        self.cell = cell
        self.last = nn.Linear(cell.hidden_size, codes)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.cell(x.reshape(len(x), x.shape[1], -1))
        codes: Tensor = self.last(states[:, -1])
        return codes


class _RecurrentDecoder(nn.Module):
    """(N, latents) -> (N, T, C). Every step is told the latents and none the step before it: what they lack shows."""

    def __init__(self, cell: nn.RNNBase, steps: int, channels: int) -> None:
        super().__init__()
        self.cell = cell
        self.steps = steps
        self.last = nn.Linear(cell.hidden_size, channels)

    def forward(self, z: Tensor) -> Tensor:
        states, _ = self.cell(z[:, None].expand(-1, self.steps, -1))
        backwards: Tensor = self.last(states)
        return backwards.flip(1)


def attention(
    sample: tuple[int, ...], codes: int, latents: int, hidden: tuple[int, ...], dropout: float
) -> tuple[nn.Module, nn.Module]:
    """Transformer encoders (Vaswani et al., NeurIPS 2017) over tokens of a few steps."""
    steps, channels = steps_and_channels(sample)
    width, depth = _one_width(hidden)
    if width % HEADS:
        raise ValueError(f"hidden_layer_sizes={hidden}: attention needs a width that is a multiple of {HEADS}")
    return (
        _AttentionEncoder(_transformer(width, depth, dropout), steps, channels, codes),
        _AttentionDecoder(_transformer(width, depth, dropout), steps, channels, latents),
    )


def _transformer(width: int, depth: int, dropout: float) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(width, HEADS, 2 * width, dropout, batch_first=True, norm_first=True)
    return nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)


def _positions(tokens: int, width: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(tokens, width) / math.sqrt(width))


class _AttentionEncoder(nn.Module):
    """(N, T[, C]) -> (N, codes), from all tokens."""

    def __init__(self, body: nn.TransformerEncoder, steps: int, channels: int, codes: int) -> None:
        super().__init__()
        self.body = body
        self.padding = -steps % CHUNK_STEPS
        tokens, width = (steps + self.padding) // CHUNK_STEPS, body.layers[0].linear1.in_features
        assert isinstance(width, int)
        self.embed = nn.Linear(CHUNK_STEPS * channels, width)
        self.positions = _positions(tokens, width)
        self.last = nn.Linear(tokens * width, codes)

    def forward(self, x: Tensor) -> Tensor:
        steps = nn.functional.pad(x.reshape(len(x), x.shape[1], -1), (0, 0, 0, self.padding))
        tokens = self.embed(steps.reshape(len(x), len(self.positions), -1)) + self.positions
        codes: Tensor = self.last(self.body(tokens).flatten(1))
        return codes


class _AttentionDecoder(nn.Module):
    """(N, latents) -> (N, T, C)."""

    def __init__(self, body: nn.TransformerEncoder, steps: int, channels: int, latents: int) -> None:
        super().__init__()
        self.body = body
        self.steps = steps
        tokens, width = -(-steps // CHUNK_STEPS), body.layers[0].linear1.in_features
        assert isinstance(width, int)
        self.embed = nn.Linear(latents, width)
        self.positions = _positions(tokens, width)
        self.last = nn.Linear(width, CHUNK_STEPS * channels)

    def forward(self, z: Tensor) -> Tensor:
        tokens = self.embed(z)[:, None] + self.positions
        chunks: Tensor = self.last(self.body(tokens))
        return chunks.reshape(len(z), len(self.positions) * CHUNK_STEPS, -1)[:, : self.steps]
