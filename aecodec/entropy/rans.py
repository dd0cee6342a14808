"""The entropy coder: interleaved rANS over integer tables, with an escape for what the tables leave out.

A stream, all integers little-endian:

    bytes         field     meaning
    ------------  --------  ---------------------------------------------------------------------------------
    1             flags     bit 0: 32 lanes, else 1; bit 1: there are escapes; all other bits 0
    1 to 5        length    bytes of the escapes, LEB128, at least 1; only with bit 1
    length        escapes   see below; only with bit 1
    8 per lane    states    of lane 0, 1, ...; each 2^31 to 2^63 - 1
    4 per word    words     to the end of the stream, in the order in which a decoder takes them

Symbol i belongs to lane i modulo the lanes. To decode one from a lane's state x with a table: slot = x mod 2^16; the
symbol is the one with cdf[symbol] <= slot < cdf[symbol + 1]; x becomes frequency * (x >> 16) + slot - cdf[symbol];
if it is then below 2^31, x becomes x * 2^32 + the next word. (Duda 2013, arXiv:1311.2540; the layout is ryg_rans'
rans64.) At the end every state must be 2^31 again and every word and escape taken, else the stream is damaged: that
catches a divergence which no checksum can see.

Escapes are bits, the lowest of a byte first, in the order of the symbols. For each: 0 above or 1 below the table's
values; then the distance d beyond them (0 for the next value) as Exp-Golomb: as many zeros as d + 1 has bits after
its highest, then d + 1 from its highest bit on. A magnitude above `limits.MAX_SYMBOL` is illegal, as are set padding
bits or a spare byte at the end.
"""

import numpy as np

from aecodec.bits import Reader, varint
from aecodec.entropy import kernels
from aecodec.entropy.tables import Tables
from aecodec.errors import Corrupt, LimitExceeded, Truncated
from aecodec.limits import MAX_SYMBOL

MANY_LANES = 32
MANY_LANES_FROM = 1 << 17  # bytes of a one-lane stream: 31 more states are then below 0.2 % of it
FLAG_LANES, FLAG_ESCAPES = 1, 2
SAMPLED = 64  # of so many symbols one is coded, to guess how long a stream will be
# By how much 32 lanes can have more words than one: bytes, and a byte for so many symbols. A state holds 32 bits beside
# the words at the end, and rounding it moves a symbol's cost by 2^-13 bits at most.
SLACK = 64, 1 << 14
STATE_LOW, STATE_END = 1 << 31, 1 << 63
ESCAPE_BITS = MAX_SYMBOL.bit_length() + 1  # of the largest distance beyond a table's values, plus 1


class Encoder:
    """Takes symbols in the decoder's order, any number of times; the stream is made at the end."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._symbols: list[np.ndarray] = []
        self._rows: list[np.ndarray] = []

    def code(self, symbols: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Append symbols (n,) int32 under table rows (n,) int32, and return them.

        Raises LimitExceeded for a magnitude above `limits.MAX_SYMBOL`.
        """
        rows = _checked_rows(rows, self.tables)
        if symbols.shape != rows.shape:
            raise ValueError(f"{symbols.shape} symbols cannot go with {rows.shape} table rows")
        if symbols.size and not -MAX_SYMBOL <= int(symbols.min()) <= int(symbols.max()) <= MAX_SYMBOL:
            illegal = symbols[(symbols < -MAX_SYMBOL) | (symbols > MAX_SYMBOL)]
            raise LimitExceeded(f"a symbol of {illegal[0]} is beyond the format's {MAX_SYMBOL}")
        self._symbols.append(np.array(symbols, np.int32))
        self._rows.append(rows)
        return symbols

    def finish(self) -> bytes:
        """The stream of everything appended."""
        symbols = np.concatenate([np.empty(0, np.int32), *self._symbols])
        rows = np.concatenate([np.empty(0, np.int32), *self._rows])
        flags, coded = self._coded(symbols, rows)
        states, words, outside = coded
        if outside.size:
            beyond = rows[outside]
            bits = _escaped(symbols[outside], self.tables.low[beyond], self.tables.high[beyond])
            escapes = np.packbits(bits, bitorder="little").tobytes()
            return bytes([flags | FLAG_ESCAPES]) + varint(len(escapes)) + escapes + states + words
        return bytes([flags]) + states + words

    def _coded(self, symbols: np.ndarray, rows: np.ndarray) -> tuple[int, tuple[bytes, bytes, np.ndarray]]:
        """Flag of the lanes, and what `_encode` makes: one lane, unless its words are MANY_LANES_FROM bytes or more.

        One lane is spared where 32 have so many that it would have too.
        """
        most = symbols.size + 1  # words: at most one a symbol
        many = self._encode(symbols, rows, MANY_LANES, most) if self._seems_long(symbols, rows) else None
        if many is None or len(many[1]) < MANY_LANES_FROM + SLACK[0] + symbols.size // SLACK[1]:
            one = self._encode(symbols, rows, 1, min(most, MANY_LANES_FROM // 4))  # given up once it is long
            if one is not None and len(one[1]) < MANY_LANES_FROM:
                return 0, one
        many = many or self._encode(symbols, rows, MANY_LANES, most)
        assert many is not None  # there is room for all words
        return FLAG_LANES, many

    def _seems_long(self, symbols: np.ndarray, rows: np.ndarray) -> bool:
        some = np.ascontiguousarray(symbols[::SAMPLED]), np.ascontiguousarray(rows[::SAMPLED])
        coded = self._encode(*some, 1, some[0].size + 1)
        return coded is not None and SAMPLED * len(coded[1]) >= MANY_LANES_FROM

    def _encode(
        self, symbols: np.ndarray, rows: np.ndarray, lanes: int, most: int
    ) -> tuple[bytes, bytes, np.ndarray] | None:
        """States and words, and where there are escapes; or None if there are more than `most` words."""
        words = np.empty(most, np.uint32)
        states = np.full(lanes, STATE_LOW, np.uint64)
        begin, outside = kernels.encode(symbols, rows, self.tables, words, states)
        if begin == kernels.FULL:
            return None
        return states.astype("<u8").tobytes(), words[begin:].astype("<u4").tobytes(), outside


class Decoder:
    """Gives the symbols of a stream in order, any number at a time; raises FormatError as soon as it is illegal."""

    def __init__(self, data: bytes, tables: Tables) -> None:
        self.tables = tables
        reader = Reader(data, part="stream")
        flags = reader.u8()
        if flags & ~(FLAG_LANES | FLAG_ESCAPES):
            raise Corrupt(f"flags {flags:#04x} of the stream are illegal")
        self._escapes = _EscapeReader(bytes(reader.take(reader.varint())) if flags & FLAG_ESCAPES else None)
        self._lanes = MANY_LANES if flags & FLAG_LANES else 1
        self._states = np.frombuffer(reader.take(8 * self._lanes), "<u8").astype(np.uint64)
        if (self._states < STATE_LOW).any() or (self._states >= STATE_END).any():
            raise Corrupt("a coder state of the stream is illegal")
        if reader.remaining % 4:
            raise Corrupt("the words of the stream are cut off")
        self._words = np.frombuffer(reader.take(reader.remaining), "<u4").astype(np.uint32)
        self._position = 0
        self._decoded = 0

    def code(self, symbols: None, rows: np.ndarray) -> np.ndarray:
        """The next n symbols, int32, under table rows (n,) int32; `symbols` is None, as nothing is known yet."""
        rows = _checked_rows(rows, self.tables)
        tables, first = self.tables, self._decoded % self._lanes
        found, outside, position = kernels.decode(rows, tables, self._words, self._position, self._states, first)
        if position == kernels.OUT_OF_WORDS:
            raise Truncated("the stream ends before its last symbol")
        self._position = position
        self._decoded += rows.size
        if outside.size:
            found[outside] = self._escapes.read(tables.low[rows[outside]], tables.high[rows[outside]])
        return found

    def finish(self) -> None:
        """Raise Corrupt unless the stream closes: states back where the encoder began, nothing left over."""
        if (self._states != STATE_LOW).any() or self._position != self._words.size or not self._escapes.finished():
            raise Corrupt("the coder's state does not close: the stream is damaged or its model differs")


def _checked_rows(rows: np.ndarray, tables: Tables) -> np.ndarray:
    """Rows as the kernels take them, and always a copy; a row outside the tables is our own error."""
    if rows.ndim != 1:
        raise ValueError(f"table rows have {rows.ndim} dimensions, not 1")
    if rows.size and (int(rows.min()) < 0 or int(rows.max()) >= tables.count):
        raise ValueError(f"a table row is outside 0 ... {tables.count - 1}")
    return np.array(rows, np.int32, order="C")


def _escaped(symbols: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Bits (m,) uint8 of the escapes of symbols (n,) beyond the values of their tables."""
    return kernels.escape(symbols.astype(np.int64), low.astype(np.int64), high.astype(np.int64))


class _EscapeReader:
    def __init__(self, data: bytes | None) -> None:
        if data is not None and not data:
            raise Corrupt("the escapes of the stream are empty")
        self._data = np.frombuffer(data or b"", np.uint8).copy()  # writable, as the kernels want it
        self._at = 0  # bits taken

    def read(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The next symbols (n,), beyond the values `low` ... `high` (n,) of their tables."""
        wide = low.astype(np.int64), high.astype(np.int64)
        symbols, at = kernels.unescape(self._data, self._at, *wide, ESCAPE_BITS, MAX_SYMBOL)
        if at == kernels.OUT_OF_BITS:
            raise Truncated("the escapes of the stream end too early")
        if at == kernels.TOO_LONG:
            raise Corrupt("an escape of the stream is longer than any legal one")
        if at == kernels.BEYOND:
            raise Corrupt(f"an escape of the stream gives {symbols[symbols != 0][-1]}, beyond {MAX_SYMBOL}")
        self._at = at
        return symbols

    def finished(self) -> bool:
        """All read, but for less than a byte of zero bits."""
        unread = 8 * self._data.size - self._at
        return unread == 0 or (unread < 8 and int(self._data[-1]) >> (8 - unread) == 0)
