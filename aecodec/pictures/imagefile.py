"""Picture files: whatever Pillow opens comes in, at its full depth; PNG, TIFF, PPM, JPEG and WebP go out.

The border to Pillow, imagecodecs and tifffile: what they raise on bad data leaves here as BadInput or
LimitExceeded. Messages name no path; the caller puts it before them.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from aecodec.errors import AecodecError, BadInput, Corrupt, LimitExceeded
from aecodec.limits import MAX_INPUT_BYTES
from aecodec.pictures import highbit, pilmodes, tiff
from aecodec.pictures.picture import Picture, Samples, Warn, check_size
from aecodec.pictures.pilmodes import to_pil

FORMATS = ("png", "tiff", "ppm", "jpeg", "webp")
__all__ = ["FORMATS", "decode_alpha", "encode_alpha", "from_pil", "ignore", "read", "to_pil", "write"]

CHUNK = 1 << 20  # bytes asked of a stream at once
MAX_SIDES = {"jpeg": 65_500, "webp": 16_383}  # what the formats can express
JPEG_FIELD_BYTES = 65_504  # what EXIF or XMP may have each: a marker's 65,533 less its own name
# PostScript is a program: Pillow would start Ghostscript on untrusted data.
UNREAD_FORMATS = frozenset({"EPS"})
LAYERED_FORMATS = frozenset({"PSD"})  # their "frames" are layers of the picture that is read


def ignore(message: str) -> None:
    """Takes a warning and does nothing."""


# --- reading ---


def read(source: Path | BinaryIO, *, warn: Warn = ignore) -> Picture:
    """The picture in a file or stream; of several (animation, pages) the first.

    `warn` gets one line for whatever is not kept. Raises BadInput for what is no picture, is damaged,
    truncated or of an unsupported kind, LimitExceeded before memory is taken for too large a picture.
    """
    data = _whole(source)
    if not data:
        raise BadInput("the file is empty")
    with _foreign_errors():
        return _read(data, warn)


def from_pil(image: Image.Image, *, warn: Warn = ignore) -> Picture:
    """The current frame of a Pillow picture of any mode; raises BadInput, LimitExceeded.

    Pillow has reduced 16-bit colour to 8 bits when it opened the file: `read` does not.
    """
    check_size(image.width, image.height)
    with _foreign_errors():
        image.load()
        return pilmodes.picture(image, warn)


def _whole(source: Path | BinaryIO) -> bytes:
    """All bytes, also of a stream that gives a few at a time."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return _whole(stream)
        gathered = BytesIO()
        while chunk := source.read(CHUNK):
            if gathered.tell() + len(chunk) > MAX_INPUT_BYTES:
                raise LimitExceeded(f"the file has more than {MAX_INPUT_BYTES} bytes")
            gathered.write(chunk)
    except OSError as exc:
        raise BadInput(f"cannot be read: {exc.strerror or exc}") from exc
    return gathered.getvalue()


@contextmanager
def _foreign_errors() -> Iterator[None]:
    try:
        yield
    except AecodecError:
        raise
    except MemoryError as exc:
        raise LimitExceeded("the picture does not fit into memory") from exc
    except Image.DecompressionBombError as exc:  # its WebP and TIFF plugins check again, at 179 megapixels
        raise LimitExceeded(f"the picture is too large for Pillow: {exc}") from exc
    except Exception as exc:  # decoders of hostile data raise nearly anything; the cause stays attached
        raise BadInput(f"damaged or unsupported picture: {_reason(exc)}") from exc


def _reason(exc: Exception) -> str:
    """What a foreign exception says in one line, if it speaks to users and not to programmers."""
    text = str(exc).strip().partition("\n")[0]
    internal = isinstance(exc, LookupError | TypeError | AttributeError | struct.error)
    return "its structure is broken" if internal or not text or text.isdigit() else text


def _read(data: bytes, warn: Warn) -> Picture:
    if data.startswith(tiff.TIFF_SIGNATURES):
        picture = tiff.read_tiff(data, warn)
    elif data.startswith(highbit.PNG_SIGNATURE):
        picture = highbit.read_png(data, warn)
        if picture is not None:
            carrier = _open(highbit.png_metadata_carrier(data))
            picture = replace(picture, metadata=pilmodes.metadata(carrier, warn))
    else:
        picture = highbit.read_pnm(data)
    if picture is not None:
        return picture
    image = _open(data)
    check_size(image.width, image.height)
    _warn_of_losses(image, data, warn)
    if image.format == "TIFF":
        tiff.pin_orientation(image, warn)
    image.load()
    if image.format == "PNG":
        highbit.scale_transparent_grey(data, image.info)
    return pilmodes.picture(image, warn)


def _open(data: bytes) -> Image.Image:
    """`Image.open` without its bound on the size, which could be moved for the whole process only.

    Raises BadInput.
    """
    Image.init()
    stream = BytesIO(data)
    failures = []
    for name in Image.ID:
        factory, accept = Image.OPEN[name]
        mine = False
        try:
            verdict = accept(data[:16]) if accept else False
            mine = bool(verdict) and not isinstance(verdict, str)  # a text says why it cannot be read
            if name not in UNREAD_FORMATS and (mine or accept is None):
                stream.seek(0)
                return factory(stream, "")
        except (SyntaxError, IndexError, TypeError, struct.error) as exc:  # how plugins say "not mine"
            if mine:
                failures.append(f"damaged or unsupported {name}: {_reason(exc)}")
    raise BadInput(failures[0] if failures else "not a picture that aecodec can read")


def _warn_of_losses(image: Image.Image, data: bytes, warn: Warn) -> None:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in LAYERED_FORMATS:
        warn(f"{frames} pictures in one file (animation or pages): only the first is kept")
    if _hidden_depth(image.format, data) > 8:
        warn(f"{image.format} of {_hidden_depth(image.format, data)} bits a sample is read as 8 bit")


def _hidden_depth(kind: str | None, data: bytes) -> int:
    """Bits a sample of an AVIF or JPEG 2000 file, which Pillow gives in 8 bits whatever they are."""
    if kind == "AVIF" and (at := data.find(b"av1C")) >= 0:  # AV1-ISOBMFF 2.3.3: high_bitdepth, twelve_bit
        flags = data[at + 6]
        return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    if kind == "JPEG2000" and (at := data.find(b"\xff\x4f\xff\x51")) >= 0:  # SOC, SIZ: Ssiz of component 0
        return (data[at + 42] & 0x7F) + 1
    return 8


# --- writing ---


def write(picture: Picture, target: BinaryIO, format: str, *, warn: Warn = ignore) -> None:
    """Write a picture as "png", "tiff" (both lossless, all that a picture has), "ppm", "jpeg" or "webp".

    WebP is lossless at 8 bits, JPEG is quality 95 with full chroma. `warn` gets one line for whatever the
    format cannot hold; an alpha channel is refused with BadInput instead.
    """
    if format not in FORMATS:
        raise BadInput(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}")
    if picture.alpha is not None and format in ("ppm", "jpeg"):
        raise BadInput(f"{format} holds no alpha channel: write png, tiff or webp")
    limit = MAX_SIDES.get(format)
    if limit is not None and max(picture.width, picture.height) > limit:
        raise BadInput(f"{format} holds at most {limit} pixels a side: write png or tiff")
    with _foreign_errors():
        data = _encoded(picture, format, warn)
    target.write(data)


def _encoded(picture: Picture, format: str, warn: Warn) -> bytes:
    metadata = picture.metadata
    if format == "png":
        return highbit.encode_png(picture.interleaved(), highbit.png_metadata_chunks(metadata))
    if format == "tiff":
        return tiff.encode_tiff(picture, warn)
    if format == "ppm":
        if metadata != type(metadata)():
            warn("ppm holds no metadata: ICC profile, EXIF and XMP are dropped")
        return highbit.encode_pnm(picture.pixels)
    if picture.bit_depth == 16:
        warn(f"{format} holds 8 bits a sample: 16 are rounded to 8")
        picture = _in_8_bits(picture)
    picture = _without_unfit(picture, format, warn)
    fields = pilmodes.info(picture.metadata)
    if format == "jpeg":
        return _pil_encoded(picture, "JPEG", quality=95, subsampling=0, **fields)
    return _pil_encoded(picture, "WEBP", lossless=True, exact=True, **fields)


def _pil_encoded(picture: Picture, name: str, **options: object) -> bytes:
    stream = BytesIO()
    to_pil(picture).save(stream, name, **options)
    return stream.getvalue()


def _in_8_bits(picture: Picture) -> Picture:
    def rounded(samples: Samples) -> Samples:
        return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 255 * 257

    alpha = None if picture.alpha is None else rounded(picture.alpha)
    return replace(picture, pixels=rounded(picture.pixels), alpha=alpha)


def _without_unfit(picture: Picture, format: str, warn: Warn) -> Picture:
    """The picture without what JPEG's markers are too short for, and without a grey profile in WebP's RGB."""
    metadata = picture.metadata
    names = []
    if format == "jpeg":
        names = [name for name in ("exif", "xmp") if len(getattr(metadata, name) or b"") > JPEG_FIELD_BYTES]
    elif metadata.icc is not None and metadata.icc[16:20] == b"GRAY":
        names = ["icc"]
    for name in names:
        warn(f"the {name.upper()} block does not fit into {format} and is dropped")
    return replace(picture, metadata=metadata.without(names))


# --- the alpha part of an .aec file ---


def encode_alpha(alpha: Samples) -> bytes:
    """A greyscale PNG of alpha (H, W), 8 or 16 bits: lossless."""
    return highbit.encode_png(alpha[:, :, None])


def decode_alpha(data: bytes, height: int, width: int, bit_depth: int) -> Samples:
    """Alpha (H, W) out of its PNG; raises Corrupt unless that has exactly this size and depth."""
    try:
        header = highbit.png_header(data)
        if (header.width, header.height, header.depth, header.colour) != (width, height, bit_depth, 0):
            raise Corrupt(
                f"the alpha part is a PNG of {header.width} x {header.height} pixels, {header.depth} bits, "
                f"colour type {header.colour}, not of {width} x {height}, {bit_depth} bits and grey"
            )
        with _foreign_errors():
            return highbit.decode_png(data)[:, :, 0]
    except BadInput as exc:
        raise Corrupt(f"the alpha part cannot be read: {exc}") from exc
