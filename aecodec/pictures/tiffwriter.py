"""TIFF (revision 6.0) out, at full depth with ICC profile, EXIF and XMP.

Written by hand: neither Pillow nor tifffile writes both 16-bit colour and an EXIF directory.
"""

import struct
import zlib
from fractions import Fraction
from typing import Any

from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures.colour import SCALE
from aecodec.pictures.exif import ORIENTATION, TEXTS, directories
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, Samples
from aecodec.pictures.pilinfo import PRIMARIES, RESOLUTION_UNIT, WHITE_POINT, X_RESOLUTION, Y_RESOLUTION
from aecodec.pictures.resolution import Resolution, Unit
from aecodec.pictures.tiff import ICC, XMP
from aecodec.pictures.wanted import Warn

MAX_TIFF_BYTES = (4 << 30) - (128 << 20)  # offsets have 32 bits; leaves room for metadata and incompressible strips
STRIP_BYTES = 1 << 20  # raw bytes in one strip

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7  # field types of TIFF 6.0, section 2
_FIELD_FORMATS = {SHORT: "H", LONG: "I", RATIONAL: "II"}


def encode(picture: Picture, warn: Warn) -> bytes:
    """A little-endian TIFF of deflated strips with horizontal differencing; raises BadInput beyond 4 GiB."""
    samples = picture.interleaved()
    if samples.nbytes > MAX_TIFF_BYTES:
        raise BadInput("the picture is too large for a TIFF (4 GiB): write a PNG instead")
    rows = max(1, STRIP_BYTES // (samples.nbytes // picture.height))
    strips = [_deflated(samples[top : top + rows]) for top in range(0, picture.height, rows)]
    at = 8
    offsets = []
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    directory = _Directory(at)
    _describe_pixels(directory, picture, rows)
    directory.add(273, LONG, *offsets)
    directory.add(279, LONG, *(len(strip) for strip in strips))
    _describe_metadata(directory, picture.metadata, warn)
    directory_at, tail = directory.finish()
    return b"".join([struct.pack("<2sHI", b"II", 42, directory_at), *strips, tail])


def _deflated(strip: Samples) -> bytes:
    """A strip (H, W, S), each sample as its difference to the left neighbour's: predictor 2."""
    differences = strip.copy()
    differences[:, 1:] -= strip[:, :-1]
    return zlib.compress(differences.astype(differences.dtype.newbyteorder("<"), copy=False).tobytes())


class _Directory:
    """An image file directory in the making: values of more than 4 bytes go before it, from `start` on."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.values = bytearray(b"\0" * (start % 2))  # offsets are even
        self.entries: dict[int, bytes] = {}

    def add(self, tag: int, kind: int, *numbers: int) -> None:
        count = len(numbers) // len(_FIELD_FORMATS[kind])
        packed = struct.pack(f"<{_FIELD_FORMATS[kind] * count}", *numbers)
        self._enter(tag, kind, count, packed)

    def add_bytes(self, tag: int, kind: int, content: bytes) -> None:
        self._enter(tag, kind, len(content), content)

    def add_directory(self, tag: int, content: dict[int, Any]) -> None:
        from PIL.TiffImagePlugin import ImageFileDirectory_v2  # here: for EXIF alone

        directory = ImageFileDirectory_v2(b"II*\0\x08\0\0\0", group=tag)
        for name, value in content.items():
            directory[name] = value
        self.add(tag, LONG, self._put(directory.tobytes(self.start + len(self.values))))

    def finish(self) -> tuple[int, bytes]:
        """The place of the directory in the file, and all bytes from `start` on."""
        table = b"".join(entry for _, entry in sorted(self.entries.items()))
        head = struct.pack("<H", len(self.entries))
        return self.start + len(self.values), bytes(self.values) + head + table + bytes(4)

    def _enter(self, tag: int, kind: int, count: int, content: bytes) -> None:
        inline = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", self._put(content))
        self.entries[tag] = struct.pack("<HHI", tag, kind, count) + inline

    def _put(self, content: bytes) -> int:
        at = self.start + len(self.values)
        self.values += content + b"\0" * (len(content) % 2)
        return at


def _describe_pixels(directory: _Directory, picture: Picture, rows: int) -> None:
    samples = picture.channels + (picture.alpha is not None)
    directory.add(256, LONG, picture.width)
    directory.add(257, LONG, picture.height)
    directory.add(258, SHORT, *[picture.bit_depth] * samples)
    directory.add(259, SHORT, 8)  # deflate
    directory.add(262, SHORT, 2 if picture.channels == 3 else 1)  # RGB, or grey with black at zero
    directory.add(277, SHORT, samples)
    directory.add(278, LONG, rows)
    directory.add(284, SHORT, 1)  # samples of a pixel side by side
    directory.add(317, SHORT, 2)  # horizontal differencing
    if picture.alpha is not None:
        directory.add(338, SHORT, 2)  # alpha that was not multiplied into the colours


def _describe_resolution(directory: _Directory, resolution: Resolution | None) -> None:
    """It is required: where there is none, pixels are said to be square."""
    stated = (resolution or Resolution(Fraction(1), Fraction(1), Unit.NONE)).for_tiff()
    directory.add(X_RESOLUTION, RATIONAL, *stated.x.as_integer_ratio())
    directory.add(Y_RESOLUTION, RATIONAL, *stated.y.as_integer_ratio())
    directory.add(RESOLUTION_UNIT, SHORT, stated.unit + 1)


def _describe_chromaticities(directory: _Directory, chromaticities: tuple[int, ...] | None) -> None:
    terms = [term for number in chromaticities or () for term in (number, SCALE)]
    if terms:
        directory.add(WHITE_POINT, RATIONAL, *terms[:4])
        directory.add(PRIMARIES, RATIONAL, *terms[4:])


def _describe_metadata(directory: _Directory, metadata: Metadata, warn: Warn) -> None:
    _describe_resolution(directory, metadata.resolution)
    _describe_chromaticities(directory, metadata.chromaticities)
    if metadata.icc:
        directory.add_bytes(ICC, UNDEFINED, metadata.icc)
    if metadata.xmp:
        directory.add_bytes(XMP, BYTE, metadata.xmp)
    if not metadata.exif:
        return
    try:
        tags = Image.Exif()
        tags.load(metadata.exif)
        if (orientation := tags.get(ORIENTATION, 0)) in range(1, 9):
            directory.add(ORIENTATION, SHORT, orientation)
        for tag in TEXTS:
            if isinstance(text := tags.get(tag), str):
                directory.add_bytes(tag, ASCII, text.encode() + b"\0")
        for tag, content in directories(tags).items():
            directory.add_directory(tag, content)
    except Exception as exc:  # Pillow packs what it once read, and fails in many ways where that was odd
        warn(f"the EXIF block is damaged and was written in part only ({exc})")
