"""Small seeded pictures for tests, as `Picture`s and as the bytes of files in every mode a reader meets."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from aecodec.pictures.imagefile import read, write
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from aecodec.pictures.png import chunk
from aecodec.pictures.wanted import FIRST, Wanted

EXIF_TIME = "2021:02:03 04:05:06"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\xc3\xa4</x:xmpmeta>'


@cache  # a profile holds the time when it was made
def srgb_profile() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def exif_block(orientation: int = 6) -> bytes:
    """An EXIF block (no "Exif" prefix) with an orientation, a maker, and an EXIF and a GPS directory."""
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "A maker"
    exif.get_ifd(0x8769)[36867] = EXIF_TIME
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()[6:]


def metadata(orientation: int = 6) -> Metadata:
    return Metadata(srgb_profile(), exif_block(orientation), XMP)


def samples(shape: tuple[int, ...], bits: int = 8, seed: int = 0) -> np.ndarray:
    """A smooth gradient with noise over the full range, so that neither JPEG nor rANS sees a special case."""
    rng = np.random.default_rng(seed)
    height, width = shape[:2]
    ramp = np.linspace(0, 1, height)[:, None] * 0.5 + np.linspace(0, 0.5, width)[None, :]
    unit = ramp.reshape(height, width, *[1] * (len(shape) - 2)) * 0.8 + 0.2 * rng.random(shape)
    top = (1 << bits) - 1
    return np.rint(unit * top).astype(np.uint8 if bits == 8 else np.uint16)


def picture(
    height: int = 20,
    width: int = 31,
    *,
    channels: int = 3,
    bits: int = 8,
    alpha: bool = False,
    seed: int = 0,
) -> Picture:
    """A picture without metadata; its alpha, if any, has empty, full and partial places."""
    plane = None
    if alpha:
        plane = samples((height, width), bits, seed + 1)
        plane[: height // 3] = 0
        plane[-(height // 3) :] = (1 << bits) - 1
    return Picture(samples((height, width, channels), bits, seed), plane)


def pil_file(image: Image.Image, format: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def png_16(height: int = 20, width: int = 31, count: int = 3) -> bytes:
    """A 16-bit PNG of 1 to 4 samples a pixel."""
    return bytes(imagecodecs.png_encode(samples((height, width, count), 16)))


def tiff(array: np.ndarray, **options: object) -> bytes:
    stream = BytesIO()
    tifffile.imwrite(stream, array, **options)
    return stream.getvalue()


def png_by_hand(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG of unfiltered rows (each with its leading zero), true or not to the size that its header claims."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [
        chunk(b"IHDR", header),
        *extra,
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_bomb(side: int = 200_000, depth: int = 8) -> bytes:
    """A PNG of some 60 bytes whose header claims side x side pixels."""
    return png_by_hand(side, side, depth, 2, b"\0" * 16)


def animation(format: str, frames: int = 3, **options: object) -> bytes:
    images = [Image.fromarray(samples((20, 31, 3), seed=seed)) for seed in range(frames)]
    return pil_file(images[0], format, save_all=True, append_images=images[1:], **options)


def _of_mode(mode: str) -> Image.Image:
    rgb = Image.fromarray(picture().interleaved())
    rgba = Image.fromarray(picture(alpha=True).interleaved())
    if mode in ("LA", "RGBA"):
        return rgba.convert(mode)
    if mode == "I;16":
        return Image.fromarray(picture(channels=1, bits=16).pixels[:, :, 0])
    return rgb.convert(mode)


def _palette_with_transparency() -> bytes:
    image = _of_mode("P")
    return pil_file(image, "PNG", transparency=bytes([0, 128]))


MAKERS: dict[str, Callable[[], bytes]] = {
    "png-1": lambda: pil_file(_of_mode("1"), "PNG"),
    "png-grey": lambda: pil_file(_of_mode("L"), "PNG"),
    "png-grey-alpha": lambda: pil_file(_of_mode("LA"), "PNG"),
    "png-palette": lambda: pil_file(_of_mode("P"), "PNG"),
    "png-palette-alpha": _palette_with_transparency,
    "png-rgb": lambda: pil_file(_of_mode("RGB"), "PNG"),
    "png-rgba": lambda: pil_file(_of_mode("RGBA"), "PNG"),
    "png-grey-16": lambda: png_16(count=1),
    "png-grey-alpha-16": lambda: png_16(count=2),
    "png-rgb-16": lambda: png_16(count=3),
    "png-rgba-16": lambda: png_16(count=4),
    "tiff-grey-16": lambda: tiff(samples((20, 31), 16), photometric="minisblack"),
    "tiff-rgb-16": lambda: tiff(samples((20, 31, 3), 16), photometric="rgb"),
    "tiff-rgba-16": lambda: tiff(samples((20, 31, 4), 16), photometric="rgb", extrasamples=["unassalpha"]),
    "tiff-rgb": lambda: pil_file(_of_mode("RGB"), "TIFF"),
    "tiff-palette": lambda: pil_file(_of_mode("P"), "TIFF"),
    "tiff-cmyk": lambda: pil_file(_of_mode("CMYK"), "TIFF"),
    "jpeg-grey": lambda: pil_file(_of_mode("L"), "JPEG"),
    "jpeg-rgb": lambda: pil_file(_of_mode("RGB"), "JPEG"),
    "jpeg-cmyk": lambda: pil_file(_of_mode("CMYK"), "JPEG"),
    "webp": lambda: pil_file(_of_mode("RGB"), "WEBP"),
    "webp-alpha": lambda: pil_file(_of_mode("RGBA"), "WEBP", lossless=True, exact=True),
    "avif": lambda: pil_file(_of_mode("RGB"), "AVIF"),
    "bmp": lambda: pil_file(_of_mode("RGB"), "BMP"),
    "gif": lambda: pil_file(_of_mode("P"), "GIF"),
    "pgm": lambda: pil_file(_of_mode("L"), "PPM"),
    "pgm-16": lambda: pil_file(_of_mode("I;16"), "PPM"),
    "ppm": lambda: pil_file(_of_mode("RGB"), "PPM"),
}


def read_quietly(data: bytes, wanted: Wanted = FIRST) -> Picture:
    """Read; a warning fails the test."""
    return read(BytesIO(data), warn=lambda message: pytest.fail(message), wanted=wanted)


def read_with_warnings(data: bytes, wanted: Wanted = FIRST) -> tuple[Picture, list[str]]:
    warnings: list[str] = []
    return read(BytesIO(data), warn=warnings.append, wanted=wanted), warnings


def written(picture: Picture, format: str) -> bytes:
    stream = BytesIO()
    write(picture, stream, format, warn=lambda message: pytest.fail(message))
    return stream.getvalue()


def assert_same_samples(one: Picture, other: Picture) -> None:
    assert one.pixels.dtype == other.pixels.dtype
    assert np.array_equal(one.interleaved(), other.interleaved())


def exif_of(metadata: Metadata) -> Image.Exif:
    exif = Image.Exif()
    exif.load(metadata.exif or b"")
    return exif
