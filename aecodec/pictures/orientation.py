"""Pictures turned upright, as their EXIF orientation says, and what `--strip` does: both look the same as before."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.pictures.exif import orientation_fields
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from aecodec.pictures.wanted import Warn

_TO_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {  # of (H, W, ...) as stored
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: np.swapaxes(stored, 0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.swapaxes(np.rot90(stored, 2), 0, 1),
    8: lambda stored: np.rot90(stored, 1),
}
SIDEWAYS = range(5, 9)  # orientations that swap width and height
_XMP_ORIENTATION = re.compile(rb"""(\btiff:Orientation(?:>|\s*=\s*["'])\s*)[2-8]""")  # an element's or an attribute


def strip(picture: Picture, names: frozenset[str], warn: Warn) -> Picture:
    """`picture` without the metadata fields of these names, looking the same as before."""
    if "exif" in names and orientation(picture.metadata.exif) != 1:
        warn("its pixels are turned upright, since the EXIF orientation that did so is stripped")
        picture = upright(picture)
    return replace(picture, metadata=picture.metadata.without(names))


def upright(picture: Picture) -> Picture:
    """The picture turned as its EXIF orientation says, which then says upright; all other bytes of EXIF stay."""
    metadata = picture.metadata
    stored = orientation(metadata.exif)
    if stored == 1:
        return picture
    turn = _TO_UPRIGHT[stored]
    alpha = None if picture.alpha is None else np.ascontiguousarray(turn(picture.alpha))
    turned = said_upright(metadata)
    if metadata.resolution is not None and stored in SIDEWAYS:
        turned = replace(turned, resolution=metadata.resolution.turned())
    return Picture(np.ascontiguousarray(turn(picture.pixels)), alpha, turned)


def orientation(exif: bytes | None) -> int:
    """The orientation in an EXIF block, 1 (upright) to 8; 1 where there is none or the block is damaged."""
    for offset, form in orientation_fields(exif or b""):
        (tag,) = form.unpack_from(exif or b"", offset)
        return tag if tag in _TO_UPRIGHT else 1
    return 1


def said_upright(metadata: Metadata) -> Metadata:
    """With an orientation of 1 in EXIF and XMP where they have one, in place: offsets in EXIF stay right."""
    block = bytearray(metadata.exif or b"")
    for offset, form in orientation_fields(bytes(block)):
        form.pack_into(block, offset, 1)
    xmp = metadata.xmp and _XMP_ORIENTATION.sub(rb"\g<1>1", metadata.xmp)
    return replace(metadata, exif=metadata.exif and bytes(block), xmp=xmp)
