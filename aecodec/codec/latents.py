"""From latents to a coded stream and back: z first, then every symbol of y in one pass.

Encoder and decoder share `nets.prior.LatentPrior.code_in_context`, the loop that turns context into means, and hand
the same table rows, chosen by the integer network alone, to a coder with one method (`entropy.rans`). A tile knows
nothing of its neighbours. What runs the networks is an executor (`executors.interface`).

A tile's payload is one such stream: z, then the residuals of y, channel by channel, row by row. With a network that has
details (wire id 2) one byte comes before it, the tile's *flag*: 1 where all channels of y are coded, 0 where details
are left out and all that takes y takes its first `latents` channels; others are illegal.

Legend: N tiles of equal shape, h, w cells of y, C channels of y (the first `latents`, or all).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.entropy.rans import Decoder, Encoder
from aecodec.entropy.tables import TOTAL, Tables
from aecodec.errors import Corrupt, FormatError, LimitExceeded
from aecodec.executors.interface import CodecExecutor, Floats
from aecodec.limits import MAX_SYMBOL, MIN_LATENTS_BYTES
from aecodec.models.frozen import Frozen, hyper_rows
from aecodec.nets.config import SCALES, CodecConfig

WITHOUT_DETAILS, WITH_DETAILS = 0, 1  # flags
STATE_BITS = 64  # what a coder's state holds beside its words


@dataclass(frozen=True)
class CodedLatents:
    """N tiles: their payloads, and what a decoder will read from them."""

    payloads: list[bytes]
    quantised: Floats  # (N, C, h, w) in quantiser steps


def needed(frozen: Frozen, y: Floats, step: int) -> Floats:
    """What is to be coded at a quality step of a tile's y before the gain, (latents + details, h, w) -> (C, h, w)."""
    return y if frozen.needs_details(y, step) else y[: frozen.config.latents]


def encode(executor: CodecExecutor, y: Floats, step: int, z: Floats | None = None) -> CodedLatents:
    """Code y before the gain, (N, C, h, w), h and w multiples of 4, at a quality step.

    `z`, rounded hyper-latents (N, hyper, h/4, w/4), come from the hyper-analysis where none are given. Raises
    LimitExceeded when a symbol is beyond any that the format can hold.
    """
    frozen, channels = executor.frozen, y.shape[1]
    executor.prepare("hyper", "quantise", channels=channels)
    if z is None:
        z = executor.hyper(y, step)
    symbols, quantised = executor.quantise(y, z, step)
    if not max(float(np.abs(quantised).max()), float(np.abs(z).max())) <= MAX_SYMBOL:  # NaN is neither
        raise LimitExceeded("the latents of this picture are beyond what the format can hold")
    streams = zip(
        _flat(z),
        _flat(hyper_rows(step, z.shape)),
        _flat(symbols),
        _flat(executor.scale_rows(z, step, channels)),
        strict=True,
    )
    with ThreadPoolExecutor(executor.threads) as pool:
        coded = list(pool.map(lambda stream: _encode_tile(frozen.tables, *stream), streams))
    begin = _begin(frozen.config, channels)
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
    config, cheapest = frozen.config, frozen.tables.least_cost
    z = hyper_rows(step, (1, config.hyper, 1, 1))
    cost_of_z = int(cheapest[z].sum()) * (cells[0] // 4) * (cells[1] // 4)
    cost_of_y = int(cheapest[:SCALES].min()) * channels_of(config, payload) * cells[0] * cells[1]
    return max((cost_of_z + cost_of_y - STATE_BITS * TOTAL) // (8 * TOTAL), MIN_LATENTS_BYTES)


def decode_symbols(executor: CodecExecutor, payloads: Sequence[bytes], cells: tuple[int, int], step: int) -> Symbols:
    """N payloads of tiles of (h, w) cells and as many channels -> their symbols."""
    frozen = executor.frozen
    channels = channels_of(frozen.config, payloads[0])
    shape = (len(payloads), frozen.config.hyper, cells[0] // 4, cells[1] // 4)
    streams = [_Stream(payload, frozen) for payload in payloads]
    with ThreadPoolExecutor(executor.threads) as pool:
        z = np.stack(list(pool.map(_Stream.code, streams, _flat(hyper_rows(step, shape))))).reshape(shape)
        rows = executor.scale_rows(z.astype(np.float32), step, channels)
        y = np.stack(list(pool.map(_Stream.code, streams, _flat(rows)))).reshape(rows.shape)
    return Symbols(z, y, [stream.close() for stream in streams])


def decode(
    executor: CodecExecutor, payloads: Sequence[bytes], cells: tuple[int, int], step: int
) -> list[Floats | FormatError]:
    """N payloads of tiles of (h, w) cells and as many channels -> y (C, h, w) in quantiser steps, or what is wrong."""
    symbols = decode_symbols(executor, payloads, cells, step)
    quantised = executor.reconstruct(symbols.z.astype(np.float32), symbols.y.astype(np.float32), step)
    return [latents if error is None else error for error, latents in zip(symbols.errors, quantised, strict=True)]


class _Stream:
    """A decoder that goes on with zeros after its first error, so that a batch is not lost with one tile."""

    def __init__(self, payload: bytes, frozen: Frozen) -> None:
        self.error: FormatError | None = None
        try:
            self.decoder = Decoder(self._after_flag(payload, frozen.config), frozen.tables)
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


def _flat(values: NDArray[Any]) -> NDArray[np.int32]:
    """(N, ...) -> (N, symbols), in the order of the stream: channel by channel, row by row."""
    return np.ascontiguousarray(values, dtype=np.int32).reshape(len(values), -1)
