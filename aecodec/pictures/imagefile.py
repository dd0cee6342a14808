"""Picture files in and out: a list of readers that are asked in turn, and a table of writers.

What foreign decoders raise on bad data leaves here as BadInput or LimitExceeded. Messages name no path; the caller
puts it before them.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from aecodec.errors import BadInput, Corrupt, LimitExceeded
from aecodec.limits import MAX_INPUT_BYTES
from aecodec.pictures import heif, jxl, jxlwriter, pillow, pilmodes, pilwriters, png, pnm, tiff, tiffwriter
from aecodec.pictures.colour import COLOUR_FIELDS, is_srgb
from aecodec.pictures.foreign import foreign_errors
from aecodec.pictures.formats import ALL, WRITTEN
from aecodec.pictures.orientation import strip
from aecodec.pictures.overheard import overheard
from aecodec.pictures.picture import Picture, Samples
from aecodec.pictures.pilmodes import is_pil, to_pil
from aecodec.pictures.wanted import FIRST, Wanted, Warn, check_size

__all__ = [
    "count_pages",
    "decode_alpha",
    "encode_alpha",
    "from_pil",
    "ignore",
    "in_8_bits",
    "is_pil",
    "read",
    "read_bytes",
    "to_pil",
    "write",
]

CHUNK = 1 << 20  # bytes asked of a stream at once


@dataclass(frozen=True)
class Reader:
    """What makes a picture of the bytes of a file; `read` and `count` give None where the next one is to be asked."""

    read: Callable[[bytes, Warn, Wanted], Picture | None]
    count: Callable[[BinaryIO], int | None] | None = None  # pages, told from headers; None: leaves it to the next one


READERS = (
    Reader(png.read),
    Reader(pnm.read),
    Reader(tiff.read, tiff.count),
    Reader(jxl.read, jxl.count),
    Reader(heif.read, heif.count),
    Reader(pillow.read, pillow.count),
)


@dataclass(frozen=True)
class Writer:
    """What makes the bytes of a file out of a picture that fits into its format."""

    encode: Callable[[Picture, Warn], bytes]
    at_quality: Callable[[Picture, Warn, int], bytes] | None = None  # with loss, 1 to 100


WRITERS = {
    "png": Writer(png.encode),
    "tiff": Writer(tiffwriter.encode),
    "ppm": Writer(pnm.encode),
    "jpeg": Writer(pilwriters.encode_jpeg, pilwriters.encode_jpeg),
    "webp": Writer(pilwriters.encode_webp, pilwriters.encode_webp),
    "avif": Writer(pilwriters.encode_avif, pilwriters.encode_avif),
    "jxl": Writer(jxlwriter.encode, jxlwriter.encode),
    "bmp": Writer(pilwriters.encode_bmp),
}
_NAMES = {"icc": "ICC profile", "exif": "EXIF", "xmp": "XMP", "cicp": "CICP"}  # of metadata in messages


def ignore(message: str) -> None:
    """Takes a warning and does nothing."""


# --- reading ---


def read(source: Path | BinaryIO, *, warn: Warn = ignore, wanted: Wanted = FIRST) -> Picture:
    """The picture in a file or stream; of several (animation, pages) the first, unless `wanted` names another.

    `warn` gets one line for whatever is not kept. Raises BadInput for what is no picture, is damaged,
    truncated or of an unsupported kind, LimitExceeded before memory is taken for more pixels than are wanted.
    """
    data = read_bytes(source)
    if not data:
        raise BadInput("the file is empty")
    with foreign_errors(), overheard(warn):
        answers = (reader.read(data, warn, wanted) for reader in READERS)
        return next(picture for picture in answers if picture is not None)


def count_pages(source: Path | BinaryIO) -> int:
    """How many pictures (pages, frames) a file or seekable stream has; reads headers and decodes nothing.

    What is no picture has one, and `read` will say what is wrong. Raises BadInput where it cannot be told, and for a
    file that cannot be opened.
    """
    try:
        opened = source.open("rb") if isinstance(source, Path) else nullcontext(source)
        with opened as stream, foreign_errors(), overheard(ignore):
            for reader in READERS:
                stream.seek(0)
                if reader.count is not None and (count := reader.count(stream)) is not None:
                    return max(count, 1)
    except OSError as exc:
        raise BadInput(f"cannot be read: {exc.strerror or exc}") from exc
    return 1


def from_pil(image: Image.Image, *, warn: Warn = ignore) -> Picture:
    """The current frame of a Pillow picture of any mode; raises BadInput, LimitExceeded.

    Pillow has reduced 16-bit colour to 8 bits when it opened the file: `read` does not.
    """
    check_size(image.width, image.height)
    with foreign_errors(), overheard(warn):
        return pilmodes.picture(image, warn)


def read_bytes(source: Path | BinaryIO) -> bytes:
    """All bytes of a file or stream, also of one that gives a few at a time; raises BadInput, LimitExceeded."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return read_bytes(stream)
        gathered = BytesIO()
        while chunk := source.read(CHUNK):
            if gathered.tell() + len(chunk) > MAX_INPUT_BYTES:
                raise LimitExceeded(f"the file has more than {MAX_INPUT_BYTES} bytes")
            gathered.write(chunk)
    except OSError as exc:
        raise BadInput(f"cannot be read: {exc.strerror or exc}") from exc
    return gathered.getvalue()


# --- writing ---


def write(picture: Picture, target: BinaryIO, format: str, *, quality: int | None = None, warn: Warn = ignore) -> None:
    """Write a picture in a format of `formats.WRITTEN`: without loss where it can, JPEG and AVIF at 95, full chroma.

    A `quality` of 1 to 100 is that of JPEG and AVIF, and makes WebP and JPEG XL lossy; the others have none. `warn`
    gets one line for whatever the format cannot hold; an alpha channel is refused with BadInput instead.
    """
    kind = WRITTEN.get(format)
    if kind is None:
        raise BadInput(f"unknown format {format!r}: choose one of {', '.join(WRITTEN)}")
    if picture.alpha is not None and not kind.alpha:
        others = _listed(name for name, other in WRITTEN.items() if other.alpha)
        raise BadInput(f"{format} holds no alpha channel: write {others}")
    if kind.max_side is not None and max(picture.width, picture.height) > kind.max_side:
        others = _listed(name for name, other in WRITTEN.items() if other.alpha and other.max_side is None)
        raise BadInput(f"{format} holds at most {kind.max_side} pixels a side: write {others}")
    writer = WRITERS[format]
    with foreign_errors():
        if picture.bit_depth > kind.bit_depth:
            warn(f"{format} holds 8 bits a sample: 16 are rounded to 8")
            picture = in_8_bits(picture)
        picture = _without_unheld(picture, format, kind.holds, warn)
        lossy = writer.at_quality if quality is not None else None
        data = writer.encode(picture, warn) if lossy is None or quality is None else lossy(picture, warn, quality)
    target.write(data)


def _without_unheld(picture: Picture, format: str, holds: frozenset[str], warn: Warn) -> Picture:
    """Without the metadata that a format cannot hold, looking the same; what would have changed something is named."""
    there = {name: value for name in sorted(ALL - holds) if (value := getattr(picture.metadata, name)) is not None}
    needless = {name for name, value in there.items() if name in COLOUR_FIELDS and is_srgb(name, value)}
    if picture.metadata.icc is not None and "icc" in holds:
        needless.update({"gamma", "chromaticities", "srgb"})  # a profile counts before them
    if dropped := [_NAMES.get(name, name) for name in there if name not in needless]:
        warn(f"{format} holds no {_listed(dropped)}: dropped")
    return strip(picture, frozenset(there), warn)


def _listed(names: Iterable[str]) -> str:
    """a, b or c"""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def in_8_bits(picture: Picture) -> Picture:
    """A picture of 16 bits rounded to 8."""

    def rounded(samples: Samples) -> Samples:
        return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 255 * 257

    alpha = None if picture.alpha is None else rounded(picture.alpha)
    return replace(picture, pixels=rounded(picture.pixels), alpha=alpha)


# --- the alpha part of an .aec file ---


def encode_alpha(alpha: Samples) -> bytes:
    """A greyscale PNG of alpha (H, W), 8 or 16 bits: lossless."""
    return png.encode_samples(alpha[:, :, None])


def decode_alpha(data: bytes, height: int, width: int, bit_depth: int) -> Samples:
    """Alpha (H, W) out of its PNG; raises Corrupt unless that has exactly this size and depth."""
    try:
        header = png.read_header(data)
        if (header.width, header.height, header.depth, header.colour) != (width, height, bit_depth, 0):
            raise Corrupt(
                f"the alpha part is a PNG of {header.width} x {header.height} pixels, {header.depth} bits, "
                f"colour type {header.colour}, not of {width} x {height}, {bit_depth} bits and grey"
            )
        with foreign_errors():
            return png.decode_samples(data)[:, :, 0]
    except BadInput as exc:
        raise Corrupt(f"the alpha part cannot be read: {exc}") from exc
