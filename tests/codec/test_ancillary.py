"""Metadata as parts of a file: exact both ways, as specified, and nothing illegal gets in."""

import io
import struct
from dataclasses import fields
from fractions import Fraction

import pytest

from aecodec.codec import ancillary, container, layout
from aecodec.codec.ancillary import FIELDS, fields_of, payloads
from aecodec.codec.layout import CRITICAL, Part, PartKind, read_layout
from aecodec.errors import Corrupt
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import MAX_TERM, Resolution, Unit
from tests.codec.test_container import HEADER, SIDE, TILES

FULL = Metadata(
    b"icc",
    b"exif",
    b"xmp",
    Resolution(Fraction(2835), Fraction(300, 7), Unit.METRE),
    45_455,
    (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000),
    (9, 16, 0, 1),
    0,
)


def back(metadata: Metadata) -> Metadata:
    return container.parse(container.write(HEADER, TILES, metadata=metadata)).metadata


def test_every_field_has_a_part_that_old_readers_skip():
    assert {field.name for field in fields(Metadata)} == set(FIELDS.values())
    assert not any(kind & CRITICAL for kind in FIELDS)


@pytest.mark.parametrize("name", sorted(FIELDS.values()))
def test_each_field_comes_back_alone_and_with_all_others(name):
    alone = Metadata(**{name: getattr(FULL, name)})
    assert back(alone) == alone
    assert back(FULL) == FULL


@pytest.mark.parametrize("unit", list(Unit))
def test_a_resolution_comes_back_at_its_limits(unit):
    for x, y in ((Fraction(MAX_TERM), Fraction(1, MAX_TERM)), (Fraction(MAX_TERM, MAX_TERM - 1), Fraction(1))):
        metadata = Metadata(resolution=Resolution(x, y, unit))
        assert back(metadata) == metadata


def test_the_bytes_are_those_of_the_specification():
    assert {kind: payload.hex(" ") for kind, payload in payloads(FULL).items() if kind in ancillary.SMALL} == {
        5: "03 13 0b 00 00 01 00 00 00 2c 01 00 00 07 00 00 00",
        6: "8f b1 00 00",
        7: "26 7a 00 00 84 80 00 00 00 fa 00 00 e8 80 00 00 30 75 00 00 60 ea 00 00 98 3a 00 00 70 17 00 00",
        8: "09 10 00 01",
        9: "00",
    }


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (PartKind.RESOLUTION, bytes(16), "has 16 bytes, not 17"),
        (PartKind.RESOLUTION, struct.pack("<BIIII", 4, 1, 1, 1, 1), "4 is not a valid Unit"),
        (PartKind.RESOLUTION, struct.pack("<BIIII", 1, 0, 1, 1, 1), "a resolution of 0 is illegal"),
        (PartKind.RESOLUTION, struct.pack("<BIIII", 1, 1, 1, 1, 0), "Fraction"),
        (PartKind.RESOLUTION, struct.pack("<BIIII", 1, 144, 2, 72, 1), "lowest terms"),
        (PartKind.GAMMA, bytes(3), "has 3 bytes, not 4"),
        (PartKind.GAMMA, bytes(4), "a gamma of 0 is illegal"),
        (PartKind.GAMMA, b"\xff" * 4, "a gamma of 4294967295 is illegal"),
        (PartKind.CHROMATICITIES, bytes(33), "has 33 bytes, not 32"),
        (PartKind.CHROMATICITIES, b"\0\0\0\x80" * 8, "illegal"),
        (PartKind.CICP, bytes(5), "has 5 bytes, not 4"),
        (PartKind.CICP, b"\x09\x10\x00\x02", "illegal"),
        (PartKind.SRGB, b"\0\0", "has 2 bytes, not 1"),
        (PartKind.SRGB, b"\x04", "a srgb of 4 is illegal"),
    ],
)
def test_illegal_payloads_are_corrupt_and_cost_nothing_else(monkeypatch, kind, payload, reason):
    with pytest.raises(Corrupt, match=reason) as caught:
        fields_of(Part(kind, 52, len(payload)), payload)
    assert str(caught.value).startswith(f"{kind.name} at byte 52: ")
    monkeypatch.setattr(ancillary, "payloads", lambda metadata: {PartKind.XMP: b"<x/>", kind: payload})
    data = container.write(HEADER, TILES)
    with pytest.raises(Corrupt, match=reason):
        container.parse(data)
    with pytest.raises(Corrupt, match=reason):
        container.read_small_metadata(data, read_layout(data))
    parsed = container.parse(data, keep_going=True)
    assert (parsed.metadata, parsed.tiles, len(parsed.damage)) == (Metadata(xmp=b"<x/>"), tuple(TILES), 1)


def test_a_reader_that_knows_none_of_them_skips_them(monkeypatch):
    data = container.write(HEADER, TILES, metadata=FULL)
    for kind in ancillary.SMALL:
        monkeypatch.delitem(layout.NAMES, kind)
        monkeypatch.delitem(FIELDS, kind)
    assert container.parse(data).metadata == Metadata(b"icc", b"exif", b"xmp")


def test_the_small_ones_are_read_without_the_others():
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.taken += len(piece)
            return piece

    data = container.write(HEADER, TILES, metadata=Metadata(icc=bytes(9999), resolution=SIDE.resolution, srgb=2))
    found = read_layout(data)
    stream = Counting(data)
    assert container.read_small_metadata(stream, found) == Metadata(resolution=SIDE.resolution, srgb=2)
    assert stream.taken < 50
