"""The Python API: a Pillow picture or an array to bytes and back, or to a clean one; weights are loaded once.

All functions take a `device` ("auto", "cpu", "cuda" or "cuda:N") and `weights`, the path of a weights file in place of
the shipped ones (of `decode` also a folder to find those in that a file names). Raise AecodecError, in one line.
"""

from functools import cache
from os import PathLike
from pathlib import Path
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

WeightsPath = str | PathLike[str] | None


# One parameter an option, as on the command line.
def encode(  # noqa: PLR0913
    image: "Image.Image | NDArray[Any]",
    quality: float | None = None,
    effort: int = 0,
    *,
    bpp: float | None = None,
    max_bytes: int | None = None,
    psnr: float | None = None,
    device: str = "auto",
    weights: WeightsPath = None,
) -> bytes:
    """The .aec file of a Pillow picture, or of an array (H, W) or (H, W, C) of uint8 or uint16.

    C = 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. One of four says how good: `quality` 1 ... 100 (by default 50);
    `bpp` bits a pixel or `max_bytes` bytes, of the whole file, met as nearly as can be and never exceeded; `psnr`
    decibels, reached by the smallest file that does. `effort` 0 ... 9 makes the file smaller, not worse, and takes its
    time. Raises AecodecError: UsageError for two of the four, TargetUnreachable, BadInput and LimitExceeded for the
    picture.
    """
    target = Target.of({"quality": quality, "bpp": bpp, "max_bytes": max_bytes, "psnr": psnr})
    picture = _given(image)
    return _codec(device, _path(weights)).encode(picture, target, effort=effort).data


def decode(data: bytes, *, device: str = "auto", weights: WeightsPath = None) -> "Image.Image":
    """The picture in an .aec file, with ICC profile and EXIF in its `info`. Raises AecodecError.

    Pillow has no 16-bit colour: such a file is refused, and `decode_array` has it.
    """
    return imagefile.to_pil(_codec(device, _path(weights)).decode(data).picture)


def decode_array(data: bytes, *, device: str = "auto", weights: WeightsPath = None) -> Samples:
    """The samples in an .aec file, (H, W, C) of uint8 or uint16, C as for `encode`. Raises AecodecError."""
    return _codec(device, _path(weights)).decode(data).picture.interleaved()


@overload
def denoise(
    image: "Image.Image",
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
) -> "Image.Image": ...


@overload
def denoise(
    image: Samples,
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
) -> Samples: ...


def denoise(
    image: "Image.Image | Samples",
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
) -> "Image.Image | Samples":
    """The picture without its noise: a Pillow picture for one, an array (as for `encode`) for an array.

    Alpha, depth, ICC profile and EXIF stay. `sigma` is the noise's standard deviation in levels of 255, above 0, and
    by default as estimated; `strength` goes from 0, the input, to 1. Raises AecodecError.
    """
    denoiser = _denoiser(device, _path(weights))
    clean = denoiser.denoise(_given(image), sigma=sigma, strength=strength).picture
    if not isinstance(image, np.ndarray):
        return imagefile.to_pil(clean)
    samples: Samples = clean.interleaved().reshape(image.shape)
    return samples


def _given(image: "Image.Image | NDArray[Any]") -> Picture:
    return from_array(image) if isinstance(image, np.ndarray) else imagefile.from_pil(image)


def _path(weights: WeightsPath) -> Path | None:
    return None if weights is None else Path(weights)


@cache
def _codec(device: str, weights: Path | None) -> "Codec":
    from aecodec.codec.codec import Codec  # here: torch takes seconds, and bad input needs none

    return Codec.load(weights, device=device)


@cache
def _denoiser(device: str, weights: Path | None) -> "Denoiser":
    from aecodec.denoiser import Denoiser

    return Denoiser.load(weights, device=device)
