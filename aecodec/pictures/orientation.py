"""What `--strip` does: metadata left out, and the picture turned upright if the tag that did so goes too."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.pictures.exif import ORIENTATION
from aecodec.pictures.picture import Picture, Warn

_TO_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {  # of (H, W, ...) as stored
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: np.swapaxes(stored, 0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.swapaxes(np.rot90(stored, 2), 0, 1),
    8: lambda stored: np.rot90(stored, 1),
}


def strip(picture: Picture, names: frozenset[str], warn: Warn) -> Picture:
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
    tags = Image.Exif()
    try:
        with warnings.catch_warnings(action="ignore"):  # what Pillow finds odd in a block that ends early
            tags.load(exif or b"")
            tag = tags.get(ORIENTATION)
    except Exception:  # a damaged block makes Pillow raise nearly anything
        return 1
    return tag if isinstance(tag, int) and tag in _TO_UPRIGHT else 1
