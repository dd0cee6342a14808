"""Picture files in and out: a list of readers that are asked in turn, and a table of writers.

What foreign decoders raise on bad data leaves here as BadInput or LimitExceeded. Messages name no path; the caller
puts it before them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from aecodec.errors import BadInput, Corrupt, LimitExceeded
from aecodec.limits import MAX_INPUT_BYTES
from aecodec.pictures import pillow, pilmodes, pilwriters, png, pnm, tiff, tiffwriter
from aecodec.pictures.foreign import foreign_errors
from aecodec.pictures.picture import Picture, Samples, Warn, check_size
from aecodec.pictures.pilmodes import is_pil, to_pil

__all__ = [
    "FORMATS",
    "WRITERS",
    "decode_alpha",
    "encode_alpha",
    "from_pil",
    "ignore",
    "is_pil",
    "read",
    "read_bytes",
    "to_pil",
    "write",
]

CHUNK = 1 << 20  # bytes asked of a stream at once

# What each makes of the bytes of a file: its picture, or None where the next one is to be asked.
READERS: tuple[Callable[[bytes, Warn], Picture | None], ...] = (png.read, pnm.read, tiff.read, pillow.read)


@dataclass(frozen=True)
class Writer:
    """One format: what it can hold, and what makes the bytes of a file out of a picture that fits."""

    encode: Callable[[Picture, Warn], bytes]
    suffixes: tuple[str, ...]  # of its files, lower case; new files get the first
    alpha: bool = True
    bit_depth: int = 16
    max_side: int | None = None  # pixels


WRITERS = {
    "png": Writer(png.encode, (".png",)),
    "tiff": Writer(tiffwriter.encode, (".tiff", ".tif")),
    "ppm": Writer(pnm.encode, (".ppm", ".pgm", ".pnm"), alpha=False),
    "jpeg": Writer(
        pilwriters.encode_jpeg, (".jpg", ".jpeg", ".jpe", ".jfif"), alpha=False, bit_depth=8, max_side=65_500
    ),
    "webp": Writer(pilwriters.encode_webp, (".webp",), bit_depth=8, max_side=16_383),
}
FORMATS = tuple(WRITERS)


def ignore(message: str) -> None:
    """Takes a warning and does nothing."""


# --- reading ---


def read(source: Path | BinaryIO, *, warn: Warn = ignore) -> Picture:
    """The picture in a file or stream; of several (animation, pages) the first.

    `warn` gets one line for whatever is not kept. Raises BadInput for what is no picture, is damaged,
    truncated or of an unsupported kind, LimitExceeded before memory is taken for too large a picture.
    """
    data = read_bytes(source)
    if not data:
        raise BadInput("the file is empty")
    with foreign_errors():
        answers = (reader(data, warn) for reader in READERS)
        return next(picture for picture in answers if picture is not None)


def from_pil(image: Image.Image, *, warn: Warn = ignore) -> Picture:
    """The current frame of a Pillow picture of any mode; raises BadInput, LimitExceeded.

    Pillow has reduced 16-bit colour to 8 bits when it opened the file: `read` does not.
    """
    check_size(image.width, image.height)
    with foreign_errors():
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


def write(picture: Picture, target: BinaryIO, format: str, *, warn: Warn = ignore) -> None:
    """Write a picture as "png", "tiff" (both lossless, all that a picture has), "ppm", "jpeg" or "webp".

    WebP is lossless at 8 bits, JPEG is quality 95 with full chroma. `warn` gets one line for whatever the
    format cannot hold; an alpha channel is refused with BadInput instead.
    """
    writer = WRITERS.get(format)
    if writer is None:
        raise BadInput(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}")
    if picture.alpha is not None and not writer.alpha:
        others = _listed(name for name, other in WRITERS.items() if other.alpha)
        raise BadInput(f"{format} holds no alpha channel: write {others}")
    if writer.max_side is not None and max(picture.width, picture.height) > writer.max_side:
        others = _listed(name for name, other in WRITERS.items() if other.alpha and other.max_side is None)
        raise BadInput(f"{format} holds at most {writer.max_side} pixels a side: write {others}")
    with foreign_errors():
        if picture.bit_depth > writer.bit_depth:
            warn(f"{format} holds 8 bits a sample: 16 are rounded to 8")
            picture = _in_8_bits(picture)
        data = writer.encode(picture, warn)
    target.write(data)


def _listed(names: Iterable[str]) -> str:
    """a, b or c"""
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _in_8_bits(picture: Picture) -> Picture:
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
