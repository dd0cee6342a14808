"""From latents to a coded stream and back: z first, then every symbol of y in one pass.

Encoder and decoder share `nets.prior.LatentPrior.code_in_context`, the loop that turns context into means, and hand
the same table rows, chosen by the integer network alone, to a coder with one method (`entropy.rans`). A tile knows
nothing of its neighbours. Legend: N tiles of equal shape, h, w cells of y.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecodec.entropy.rans import Decoder, Encoder
from aecodec.entropy.tables import Tables
from aecodec.errors import FormatError, LimitExceeded
from aecodec.limits import MAX_SYMBOL
from aecodec.models.frozen import Frozen, hyper_rows, scale_rows


@dataclass(frozen=True)
class CodedLatents:
    """N tiles: their payloads, and what a decoder will read from them."""

    payloads: list[bytes]
    quantised: Tensor  # (N, latents, h, w) in quantiser steps


def encode(frozen: Frozen, y: Tensor, step: int, z: Tensor | None = None) -> CodedLatents:
    """Code latents before the gain, (N, latents, h, w), h and w multiples of 4, at a quality step.

    `z`, rounded hyper-latents (N, hyper, h/4, w/4), come from the hyper-analysis where none are given. Raises
    LimitExceeded when a symbol is beyond any that the format can hold.
    """
    prior = frozen.model.prior
    steps = torch.full((len(y),), step, device=y.device)
    gain = prior.log_gain(steps).exp()
    scaled = y * gain
    if z is None:
        z = torch.round(prior.hyper_analysis(scaled, steps))
    symbols = torch.zeros_like(scaled, dtype=torch.int32)

    def code(mean: Tensor, mask: Tensor) -> Tensor:
        rounded = torch.round(scaled - mean)
        symbols.copy_(torch.where(mask, rounded, symbols))
        return mean + rounded

    quantised = prior.code_in_context(z, steps, gain, code)
    if float(torch.maximum(quantised.abs().max(), z.abs().max())) > MAX_SYMBOL:
        raise LimitExceeded("the latents of this picture are beyond what the format can hold")
    streams = zip(
        _flat(z),
        _flat(hyper_rows(step, z.shape)),
        _flat(symbols),
        _flat(scale_rows(frozen, z, step)),
        strict=True,
    )
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        payloads = list(pool.map(lambda stream: _encode_tile(frozen.tables, *stream), streams))
    return CodedLatents(payloads, quantised)


def _encode_tile(tables: Tables, z: np.ndarray, z_rows: np.ndarray, y: np.ndarray, y_rows: np.ndarray) -> bytes:
    coder = Encoder(tables)
    coder.code(z, z_rows)
    coder.code(y, y_rows)
    return coder.finish()


@dataclass(frozen=True)
class Symbols:
    """The exact part of N decoded tiles, the same on every machine; zeros where a tile has an error."""

    z: np.ndarray  # int32 (N, hyper, h/4, w/4)
    y: np.ndarray  # int32 (N, latents, h, w), residuals against the means
    errors: list[FormatError | None]


def decode_symbols(frozen: Frozen, payloads: Sequence[bytes], cells: tuple[int, int], step: int) -> Symbols:
    """N payloads of tiles of (h, w) cells -> their symbols."""
    shape = (len(payloads), frozen.model.config.hyper, cells[0] // 4, cells[1] // 4)
    streams = [_Stream(payload, frozen.tables) for payload in payloads]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        z = np.stack(list(pool.map(_Stream.code, streams, _flat(hyper_rows(step, shape))))).reshape(shape)
        rows = scale_rows(frozen, torch.from_numpy(z).to(frozen.integers.device), step)
        y = np.stack(list(pool.map(_Stream.code, streams, _flat(rows)))).reshape(rows.shape)
    return Symbols(z, y, [stream.close() for stream in streams])


def decode(frozen: Frozen, payloads: Sequence[bytes], cells: tuple[int, int], step: int) -> list[Tensor | FormatError]:
    """N payloads of tiles of (h, w) cells -> quantised latents (latents, h, w) in quantiser steps, or what is wrong."""
    symbols = decode_symbols(frozen, payloads, cells, step)
    prior, device = frozen.model.prior, frozen.integers.device
    given = torch.from_numpy(symbols.y).to(device)
    z = torch.from_numpy(symbols.z).to(device, torch.float32)
    steps = torch.full((len(z),), step, device=device)
    quantised = prior.code_in_context(z, steps, prior.log_gain(steps).exp(), lambda mean, mask: mean + given)
    return [latents if error is None else error for error, latents in zip(symbols.errors, quantised, strict=True)]


class _Stream:
    """A decoder that goes on with zeros after its first error, so that a batch is not lost with one tile."""

    def __init__(self, payload: bytes, tables: Tables) -> None:
        self.error: FormatError | None = None
        try:
            self.decoder = Decoder(payload, tables)
        except FormatError as error:
            self.error = error

    def code(self, rows: np.ndarray) -> np.ndarray:
        if self.error is None:
            try:
                return self.decoder.code(None, rows)
            except FormatError as error:
                self.error = error
        return np.zeros(rows.shape, np.int32)

    def close(self) -> FormatError | None:
        if self.error is None:
            try:
                self.decoder.finish()
            except FormatError as error:
                self.error = error
        return self.error


def _flat(values: Tensor | np.ndarray) -> np.ndarray:
    """(N, ...) -> (N, symbols) int32, in the order of the stream: channel by channel, row by row."""
    array = values.cpu().numpy() if isinstance(values, Tensor) else values
    return np.ascontiguousarray(array, dtype=np.int32).reshape(len(array), -1)
