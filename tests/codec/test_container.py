"""The container: what is written is read back, the specification is true, and nothing is read that need not be."""

import dataclasses
import io
import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from aecodec import limits
from aecodec.codec import container, layout
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layout import CRC_BYTES, PartKind, TileKind, read_header, read_layout
from aecodec.errors import AecodecError, Corrupt, LimitExceeded
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import Resolution, Unit
from tests.test_bits import StingyStream

HEADER = Header(
    width=300,
    height=200,
    channels=3,
    bit_depth=8,
    model_id=7,
    weights_hash=bytes(range(8)),
    quality_step=784,
    tile_side=128,
)
TILES = [bytes([0x40 + index]) * (5 + index) for index in range(6)]
SIDE = Metadata(
    b"icc", b"exif!", b"<x/>", Resolution(Fraction(72), Fraction(72), Unit.INCH), cicp=(9, 16, 0, 1), srgb=1
)
METADATA: dict[str, Any] = {"alpha": b"alpha payload", "metadata": SIDE}


def test_everything_comes_back() -> None:
    parsed = container.parse(container.write(HEADER, TILES, **METADATA))
    assert parsed.header == HEADER
    assert parsed.tiles == tuple(TILES)
    assert {name: getattr(parsed, name) for name in METADATA} == METADATA
    assert parsed.damage == ()


def test_alpha_stands_alone_or_is_absent() -> None:
    alone = container.parse(container.write(HEADER, TILES, alpha=b"alpha payload"))
    assert (alone.alpha, alone.metadata) == (b"alpha payload", Metadata())
    assert container.parse(container.write(HEADER, TILES, metadata=SIDE)).alpha is None


@pytest.mark.parametrize("name", ["icc", "exif", "xmp"])
def test_an_empty_part_is_left_out(name: str) -> None:
    assert container.write(HEADER, TILES, metadata=Metadata(**{name: b""})) == container.write(HEADER, TILES)
    assert container.write(HEADER, TILES, alpha=b"") == container.write(HEADER, TILES)


@pytest.mark.parametrize(
    "changes",
    [
        {"channels": 1, "bit_depth": 16, "exact": True},
        {"quality_step": 0, "model_id": 1},
        {"quality_step": 1584, "model_id": 65535},
        {"width": 1, "height": 1, "tile_side": 64},
        {"width": limits.MAX_SIDE, "height": 4096, "tile_side": 4096},
    ],
)
def test_headers_round_trip_at_their_limits(changes: dict[str, Any]) -> None:
    header = dataclasses.replace(HEADER, **changes)
    data = container.write(header, [b"t"] * header.grid.count)
    assert read_header(data) == container.parse(data).header == header


def test_quality_is_the_step_in_sixteenths() -> None:
    assert [dataclasses.replace(HEADER, quality_step=step).quality for step in (0, 1, 784, 1584)] == [
        1,
        1.0625,
        50,
        100,
    ]


def specification_example() -> bytes:
    """The bytes of the example in the module's docstring: every indented line after the word 'Example'."""
    text = (container.__doc__ or "").split("\nExample:")[1]
    lines = re.findall(r"^    ((?:[0-9A-F]{2} )+) ", text, re.MULTILINE)
    return bytes.fromhex("".join(lines))


def test_the_example_of_the_specification_is_what_it_says() -> None:
    data = specification_example()
    assert len(data) == 60
    header = Header(100, 70, 3, 8, 1, bytes.fromhex("A1A2A3A4A5A6A7A8"), 784, 128)
    parsed = container.parse(data)
    assert parsed.header == header
    assert (parsed.tiles, parsed.metadata) == ((bytes.fromhex("DEADBEEF"),), Metadata(xmp=b"<x>"))
    assert parsed.alpha is None
    assert container.write(header, [bytes.fromhex("DEADBEEF")], metadata=Metadata(xmp=b"<x>")) == data


def test_the_specification_lists_the_wire_ids() -> None:
    table = re.findall(r"^    0x([0-9A-F]{2})  (\w+)", container.__doc__ or "", re.MULTILINE)
    kinds = [*PartKind, *TileKind]
    assert sorted((int(number, 16), name) for number, name in table) == sorted((kind, kind.name) for kind in kinds)


@pytest.mark.parametrize(("tile_bytes", "overhead"), [(100, 47), (16_383, 48), (100_000, 49)])
def test_a_picture_of_one_tile_costs_few_bytes_more_than_its_tile(tile_bytes: int, overhead: int) -> None:
    header = dataclasses.replace(HEADER, tile_side=320)
    assert len(container.write(header, [bytes(tile_bytes)])) == tile_bytes + overhead


def test_inspect_tells_where_everything_lies_from_the_front_of_the_file() -> None:
    data = container.write(HEADER, TILES, **METADATA)
    layout = read_layout(data)
    assert (layout.header, layout.size) == (HEADER, len(data))
    assert [(part.kind, part.name) for part in layout.parts] == [
        (1, "ICC"),
        (2, "EXIF"),
        (3, "XMP"),
        (5, "RESOLUTION"),
        (8, "CICP"),
        (9, "SRGB"),
        (0x81, "ALPHA"),
    ]
    payloads = [data[part.offset : part.offset + part.size] for part in (*layout.parts, *layout.tiles)]
    assert payloads[:3] == [SIDE.icc, SIDE.exif, SIDE.xmp]
    assert payloads[6:] == [METADATA["alpha"], *TILES]
    assert layout.tiles[4].name == "tile 4 (x 128, y 128, 128x72)"
    front = data[: layout.parts[0].offset]
    assert read_layout(StingyStream(front, 1)) == layout
    assert read_header(StingyStream(front[:37], 1)) == HEADER


@pytest.mark.parametrize("dose", [1, 2, 3])
def test_streams_that_deliver_a_few_bytes_at_a_time(dose: int) -> None:
    data = container.write(HEADER, TILES, **METADATA)
    assert container.parse(StingyStream(data, dose)) == container.parse(io.BytesIO(data)) == container.parse(data)


@pytest.mark.parametrize("seekable", [True, False])
def test_only_the_wanted_tiles_are_looked_at(seekable: bool) -> None:
    data = bytearray(container.write(HEADER, TILES))
    data[read_layout(bytes(data)).tiles[1].offset] ^= 1
    stream = io.BytesIO(data) if seekable else StingyStream(bytes(data), 2)
    parsed = container.parse(stream, tiles=(2, 5))
    assert parsed.tiles == (None, None, TILES[2], None, None, TILES[5])
    with pytest.raises(Corrupt, match="tile 1 "):
        container.parse(bytes(data), tiles={1})


def test_unwanted_tiles_are_sought_over_and_not_read() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.taken += len(piece)
            return piece

    stream = Counting(container.write(HEADER, [bytes([1]) * 10_000] * 6))
    container.parse(stream, tiles=[3])
    assert 10_000 < stream.taken < 10_100


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"width": 0}, Corrupt, "width 0 is illegal"),
        ({"height": 0}, Corrupt, "height 0 is illegal"),
        ({"channels": 2}, Corrupt, "channels 2 is illegal"),
        ({"bit_depth": 12}, Corrupt, "bit_depth 12 is illegal"),
        ({"model_id": 1 << 16}, Corrupt, "model_id 65536 is illegal"),
        ({"weights_hash": b"short"}, Corrupt, "weights_hash b'short' is illegal"),
        ({"quality_step": 1585}, Corrupt, "quality_step 1585 is illegal"),
        ({"tile_side": 0}, Corrupt, "tile_side 0 is illegal"),
        ({"tile_side": 100}, Corrupt, "tile_side 100 is illegal"),
        ({"tile_side": 4160}, Corrupt, "tile_side 4160 is illegal"),
        (
            {"width": limits.MAX_SIDE + 1},
            LimitExceeded,
            "262145 pixels on a side, at most 262144 are allowed",
        ),
        ({"width": limits.MAX_SIDE, "height": 4097}, LimitExceeded, "pixels, at most 1073741824 are allowed"),
        (
            {"width": 1 << 15, "height": 1 << 14, "tile_side": 64},
            LimitExceeded,
            "131072 tiles, at most 65536",
        ),
    ],
)
def test_no_illegal_header_can_be_made(changes: dict[str, Any], error: type[AecodecError], message: str) -> None:
    with pytest.raises(error, match=r"^header at byte 9: ") as caught:
        dataclasses.replace(HEADER, **changes)
    assert message in str(caught.value)


@pytest.mark.parametrize("tiles", [TILES[:5], [*TILES, b"x"], [*TILES[:5], b""]])
def test_tiles_must_fit_the_grid(tiles: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"6 tiles of at least one byte expected"):
        container.write(HEADER, tiles)


def test_a_part_beyond_its_limit_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_METADATA_BYTES", 10)
    container.write(HEADER, TILES, metadata=Metadata(exif=bytes(10)))
    with pytest.raises(LimitExceeded, match=r"EXIF .*: 11 bytes, at most 10 are allowed"):
        container.write(HEADER, TILES, metadata=Metadata(exif=bytes(11)))


def cleaning_of(data: bytes) -> Cleaning | None:
    return container.read_cleaning(data, read_layout(data))


def with_note(payload: bytes) -> bytes:
    """A file whose CLEAN part is `payload`, legal or not."""
    return container.write(HEADER, TILES, clean=SimpleNamespace(to_bytes=lambda: payload))  # type: ignore[arg-type]


@pytest.mark.parametrize("strength", [0.0, 0.29, 0.57, 1.0])
@pytest.mark.parametrize("sigma", [0.0, 0.0625, 12.5, 255.0])
def test_the_note_of_a_denoiser_comes_back(sigma: float, strength: float) -> None:
    clean = Cleaning(sigma, strength)
    data = container.write(HEADER, TILES, **METADATA, clean=clean)
    assert cleaning_of(data) == clean
    assert container.read_cleaning(io.BytesIO(data), read_layout(data)) == clean


def test_the_note_of_a_denoiser_is_three_bytes_of_sixteenths_and_percent() -> None:
    data = container.write(HEADER, TILES, clean=Cleaning(12.5, 0.8))
    (part,) = read_layout(data).parts
    assert (part.kind, part.name) == (4, "CLEAN")
    assert data[part.offset : part.offset + part.size] == bytes([200, 0, 80])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Cleaning(12.52, 0.804), Cleaning(12.5, 0.8)),
        (Cleaning(12.54, 0.806), Cleaning(12.5625, 0.81)),
        (Cleaning(4095.9375, 1.0), Cleaning(4095.9375, 1.0)),
        (Cleaning(4096.0, 1.0), Cleaning(4095.9375, 1.0)),
        (Cleaning(1e9, 1.0), Cleaning(4095.9375, 1.0)),
    ],
)
def test_the_note_of_a_denoiser_is_rounded_and_a_huge_noise_level_is_clipped(given: Cleaning, kept: Cleaning) -> None:
    assert cleaning_of(container.write(HEADER, TILES, clean=given)) == kept


@pytest.mark.parametrize("payload", [b"\xc8", b"\xc8\x00", b"\xc8\x00\x50\x00"])
def test_a_note_of_another_length_is_corrupt(payload: bytes) -> None:
    with pytest.raises(Corrupt, match=f"CLEAN: has {len(payload)} bytes, not 3"):
        cleaning_of(with_note(payload))


@pytest.mark.parametrize("percent", [101, 255])
def test_a_strength_beyond_100_percent_is_corrupt(percent: int) -> None:
    assert cleaning_of(with_note(bytes([200, 0, 100]))) == Cleaning(12.5, 1.0)
    with pytest.raises(Corrupt, match=f"CLEAN: a strength of {percent} % is illegal"):
        cleaning_of(with_note(bytes([200, 0, percent])))


def test_each_flipped_bit_of_the_note_is_found() -> None:
    data = container.write(HEADER, TILES, **METADATA, clean=Cleaning(12.5, 0.8))
    layout = read_layout(data)
    place = layout.parts[3].offset
    for offset in range(place, place + 3 + CRC_BYTES):
        for bit in range(8):
            damaged = data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :]
            with pytest.raises(Corrupt, match=f"CLEAN at byte {place}: checksum mismatch"):
                container.read_cleaning(damaged, layout)
            with pytest.raises(Corrupt, match=f"CLEAN at byte {place}: checksum mismatch"):
                container.parse(damaged)


def test_a_file_without_a_note_gives_none() -> None:
    assert cleaning_of(container.write(HEADER, TILES, **METADATA)) is None


def test_parts_ascend_whatever_there_is() -> None:
    everything = container.write(HEADER, TILES, **METADATA, clean=Cleaning(12.5, 0.8))
    assert [part.kind for part in read_layout(everything).parts] == [1, 2, 3, 4, 5, 8, 9, 0x81]
    few = container.write(HEADER, TILES, alpha=b"alpha payload", clean=Cleaning(12.5, 0.8))
    assert [part.name for part in read_layout(few).parts] == ["CLEAN", "ALPHA"]
    assert container.parse(few).alpha == b"alpha payload"


def test_a_reader_that_does_not_know_the_note_skips_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = container.write(HEADER, TILES, **METADATA, clean=Cleaning(12.5, 0.8))
    monkeypatch.delitem(layout.NAMES, PartKind.CLEAN)
    assert read_layout(data).parts[3].name == "part 0x04"
    assert container.parse(data) == container.parse(container.write(HEADER, TILES, **METADATA))
