"""TIFF (revision 6.0, and BigTIFF) in, at its full depth, with its ICC profile, EXIF and XMP.

Pillow reads 16-bit colour as 8 bit without a word, so tifffile reads the pixels where it can. Sizes are checked
from the tags before a pixel is decoded. What a foreign decoder raises on damaged data passes through to the caller.
"""

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pilinfo, pillow, pilmodes
from aecodec.pictures.depths import to_samples
from aecodec.pictures.exif import exif_block, pin_orientation
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array, unassociated
from aecodec.pictures.wanted import Wanted, Warn

if TYPE_CHECKING:
    import tifffile

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two are BigTIFF
MAX_TIFF_SAMPLES = 16  # a pixel; more is a data cube, not a picture
XMP, ICC = 700, 34675  # tags
UNSIGNED, INTEGER, FLOAT, UNDEFINED = SAMPLE_FORMATS = 1, 2, 3, 4  # the last is read as unsigned
JPEGS = (6, 7)  # compression, old and new
SEPARATE = 2  # planar configuration: each sample of a pixel in a plane of its own
REDUCED = 1  # flag of the subfile type


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture of a page, or None if the data are no TIFF; raises BadInput, LimitExceeded."""
    if not data.startswith(SIGNATURES):
        return None
    return _full_depth(data, warn, wanted) or _of_pillow(data, warn, wanted)


def count(stream: BinaryIO) -> int | None:
    """How many pages a TIFF has; None if it is none."""
    if not stream.read(4).startswith(SIGNATURES):
        return None
    stream.seek(0)
    with opened(stream) as tiff:
        return len(tiff.pages)


def opened(stream: BinaryIO) -> "tifffile.TiffFile":
    """The directories of a TIFF; raises what tifffile raises."""
    import tifffile  # here: most pictures need none

    return tifffile.TiffFile(stream)


def _full_depth(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture with all its bits; None where only Pillow reads it."""
    stream = BytesIO(data)
    with opened(stream) as tiff:
        said: list[str] = []
        page: Any = tiff.pages[wanted.index(len(tiff.pages), said.append)]
        wanted.check_size(page.imagewidth, page.imagelength)
        if page.is_tiled:
            wanted.check_size(page.tilewidth, page.tilelength)
        for offset, size in zip(page.dataoffsets, page.databytecounts, strict=False):
            if not size or offset + size > len(data):
                raise BadInput(f"truncated TIFF: pixels at byte {offset} go beyond the end at {len(data)}")
        if page.compression in JPEGS:
            pillow.refuse_hollow("JPEG in a TIFF", page.imagewidth, page.imagelength, sum(page.databytecounts))
        if not _is_full_depth(page, warn):
            return None  # Pillow's turn, which says again that there are other pages
        for line in said:
            warn(line)
        return replace(_tiff_picture(page, warn), metadata=_tiff_metadata(stream, tiff, page.offset, warn))


def _of_pillow(data: bytes, warn: Warn, wanted: Wanted) -> Picture:
    image = pillow.opened(data, warn, wanted)
    pin_orientation(image, warn)
    return pilmodes.picture(image, warn)


def _is_full_depth(page: Any, warn: Warn) -> bool:
    """Whether `_tiff_picture` reads the page; False leaves it to Pillow, to be read in 8 bits or less."""
    bits, photometric = page.bitspersample, page.photometric.name
    if page.subfiletype & REDUCED and page.subifds:
        raise BadInput("a TIFF that begins with a preview, as a camera's raw file does: develop it to a picture first")
    if page.sampleformat not in SAMPLE_FORMATS or page.dtype is None:
        raise BadInput(f"a TIFF of {bits}-bit samples of a kind that is not read: convert it to 8 or 16 bits")
    if photometric in ("MINISWHITE", "MINISBLACK", "RGB") and (photometric == "RGB" or bits not in (1, 2, 4)):
        return True
    if bits == 16 and photometric == "SEPARATED" and page.sampleformat not in (INTEGER, FLOAT):
        warn("16-bit CMYK is read as 8 bit")
        return False
    if bits > 8 or page.sampleformat in (INTEGER, FLOAT):
        raise BadInput(f"a TIFF of {bits}-bit samples with colours of the kind {photometric}: convert it to RGB first")
    if page.planarconfig == SEPARATE and page.samplesperpixel > 1 and photometric != "SEPARATED":
        raise BadInput(f"a TIFF of separate planes with colours of the kind {photometric}: convert it to RGB first")
    return False


def _tiff_picture(page: Any, warn: Warn) -> Picture:
    colours = 3 if page.photometric.name == "RGB" else 1
    if not colours <= page.samplesperpixel <= MAX_TIFF_SAMPLES:
        raise BadInput(f"a TIFF of {page.samplesperpixel} samples a pixel is not a picture")
    planes: NDArray[Any] = page.asarray(squeeze=False)  # (planes, depth, H, W, samples)
    if planes.shape[1] != 1:
        raise BadInput(f"a TIFF of {planes.shape[1]} slices is a volume, not a picture")
    samples = np.concatenate(list(planes[:, 0]), axis=2) if planes.shape[0] > 1 else planes[0, 0]
    samples = to_samples(samples.astype(samples.dtype.newbyteorder("="), copy=False), page.bitspersample, warn)
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
        pixels = unassociated(pixels, alpha)
    return from_array(np.dstack([pixels, alpha]))


def _tiff_metadata(stream: BytesIO, tiff: "tifffile.TiffFile", offset: int, warn: Warn) -> Metadata:
    """ICC profile, EXIF block, XMP, resolution and chromaticities of the page whose directory is at `offset`."""
    tags = Image.Exif()
    tags.endian, tags.bigtiff = tiff.byteorder, tiff.is_bigtiff
    tags.load_from_fp(stream, offset)
    fields = (_content(tags.get(ICC)), exif_block(tags, warn), _content(tags.get(XMP)))
    chromaticities = pilinfo.chromaticities_of_tags(tags, warn)
    return Metadata(*fields, resolution=pilinfo.of_tags(tags), chromaticities=chromaticities)


def _content(value: object) -> bytes | None:
    if isinstance(value, tuple):  # Pillow gives a field of type BYTE or LONG of some writers so
        value = value[0] if len(value) == 1 and isinstance(value[0], bytes) else bytes(value)
    return value if isinstance(value, bytes) and value else None
