"""The entropy coder's loops, compiled, over arrays: what they would read or write out of bounds is refused before.

What is in the arrays their callers see to: rows that are those of tables, and lawful states.
"""

import numpy as np

from aecodec.compiled import native
from aecodec.compiled.loops import BEYOND, FULL, OUT_OF_BITS, OUT_OF_WORDS, TOO_LONG
from aecodec.entropy.tables import Tables

__all__ = ["BEYOND", "FULL", "OUT_OF_BITS", "OUT_OF_WORDS", "TOO_LONG", "decode", "encode", "escape", "unescape"]

MOST_BITS = 2 * 63  # of an escape of 64 bits: the sign, zeros, and the distance itself


def encode(
    symbols: np.ndarray, rows: np.ndarray, tables: Tables, words: np.ndarray, states: np.ndarray
) -> tuple[int, np.ndarray]:
    """Code symbols (n,) int32 under rows (n,) int32 backwards, in as many lanes as there are states.

    Fills `words`, uint32, from its end and changes `states`, uint64; returns where the words begin, or FULL if there
    is no room for them, and where the symbols are that the tables leave out, (m,) int64. Raises ValueError for arrays
    of other types or sizes.
    """
    _refuse(symbols.shape != rows.shape or not states.size)
    beyond = np.empty(rows.size + 1, np.int64)  # of which hardly any is written, and so takes memory
    begin = native.run(
        *("encode", symbols, rows, rows.size, states.size),
        *(tables.cdf, tables.start, tables.low, tables.size, beyond, words, words.size, states),
    )
    return begin, beyond[:0] if begin == FULL else beyond[beyond[0] : 0 : -1]


def decode(
    rows: np.ndarray, tables: Tables, words: np.ndarray, position: int, states: np.ndarray, first: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Symbols (n,) int32 under rows (n,) int32, where they are escapes (m,) int64, and the next position.

    The first one's lane is `first`. Words, uint32, are taken from `position` on and `states`, uint64 and one a lane,
    change; where words lack, the position is OUT_OF_WORDS. Raises ValueError for arrays of other types or sizes.
    """
    _refuse(not 0 <= first < states.size or not 0 <= position <= words.size)
    symbols = np.empty(rows.size, np.int32)
    beyond = np.empty(rows.size + 1, np.int64)
    lanes = states.size
    flat = tables.lookup.reshape(-1)
    end = native.run(
        *("decode", symbols, rows, rows.size, first, lanes),
        *(tables.cdf, tables.start, tables.low, tables.size, flat, beyond, words, words.size, position, states),
    )
    return symbols, beyond[:0] if end == OUT_OF_WORDS else beyond[1 : beyond[0] + 1], end


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
