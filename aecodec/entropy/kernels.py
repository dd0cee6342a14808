"""The entropy coder's loops, compiled, over arrays: what they would read or write out of bounds is refused before.

What is in the arrays their callers see to: rows and indices that are those of tables, and lawful states.
"""

import numpy as np

from aecodec.entropy import native
from aecodec.entropy.loops import BEYOND, FULL, OUT_OF_BITS, OUT_OF_WORDS, TOO_LONG
from aecodec.entropy.tables import Tables

__all__ = ["BEYOND", "FULL", "OUT_OF_BITS", "OUT_OF_WORDS", "TOO_LONG", "decode", "encode", "escape", "unescape"]

MOST_BITS = 2 * 63  # of an escape of 64 bits: the sign, zeros, and the distance itself


def encode(indices: np.ndarray, rows: np.ndarray, tables: Tables, words: np.ndarray, states: np.ndarray) -> int:
    """Code table indices (n,) int32 under rows (n,) int32 backwards, in as many lanes as there are states.

    Fills `words`, uint32, from its end and changes `states`, uint64; returns where the words begin, or FULL if there
    is no room for them. Raises ValueError for arrays of other types or sizes.
    """
    _refuse(indices.shape != rows.shape or not states.size)
    return native.run(
        "encode", indices, rows, rows.size, states.size, tables.cdf, tables.start, words, words.size, states
    )


def decode(
    rows: np.ndarray, tables: Tables, words: np.ndarray, position: int, states: np.ndarray, first: int
) -> tuple[np.ndarray, int]:
    """Table indices (n,) int32 under rows (n,) int32, the first one's lane being `first`, and the next position.

    Words, uint32, are taken from `position` on and `states`, uint64 and one a lane, change; where words lack, the
    position is OUT_OF_WORDS. Raises ValueError for arrays of other types or sizes.
    """
    _refuse(not 0 <= first < states.size or not 0 <= position <= words.size)
    indices = np.empty(rows.size, np.int32)
    lanes = states.size
    flat = tables.lookup.reshape(-1)
    end = native.run(
        *("decode", indices, rows, rows.size, first, lanes),
        *(tables.cdf, tables.start, flat, words, words.size, position, states),
    )
    return indices, end


def escape(symbols: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Bits (m,) uint8 of symbols (n,) int64 beyond the values `low` ... `high` of their tables, (n,) int64.

    Raises ValueError for arrays of other types or sizes.
    """
    _refuse(not symbols.shape == low.shape == high.shape)
    bits = np.zeros(symbols.size * MOST_BITS, np.uint8)
    return bits[: native.run("escape", symbols, low, high, symbols.size, bits)]


def unescape(
    data: np.ndarray, at: int, low: np.ndarray, high: np.ndarray, longest: int, largest: int
) -> tuple[np.ndarray, int]:
    """Inverse of `escape` from bit `at` of packed bits, uint8, on: symbols (n,) int64, and where their bits end.

    In place of that stands OUT_OF_BITS; TOO_LONG where a distance has more than `longest` bits; or BEYOND where a
    symbol's magnitude is above `largest`, which then is the last one that is not 0. Raises ValueError for arrays of
    other types or sizes.
    """
    _refuse(low.shape != high.shape or at < 0)
    symbols = np.zeros(low.size, np.int64)
    end = native.run("unescape", data, 8 * data.size, at, low, high, symbols, low.size, longest, largest)
    return symbols, end


def _refuse(wrong: bool) -> None:
    if wrong:
        raise ValueError("arrays or positions of the entropy coder do not fit together")
