"""Pictures made larger or smaller, as `--resize` asks, by Lanczos of three lobes over all pixels that it covers.

Samples are averaged as they are stored, not in linear light: so do ImageMagick, vips and browsers by default.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.pictures.picture import Picture, Samples, from_array, from_unit, to_unit
from aecodec.pictures.pilmodes import to_pil
from aecodec.pictures.wanted import check_size

Plane = NDArray[np.float32]  # (H, W) of 0 ... 1, and a little beyond where the filter overshoots


@dataclass(frozen=True)
class Size:
    """What a picture is to become: a width and height, one of them (the other keeps the aspect ratio), or a factor."""

    width: int | None = None  # pixels, at least 1
    height: int | None = None
    factor: float = 1.0  # where neither is given

    def of(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of a picture that has these; raises LimitExceeded for more than a picture may have."""
        if self.width is not None and self.height is not None:
            found = self.width, self.height
        elif self.width is not None:
            found = self.width, round(height * self.width / width)
        elif self.height is not None:
            found = round(width * self.height / height), self.height
        else:
            found = round(width * self.factor), round(height * self.factor)
        found = max(found[0], 1), max(found[1], 1)
        check_size(*found)
        return found


def resized(picture: Picture, size: Size) -> Picture:
    """The picture in another size, with the same depth, channels and metadata, resolution among them.

    Colour counts as much as alpha shows of it, so that no hidden colour bleeds into the visible one. Raises
    LimitExceeded.
    """
    width, height = size.of(picture.width, picture.height)
    if (width, height) == (picture.width, picture.height):
        return picture
    depth = picture.bit_depth
    shape = height, width
    weight = None if picture.alpha is None or _is_opaque(picture.alpha) else to_unit(picture.alpha)
    shown = None if weight is None else _plane(weight, shape).clip(0, 1)
    pixels: NDArray[Any] = np.empty((*shape, picture.channels), picture.pixels.dtype)
    for channel in range(picture.channels):  # one at a time: a large picture in floating point is four times as large
        unit = to_unit(picture.pixels[:, :, channel])
        plane = _plane(unit if weight is None else unit * weight, shape)
        if shown is not None:
            np.divide(plane, shown, out=plane, where=shown > 0)
        pixels[:, :, channel] = from_unit(plane, depth)
    if shown is not None:
        alpha: Samples | None = from_unit(shown, depth)
    else:
        alpha = None if picture.alpha is None else np.full(shape, picture.alpha.flat[0], picture.alpha.dtype)
    return replace(picture, pixels=pixels, alpha=alpha)


def shrunk(picture: Picture, side: int) -> Picture:
    """A picture of 8 bits made to fit into `side` pixels a side, as it is if it does; fast rather than exact."""
    image = to_pil(picture)
    image.thumbnail((side, side))
    return replace(from_array(np.asarray(image)), metadata=picture.metadata)


def _plane(plane: Plane, shape: tuple[int, int]) -> Plane:
    image = Image.fromarray(np.ascontiguousarray(plane)).resize(shape[::-1], Image.Resampling.LANCZOS)
    return np.array(image)


def _is_opaque(alpha: Samples) -> bool:
    return bool((alpha == np.iinfo(alpha.dtype).max).all())
