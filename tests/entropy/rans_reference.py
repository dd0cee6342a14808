"""The stream format in plain Python, after the docstring of `aecodec.entropy.rans` alone: slow, and the same bytes.

Tables are lists of (value of the first symbol, frequencies with the escape's last); see `make_tables`.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from aecodec.entropy.tables import Tables

Table = tuple[int, list[int]]
LARGEST = 131072


class Illegal(Exception):
    """The stream is none that an encoder writes."""


def make_tables(described: Sequence[Table]) -> Tables:
    """The same tables as the package takes them."""
    cdf = [entry for _, frequencies in described for entry in accumulate(frequencies, initial=0)]
    size = [len(frequencies) for _, frequencies in described]
    return Tables(np.array(cdf, np.int32), np.array(size, np.int32), np.array([low for low, _ in described], np.int32))


def encode(tables: Sequence[Table], symbols: Sequence[int], rows: Sequence[int], lanes: int) -> bytes:
    """The stream of symbols under table rows."""
    indices, bits = [], []
    for symbol, row in zip(symbols, rows, strict=True):
        low, frequencies = tables[row]
        escape = len(frequencies) - 1
        index = symbol - low
        if not 0 <= index < escape:
            bits += _escape_bits(low - symbol - 1, 1) if index < 0 else _escape_bits(index - escape, 0)
            index = escape
        indices.append(index)
    states = [1 << 31] * lanes
    words = []
    for at in reversed(range(len(indices))):
        _, frequencies = tables[rows[at]]
        frequency, below = frequencies[indices[at]], sum(frequencies[: indices[at]])
        state = states[at % lanes]
        if state >= frequency * 2**47:  # else the new state would reach 2^63
            words.append(state % 2**32)
            state //= 2**32
        states[at % lanes] = state // frequency * 65536 + below + state % frequency
    escapes = _pack(bits)
    stream = bytes([(1 if lanes == 32 else 0) | (2 if escapes else 0)])
    stream += _leb128(len(escapes)) + escapes if escapes else b""
    stream += b"".join(state.to_bytes(8, "little") for state in states)
    return stream + b"".join(word.to_bytes(4, "little") for word in reversed(words))


def decode(tables: Sequence[Table], data: bytes, rows: Sequence[int]) -> list[int]:
    """The symbols of a stream; raises Illegal."""
    flags, rest = _cut(data, 1)
    if flags[0] > 3:
        raise Illegal
    bits: list[int] = []
    if flags[0] & 2:
        length, rest = _read_leb128(rest)
        escapes, rest = _cut(rest, length)
        if not escapes:
            raise Illegal
        bits = [byte >> bit & 1 for byte in escapes for bit in range(8)]
    lanes = 32 if flags[0] & 1 else 1
    head, rest = _cut(rest, 8 * lanes)
    states = [int.from_bytes(head[8 * lane : 8 * lane + 8], "little") for lane in range(lanes)]
    if len(rest) % 4 or not all(2**31 <= state < 2**63 for state in states):
        raise Illegal
    words = [int.from_bytes(rest[at : at + 4], "little") for at in range(0, len(rest), 4)]
    cdfs = [list(accumulate(frequencies, initial=0)) for _, frequencies in tables]
    symbols = []
    for at, row in enumerate(rows):
        low, frequencies = tables[row]
        state = states[at % lanes]
        slot = state % 65536
        index = bisect(cdfs[row], slot) - 1
        state = frequencies[index] * (state // 65536) + slot - cdfs[row][index]
        if state < 2**31:
            if not words:
                raise Illegal
            state = state * 2**32 + words.pop(0)
        states[at % lanes] = state
        symbols.append(low + index if index < len(frequencies) - 1 else _escaped(bits, low, low + index - 1))
    if words or states != [2**31] * lanes or len(bits) >= 8 or any(bits):
        raise Illegal
    return symbols


def _escape_bits(distance: int, below: int) -> list[int]:
    binary = f"{distance + 1:b}"
    return [below, *[0] * (len(binary) - 1), *map(int, binary)]


def _escaped(bits: list[int], low: int, high: int) -> int:
    """Take one escape off the front of `bits`."""
    try:
        below = bits.pop(0)
        zeros = 0
        while not bits.pop(0):
            zeros += 1
        value = 1
        for _ in range(zeros):
            value = 2 * value + bits.pop(0)
    except IndexError:
        raise Illegal from None
    symbol = low - value if below else high + value
    if abs(symbol) > LARGEST:
        raise Illegal
    return symbol


def _pack(bits: list[int]) -> bytes:
    return bytes(sum(bit << at for at, bit in enumerate(bits[begin : begin + 8])) for begin in range(0, len(bits), 8))


def _leb128(value: int) -> bytes:
    high, low = divmod(value, 128)
    return bytes([low | 128]) + _leb128(high) if high else bytes([low])


def _read_leb128(data: bytes) -> tuple[int, bytes]:
    for size in range(1, 6):
        encoded, rest = _cut(data, size)
        if encoded[-1] < 128:
            value = sum(byte % 128 << 7 * at for at, byte in enumerate(encoded))
            if _leb128(value) != encoded:
                raise Illegal
            return value, rest
    raise Illegal


def _cut(data: bytes, size: int) -> tuple[bytes, bytes]:
    if len(data) < size:
        raise Illegal
    return data[:size], data[size:]
