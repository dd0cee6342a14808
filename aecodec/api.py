"""The Python API: a Pillow picture or an array to bytes and back, with the shipped weights, loaded once."""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecodec import imagefile
from aecodec.picture import Picture, Samples, from_array
from aecodec.ratecontrol import Target

if TYPE_CHECKING:
    from PIL import Image

    from aecodec.codec import Codec


def encode(image: "Image.Image | NDArray[Any]", quality: float = 50, effort: int = 0) -> bytes:
    """The .aec file of a Pillow picture, or of an array (H, W) or (H, W, C) of uint8 or uint16.

    C = 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. `quality` goes from 1 to 100; `effort` from 0 to 9 makes
    the file smaller, not worse, and takes its time. Raises AecodecError.
    """
    picture = from_array(image) if isinstance(image, np.ndarray) else imagefile.from_pil(image)
    return _codec().encode(picture, Target("quality", quality), effort=effort).data


def decode(data: bytes) -> "Image.Image":
    """The picture in an .aec file, with ICC profile and EXIF in its `info`. Raises AecodecError.

    Pillow has no 16-bit colour: such a file is refused, and `decode_array` has it.
    """
    return imagefile.to_pil(_picture(data))


def decode_array(data: bytes) -> Samples:
    """The samples in an .aec file, (H, W, C) of uint8 or uint16, C as for `encode`. Raises AecodecError."""
    return _picture(data).interleaved()


def _picture(data: bytes) -> Picture:
    return _codec().decode(data).picture


@cache
def _codec() -> "Codec":
    from aecodec.codec import Codec  # here: torch takes seconds, and bad input needs none

    return Codec.load()
