"""The inner loops of the entropy coder, compiled by numba on first use: integers only, no bounds left unchecked.

What they compute is specified in `entropy.rans`. A kernel returns a status instead of raising.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

STATE_LOW = np.uint64(1 << 31)  # a state is 2^31 ... 2^63 - 1 between symbols
OK, OUT_OF_WORDS = 0, 1


def _compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel, compiled once and kept on disk; where numba may write nowhere, compiled anew in each process."""
    try:
        return numba.njit(nogil=True, cache=True)(kernel)
    except RuntimeError:  # "no locator available": a read-only installation and no folder of the user's
        return numba.njit(nogil=True)(kernel)


@_compiled
def encode(indices, rows, lanes, cdf, start, words, states):  # type: ignore[no-untyped-def]
    """Code table indices backwards; fills `words` from its end and returns where they begin."""
    position = words.size
    for symbol in range(indices.size - 1, -1, -1):
        lane = symbol % lanes
        at = start[rows[symbol]] + indices[symbol]
        low = np.uint64(cdf[at])
        frequency = np.uint64(cdf[at + 1]) - low
        state = states[lane]
        if state >= frequency << np.uint64(47):
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
