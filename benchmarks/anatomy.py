"""An .aec file taken apart into what its checksums cover, and put together again with right checksums.

What is put together need not be legal: sizes, kinds and counts may be said wrong on purpose.
"""

from dataclasses import dataclass, replace

from aecodec.bits import Reader, crc32, fixed, varint
from aecodec.codec.header import FIELDS, HEADER_OFFSET
from aecodec.codec.layout import CRC_BYTES, INDEX_OFFSET, MAGIC, read_layout


@dataclass(frozen=True)
class Piece:
    """A part or tile: its kind as the index says it (None for the tiles of version 1) and its payload."""

    kind: int | None
    payload: bytes
    said: int | None = None  # the size in the index, where it is not the payload's

    @property
    def entry(self) -> bytes:
        """Its place in the index."""
        kind = b"" if self.kind is None else fixed(self.kind, 1)
        return kind + varint(len(self.payload) if self.said is None else self.said)


@dataclass(frozen=True)
class Anatomy:
    version: int
    header: bytes  # without its crc
    parts: tuple[Piece, ...]
    tiles: tuple[Piece, ...]

    @classmethod
    def of(cls, data: bytes) -> "Anatomy":
        """Of a legal file."""
        layout = read_layout(data)
        version = data[len(MAGIC)]
        lists = Reader(data[INDEX_OFFSET:], part="index", offset=INDEX_OFFSET)
        lists.varint()
        kinds: list[int | None] = []
        for _ in layout.tiles:
            kinds.append(lists.u8() if version > 1 else None)
            lists.varint()
        parts = tuple(Piece(part.kind, data[part.offset : part.offset + part.size]) for part in layout.parts)
        tiles = tuple(
            Piece(kind, data[part.offset : part.offset + part.size])
            for kind, part in zip(kinds, layout.tiles, strict=True)
        )
        return cls(version, data[HEADER_OFFSET : HEADER_OFFSET + FIELDS.size], parts, tiles)

    def fields(self) -> list[int | bytes]:
        """Of the header, in the specification's order."""
        return list(FIELDS.unpack(self.header))

    def with_fields(self, fields: list[int | bytes]) -> "Anatomy":
        return replace(self, header=FIELDS.pack(*fields))

    def in_version_2(self) -> "Anatomy":
        """With a kind, 0 for latents, before every tile's size."""
        return replace(self, version=2, tiles=tuple(replace(tile, kind=tile.kind or 0) for tile in self.tiles))

    def to_bytes(self) -> bytes:
        lists = b"".join(piece.entry for piece in (*self.tiles, *self.parts))
        return self.around(varint(len(lists)) + lists)

    def around(self, index: bytes) -> bytes:
        """With an index of any kind."""
        pieces = [MAGIC, fixed(self.version, 1)]
        for covered in (self.header, index, *(piece.payload for piece in (*self.parts, *self.tiles))):
            pieces += covered, fixed(crc32(covered), CRC_BYTES)
        return b"".join(pieces)

    def index(self) -> bytes:
        return self.to_bytes()[INDEX_OFFSET : -self._behind() or None]

    def _behind(self) -> int:
        """Bytes from the index' crc on."""
        return CRC_BYTES + sum(len(piece.payload) + CRC_BYTES for piece in (*self.parts, *self.tiles))
