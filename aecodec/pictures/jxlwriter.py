"""JPEG XL (ISO/IEC 18181) out: the codestream by libjxl, EXIF and XMP in boxes of its container."""

from dataclasses import replace

import imagecodecs
import numpy as np

from aecodec.pictures.jxlboxes import box, boxes
from aecodec.pictures.jxlheader import say_srgb
from aecodec.pictures.orientation import orientation, upright
from aecodec.pictures.picture import Picture, Samples
from aecodec.pictures.wanted import Warn


def encode(picture: Picture, warn: Warn, quality: int | None = None) -> bytes:
    """Without loss, or at a quality of 1 to 100 (100 is without loss, as libjxl has it).

    Decoders are to ignore the orientation in EXIF (18181-2) and libjxl is given none: the pixels are turned upright.
    """
    if orientation(picture.metadata.exif) != 1:
        warn("its pixels are turned upright, as viewers of jxl ignore the EXIF orientation")
        picture = upright(picture)
    data = _coded(picture, None if quality == 100 else quality)
    exif, xmp = picture.metadata.exif, picture.metadata.xmp
    beside = [box(b"Exif", bytes(4) + exif)] if exif else []  # the four bytes are an offset of the TIFF header: none
    if xmp:
        beside.append(box(b"xml ", xmp))
    return b"".join([data, *beside])


def _coded(picture: Picture, quality: int | None) -> bytes:
    """In sRGB. imagecodecs takes 16 bits for linear light and says so in the file: what is without loss is only named
    another way then, the rest, which libjxl converts, has to be linear when it is given.
    """
    if quality is not None and picture.bit_depth == 16:
        picture = replace(picture, pixels=_linear(picture.pixels))
    samples = picture.interleaved()
    data = imagecodecs.jpegxl_encode(
        samples[:, :, 0] if samples.shape[2] == 1 else samples,
        quality,
        lossless=quality is None,
        usecontainer=True,
    )
    coded = bytearray(data)
    say_srgb(next(content for kind, content in boxes(coded) if kind == b"jxlc"))
    return bytes(coded)


def _linear(pixels: Samples) -> Samples:
    """Of 16 bits, with sRGB's transfer function (IEC 61966-2-1), to linear light."""
    value = np.arange(1 << 16) / 65535
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear: Samples = np.rint(65535 * light).astype(np.uint16)[pixels]
    return linear
