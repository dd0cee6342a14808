"""A picture in memory: what every reader makes, every writer takes, and the codec works on."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.wanted import check_size

Samples = NDArray[np.uint8] | NDArray[np.uint16]  # 0..255 or 0..65535


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels as stored: never rotated by the orientation tag, never converted by the ICC profile.

    pixels is (H, W, C) uint8 or uint16 with C = 1 (grey) or 3 (RGB); alpha is (H, W) of the same dtype, not
    premultiplied, or None. Other shapes or types are a ValueError.
    """

    pixels: Samples
    alpha: Samples | None = None
    metadata: Metadata = field(default_factory=Metadata)

    def __post_init__(self) -> None:
        if self.pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels are {self.pixels.dtype}, not uint8 or uint16")
        if self.pixels.ndim != 3 or self.pixels.shape[2] not in (1, 3) or not self.pixels.size:
            raise ValueError(f"pixels have shape {self.pixels.shape}, not (H, W, 1) or (H, W, 3)")
        alpha = self.alpha
        if alpha is not None and (alpha.shape != self.pixels.shape[:2] or alpha.dtype != self.pixels.dtype):
            raise ValueError(f"alpha is {alpha.dtype} {alpha.shape}, not {self.pixels.dtype} (H, W)")

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        return int(self.pixels.shape[2])

    @property
    def bit_depth(self) -> int:
        """8 or 16."""
        return self.pixels.dtype.itemsize * 8

    def interleaved(self) -> Samples:
        """Pixels and alpha in one array (H, W, C) or (H, W, C + 1)."""
        if self.alpha is None:
            return self.pixels
        both: NDArray[Any] = np.concatenate([self.pixels, self.alpha[:, :, None]], axis=2)
        return both


def from_array(array: NDArray[Any]) -> Picture:
    """A picture of an array (H, W) or (H, W, C), uint8 or uint16 of any byte order.

    C = 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    The picture shares the array's memory where the layout allows. Raises BadInput, LimitExceeded.
    """
    array = np.asarray(array)  # no subclass, which may have its own ideas of axes
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype not in (np.uint8, np.uint16):
        hint = {"b": ", by array.astype(np.uint8) * 255", "f": ", of 0..1 by (array * 255).round().astype(np.uint8)"}
        wanted = f"uint8 (0..255) or uint16 (0..65535){hint.get(array.dtype.kind, '')}"
        raise BadInput(f"the array is {array.dtype}: convert it to {wanted}")
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4):
        raise BadInput(f"the array has shape {array.shape}: expected (H, W) or (H, W, C) with C from 1 to 4")
    height, width, samples = array.shape
    check_size(width, height)
    colours = 1 if samples <= 2 else 3
    alpha = None if samples == colours else np.ascontiguousarray(array[:, :, colours])
    return Picture(np.ascontiguousarray(array[:, :, :colours]), alpha)


def middle(bit_depth: int) -> int:
    """Of the range of samples of 8 or 16 bits."""
    return 1 << (bit_depth - 1)


def empty(height: int, width: int, channels: int, bit_depth: int) -> Samples:
    """Samples (height, width, channels) of 8 or 16 bits of any values: memory is taken as they are written."""
    shape = height, width, channels
    return np.empty(shape, np.uint8) if bit_depth == 8 else np.empty(shape, np.uint16)


def grown(samples: NDArray[Any], height: int, width: int, mode: Literal["edge", "reflect"]) -> NDArray[Any]:
    """Samples (h, w, C) continued at the bottom and to the right, up to (height, width, C), as `numpy.pad` does it."""
    missing = height - samples.shape[0], width - samples.shape[1]
    return np.pad(samples, ((0, missing[0]), (0, missing[1]), (0, 0)), mode=mode) if any(missing) else samples


def flatten_hidden(picture: Picture) -> Samples:
    """Pixels whose fully transparent ones have the mean colour of the others: nobody sees them, and flat is cheap."""
    if picture.alpha is None:
        return picture.pixels
    hidden = picture.alpha == 0
    if not hidden.any() or hidden.all():
        return picture.pixels
    pixels = picture.pixels.copy()
    pixels[hidden] = np.rint(picture.pixels[~hidden].mean(axis=0)).astype(pixels.dtype)
    return pixels


def unassociated(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Colour (H, W, C) that alpha (H, W) was multiplied into, as before, as far as rounding allows; of one type."""
    top = np.iinfo(pixels.dtype).max
    divisor = np.maximum(alpha, 1).astype(np.uint64)[:, :, None]
    undone = (pixels.astype(np.uint64) * top + divisor // 2) // divisor
    colours: NDArray[Any] = np.minimum(undone, top).astype(pixels.dtype)
    return colours


def to_unit(pixels: Samples) -> NDArray[np.float32]:
    """Samples of 8 or 16 bits as float32 from 0 to 1, of the same shape."""
    top = np.float32(np.iinfo(pixels.dtype).max)
    return np.divide(pixels, top, dtype=np.float32)


def from_unit(array: NDArray[np.floating[Any]], bit_depth: int) -> Samples:
    """Values around 0..1 as samples of 8 or 16 bits, rounded to the nearest and clipped; same shape.

    Undoes `to_unit` exactly.
    """
    dtype: type[np.uint8 | np.uint16] = np.uint8 if bit_depth == 8 else np.uint16
    top = np.iinfo(dtype).max
    scaled = np.multiply(array, np.float32(top))
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, top, out=scaled)
    samples: Samples = scaled.astype(dtype)
    return samples
