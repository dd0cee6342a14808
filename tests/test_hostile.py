"""Hostile and damaged containers: every truncation and bit flip is an error that names its place.

`truncations`, `bit_flips` and `check_damage_is_named` take any valid file, so encoded pictures go through them too.
"""

import re
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from aecodec import limits
from aecodec.bits import varint
from aecodec.codec import container
from aecodec.codec.ancillary import FIELDS
from aecodec.codec.container import Container
from aecodec.codec.header import HEADER_OFFSET
from aecodec.codec.layout import CRC_BYTES, INDEX_OFFSET, Layout, read_header, read_layout
from aecodec.errors import AecodecError, Corrupt, FormatError, LimitExceeded, Truncated, UnsupportedVersion
from tests.codec.test_container import HEADER, METADATA, TILES
from tests.test_bits import StingyStream

PLACE = re.compile(
    r"^(checksum of )?(signature|header|index|ICC|EXIF|XMP|RESOLUTION|CICP|SRGB|ALPHA|end|part 0x[0-9A-F]{2}"
    r"|tile \d+ \(x \d+, y \d+, \d+x\d+\)) at byte (\d+): "
)
FILE = container.write(HEADER, TILES, **METADATA)
FULL = container.parse(FILE)
LAYOUT = read_layout(FILE)
FRONT = LAYOUT.parts[0].offset  # signature, header and index


def truncations(data: bytes) -> Iterator[bytes]:
    """`data` cut to every length below its own."""
    return (data[:length] for length in range(len(data)))


def bit_flips(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(byte offset, copy of `data` with one bit of that byte flipped) for every bit."""
    for offset in range(len(data)):
        for bit in range(8):
            yield offset, data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :]


def check_damage_is_named(read: Callable[[bytes], object], damaged: bytes) -> str:
    """`read(damaged)` must raise a FormatError of one line that names a part and an offset; returns the line."""
    with pytest.raises(FormatError) as caught:
        read(damaged)
    line = str(caught.value)
    match = PLACE.match(line)
    assert match, line
    assert int(match[3]) <= len(damaged) or isinstance(caught.value, Truncated)
    assert "\n" not in line
    return line


def place(layout: Layout, offset: int) -> str:
    """The name of what lies at a byte offset of a file, as errors name it."""
    for part in (*layout.parts, *layout.tiles):
        if part.offset <= offset < part.offset + part.size + CRC_BYTES:
            return part.name
    bounds = ((HEADER_OFFSET, "signature"), (INDEX_OFFSET, "header"))
    return next((name for end, name in bounds if offset < end), "index")


def test_every_truncation_is_an_error_that_names_where_the_file_ends() -> None:
    for cut in truncations(FILE):
        with pytest.raises(Truncated):
            container.parse(cut)
        assert place(LAYOUT, len(cut)) in check_damage_is_named(container.parse, cut)


def test_every_flipped_bit_is_an_error_that_names_its_part() -> None:
    for offset, damaged in bit_flips(FILE):
        assert place(LAYOUT, offset) in check_damage_is_named(container.parse, damaged), offset


def test_damage_in_the_front_stops_header_inspection_and_keep_going_too() -> None:
    for offset, damaged in bit_flips(FILE[:FRONT]):
        check_damage_is_named(read_layout, damaged)
        check_damage_is_named(lambda data: container.parse(data, keep_going=True), damaged + FILE[FRONT:])
        if offset < INDEX_OFFSET:
            check_damage_is_named(read_header, damaged)


def lost(parsed: Container) -> set[str]:
    """Names of the parts that a container of FILE's contents has not got."""
    missing = {kind.name for kind, name in FIELDS.items() if value(parsed, name) != value(FULL, name)}
    missing |= {"ALPHA"} if parsed.alpha is None else set()
    return missing | {LAYOUT.tiles[index].name for index, tile in enumerate(parsed.tiles) if tile is None}


def check_what_survived_is_right(parsed: Container) -> None:
    assert all(tile in (None, TILES[index]) for index, tile in enumerate(parsed.tiles))
    assert parsed.alpha in (None, FULL.alpha)
    assert all(value(parsed, name) in (None, value(FULL, name)) for name in FIELDS.values())


def value(parsed: Container, name: str) -> object:
    return getattr(parsed.metadata, name)


def test_keep_going_loses_the_flipped_part_only_and_says_so() -> None:
    for offset, damaged in bit_flips(FILE):
        if offset < FRONT:
            continue
        parsed = container.parse(damaged, keep_going=True)
        check_what_survived_is_right(parsed)
        name = place(LAYOUT, offset)
        assert lost(parsed) == {name}
        assert len(parsed.damage) == 1
        assert parsed.damage[0].startswith(f"{name} at byte ")
        assert parsed.damage[0].endswith(": checksum mismatch")


def test_keep_going_on_a_truncated_file_lists_all_that_is_missing() -> None:
    for cut in truncations(FILE):
        if len(cut) < FRONT:
            check_damage_is_named(lambda data: container.parse(data, keep_going=True), cut)
            continue
        parsed = container.parse(cut, keep_going=True)
        check_what_survived_is_right(parsed)
        ends = {part.name: part.offset + part.size + 4 for part in (*LAYOUT.parts, *LAYOUT.tiles)}
        assert lost(parsed) == {name for name, end in ends.items() if end > len(cut)}
        assert len(parsed.damage) == len(lost(parsed))
        assert all(PLACE.match(line) for line in parsed.damage)


def test_the_message_of_a_lost_tile_gives_index_rectangle_and_offset() -> None:
    tile = LAYOUT.tiles[5]
    damaged = FILE[: tile.offset] + b"?" + FILE[tile.offset + 1 :]
    line = f"tile 5 (x 256, y 128, 44x72) at byte {tile.offset}: checksum mismatch"
    assert container.parse(damaged, keep_going=True).damage == (line,)


def test_trailing_bytes_are_illegal() -> None:
    with pytest.raises(Corrupt, match=f"^end at byte {len(FILE)}: trailing bytes"):
        container.parse(FILE + b"\0")
    parsed = container.parse(StingyStream(FILE + FILE, 3), keep_going=True)
    assert (lost(parsed), parsed.damage) == (set(), (f"end at byte {len(FILE)}: trailing bytes",))


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + FILE[8:], FILE.replace(b"\r\n", b"\n"), b"GIF89a" * 20, b"\0" * 100]
)
def test_other_files_are_not_taken_for_ours(data: bytes) -> None:
    with pytest.raises(Corrupt, match=r"^signature at byte 0: not an \.aec file"):
        container.parse(data)


def sealed(payload: bytes) -> bytes:
    return payload + struct.pack("<I", zlib.crc32(payload))


def front(index: bytes, *, version: int = 1, **fields: int) -> bytes:
    """Signature, header and index with right checksums, made without `container.write`, which would refuse.

    Unless `fields` say otherwise: 100 x 70 pixels, one tile.
    """
    values = {
        "width": 100,
        "height": 70,
        "channels": 3,
        "bit_depth": 8,
        "model_id": 1,
        "step": 784,
        "side": 2,
        "flags": 0,
    }
    v = {**values, **fields}
    header = struct.pack("<IIBBH", v["width"], v["height"], v["channels"], v["bit_depth"], v["model_id"])
    header += bytes(8) + struct.pack("<HBB", v["step"], v["side"], v["flags"])
    return b"\x89AEC\r\n\x1a\n" + bytes([version]) + sealed(header) + sealed(varint(len(index)) + index)


def check_refused_cheaply(data: bytes, error: type[AecodecError], message: str) -> None:
    """Both ways of reading raise `error`, and neither takes more than 2 MB to find out."""
    for keep_going in (False, True):
        tracemalloc.start()
        try:
            with pytest.raises(error) as caught:
                container.parse(StingyStream(data, 1 << 20), keep_going=keep_going)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert re.search(message, str(caught.value)), str(caught.value)
        assert re.search(r" at byte \d+: ", str(caught.value))
        assert peak < 2 << 20


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"width": 0}, Corrupt, "width 0"),
        ({"height": 0}, Corrupt, "height 0"),
        ({"channels": 2}, Corrupt, "channels 2"),
        ({"channels": 4}, Corrupt, "channels 4"),
        ({"bit_depth": 12}, Corrupt, "bit_depth 12"),
        ({"step": 1585}, Corrupt, "quality_step 1585"),
        ({"side": 0}, Corrupt, "tile_side 0"),
        ({"side": 65}, Corrupt, "tile_side 4160"),
        ({"flags": 2}, Corrupt, "tiles_alpha True"),
        ({"flags": 4}, UnsupportedVersion, "unknown flags 0x04"),
        ({"flags": 0x81}, UnsupportedVersion, "unknown flags 0x81"),
        ({"model_id": 0}, Corrupt, "version 1 has no files without a network"),
        ({"version": 3}, UnsupportedVersion, "^signature at byte 8: version 3"),
        ({"version": 0}, UnsupportedVersion, "^signature at byte 8: version 0"),
        ({"width": 0xFFFFFFFF, "height": 1}, LimitExceeded, "4294967295 pixels on a side"),
        ({"width": 1 << 18, "height": 1 << 18, "side": 64}, LimitExceeded, "68719476736 pixels, at most"),
        ({"width": 1 << 15, "height": 1 << 15, "side": 1}, LimitExceeded, "262144 tiles, at most"),
    ],
)
def test_illegal_and_huge_headers(fields: dict[str, int], error: type[AecodecError], message: str) -> None:
    check_refused_cheaply(front(b"\x01", **fields) + sealed(b"t"), error, message)


HUGE = varint((1 << 35) - 1)


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (b"", Corrupt, "^index .* 0 bytes are impossible for 1 tiles"),
        (b"\x00", Corrupt, r"^tile 0 \(x 0, y 0, 100x70\) .* size of 0"),
        (b"\x80\x00", Corrupt, "^index .* shortest form"),
        (b"\x80", Truncated, "^index .* 1 bytes needed"),
        (b"\x04\x01", Truncated, "^index .* 1 bytes needed"),
        (b"\x04\x01\x00", Corrupt, "^ICC .* size of 0"),
        (b"\x04\x00\x01", Corrupt, "^index .* part kind 0x00"),
        (b"\x04\x80\x01", Corrupt, "^index .* part kind 0x80"),
        (b"\x04\x01\x01\x01\x01", Corrupt, "^index .* part kind 0x01 repeated"),
        (b"\x04\x02\x01\x01\x01", Corrupt, "^index .* part kind 0x01 repeated or out of place"),
        (b"\x04\x82\x01", UnsupportedVersion, "^part 0x82 at byte 45: unknown critical part"),
        (b"\x04\xff\x01", UnsupportedVersion, "^part 0xFF at byte 45: unknown critical part"),
        (HUGE, LimitExceeded, "^tile 0 .* 34359738367 bytes, at most 268435456"),
        (b"\x04\x01" + HUGE, LimitExceeded, "^ICC .* 34359738367 bytes, at most 67108864"),
        (b"\x04\x70" + HUGE, LimitExceeded, "^part 0x70 .* 34359738367 bytes"),
        (b"\x04\x81" + HUGE, LimitExceeded, "^ALPHA .* 34359738367 bytes, at most 4294967296"),
    ],
)
def test_illegal_indexes(index: bytes, error: type[AecodecError], message: str) -> None:
    check_refused_cheaply(front(index) + bytes(100), error, message)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (HUGE, "34359738367 bytes are impossible"),
        (varint(1536), "1536 bytes are impossible"),
        (b"\xff" * 6, "longer than 5"),
    ],
)
def test_an_index_of_an_impossible_length_is_not_read(length: bytes, message: str) -> None:
    check_refused_cheaply(front(b"\x01")[:37] + length + bytes(2000), Corrupt, "^index at byte 37: .*" + message)


def test_sizes_fewer_or_more_than_the_grid_has_tiles() -> None:
    two = {"width": 200}
    check_refused_cheaply(front(b"\x01", **two), Corrupt, "^index .* 1 bytes are impossible for 2 tiles")
    check_refused_cheaply(front(b"\x81\x01", **two), Truncated, "^index .* 1 bytes needed")
    check_refused_cheaply(front(b"\x01\x01") + sealed(b"t") * 2, Truncated, "^index .* 1 bytes needed")


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (varint(limits.MAX_TILE_BYTES), "^tile 0 .* ends after 100 of 268435456 bytes"),
        (b"\x04\x03" + varint(limits.MAX_METADATA_BYTES), "^XMP .* ends after 100 of 67108864 bytes"),
        (b"\x04\x81" + varint(limits.MAX_ALPHA_BYTES), "^ALPHA .* ends after 100 of 4294967296 bytes"),
    ],
)
def test_legal_lengths_beyond_the_file_take_no_memory(index: bytes, message: str) -> None:
    data = front(index) + bytes(100)
    tracemalloc.start()
    try:
        with pytest.raises(Truncated, match=message):
            container.parse(data)
        assert container.parse(data, keep_going=True).tiles == (None,)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_an_unknown_ancillary_part_is_skipped_and_its_checksum_checked() -> None:
    data = front(b"\x04\x03\x01\x70\x05") + sealed(b"x") + sealed(b"later") + sealed(b"tile")
    parsed = container.parse(data)
    assert (parsed.tiles, parsed.metadata.xmp, parsed.damage) == ((b"tile",), b"x", ())
    damaged = data.replace(b"later", b"latex")
    assert check_damage_is_named(container.parse, damaged) == "part 0x70 at byte 52: checksum mismatch"
    parsed = container.parse(damaged, keep_going=True)
    assert parsed.damage == ("part 0x70 at byte 52: checksum mismatch",)
    assert (parsed.tiles, parsed.metadata.xmp) == ((b"tile",), b"x")
