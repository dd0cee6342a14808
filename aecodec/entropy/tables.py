"""Integer probability tables: cumulative frequencies out of 2^16, many tables of different lengths in one array.

The value of a table's symbol is its index plus the table's `low`; the last index of each table is the escape, which
stands for every value outside. How tables come from distributions is the business of `training.tablefit`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aecodec.errors import WeightsError
from aecodec.limits import MAX_SYMBOL

PRECISION = 16
TOTAL = 1 << PRECISION
LOOKUP_BITS = 8  # of a slot; a table is searched from the first symbol that such a part of the slots can hold


@dataclass(frozen=True, eq=False)
class Tables:
    """K >= 1 tables, each strictly increasing from 0 to 2^16, of values up to `limits.MAX_SYMBOL`.

    Raises WeightsError, which names the table, for others.
    """

    cdf: np.ndarray  # int32, flat; table k has size[k] + 1 entries
    size: np.ndarray  # int32 (K,), symbols of a table with its escape, at least 2
    low: np.ndarray  # int32 (K,), value of a table's first symbol

    def __post_init__(self) -> None:
        arrays = (self.cdf, self.size, self.low)
        if any(array.dtype != np.int32 or array.ndim != 1 for array in arrays) or self.size.shape != self.low.shape:
            raise WeightsError("probability tables are not int32 vectors of matching lengths")
        _refuse(self.size < 2, "has fewer than two symbols")
        if not self.size.size or int((self.size.astype(np.int64) + 1).sum()) != self.cdf.size:
            raise WeightsError("probability tables do not add up to their array")
        for name, array in self.to_arrays().items():  # our own copies: what is validated stays, and kernels are
            object.__setattr__(self, name, array.copy())  # not compiled anew for arrays read-only or with strides
        begins, ends = self.start, self.start + self.size
        rising = np.diff(self.cdf.astype(np.int64)) > 0  # in 32 bits, a difference could wrap around
        rising[ends[:-1]] = True  # from the end of one table to the beginning of the next
        wrong = (self.cdf[begins] != 0) | (self.cdf[ends] != TOTAL)
        wrong |= np.add.reduceat(~np.append(rising, True), begins) > 0
        _refuse(wrong, f"does not rise from 0 to {TOTAL}")
        low = self.low.astype(np.int64)
        _refuse((low < -MAX_SYMBOL) | (low + self.size - 2 > MAX_SYMBOL), f"has values beyond {MAX_SYMBOL}")

    @cached_property
    def start(self) -> np.ndarray:
        """int32 (K,), where each table begins in `cdf`."""
        return np.append(np.int32(0), np.cumsum(self.size + 1, dtype=np.int32)[:-1])

    @property
    def count(self) -> int:
        return int(self.size.size)

    @property
    def high(self) -> np.ndarray:
        """int32 (K,), value of each table's last symbol before the escape."""
        high: np.ndarray = self.low + self.size - 2
        return high

    @cached_property
    def lookup(self) -> np.ndarray:
        """uint16 (K, 256): the symbol index that holds the first slot of each 256th of the range."""
        firsts = np.arange(1 << LOOKUP_BITS) << (PRECISION - LOOKUP_BITS)
        rows = [
            np.searchsorted(self.cdf[begin : begin + size + 1], firsts, side="right") - 1
            for begin, size in zip(self.start.tolist(), self.size.tolist(), strict=True)
        ]
        return np.array(rows, np.uint16)

    @cached_property
    def least_cost(self) -> np.ndarray:
        """int64 (K,): bits, times 2^16, below which no symbol of a table is: -log2(1 - x) is above x."""
        rises = np.diff(self.cdf.astype(np.int64))
        rises[(self.start + self.size)[:-1]] = 0  # from the end of one table to the beginning of the next
        least: np.ndarray = TOTAL - np.maximum.reduceat(rises, self.start)
        return least

    def to_arrays(self) -> dict[str, np.ndarray]:
        return {"cdf": self.cdf, "size": self.size, "low": self.low}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "Tables":
        """Inverse of `to_arrays`; raises WeightsError."""
        try:
            return cls(arrays["cdf"], arrays["size"], arrays["low"])
        except KeyError as error:
            raise WeightsError(f"the probability tables lack {error}") from error


def concatenate(first: Tables, second: Tables) -> Tables:
    """The rows of `first`, then those of `second`."""
    return Tables(
        np.concatenate((first.cdf, second.cdf)),
        np.concatenate((first.size, second.size)),
        np.concatenate((first.low, second.low)),
    )


def ideal_bits(tables: Tables, symbols: np.ndarray, rows: np.ndarray) -> float:
    """Bits that symbols cost under table rows (arrays of equal size), escapes included: what a stream should have."""
    symbols, rows = symbols.reshape(-1), rows.reshape(-1)
    low, high = tables.low[rows], tables.high[rows]
    outside = (symbols < low) | (symbols > high)
    at = tables.start[rows] + np.where(outside, tables.size[rows] - 1, symbols - low)
    bits = float((PRECISION - np.log2(tables.cdf[at + 1] - tables.cdf[at])).sum())
    beyond = np.maximum(low - symbols, symbols - high)[outside]  # distance + 1
    return bits + float((2 * np.floor(np.log2(beyond)) + 2).sum())


def _refuse(wrong: np.ndarray, reason: str) -> None:
    if wrong.any():
        raise WeightsError(f"probability table {int(wrong.argmax())} {reason}")
