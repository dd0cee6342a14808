"""JPEG XL in, at 8 and 16 bits, with its EXIF and XMP; of a transcoded JPEG, the JPEG itself with all that it has."""

from dataclasses import replace
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput
from aecodec.limits import MAX_METADATA_BYTES
from aecodec.pictures import pillow
from aecodec.pictures.depths import to_samples
from aecodec.pictures.jxlboxes import CODESTREAM, CONTAINER, Box, boxes
from aecodec.pictures.jxlheader import HEADER_BYTES, Colours, Extra, Header, read_header
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import said_upright
from aecodec.pictures.picture import Picture, from_array, unassociated
from aecodec.pictures.wanted import Wanted, Warn

HEADER_PARTS = 16  # of the codestream; more than any header lies in
ONLY_FIRST = "of an animation in JPEG XL only the first picture is read"


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture of a JPEG XL, upright, or None if the data are none; raises BadInput, LimitExceeded."""
    if not data.startswith((CODESTREAM, CONTAINER)):
        return None
    found = boxes(data)
    header = _header(found)
    wanted.check_size(header.width, header.height)
    if any(kind == b"jbrd" for kind, _ in found):
        return pillow.read(bytes(imagecodecs.jpegxl_decode_jpeg(data, numthreads=1)), warn, wanted)
    _tell_colours(header, warn)
    if not header.animated:
        wanted.index(1, warn)
    elif wanted.page not in (None, 1):
        raise BadInput(ONLY_FIRST)  # imagecodecs gives whatever was in memory for a picture that is not there
    elif wanted.page is None:
        warn("an animation: only the first picture is kept")
    picture = from_array(_samples(imagecodecs.jpegxl_decode(data, index=0), header, warn))
    return replace(picture, metadata=replace(_metadata(found), cicp=header.cicp, gamma=header.gamma))


def count(stream: BinaryIO) -> int | None:
    """1, or None of another format; raises BadInput for an animation, whose pictures nothing counts."""
    header = _header_in(stream)
    if header is not None and header.animated:
        raise BadInput(ONLY_FIRST)
    return None if header is None else 1


def size(stream: BinaryIO) -> tuple[int, int] | None:
    """Width and height as stored, or None of another format; raises BadInput."""
    header = _header_in(stream)
    return None if header is None else (header.width, header.height)


def _header_in(stream: BinaryIO) -> Header | None:
    start = stream.read(len(CONTAINER))
    if not start.startswith((CODESTREAM, CONTAINER)):
        return None
    return _header(boxes(start + stream.read()))


def _header(found: list[Box]) -> Header:
    """Of the codestream, which may come in numbered parts."""
    starts = {b"jxlc": 0, b"jxlp": 4}
    parts = [content[starts[kind] :] for kind, content in found if kind in starts]
    return read_header(b"".join(bytes(part[:HEADER_BYTES]) for part in parts[:HEADER_PARTS]))


def _tell_colours(header: Header, warn: Warn) -> None:
    """imagecodecs gives no profile: raises BadInput where the colours would be others without it."""
    if header.colours is Colours.PROFILE and header.xyb:
        raise BadInput("a lossy JPEG XL with an ICC profile: convert it to PNG or TIFF with djxl first")
    if header.colours is not Colours.KNOWN:
        warn(f"the colours of the JPEG XL are described by {header.colours.value}, which is not kept")


def _samples(array: NDArray[Any], header: Header, warn: Warn) -> NDArray[Any]:
    """(H, W, C) of 8 or 16 bits: colours and the first alpha."""
    alpha = Extra.ALPHA in header.extras
    if len(header.extras) > alpha:
        warn("the JPEG XL has extra channels that are not alpha: they are dropped")
    if header.grey and header.extras and not alpha:
        array = array[0]  # imagecodecs gives grey and what is beside it as planes
    samples: NDArray[Any] = np.atleast_3d(to_samples(array, header.bits, warn))
    if alpha and header.premultiplied:
        samples = np.dstack([unassociated(samples[:, :, :-1], samples[:, :, -1]), samples[:, :, -1]])
    return samples


def _metadata(found: list[Box]) -> Metadata:
    """EXIF and XMP; orientation has been applied, so that EXIF must not turn the picture once more."""
    plain: dict[bytes, bytes] = {}
    for kind, content in found:
        if kind in (b"Exif", b"xml "):
            plain.setdefault(kind, bytes(content))
        elif kind == b"brob" and (inner := bytes(content[:4])) in (b"Exif", b"xml "):
            plain.setdefault(inner, bytes(imagecodecs.brotli_decode(bytes(content[4:]), out=MAX_METADATA_BYTES)))
    exif = plain.get(b"Exif", b"")
    block = exif[4 + int.from_bytes(exif[:4]) :]  # the offset of the TIFF header comes first
    return said_upright(Metadata(exif=block or None, xmp=plain.get(b"xml ") or None))
