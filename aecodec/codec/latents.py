"""From latents to a coded stream and back: z first, then every symbol of y in one pass.

Encoder and decoder share `nets.prior.LatentPrior.code_in_context`, the loop that turns context into means, and hand
the same table rows, chosen by the integer network alone, to a coder with one method (`entropy.rans`). A tile knows
nothing of its neighbours.

A tile's payload is one such stream: z, then the residuals of y, channel by channel, row by row. With a network that has
details (wire id 2) one byte comes before it, the tile's *flag*: 1 where all channels of y are coded, 0 where details
are left out and all that takes y takes its first `latents` channels; others are illegal.

Legend: N tiles of equal shape, h, w cells of y, C channels of y (the first `latents`, or all).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecodec.entropy.rans import Decoder, Encoder
from aecodec.entropy.tables import TOTAL, Tables
from aecodec.errors import Corrupt, FormatError, LimitExceeded
from aecodec.limits import MAX_SYMBOL, MIN_LATENTS_BYTES
from aecodec.models.frozen import Frozen, hyper_rows, scale_rows
from aecodec.nets.config import CodecConfig
from aecodec.nets.prior import SCALES, LatentPrior

WITHOUT_DETAILS, WITH_DETAILS = 0, 1  # flags
STATE_BITS = 64  # what a coder's state holds beside its words


@dataclass(frozen=True)
class CodedLatents:
    """N tiles: their payloads, and what a decoder will read from them."""

    payloads: list[bytes]
    quantised: Tensor  # (N, C, h, w) in quantiser steps


def needed(prior: LatentPrior, y: Tensor, step: int) -> Tensor:
    """What is to be coded at a quality step of a tile's y before the gain, (latents + details, h, w) -> (C, h, w)."""
    if len(y) == prior.latents:
        return y
    gain = prior.log_gain(torch.full((1,), step, device=y.device)).exp()
    return y if bool(prior.needs_details(y * gain)) else y[: prior.latents]


def encode(frozen: Frozen, y: Tensor, step: int, z: Tensor | None = None) -> CodedLatents:
    """Code y before the gain, (N, C, h, w), h and w multiples of 4, at a quality step.

    `z`, rounded hyper-latents (N, hyper, h/4, w/4), come from the hyper-analysis where none are given. Raises
    LimitExceeded when a symbol is beyond any that the format can hold.
    """
    prior, channels = frozen.model.prior, y.shape[1]
    steps = torch.full((len(y),), step, device=y.device)
    gain = prior.log_gain(steps).exp()[:, :channels]
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
        _flat(scale_rows(frozen, z, step, channels)),
        strict=True,
    )
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        coded = list(pool.map(lambda stream: _encode_tile(frozen.tables, *stream), streams))
    begin = _begin(frozen.model.config, channels)
    return CodedLatents([begin + stream for stream in coded], quantised)


def _begin(config: CodecConfig, channels: int) -> bytes:
    """What comes before the stream."""
    if not config.details:
        return b""
    return bytes([WITH_DETAILS if channels == config.channels else WITHOUT_DETAILS])


def _encode_tile(tables: Tables, z: np.ndarray, z_rows: np.ndarray, y: np.ndarray, y_rows: np.ndarray) -> bytes:
    coder = Encoder(tables)
    coder.code(z, z_rows)
    coder.code(y, y_rows)
    return coder.finish()


@dataclass(frozen=True)
class Symbols:
    """The exact part of N decoded tiles, the same on every machine; zeros where a tile has an error."""

    z: np.ndarray  # int32 (N, hyper, h/4, w/4)
    y: np.ndarray  # int32 (N, C, h, w), residuals against the means
    errors: list[FormatError | None]


def channels_of(config: CodecConfig, payload: bytes) -> int:
    """How many channels of y a tile's payload codes; an illegal flag is found when it is decoded."""
    return config.channels if config.details and payload[0] == WITH_DETAILS else config.latents


def least_bytes(frozen: Frozen, payload: bytes, cells: tuple[int, int], step: int) -> int:
    """No payload of a tile of (h, w) cells that begins as this one is shorter: every symbol has its cheapest value."""
    config, cheapest = frozen.model.config, frozen.tables.least_cost
    z = hyper_rows(step, (1, config.hyper, 1, 1))
    cost_of_z = int(cheapest[z].sum()) * (cells[0] // 4) * (cells[1] // 4)
    cost_of_y = int(cheapest[:SCALES].min()) * channels_of(config, payload) * cells[0] * cells[1]
    return max((cost_of_z + cost_of_y - STATE_BITS * TOTAL) // (8 * TOTAL), MIN_LATENTS_BYTES)


def decode_symbols(frozen: Frozen, payloads: Sequence[bytes], cells: tuple[int, int], step: int) -> Symbols:
    """N payloads of tiles of (h, w) cells and as many channels -> their symbols."""
    config = frozen.model.config
    channels = channels_of(config, payloads[0])
    shape = (len(payloads), config.hyper, cells[0] // 4, cells[1] // 4)
    streams = [_Stream(payload, frozen) for payload in payloads]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        z = np.stack(list(pool.map(_Stream.code, streams, _flat(hyper_rows(step, shape))))).reshape(shape)
        rows = scale_rows(frozen, torch.from_numpy(z).to(frozen.integers.device), step, channels)
        y = np.stack(list(pool.map(_Stream.code, streams, _flat(rows)))).reshape(rows.shape)
    return Symbols(z, y, [stream.close() for stream in streams])


def decode(frozen: Frozen, payloads: Sequence[bytes], cells: tuple[int, int], step: int) -> list[Tensor | FormatError]:
    """N payloads of tiles of (h, w) cells and as many channels -> y (C, h, w) in quantiser steps, or what is wrong."""
    symbols = decode_symbols(frozen, payloads, cells, step)
    prior, device = frozen.model.prior, frozen.integers.device
    given = torch.from_numpy(symbols.y).to(device)
    z = torch.from_numpy(symbols.z).to(device, torch.float32)
    steps = torch.full((len(z),), step, device=device)
    gain = prior.log_gain(steps).exp()[:, : given.shape[1]]
    quantised = prior.code_in_context(z, steps, gain, lambda mean, mask: mean + given)
    return [latents if error is None else error for error, latents in zip(symbols.errors, quantised, strict=True)]


class _Stream:
    """A decoder that goes on with zeros after its first error, so that a batch is not lost with one tile."""

    def __init__(self, payload: bytes, frozen: Frozen) -> None:
        self.error: FormatError | None = None
        try:
            self.decoder = Decoder(self._after_flag(payload, frozen.model.config), frozen.tables)
        except FormatError as error:
            self.error = error

    @staticmethod
    def _after_flag(payload: bytes, config: CodecConfig) -> bytes:
        if not config.details:
            return payload
        if payload[0] not in (WITHOUT_DETAILS, WITH_DETAILS):
            raise Corrupt(f"flag {payload[0]} is illegal")
        return payload[1:]

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
