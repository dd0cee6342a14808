"""Exact reads, integers and their illegal forms."""

import io
import zlib

import pytest

from aecodec import bits
from aecodec.errors import Corrupt, Truncated


class StingyStream(io.BytesIO):
    """A stream that cannot seek and hands over `dose` bytes at a time, as pipes and sockets do."""

    def __init__(self, data: bytes, dose: int) -> None:
        super().__init__(data)
        self._dose = dose
        self.largest_request = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "a reader of untrusted bytes never asks for everything"
        self.largest_request = max(self.largest_request, size)
        return super().read(min(size, self._dose))

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation("seek")


@pytest.mark.parametrize("dose", [1, 2, 3, 6])
def test_a_stingy_stream_delivers_everything(dose: int) -> None:
    assert bits.read_exactly(StingyStream(b"0123456789", dose), 10, part="x", offset=0) == b"0123456789"


def test_the_end_of_a_stream_names_part_offset_and_what_came() -> None:
    with pytest.raises(Truncated, match=r"^tile 3 at byte 40: the file ends after 5 of 6 bytes$"):
        bits.read_exactly(StingyStream(b"01234", 2), 6, part="tile 3", offset=40)


def test_a_claimed_length_is_never_requested_at_once() -> None:
    stream = StingyStream(b"few", 3)
    with pytest.raises(Truncated):
        bits.read_exactly(stream, 1 << 40, part="x", offset=0)
    assert stream.largest_request <= bits.CHUNK_BYTES


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (1, "01"),
        (127, "7F"),
        (128, "8001"),
        (300, "AC02"),
        (1 << 32, "8080808010"),
        ((1 << 35) - 1, "FFFFFFFF7F"),
    ],
)
def test_varints_are_leb128(value: int, encoded: str) -> None:
    data = bytes.fromhex(encoded)
    assert bits.varint(value) == data
    assert bits.Reader(data, part="x").varint() == value
    stream = StingyStream(data + b"rest", 1)
    assert bits.read_varint(stream, part="x", offset=0) == value
    assert stream.read(1) == b"r"


@pytest.mark.parametrize("value", [-1, 1 << 35])
def test_a_varint_has_a_range(value: int) -> None:
    with pytest.raises(OverflowError):
        bits.varint(value)


@pytest.mark.parametrize(
    ("encoded", "error", "message"),
    [
        ("", Truncated, "x at byte 9: 1 bytes needed, 0 left"),
        ("80", Truncated, "x at byte 10: 1 bytes needed, 0 left"),
        ("8000", Corrupt, "x at byte 9: integer not in its shortest form"),
        ("FFFFFFFFFF01", Corrupt, "x at byte 9: integer longer than 5 bytes"),
    ],
)
def test_malformed_varints_are_refused(encoded: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        bits.Reader(bytes.fromhex(encoded), part="x", offset=9).varint()
    assert str(caught.value) == message


def test_a_varint_read_from_a_stream_stops_at_its_bound() -> None:
    stream = StingyStream(b"\xff" * 100, 1)
    with pytest.raises(Corrupt, match="at byte 37: integer longer"):
        bits.read_varint(stream, part="index", offset=37)
    assert len(stream.read(100) + stream.read(100)) == 2  # one byte a dose: the stream was not drained


def test_fixed_integers_are_little_endian() -> None:
    data = bits.fixed(1, 1) + bits.fixed(0x0302, 2) + bits.fixed(0x07060504, 4)
    assert data == bytes(range(1, 8))
    reader = bits.Reader(memoryview(data), part="x", offset=100)
    assert (reader.u8(), bytes(reader.take(2)), bytes(reader.take(4))) == (1, b"\x02\x03", b"\x04\x05\x06\x07")
    assert (reader.offset, reader.remaining) == (107, 0)
    reader.finish()


def test_a_reader_refuses_to_run_over_or_to_leave_bytes() -> None:
    reader = bits.Reader(b"abc", part="index", offset=37)
    assert bytes(reader.take(1)) == b"a"
    with pytest.raises(Truncated, match="index at byte 38: 4 bytes needed, 2 left"):
        reader.take(4)
    with pytest.raises(Corrupt, match="index at byte 38: 2 bytes too many"):
        reader.finish()


@pytest.mark.parametrize("seekable", [True, False])
def test_skip_moves_ahead_and_stops_at_the_end(seekable: bool) -> None:
    stream = io.BytesIO(b"0123456789") if seekable else StingyStream(b"0123456789", 2)
    bits.skip(stream, 7)
    assert stream.read(1) == b"7"
    bits.skip(stream, 100)
    assert stream.read(1) == b""


def test_crc32_runs_over_pieces() -> None:
    assert bits.crc32(b"123", memoryview(b"456"), b"789") == 0xCBF43926 == zlib.crc32(b"123456789")


def test_bits_of_a_pixel() -> None:
    assert bits.per_pixel(100, 20, 10) == 4
