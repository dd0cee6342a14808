"""What `--strip` does: metadata left out, and the picture turned upright if the tag that did so goes too."""

import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.pictures.picture import Picture

_ORIENTATION_TAG = 0x0112  # Exif 2.32, section 4.6.4: a SHORT from 1 to 8
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}  # TIFF 6.0, section 2
_TO_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {  # of (H, W, ...) as stored
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: np.swapaxes(stored, 0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.swapaxes(np.rot90(stored, 2), 0, 1),
    8: lambda stored: np.rot90(stored, 1),
}


def strip(picture: Picture, names: frozenset[str], warn: Callable[[str], None]) -> Picture:
    """`picture` without the metadata of these names (exif, icc, xmp), looking the same as before."""
    turn = _TO_UPRIGHT.get(orientation(picture.metadata.exif)) if "exif" in names else None
    stripped = replace(picture, metadata=picture.metadata.without(names))
    if turn is None:
        return stripped
    warn("its pixels are turned upright, since the EXIF orientation that did so is stripped")
    alpha = None if picture.alpha is None else np.ascontiguousarray(turn(picture.alpha))
    return replace(stripped, pixels=np.ascontiguousarray(turn(picture.pixels)), alpha=alpha)


def orientation(exif: bytes | None) -> int:
    """The orientation in an EXIF block, 1 (upright) to 8; 1 where there is none or the block is damaged."""
    order = _BYTE_ORDERS.get((exif or b"")[:4])
    if exif is None or order is None:
        return 1
    try:
        (first,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, first)
        for entry in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, first + 2 + 12 * entry)
            if tag == _ORIENTATION_TAG:
                return value if value in _TO_UPRIGHT else 1
    except struct.error:
        pass  # the block ends early
    return 1
