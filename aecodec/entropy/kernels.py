"""The inner loops of the entropy coder, compiled by numba on first use: integers only, no bounds left unchecked.

What they compute is specified in `entropy.rans`. A kernel returns a status instead of raising.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

STATE_LOW = np.uint64(1 << 31)  # a state is 2^31 ... 2^63 - 1 between symbols
FULL = -1  # in place of a position
OK, OUT_OF_WORDS, OUT_OF_BITS, TOO_LONG, BEYOND = range(5)


def _compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel, compiled once and kept on disk; where numba may write nowhere, compiled anew in each process."""
    try:
        return numba.njit(nogil=True, cache=True)(kernel)
    except RuntimeError:  # "no locator available": a read-only installation and no folder of the user's
        return numba.njit(nogil=True)(kernel)


@_compiled
def encode(indices, rows, lanes, cdf, start, words, states):  # type: ignore[no-untyped-def]
    """Code table indices backwards; fills `words` from its end, returns where they begin, or FULL if room lacks."""
    position = words.size
    for symbol in range(indices.size - 1, -1, -1):
        lane = symbol % lanes
        at = start[rows[symbol]] + indices[symbol]
        low = np.uint64(cdf[at])
        frequency = np.uint64(cdf[at + 1]) - low
        state = states[lane]
        if state >= frequency << np.uint64(47):
            if position == 0:
                return FULL
            position -= 1
            words[position] = np.uint32(state & np.uint64(0xFFFFFFFF))
            state >>= np.uint64(32)
        states[lane] = ((state // frequency) << np.uint64(16)) + low + state % frequency
    return position


# Many parameters: numba sees arrays, not objects.
@_compiled
def decode(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    indices, rows, first, lanes, cdf, start, lookup, words, position, states
):
    """Decode `rows.size` table indices, the first in lane `first`; returns status and the position in `words`."""
    for symbol in range(rows.size):
        lane = (first + symbol) % lanes
        row = rows[symbol]
        state = states[lane]
        slot = np.int64(state & np.uint64(0xFFFF))
        base = start[row]
        index = np.int64(lookup[row, slot >> 8])
        while np.int64(cdf[base + index + 1]) <= slot:
            index += 1
        low = np.uint64(cdf[base + index])
        frequency = np.uint64(cdf[base + index + 1]) - low
        state = frequency * (state >> np.uint64(16)) + np.uint64(slot) - low
        if state < STATE_LOW:
            if position >= words.size:
                return OUT_OF_WORDS, position
            state = (state << np.uint64(32)) | np.uint64(words[position])
            position += 1
        states[lane] = state
        indices[symbol] = index
    return OK, position


@_compiled
def escape(symbols, low, high, bits):  # type: ignore[no-untyped-def]
    """Write symbols beyond the values `low` ... `high` of their tables as escapes; returns the number of bits."""
    at = 0
    for index in range(symbols.size):
        below = symbols[index] < low[index]
        value = low[index] - symbols[index] if below else symbols[index] - high[index]  # the distance beyond, plus 1
        length = 0
        while value >> length:
            length += 1
        bits[at] = below
        at += length  # the sign, and a zero for each bit after the highest
        for bit in range(length - 1, -1, -1):
            bits[at] = (value >> bit) & 1
            at += 1
    return at


# Many parameters: numba sees arrays, not objects.
@_compiled
def unescape(data, at, low, high, symbols, longest, largest):  # type: ignore[no-untyped-def]
    """Inverse of `escape` on packed bits from bit `at` on; returns status, the bits taken and where it stopped.

    `longest` is the number of bits that a legal distance has, `largest` the magnitude that a legal symbol has.
    """
    end = 8 * data.size
    for index in range(symbols.size):
        if at >= end:
            return OUT_OF_BITS, at, index
        below = (data[at >> 3] >> (at & 7)) & 1
        at += 1
        length = 1
        while True:
            if at >= end:
                return OUT_OF_BITS, at, index
            bit = (data[at >> 3] >> (at & 7)) & 1
            at += 1
            if bit:
                break
            length += 1
            if length > longest:
                return TOO_LONG, at, index
        value = 1
        for _ in range(length - 1):
            if at >= end:
                return OUT_OF_BITS, at, index
            value = (value << 1) | ((data[at >> 3] >> (at & 7)) & 1)
            at += 1
        symbols[index] = low[index] - value if below else high[index] + value
        if abs(symbols[index]) > largest:
            return BEYOND, at, index
    return OK, at, symbols.size
