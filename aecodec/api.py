"""The Python API: a Pillow picture or an array to bytes and back, or to a clean one; shipped weights, loaded once."""

from functools import cache
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from aecodec.codec.ratecontrol import Target
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, Samples, from_array

if TYPE_CHECKING:
    from PIL import Image

    from aecodec.codec.codec import Codec
    from aecodec.denoiser import Denoiser


def encode(image: "Image.Image | NDArray[Any]", quality: float = 50, effort: int = 0) -> bytes:
    """The .aec file of a Pillow picture, or of an array (H, W) or (H, W, C) of uint8 or uint16.

    C = 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. `quality` goes from 1 to 100; `effort` from 0 to 9 makes
    the file smaller, not worse, and takes its time. Raises AecodecError.
    """
    return _codec().encode(_given(image), Target("quality", quality), effort=effort).data


def decode(data: bytes) -> "Image.Image":
    """The picture in an .aec file, with ICC profile and EXIF in its `info`. Raises AecodecError.

    Pillow has no 16-bit colour: such a file is refused, and `decode_array` has it.
    """
    return imagefile.to_pil(_picture(data))


def decode_array(data: bytes) -> Samples:
    """The samples in an .aec file, (H, W, C) of uint8 or uint16, C as for `encode`. Raises AecodecError."""
    return _picture(data).interleaved()


@overload
def denoise(image: "Image.Image", sigma: float | None = None, strength: float = 1.0) -> "Image.Image": ...


@overload
def denoise(image: Samples, sigma: float | None = None, strength: float = 1.0) -> Samples: ...


def denoise(
    image: "Image.Image | Samples", sigma: float | None = None, strength: float = 1.0
) -> "Image.Image | Samples":
    """The picture without its noise: a Pillow picture for one, an array (as for `encode`) for an array.

    Alpha, depth, ICC profile and EXIF stay. `sigma` is the noise's standard deviation in levels of 255, above 0, and
    by default as estimated; `strength` goes from 0, the input, to 1. Raises AecodecError.
    """
    clean = _denoiser().denoise(_given(image), sigma=sigma, strength=strength).picture
    if not isinstance(image, np.ndarray):
        return imagefile.to_pil(clean)
    samples: Samples = clean.interleaved().reshape(image.shape)
    return samples


def _given(image: "Image.Image | NDArray[Any]") -> Picture:
    return from_array(image) if isinstance(image, np.ndarray) else imagefile.from_pil(image)


def _picture(data: bytes) -> Picture:
    return _codec().decode(data).picture


@cache
def _codec() -> "Codec":
    from aecodec.codec.codec import Codec  # here: torch takes seconds, and bad input needs none

    return Codec.load()


@cache
def _denoiser() -> "Denoiser":
    from aecodec.denoiser import Denoiser

    return Denoiser.load()
