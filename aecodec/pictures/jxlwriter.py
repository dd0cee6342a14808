"""JPEG XL (ISO/IEC 18181) out: the codestream by libjxl, EXIF and XMP in boxes of its container."""

import struct

import imagecodecs

from aecodec.pictures.orientation import orientation, upright
from aecodec.pictures.picture import Picture, Warn


def encode(picture: Picture, warn: Warn, quality: int | None = None) -> bytes:
    """Without loss, or at a quality of 1 to 100 (100 is without loss, as libjxl has it).

    Decoders are to ignore the orientation in EXIF (18181-2) and libjxl is given none: the pixels are turned upright.
    """
    if orientation(picture.metadata.exif) != 1:
        warn("its pixels are turned upright, as viewers of jxl ignore the EXIF orientation")
        picture = upright(picture)
    samples = picture.interleaved()
    lossless = quality in (None, 100)
    data = imagecodecs.jpegxl_encode(
        samples[:, :, 0] if samples.shape[2] == 1 else samples,
        None if lossless else quality,
        lossless=lossless,
        usecontainer=True,
    )
    exif, xmp = picture.metadata.exif, picture.metadata.xmp
    boxes = [_box(b"Exif", bytes(4) + exif)] if exif else []  # the four bytes are an offset of the TIFF header: none
    if xmp:
        boxes.append(_box(b"xml ", xmp))
    return b"".join([data, *boxes])


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content
