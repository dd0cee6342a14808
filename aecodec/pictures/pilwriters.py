"""What Pillow writes: JPEG, WebP, AVIF and BMP, of 8 bits a sample."""

import struct
from collections.abc import Collection
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.pictures import pilmodes
from aecodec.pictures.exif import ORIENTATION
from aecodec.pictures.orientation import strip
from aecodec.pictures.picture import Picture
from aecodec.pictures.pilinfo import BMP_METRES, NCLX
from aecodec.pictures.resolution import Unit
from aecodec.pictures.wanted import Warn

DEFAULT_QUALITY = 95  # of formats that have no lossless mode here
JPEG_FIELD_BYTES = 65_504  # what EXIF or XMP may have each: a marker's 65,533 less its own name
_BMP_HEADERS = 14 + 40  # bytes: of the file, and of the picture as Pillow writes it
_BMP_MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)  # red, green, blue, alpha
_BMP_SRGB, _BMP_UNUSED = b"BGRs", 48  # the colour space, and fields of other ones
_JFIF = b"JFIF\0", 6, struct.Struct(">BHH"), 13  # its name and unit with densities, and where both lie in a file


def encode_jpeg(picture: Picture, warn: Warn, quality: int = DEFAULT_QUALITY) -> bytes:
    """With full chroma. Warns of EXIF and XMP that JPEG's markers are too short for, and of a rounded resolution."""
    fields = {"exif": picture.metadata.exif, "xmp": picture.metadata.xmp}
    too_long = [name for name, content in fields.items() if len(content or b"") > JPEG_FIELD_BYTES]
    data = _saved(_without(picture, too_long, "jpeg", warn), "JPEG", quality=quality, subsampling=0)
    resolution = picture.metadata.resolution
    name, name_at, density, density_at = _JFIF
    if resolution is None or not data.startswith(name, name_at):
        return data
    written = resolution.for_jpeg()
    if written.per_metre() != resolution.per_metre():
        warn(f"its resolution of {resolution} is rounded to {written}")
    patched = bytearray(data)  # Pillow writes dots per inch alone
    density.pack_into(patched, density_at, written.unit, int(written.x), int(written.y))
    return bytes(patched)


def encode_webp(picture: Picture, warn: Warn, quality: int | None = None) -> bytes:
    """Without loss or at a quality, alpha and what lies under it without loss. Warns of a profile for grey."""
    loss = {"lossless": True} if quality is None else {"quality": quality}
    return _saved(_without_grey_profile(picture, "webp", warn), "WEBP", exact=True, **loss)


def encode_avif(picture: Picture, warn: Warn, quality: int = DEFAULT_QUALITY) -> bytes:
    """With full chroma; the orientation in EXIF becomes the file's. Warns of a profile for grey and of broken EXIF."""
    picture = _without_grey_profile(picture, "avif", warn)
    if not _is_packed(picture.metadata.exif):
        picture = _without(picture, ["exif"], "avif", warn)
    data = _saved(picture, "AVIF", quality=quality, subsampling="4:0:0" if picture.channels == 1 else "4:4:4")
    if picture.metadata.cicp is None or (at := data.find(NCLX)) < 0:
        return data
    patched = bytearray(data)  # Pillow has no option for it; the matrix is of the samples inside
    struct.pack_into(">HH", patched, at + len(NCLX), *picture.metadata.cicp[:2])
    return bytes(patched)


def encode_bmp(picture: Picture, warn: Warn) -> bytes:
    """Windows bitmap of 8 (grey), 24 or, with alpha, 32 bits a pixel. Warns of a resolution without a unit."""
    resolution = picture.metadata.resolution
    if resolution is not None and resolution.unit is Unit.NONE:
        warn(f"bmp holds no resolution without a unit: {resolution} is dropped")
        resolution = None
    per_metre = (0, 0) if resolution is None else resolution.per_metre()
    dpi = tuple(value / BMP_METRES for value in per_metre)
    if picture.alpha is None:
        return _saved(picture, "BMP", dpi=dpi)
    colours: NDArray[Any] = np.repeat(picture.pixels, 3 // picture.channels, axis=2)
    return _with_alpha_named(_saved(replace(picture, pixels=colours), "BMP", dpi=dpi))


def _with_alpha_named(bmp: bytes) -> bytes:
    """A bitmap of 32 bits a pixel with the header that says so (Windows' BITMAPV4HEADER) in place of the one that has
    no word for alpha, under which readers take the fourth byte of a pixel for nothing.
    """
    header = bytearray(bmp[:_BMP_HEADERS])
    more = b"".join([_BMP_MASKS, _BMP_SRGB, bytes(_BMP_UNUSED)])
    for at, value in {2: len(bmp) + len(more), 10: _BMP_HEADERS + len(more), 14: 40 + len(more), 30: 3}.items():
        struct.pack_into("<I", header, at, value)  # sizes of file and headers, and what the masks are for: BI_BITFIELDS
    return b"".join([header, more, bmp[_BMP_HEADERS:]])


def _is_packed(exif: bytes | None) -> bool:
    """Whether Pillow can take the block apart and pack it again, as it does where there is an orientation."""
    try:
        tags = Image.Exif()
        tags.load(exif or b"")
        tags.pop(ORIENTATION, None)
        tags.tobytes()
    except Exception:  # a damaged block makes Pillow raise nearly anything
        return False
    return True


def _without_grey_profile(picture: Picture, format: str, warn: Warn) -> Picture:
    """Grey is stored, or at least read, as RGB."""
    icc = picture.metadata.icc
    return _without(picture, ["icc"] if icc is not None and icc[16:20] == b"GRAY" else [], format, warn)


def _without(picture: Picture, names: Collection[str], format: str, warn: Warn) -> Picture:
    for name in names:
        warn(f"the {name.upper()} block does not fit into {format} and is dropped")
    return strip(picture, frozenset(names), warn)


def _saved(picture: Picture, format: str, **options: object) -> bytes:
    stream = BytesIO()
    pilmodes.to_pil(picture).save(stream, format, **options, **pilmodes.info(picture.metadata))
    return stream.getvalue()
