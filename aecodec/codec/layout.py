"""Which parts and tiles an .aec file has and where they lie: header and index, as `container` specifies them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import BinaryIO

from aecodec import limits
from aecodec.bits import MAX_VARINT_BYTES, Reader, crc32, fixed, read_exactly, read_varint, varint
from aecodec.codec.header import FIELDS, HEADER_OFFSET, Header
from aecodec.errors import Corrupt, LimitExceeded, UnsupportedVersion
from aecodec.tiling import Tile

MAGIC = b"\x89AEC\r\n\x1a\n"
VERSIONS = (1, 2)  # of 1 every tile is latents; 2 says of each what it is
INDEX_OFFSET = 37
CRC_BYTES = 4
CRITICAL = 0x80


class PartKind(IntEnum):
    """Wire ids of the parts; a number once given is never given again."""

    ICC = 0x01
    EXIF = 0x02
    XMP = 0x03
    CLEAN = 0x04
    RESOLUTION = 0x05
    GAMMA = 0x06
    CHROMATICITIES = 0x07
    CICP = 0x08
    SRGB = 0x09
    PREVIEW = 0x0A
    POSTFILTER = 0x0B
    TILE = 0x80
    ALPHA = 0x81


class TileKind(IntEnum):
    """Wire ids of what a tile holds, from version 2 on; before that all are latents."""

    LATENTS = 0
    LOSSLESS = 1
    LAYERS = 2


NAMES = {kind.value: kind.name for kind in PartKind}
MAX_BYTES = {
    PartKind.TILE.value: limits.MAX_TILE_BYTES,
    PartKind.ALPHA.value: limits.MAX_ALPHA_BYTES,
    PartKind.POSTFILTER.value: limits.MAX_POSTFILTER_BYTES,
}
MAX_PART_LIST_BYTES = 255 * (1 + MAX_VARINT_BYTES)  # kinds ascend from 1 to 255


@dataclass(frozen=True, slots=True)
class Part:
    """A listed part or a tile: byte offset of its payload in the file, payload bytes without the crc."""

    kind: int  # a PartKind, or the number of an unknown ancillary part
    offset: int
    size: int
    tile: Tile | None = None
    holds: TileKind = TileKind.LATENTS  # of a tile

    @property
    def name(self) -> str:
        if self.tile is not None:
            tile = self.tile
            return f"tile {tile.index} (x {tile.x}, y {tile.y}, {tile.width}x{tile.height})"
        return NAMES.get(self.kind, f"part 0x{self.kind:02X}")


@dataclass(frozen=True)
class Layout:
    """What header and index say: listed parts, tiles, both in file order, and the size the file must have."""

    header: Header
    parts: tuple[Part, ...]
    tiles: tuple[Part, ...]
    size: int


def read_header(source: bytes | BinaryIO) -> Header:
    """The header; reads the first 37 bytes only. Raises FormatError or LimitExceeded."""
    return _read_header(stream_of(source))[0]


def read_layout(source: bytes | BinaryIO) -> Layout:
    """Header and index, nothing behind them. Raises FormatError or LimitExceeded."""
    stream = stream_of(source)
    return _read_index(stream, *_read_header(stream))


def stream_of(source: bytes | BinaryIO) -> BinaryIO:
    """What `read_layout` reads header and index of, and `container.parse` then the rest."""
    return io.BytesIO(source) if isinstance(source, bytes) else source


def version_for(header: Header, holds: Sequence[TileKind]) -> int:
    """The lowest version that can say it, so that older readers read what they can."""
    return 1 if header.has_network and all(kind is TileKind.LATENTS for kind in holds) else 2


def _read_header(stream: BinaryIO) -> tuple[Header, int]:
    """The header and the version that stands before it."""
    if read_exactly(stream, len(MAGIC), part="signature", offset=0) != MAGIC:
        raise Corrupt("signature at byte 0: not an .aec file, or one that was transferred as text")
    version = read_exactly(stream, 1, part="signature", offset=8)[0]
    if version not in VERSIONS:
        raise UnsupportedVersion(f"signature at byte 8: version {version}; this aecodec reads 1 to {VERSIONS[-1]}")
    data = read_exactly(stream, FIELDS.size, part="header", offset=HEADER_OFFSET)
    check_crc(stream, data, part="header", offset=HEADER_OFFSET)
    header = Header.from_bytes(data)
    if version == 1 and not header.has_network:
        raise Corrupt(f"header at byte {HEADER_OFFSET}: version 1 has no files without a network")
    return header, version


def _read_index(stream: BinaryIO, header: Header, version: int) -> Layout:
    count = header.grid.count
    length = read_varint(stream, part="index", offset=INDEX_OFFSET)
    kind_bytes = version - 1
    if not count <= length - count * kind_bytes <= MAX_VARINT_BYTES * count + MAX_PART_LIST_BYTES:
        raise Corrupt(f"index at byte {INDEX_OFFSET}: {length} bytes are impossible for {count} tiles")
    prefix = varint(length)
    offset = INDEX_OFFSET + len(prefix)
    lists = read_exactly(stream, length, part="index", offset=offset)
    check_crc(stream, prefix + lists, part="index", offset=INDEX_OFFSET)
    reader = Reader(lists, part="index", offset=offset)
    holds: list[TileKind] = []
    sizes: list[int] = []
    for _ in range(count):
        holds.append(_tile_kind(reader, header) if version > 1 else TileKind.LATENTS)
        sizes.append(reader.varint())
    listed: list[tuple[int, int]] = []
    last = 0
    while reader.remaining:
        kind, size = reader.u8(), reader.varint()
        if kind <= last or kind == PartKind.TILE:
            raise Corrupt(f"index at byte {INDEX_OFFSET}: part kind 0x{kind:02X} repeated or out of place")
        listed.append((kind, size))
        last = kind
    return lay_out(header, list(zip(holds, sizes, strict=True)), listed, offset + length + CRC_BYTES)


def _tile_kind(reader: Reader, header: Header) -> TileKind:
    number = reader.u8()
    if number not in tuple(TileKind):
        raise UnsupportedVersion(f"index at byte {INDEX_OFFSET}: unknown kind 0x{number:02X} of a tile")
    kind = TileKind(number)
    if kind is not TileKind.LOSSLESS and not header.has_network:
        raise Corrupt(f"index at byte {INDEX_OFFSET}: a tile of latents without a network")
    return kind


def lay_out(
    header: Header, tiles: Sequence[tuple[TileKind, int]], listed: Sequence[tuple[int, int]], offset: int
) -> Layout:
    """Parts (kind, size), then tiles, one after the other from `offset` on; each checked for a legal kind and size."""
    parts = ((kind, size, None, TileKind.LATENTS) for kind, size in listed)
    cut = ((PartKind.TILE, size, tile, holds) for (holds, size), tile in zip(tiles, header.grid.tiles(), strict=True))
    placed: list[Part] = []
    for kind, size, tile, holds in chain(parts, cut):
        placed.append(Part(kind, offset, size, tile, holds))
        _check_part(placed[-1])
        offset += size + CRC_BYTES
    return Layout(header, tuple(placed[: len(listed)]), tuple(placed[len(listed) :]), offset)


def _check_part(part: Part) -> None:
    where = f"{part.name} at byte {part.offset}"
    if part.kind & CRITICAL and part.kind not in NAMES:
        raise UnsupportedVersion(f"{where}: unknown critical part; this file needs a newer aecodec")
    if part.size == 0:
        raise Corrupt(f"{where}: a size of 0 bytes is illegal")
    bound = MAX_BYTES.get(part.kind, limits.MAX_METADATA_BYTES)
    if part.size > bound:
        raise LimitExceeded(f"{where}: {part.size} bytes, at most {bound} are allowed")


def check_crc(stream: BinaryIO, covered: bytes, *, part: str, offset: int) -> None:
    """Read the crc that follows `covered` (which begins at `offset`) and compare."""
    stored = read_exactly(stream, CRC_BYTES, part=f"checksum of {part}", offset=offset + len(covered))
    if stored != fixed(crc32(covered), CRC_BYTES):
        raise Corrupt(f"{part} at byte {offset}: checksum mismatch")
