"""The `.aec` container: its specification, writer and reader; `codec.latents` owns what a tile holds.

    Integers are unsigned and little-endian. A *varint* is LEB128: seven bits a byte, lowest first, bit 7 set
    on all but the last byte, at most 5 bytes, shortest form only. A *crc* is zlib's CRC-32, 4 bytes.

    part       offset  size  field         meaning
    ---------  ------  ----  ------------  -----------------------------------------------------------------
    signature       0     8  magic         89 41 45 43 0D 0A 1A 0A; like PNG's, it shows text-mode damage
                    8     1  version       1, or 2 where any tile is something else than latents
    header          9     4  width         pixels, 1 to 2^18
                   13     4  height        pixels, 1 to 2^18; width * height at most 2^30
                   17     1  channels      1 grey, 3 RGB
                   18     1  bit_depth     8 or 16; of the picture and of its alpha
                   19     2  model_id      wire id of the network: 1, or 2 with details; never reused;
                                           0 (version 2): no tile has latents
                   21     8  weights_hash  first 8 bytes of the SHA-256 of the weights file; 0 for model_id 0
                   29     2  quality_step  0 to 1584; quality = 1 + quality_step / 16
                   31     1  tile_side     in units of 64 pixels, 1 to 64
                   32     1  flags         bit 0: RGB under alpha 0 was kept; bit 1 (model_id 0 alone):
                                           tiles hold alpha, and there is no part ALPHA; all others 0
                   33     4  crc           of bytes 9 to 32
    index          37     v  length        varint; bytes of the two lists that follow
                          v  tile list     of each tile, in raster order, its kind (1 byte; version 1 has
                                           none, and all are latents) and its size (varint, at least 1)
                          v  part list     kind (1 byte, ascending) and size (varint, at least 1) of each part
                          4  crc           of length and both lists
    parts                    payload, crc  each part of the list, in its order; the crc is of the payload
    tiles                    payload, crc  each tile, raster order, as many as the grid of the header has

    kind  part            payload                                   without it the picture is
    ----  --------------  ----------------------------------------  -------------------------
    0x01  ICC             colour profile, as the input held it      shown in other colours
    0x02  EXIF            Exif block, as the input held it          untagged
    0x03  XMP             XMP packet, as the input held it          untagged
    0x04  CLEAN           noise level and strength of a denoiser    not known to be denoised
    0x05  RESOLUTION      pixels per unit of length                 printed in another size
    0x06  GAMMA           exponent of the encoding (PNG's gAMA)     shown in other colours
    0x07  CHROMATICITIES  white and primaries (PNG's cHRM)          shown in other colours
    0x08  CICP            code points of H.273 (PNG's cICP)         shown in other colours
    0x09  SRGB            rendering intent (PNG's sRGB)             not said to be in sRGB
    0x0A  PREVIEW         small JPEG XL codestream                  decoded to show it small
    0x0B  POSTFILTER      weights of a filter of what latents give  less like what was encoded
    0x80  TILE            implied, never in the part list           incomplete
    0x81  ALPHA           greyscale PNG, width x height, bit_depth  opaque

    tile  holds     payload
    ----  --------  ------------------------------------------------------------------------------------
    0x00  LATENTS   latents
    0x01  LOSSLESS  a lossless picture of the tile
    0x02  LAYERS    size of a lossless picture (varint), that picture, latents

Latents are what `codec.latents` specifies. A *lossless picture* is a VP8L bitstream (RFC 9649, section 3; of pictures
of 8 bits) or a JPEG XL codestream (ISO/IEC 18181-1) of the tile's size and the file's channels and depth, VP8L with
three equal channels for grey. Of LOSSLESS it has an alpha channel if flag bit 1 says so, of LAYERS always: where that
is 0, what the latents give is shown, elsewhere the lossless picture. Where a synthesis reads latents of a tile that has
none, they are zero.

CLEAN is 3 bytes: the standard deviation of the noise that a denoiser removed before coding, in sixteenths of
a level of 8 bits (2 bytes), and the strength of the removal in percent (1 byte, 0 to 100).

RESOLUTION is 17 bytes: the unit (1 byte: 0 none, only the ratio of the two counts; 1 inch, 2 centimetre,
3 metre), then numerator and denominator (4 bytes each, at least 1, in lowest terms) of the pixels per unit to
the right, and those of the pixels per unit down, of the picture as it is stored.

GAMMA is 4 bytes: the exponent times 100,000, 1 to 2^31 - 1. CHROMATICITIES is 32 bytes: x and y of the white
point, of red, green and blue, times 100,000, 4 bytes each, 0 to 2^31 - 1. CICP is 4 bytes: colour primaries,
transfer function, matrix (0 to 255 each), and 1 where the full range is used, else 0. SRGB is 1 byte, 0 to 3.
They are what PNG (third edition, 11.3.2) says they are: of several, CICP counts first, then ICC, then SRGB.

PREVIEW is a JPEG XL codestream (ISO/IEC 18181-1) of the picture made small, as it is stored: 8 bits, the channels and
colours of the file, no alpha; the longer side is 256 pixels, the other max(1, floor(256 shorter / longer + 1/2)). A
reader that finds another thing there does as if there were none.

POSTFILTER is specified in `codec.postfilter`. It is run over what the latents give of the whole picture, before
lossless pictures are laid over it. A file whose `model_id` is 0 has none.

Invariants: bit 7 of a kind marks a *critical* part: a reader that does not know it refuses the file. An
unknown part without that bit is skipped, its crc checked. Every byte is covered by a constant or a crc.
Sizes stand in the index alone: damage to a part or tile costs no other, a reader that wants few tiles seeks
to them, and the size of the file is known.

Illegal: another magic; an unknown version, flag, kind of a tile or critical kind; a value outside its range, or more
or fewer bytes than such values take; more tiles or a larger part than `aecodec.limits` allows; a kind repeated, out of
order, 0x00 or 0x80; a size of 0; lists that do not fill the index; a lossless picture of another size, depth or number
of channels; a wrong crc; an end before, or bytes after, the last crc. Damage to signature, header or index is fatal;
after damage behind them a reader may go on, and must say so.

Example: 100 x 70 pixels in one tile of 4 bytes with an XMP packet of 3; 60 bytes in all.

    89 41 45 43 0D 0A 1A 0A 01        signature
    64 00 00 00 46 00 00 00 03 08     100 x 70 pixels, RGB, 8 bits
    01 00 A1 A2 A3 A4 A5 A6 A7 A8     model 1 and its weights
    10 03 02 00                       quality step 784 (quality 50), tiles of 128 pixels, no flags
    45 1C CC 8B                       crc of the header
    03 04 03 03 57 DA DC 86           index of 3 bytes: a tile of 4 bytes, part 0x03 (XMP) of 3; crc
    3C 78 3E B3 2B B7 F4              XMP "<x>", crc
    DE AD BE EF 5A A3 9C 7C           the tile, crc
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO

from aecodec.bits import crc32, fixed, read_exactly, skip, varint
from aecodec.codec import ancillary
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layout import (
    CRC_BYTES,
    MAGIC,
    Layout,
    Part,
    PartKind,
    TileKind,
    check_crc,
    lay_out,
    read_layout,
    stream_of,
    version_for,
)
from aecodec.errors import Corrupt, FormatError
from aecodec.pictures.metadata import Metadata

NO_METADATA = Metadata()
NO_PARTS: Mapping[PartKind, bytes | None] = MappingProxyType({})


@dataclass(frozen=True)
class Container:
    """A file taken apart; `damage` has one line for each part that was lost, which is then None."""

    header: Header
    tiles: tuple[bytes | None, ...]
    alpha: bytes | None
    postfilter: bytes | None
    metadata: Metadata
    damage: tuple[str, ...]


def write(
    header: Header,
    tiles: Sequence[bytes],
    *,
    holds: Sequence[TileKind] | None = None,
    alpha: bytes | None = None,
    metadata: Metadata = NO_METADATA,
    clean: Cleaning | None = None,
    parts: Mapping[PartKind, bytes | None] = NO_PARTS,
) -> bytes:
    """The file; `tiles` are the payloads in raster order, `holds` what each is, by default latents,
    `parts` those that no other argument stands for.

    An empty part is left out.

    Raises LimitExceeded for a part that is too large, ValueError for tiles that do not fit the header.
    """
    if len(tiles) != header.grid.count or not all(tiles):
        raise ValueError(f"{header.grid.count} tiles of at least one byte expected, {len(tiles)} given")
    given = ancillary.payloads(metadata) | {kind: payload for kind, payload in parts.items() if payload is not None}
    if alpha is not None:
        given[PartKind.ALPHA] = alpha
    if clean is not None:
        given[PartKind.CLEAN] = clean.to_bytes()
    listed = [(kind, payload) for kind, payload in sorted(given.items()) if payload]
    holds = holds or [TileKind.LATENTS] * len(tiles)
    version = version_for(header, holds)
    kinds = [fixed(kind, 1) if version > 1 else b"" for kind in holds]
    lists = b"".join(kind + varint(len(tile)) for kind, tile in zip(kinds, tiles, strict=True))
    lists += b"".join(fixed(kind, 1) + varint(len(payload)) for kind, payload in listed)
    sizes = list(zip(holds, map(len, tiles), strict=True))
    lay_out(header, sizes, [(kind, len(payload)) for kind, payload in listed], 0)
    pieces = [MAGIC, fixed(version, 1)]
    for payload in (header.to_bytes(), varint(len(lists)) + lists, *(payload for _, payload in listed), *tiles):
        pieces += payload, fixed(crc32(payload), CRC_BYTES)
    return b"".join(pieces)


def read_cleaning(source: bytes | BinaryIO, layout: Layout) -> Cleaning | None:
    """What the CLEAN part says, in a file whose layout is known; None without one. Raises FormatError."""
    for payload in _listed(source, layout, {PartKind.CLEAN}).values():
        return Cleaning.from_bytes(payload)
    return None


def read_preview(source: bytes | BinaryIO, layout: Layout) -> bytes | None:
    """The PREVIEW part, in a file whose layout is known; None without one. Raises FormatError."""
    return next(iter(_listed(source, layout, {PartKind.PREVIEW}).values()), None)


def read_small_metadata(source: bytes | BinaryIO, layout: Layout) -> Metadata:
    """All metadata but ICC profile, EXIF and XMP, in a file whose layout is known. Raises FormatError."""
    values: dict[str, Any] = {}
    for part, payload in _listed(source, layout, ancillary.SMALL).items():
        values |= ancillary.fields_of(part, payload)
    return Metadata(**values)


def _listed(source: bytes | BinaryIO, layout: Layout, kinds: Collection[int]) -> dict[Part, bytes]:
    """The payloads of the parts of these kinds, which are sought; of others nothing is read."""
    stream = stream_of(source)
    found = {}
    for part in layout.parts:
        if part.kind in kinds:
            stream.seek(part.offset)
            found[part] = _read_payload(stream, part)
    return found


def _read_payload(stream: BinaryIO, part: Part) -> bytes:
    payload = read_exactly(stream, part.size, part=part.name, offset=part.offset)
    check_crc(stream, payload, part=part.name, offset=part.offset)
    return payload


def parse(
    source: bytes | BinaryIO,
    *,
    keep_going: bool = False,
    tiles: Collection[int] | None = None,
    layout: Layout | None = None,
) -> Container:
    """Everything in a file, or its parts and the tiles with the given indices; each checksum is verified.

    A tile not asked for is None and not looked at. `layout`: what `read_layout` has just read from this stream, which
    is then taken up where that left it. Damage raises Truncated or Corrupt; with `keep_going` the
    damaged part or tile is None and `damage` says so, and only damage to signature, header or index raises.
    UnsupportedVersion and LimitExceeded always raise.
    """
    stream = stream_of(source)
    layout = layout or read_layout(stream)
    wanted = range(len(layout.tiles)) if tiles is None else set(tiles)
    damage: list[str] = []
    found: dict[int, bytes] = {}  # by offset
    metadata: dict[str, Any] = {}
    for part in (*layout.parts, *layout.tiles):
        if part.tile is not None and part.tile.index not in wanted:
            skip(stream, part.size + CRC_BYTES)
            continue
        try:
            found[part.offset] = payload = _read_payload(stream, part)
            metadata |= ancillary.fields_of(part, payload)
        except FormatError as error:
            if not keep_going:
                raise
            damage.append(str(error))
    if stream.read(1):
        message = f"end at byte {layout.size}: trailing bytes"
        if not keep_going:
            raise Corrupt(message)
        damage.append(message)
    listed = {part.kind: found.get(part.offset) for part in layout.parts}
    return Container(
        header=layout.header,
        tiles=tuple(found.get(part.offset) for part in layout.tiles),
        alpha=listed.get(PartKind.ALPHA),
        postfilter=listed.get(PartKind.POSTFILTER),
        metadata=Metadata(**metadata),
        damage=tuple(damage),
    )
