"""What tiles hold beside latents: a lossless picture, alone or laid over what the latents of its tile give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.bits import Reader, varint
from aecodec.codec.header import Header
from aecodec.codec.layout import Layout, Part, TileKind
from aecodec.errors import Corrupt, FormatError, Truncated
from aecodec.limits import MIN_LATENTS_BYTES
from aecodec.pictures import lossless
from aecodec.pictures.picture import Samples, middle
from aecodec.tiling import Tile

Crop = tuple[int, int, int, int]  # x, y, width, height, in pixels as stored
Region = tuple[slice, slice]  # rows, columns


@dataclass(frozen=True)
class Content:
    """The two things that a tile may hold."""

    latents: bytes | None = None
    lossless: bytes | None = None

    @property
    def holds(self) -> TileKind:
        if self.lossless is None:
            return TileKind.LATENTS
        return TileKind.LOSSLESS if self.latents is None else TileKind.LAYERS

    def to_bytes(self) -> bytes:
        """A tile's payload."""
        size = varint(len(self.lossless or b"")) if self.holds is TileKind.LAYERS else b""
        return size + (self.lossless or b"") + (self.latents or b"")

    @classmethod
    def of(cls, part: Part, payload: bytes) -> "Content":
        """Inverse of `to_bytes`; raises FormatError."""
        if part.holds is TileKind.LATENTS:
            return cls(latents=payload)
        if part.holds is TileKind.LOSSLESS:
            return cls(lossless=payload)
        reader = Reader(payload, part=part.name, offset=part.offset)
        picture = bytes(reader.take(reader.varint()))
        if not picture or not reader.remaining:
            raise Corrupt(f"{part.name} at byte {part.offset}: one of its two layers is empty")
        return cls(bytes(reader.take(reader.remaining)), picture)


def refuse_short(layout: Layout, keep_going: bool) -> None:
    """Raises Truncated if tiles of latents (with `keep_going`: all tiles) are shorter than any can be.

    The index says so: nothing is loaded for such a file, and no memory taken.
    """
    short = [part for part in layout.tiles if part.holds is TileKind.LATENTS and part.size < MIN_LATENTS_BYTES]
    if len(short) > (len(layout.tiles) - 1 if keep_going else 0):
        raise Truncated(f"{short[0].name} at byte {short[0].offset}: {short[0].size} bytes of latents are too few")


def contents(layout: Layout, payloads: Sequence[bytes | None], damage: list[str] | None) -> dict[int, Content]:
    """By index what the tiles that are there hold; of damage a line, or with None the FormatError."""
    found: dict[int, Content] = {}
    for index, (part, payload) in enumerate(zip(layout.tiles, payloads, strict=True)):
        if payload is not None:
            try:
                found[index] = Content.of(part, payload)
            except FormatError as error:
                if damage is None:
                    raise
                damage.append(str(error))
    return found


def lay_over(
    shown: Samples, layout: Layout, held: dict[int, Content], crop: Crop, damage: list[str] | None
) -> Samples | None:
    """Put the lossless pictures of tiles where they belong on samples (H, W, C) of a crop.

    Where one that has no latents is lost, samples and alpha become the middle of the range and 0. Returns alpha (H, W)
    where tiles hold it. Of damage a line, or with None the FormatError; that also if nothing of the crop is left.
    """
    header = layout.header
    alpha = np.zeros(shown.shape[:2], shown.dtype) if header.tiles_alpha else None
    tiles = header.grid.touching(crop)
    lost: list[Region] = []
    for tile in tiles:
        part, content = layout.tiles[tile.index], held.get(tile.index)
        inside, here = regions(tile, crop)
        try:
            picture = None if content is None or content.lossless is None else _decoded(header, part, content.lossless)
        except FormatError as error:
            if damage is None:
                raise
            damage.append(str(error))
            picture = None
        if picture is None:
            lost += [here] if part.holds is TileKind.LOSSLESS else []
            continue
        cut = picture[inside]
        if part.holds is TileKind.LAYERS:
            covered = cut[:, :, -1] > 0
            shown[here][covered] = cut[covered][:, :-1]
        else:
            shown[here] = cut[:, :, : header.channels]
            if alpha is not None:
                alpha[here] = cut[:, :, -1]
    if lost and len(lost) == len(tiles):
        raise Corrupt(f"no tile is left: {(damage or ['all are lost'])[0]}")
    for here in lost:
        shown[here] = middle(header.bit_depth)
    return alpha


def regions(tile: Tile, crop: Crop) -> tuple[Region, Region]:
    """Rows and columns of a tile that a crop shows, in the tile and in the crop."""
    x, y, width, height = crop
    left, top = max(tile.x, x), max(tile.y, y)
    right, bottom = min(tile.x + tile.width, x + width), min(tile.y + tile.height, y + height)
    inside = slice(top - tile.y, bottom - tile.y), slice(left - tile.x, right - tile.x)
    return inside, (slice(top - y, bottom - y), slice(left - x, right - x))


def _decoded(header: Header, part: Part, data: bytes) -> NDArray[Any]:
    assert part.tile is not None
    extra = header.tiles_alpha or part.holds is TileKind.LAYERS
    shape = part.tile.height, part.tile.width, header.channels + extra
    try:
        return lossless.decode(data, shape, header.bit_depth)
    except Corrupt as error:
        raise Corrupt(f"{part.name} at byte {part.offset}: {error}") from error
