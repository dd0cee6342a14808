"""TIFF (revision 6.0; BigTIFF when reading) at its full depth, with its ICC profile, EXIF and XMP.

Pillow reads 16-bit colour as 8 bit without a word, so tifffile reads the pixels. Writing is done here:
neither of them writes both 16-bit colour and an EXIF directory. Sizes are checked from the tags before a
pixel is decoded. What a foreign decoder raises on damaged data passes through to the caller.
"""

import logging
import struct
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from aecodec.errors import BadInput
from aecodec.pictures.picture import Metadata, Picture, Samples, Warn, check_size, from_array

TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two are BigTIFF
MAX_TIFF_SAMPLES = 16  # a pixel; more is a data cube, not a picture
MAX_TIFF_BYTES = (4 << 30) - (128 << 20)  # offsets have 32 bits; leaves room for metadata and incompressible strips
STRIP_BYTES = 1 << 20  # raw bytes in one strip of a TIFF that we write

ORIENTATION, XMP, ICC, EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 274, 700, 34675, 34665, 34853, 40965
TEXTS = (270, 271, 272, 305, 306, 315, 33432)  # description, make, model, software, date, artist, copyright

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7  # field types of TIFF 6.0, section 2
_FIELD_FORMATS = {SHORT: "H", LONG: "I", RATIONAL: "II"}

# Both log what they find odd in a file; without any handler Python prints that to stderr beside our one line.
for _library in ("tifffile", "PIL"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read_tiff(data: bytes, warn: Warn) -> Picture | None:
    """The picture of the first page, or None where only Pillow reads it; raises BadInput, LimitExceeded."""
    stream = BytesIO(data)
    with tifffile.TiffFile(stream) as tiff:
        pages = len(tiff.pages)
        page: Any = tiff.pages[0]
        check_size(page.imagewidth, page.imagelength)
        if page.is_tiled:
            check_size(page.tilewidth, page.tilelength)
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
            if not count or offset + count > len(data):
                raise BadInput(f"truncated TIFF: pixels at byte {offset} go beyond the end at {len(data)}")
        if not _is_full_depth(page, warn):
            return None
        if pages > 1:
            warn(f"a file of {pages} pages: only the first is kept")
        return replace(_tiff_picture(page, warn), metadata=_tiff_metadata(stream, tiff, warn))


def _is_full_depth(page: Any, warn: Warn) -> bool:
    """Whether `_tiff_picture` reads the page; False leaves it to Pillow, to be read in 8 bits or less."""
    bits, photometric = page.bitspersample, page.photometric.name
    if page.sampleformat not in (1, 4):  # 4: undefined, which is read as unsigned
        raise BadInput(f"a TIFF of {bits}-bit signed or floating-point samples: convert it to 8 or 16 bits")
    if bits not in (1, 2, 4, 8, 16):
        raise BadInput(f"a TIFF of {bits} bits a sample: convert it to 8 or 16 bits first")
    if bits >= 8 and photometric in ("MINISWHITE", "MINISBLACK", "RGB"):
        return True
    if bits == 16 and photometric != "SEPARATED":
        raise BadInput(f"a 16-bit TIFF with colours of the kind {photometric}: convert it to RGB first")
    if bits == 16:
        warn("16-bit CMYK is read as 8 bit")
    return False


def _tiff_picture(page: Any, warn: Warn) -> Picture:
    colours = 3 if page.photometric.name == "RGB" else 1
    if not colours <= page.samplesperpixel <= MAX_TIFF_SAMPLES:
        raise BadInput(f"a TIFF of {page.samplesperpixel} samples a pixel is not a picture")
    planes: NDArray[Any] = page.asarray(squeeze=False)  # (planes, depth, H, W, samples)
    if planes.shape[1] != 1:
        raise BadInput(f"a TIFF of {planes.shape[1]} slices is a volume, not a picture")
    samples = np.concatenate(list(planes[:, 0]), axis=2) if planes.shape[0] > 1 else planes[0, 0]
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    pixels = samples[:, :, :colours]
    if page.photometric.name == "MINISWHITE":
        pixels = ~pixels
    kinds = [int(kind) for kind in page.extrasamples[: samples.shape[2] - colours]]
    if samples.shape[2] > colours and not kinds:
        kinds = [2]  # old writers put alpha there and leave out the tag; Pillow reads it so, too
    alphas = [number for number, kind in enumerate(kinds) if kind in (1, 2)]
    if samples.shape[2] - colours > bool(alphas):
        warn("the TIFF has extra channels that are not alpha: they are dropped")
    if not alphas:
        return from_array(pixels)
    alpha = samples[:, :, colours + alphas[0]]
    if kinds[alphas[0]] == 1:
        pixels = _unassociated(pixels, alpha)
    return from_array(np.dstack([pixels, alpha]))


def _unassociated(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Colour (H, W, C) that alpha (H, W) was multiplied into, as it was before, as far as rounding allows."""
    top = np.iinfo(pixels.dtype).max
    divisor = np.maximum(alpha, 1).astype(np.uint64)[:, :, None]
    undone = (pixels.astype(np.uint64) * top + divisor // 2) // divisor
    colours: NDArray[Any] = np.minimum(undone, top).astype(pixels.dtype)
    return colours


# --- metadata ---


def _tiff_metadata(stream: BytesIO, tiff: tifffile.TiffFile, warn: Warn) -> Metadata:
    """ICC profile, EXIF block and XMP of the first page."""
    tags = Image.Exif()
    tags.endian, tags.bigtiff = tiff.byteorder, tiff.is_bigtiff
    tags.load_from_fp(stream, tiff.pages.first.offset)
    return Metadata(_content(tags.get(ICC)), exif_block(tags, warn), _content(tags.get(XMP)))


def exif_block(tags: Image.Exif, warn: Warn) -> bytes | None:
    """A TIFF's tags as an EXIF block: texts, orientation unless upright, the EXIF and GPS directories."""
    block = Image.Exif()
    for tag in TEXTS:
        if isinstance(text := tags.get(tag), str):
            block[tag] = text
    if (orientation := tags.get(ORIENTATION, 1)) in range(2, 9):
        block[ORIENTATION] = orientation
    upright = dict(block)
    try:
        block.update(_directories(tags))
        return block.tobytes()[6:] if block else None  # less the "Exif\\0\\0" of JPEG
    except Exception as exc:  # Pillow packs what it once read, and fails in many ways where that was odd
        warn(f"the EXIF directory of the TIFF is damaged and was dropped ({exc})")
        block = Image.Exif()
        block.update(upright)
        return block.tobytes()[6:] if block else None


def pin_orientation(image: Image.Image, warn: Warn) -> None:
    """Keep a TIFF from being turned when Pillow loads it: its orientation goes into a block in `info`."""
    tags = image.getexif()
    if block := exif_block(tags, warn):
        image.info["exif"] = block
    tags.pop(ORIENTATION, None)


def _directories(tags: Image.Exif) -> dict[int, dict[int, Any]]:
    """The EXIF directory, with the interoperability directory inside it, and the GPS directory; if there."""
    found = {tag: dict(tags.get_ifd(tag)) for tag in (EXIF_DIRECTORY, GPS_DIRECTORY) if tag in tags}
    if INTEROP_DIRECTORY in found.get(EXIF_DIRECTORY, {}):
        found[EXIF_DIRECTORY][INTEROP_DIRECTORY] = dict(tags.get_ifd(INTEROP_DIRECTORY))
    return {tag: directory for tag, directory in found.items() if directory}


def _content(value: object) -> bytes | None:
    if isinstance(value, tuple):  # Pillow gives a field of type BYTE or LONG of some writers so
        value = value[0] if len(value) == 1 and isinstance(value[0], bytes) else bytes(value)
    return value if isinstance(value, bytes) and value else None


# --- writing ---


def encode_tiff(picture: Picture, warn: Warn) -> bytes:
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
    directory.add(282, RATIONAL, 1, 1)  # the resolution is required, and stated to have no unit
    directory.add(283, RATIONAL, 1, 1)
    directory.add(284, SHORT, 1)  # samples of a pixel side by side
    directory.add(296, SHORT, 1)
    directory.add(317, SHORT, 2)  # horizontal differencing
    if picture.alpha is not None:
        directory.add(338, SHORT, 2)  # alpha that was not multiplied into the colours


def _describe_metadata(directory: _Directory, metadata: Metadata, warn: Warn) -> None:
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
        for tag, content in _directories(tags).items():
            directory.add_directory(tag, content)
    except Exception as exc:  # Pillow packs what it once read, and fails in many ways where that was odd
        warn(f"the EXIF block is damaged and was written in part only ({exc})")
