"""Exact reads from streams, little-endian and variable-length integers over memory, CRC-32, and the count of bits.

The words of the byte format; the sentences are in `aecodec.codec.container`. Every error names the part that was
being read and its absolute byte offset in the file.
"""

import zlib
from typing import BinaryIO

from aecodec.errors import Corrupt, Truncated

CHUNK_BYTES = 1 << 20  # one read; memory grows with the bytes that arrive, never with a length that a file claims
MAX_VARINT_BYTES = 5  # 35 bits: the largest length in the format (alpha, 2^32) needs 33


def per_pixel(size_bytes: int, width: int, height: int) -> float:
    """The bits that a file of `size_bytes` has for each pixel of its picture."""
    return 8 * size_bytes / (width * height)


def crc32(*pieces: bytes | memoryview) -> int:
    """CRC-32 (the polynomial of zlib and PNG) of the pieces, one after the other."""
    value = 0
    for piece in pieces:
        value = zlib.crc32(piece, value)
    return value


def fixed(value: int, size: int) -> bytes:
    """`value` as `size` bytes, unsigned, little-endian; OverflowError when it does not fit."""
    return value.to_bytes(size, "little")


def varint(value: int) -> bytes:
    """`value` (0 to 2^35 - 1) as LEB128: seven bits a byte, lowest first, bit 7 set on all but the last."""
    if not 0 <= value < 1 << 7 * MAX_VARINT_BYTES:
        raise OverflowError(f"{value} is outside the range of a varint, 0 to 2^35 - 1")
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_exactly(stream: BinaryIO, size: int, *, part: str, offset: int) -> bytes:
    """`size` bytes of `stream`, however few of them one `read` delivers.

    Raises Truncated when the stream ends first; `part` and `offset` (of its first byte) go into the message.
    """
    pieces: list[bytes] = []
    missing = size
    while missing > 0:
        piece = stream.read(min(missing, CHUNK_BYTES))
        if not piece:
            raise Truncated(f"{part} at byte {offset}: the file ends after {size - missing} of {size} bytes")
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def read_varint(stream: BinaryIO, *, part: str, offset: int) -> int:
    """One varint from `stream`, which is left on the byte after it; raises Truncated or Corrupt."""
    encoded = bytearray()
    while len(encoded) < MAX_VARINT_BYTES and (not encoded or encoded[-1] & 0x80):
        encoded += read_exactly(stream, 1, part=part, offset=offset + len(encoded))
    return Reader(bytes(encoded), part=part, offset=offset).varint()


def skip(stream: BinaryIO, size: int) -> None:
    """Move `size` bytes ahead: by seeking where the stream can, else by reading; the end is no error here."""
    if stream.seekable():
        stream.seek(size, 1)
        return
    while size > 0 and (piece := stream.read(min(size, CHUNK_BYTES))):
        size -= len(piece)


class Reader:
    """A cursor over the bytes of one part, whose first byte lies at `offset` in the file."""

    def __init__(self, data: bytes | memoryview, *, part: str, offset: int = 0) -> None:
        self._data = memoryview(data)
        self._part = part
        self._start = offset
        self._position = 0

    @property
    def offset(self) -> int:
        """Absolute offset in the file of the next byte."""
        return self._start + self._position

    @property
    def remaining(self) -> int:
        """Bytes left."""
        return len(self._data) - self._position

    def take(self, size: int) -> memoryview:
        """The next `size` bytes, not copied; raises Truncated when the part has fewer."""
        if size > self.remaining:
            raise Truncated(f"{self._part} at byte {self.offset}: {size} bytes needed, {self.remaining} left")
        self._position += size
        return self._data[self._position - size : self._position]

    def u8(self) -> int:
        """An unsigned byte."""
        return self.take(1)[0]

    def varint(self) -> int:
        """A LEB128 integer below 2^35; Corrupt when it is longer, or not the shortest form of its value."""
        start = self.offset
        value = 0
        for index in range(MAX_VARINT_BYTES):
            byte = self.u8()
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                if byte == 0 and index > 0:
                    raise Corrupt(f"{self._part} at byte {start}: integer not in its shortest form")
                return value
        raise Corrupt(f"{self._part} at byte {start}: integer longer than {MAX_VARINT_BYTES} bytes")

    def finish(self) -> None:
        """Raise Corrupt unless every byte was taken."""
        if self.remaining:
            raise Corrupt(f"{self._part} at byte {self.offset}: {self.remaining} bytes too many")
