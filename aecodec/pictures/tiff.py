"""TIFF (revision 6.0, and BigTIFF) in, at its full depth, with its ICC profile, EXIF and XMP.

Pillow reads 16-bit colour as 8 bit without a word, so tifffile reads the pixels where it can. Sizes are checked
from the tags before a pixel is decoded. What a foreign decoder raises on damaged data passes through to the caller.
"""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pilinfo, pillow, pilmodes
from aecodec.pictures.exif import exif_block, pin_orientation
from aecodec.pictures.picture import Metadata, Picture, Warn, check_size, from_array

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two are BigTIFF
MAX_TIFF_SAMPLES = 16  # a pixel; more is a data cube, not a picture
XMP, ICC = 700, 34675  # tags


def read(data: bytes, warn: Warn) -> Picture | None:
    """The picture of the first page, or None if the data are no TIFF; raises BadInput, LimitExceeded."""
    if not data.startswith(SIGNATURES):
        return None
    return _full_depth(data, warn) or _of_pillow(data, warn)


def _full_depth(data: bytes, warn: Warn) -> Picture | None:
    """The picture with all its bits; None where only Pillow reads it."""
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


def _of_pillow(data: bytes, warn: Warn) -> Picture:
    image = pillow.opened(data, warn)
    pin_orientation(image, warn)
    return pilmodes.picture(image, warn)


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


def _tiff_metadata(stream: BytesIO, tiff: tifffile.TiffFile, warn: Warn) -> Metadata:
    """ICC profile, EXIF block, XMP, resolution and chromaticities of the first page."""
    tags = Image.Exif()
    tags.endian, tags.bigtiff = tiff.byteorder, tiff.is_bigtiff
    tags.load_from_fp(stream, tiff.pages.first.offset)
    fields = (_content(tags.get(ICC)), exif_block(tags, warn), _content(tags.get(XMP)))
    chromaticities = pilinfo.chromaticities_of_tags(tags, warn)
    return Metadata(*fields, resolution=pilinfo.of_tags(tags), chromaticities=chromaticities)


def _content(value: object) -> bytes | None:
    if isinstance(value, tuple):  # Pillow gives a field of type BYTE or LONG of some writers so
        value = value[0] if len(value) == 1 and isinstance(value[0], bytes) else bytes(value)
    return value if isinstance(value, bytes) and value else None
