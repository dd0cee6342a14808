"""The Python API: a picture to bytes and back, or to a clean one; weights are loaded once.

A picture is whatever holds one: the path of a picture file, its bytes, a file that is open in binary mode, a Pillow
picture, an `aecodec.Picture`, a NumPy array (H, W) or (H, W, C), or a torch tensor (H, W) or (C, H, W), of uint8 or
uint16; C = 1 is grey, 2 grey and alpha, 3 RGB, 4 RGBA. All functions take a `device` ("auto", "cpu", "cuda" or
"cuda:N") and `weights`, the path of a weights file in place of the shipped ones (of `decode` also a folder to find
those in that a file names). Raise AecodecError, in one line: UsageError for options, BadInput and LimitExceeded for
what is given.
"""

import math
import os
import reprlib
from functools import cache
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, overload

import numpy as np
from numpy.typing import NDArray

from aecodec.codec.lazy import LazyCodec
from aecodec.codec.ratecontrol import Target, refuse_effort
from aecodec.errors import BadInput, UsageError
from aecodec.limits import MAX_PIXELS
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, Samples
from aecodec.pictures.wanted import FIRST, Wanted
from aecodec.services.files import refuse_large
from aecodec.services.given import is_tensor, opened, picture_of

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from aecodec.codec.codec import Codec
    from aecodec.denoiser import Denoiser

WeightsPath = str | PathLike[str] | None
File = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO


# One parameter an option, as on the command line.
def encode(  # noqa: PLR0913
    image: "File | NDArray[Any] | Tensor | Image.Image | Picture",
    quality: float | None = None,
    effort: int = 0,
    *,
    bpp: float | None = None,
    max_bytes: int | None = None,
    psnr: float | None = None,
    lossless: bool = False,
    device: str = "auto",
    weights: WeightsPath = None,
    max_pixels: int | None = None,
) -> bytes:
    """The .aec file of a picture.

    One of five says how good: `quality` 1 ... 100 (by default 50); `bpp` bits a pixel or `max_bytes` bytes, of the
    whole file, met as nearly as can be and never exceeded; `psnr` decibels, reached by the smallest file that does;
    `lossless` keeps every sample. `effort` 0 ... 9 makes the file smaller, not worse, and takes its time. The
    picture in a file may have `max_pixels` at most, by default 178,956,970. Raises AecodecError: UsageError for two of
    the five, TargetUnreachable, BadInput and LimitExceeded for the picture.
    """
    refuse_effort(effort)
    target = Target.of(
        {
            "quality": _number("quality", quality),
            "bpp": _number("bpp", bpp),
            "max_bytes": _number("max_bytes", max_bytes),
            "psnr": _number("psnr", psnr),
            "lossless": 1.0 if lossless else None,
        }
    )
    picture = picture_of(image, _wanted(max_pixels))
    return loaded_codec(device, weights).encode(picture, target, effort=int(effort)).data


def decode(
    data: File, *, device: str = "auto", weights: WeightsPath = None, max_pixels: int | None = None
) -> "Image.Image":
    """The picture in an .aec file (path, bytes, open file), with ICC profile and EXIF in its `info`.

    Pillow has no 16-bit colour: such a file is refused, and `decode_array` has it. Pictures of more than `max_pixels`,
    by default 178,956,970, are refused before memory is taken. Raises AecodecError.
    """
    return imagefile.to_pil(_decoded(data, device, weights, max_pixels))


def decode_array(
    data: File, *, device: str = "auto", weights: WeightsPath = None, max_pixels: int | None = None
) -> Samples:
    """The samples in an .aec file, (H, W, C) of uint8 or uint16; all else as for `decode`. Raises AecodecError."""
    return _decoded(data, device, weights, max_pixels).interleaved()


@overload
def denoise(
    image: "File | Image.Image",
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
    max_pixels: int | None = None,
) -> "Image.Image": ...


@overload
def denoise(
    image: Samples,
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
    max_pixels: int | None = None,
) -> Samples: ...


@overload
def denoise(
    image: "Tensor",
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
    max_pixels: int | None = None,
) -> "Tensor": ...


def denoise(
    image: "File | Samples | Tensor | Image.Image",
    sigma: float | None = None,
    strength: float = 1.0,
    *,
    device: str = "auto",
    weights: WeightsPath = None,
    max_pixels: int | None = None,
) -> "Image.Image | Samples | Tensor":
    """The picture without its noise: an array for an array, a tensor for a tensor, a Pillow picture for all else.

    Alpha, depth, ICC profile and EXIF stay. `sigma` is the noise's standard deviation in levels of 255, above 0, and
    by default as estimated; `strength` goes from 0, the input, to 1. `max_pixels` as for `encode`. Raises
    AecodecError.
    """
    sigma, share = _number("sigma", sigma), _number("strength", strength)
    if share is None:
        raise UsageError("strength is None: give a number from 0 to 1")
    picture = picture_of(image, _wanted(max_pixels))
    if picture.bit_depth == 16 and picture.interleaved().shape[2] > 1 and not _is_numbers(image):
        raise BadInput("Pillow cannot hold 16-bit colour or alpha, as this picture has: give it as an array")
    clean = _loaded_denoiser(device, weights).denoise(picture, sigma=sigma, strength=share).picture
    if is_tensor(image):
        first = np.moveaxis(clean.interleaved(), 2, 0)
        return image.new_tensor(np.ascontiguousarray(first)).reshape(image.shape)
    if not isinstance(image, np.ndarray):
        return imagefile.to_pil(clean)
    samples: Samples = clean.interleaved().reshape(image.shape)
    return samples


def _is_numbers(image: object) -> bool:
    return isinstance(image, np.ndarray) or is_tensor(image)


def _decoded(data: File, device: str, weights: WeightsPath, max_pixels: int | None) -> Picture:
    wanted = _wanted(max_pixels)
    with opened(data) as stream:
        refuse_large(stream, wanted.max_pixels)
        return loaded_codec(device, weights).decode(stream).picture


def _wanted(max_pixels: object) -> Wanted:
    if max_pixels is None:
        return FIRST
    if isinstance(max_pixels, Integral) and not isinstance(max_pixels, bool) and 1 <= int(max_pixels) <= MAX_PIXELS:
        return Wanted(max_pixels=int(max_pixels))
    raise UsageError(f"max_pixels is {reprlib.repr(max_pixels)}: give a whole number from 1 to {MAX_PIXELS:,}")


def _number(name: str, value: object) -> float | None:
    """Raises UsageError for what is neither a number nor None; which numbers make sense is told elsewhere."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Real):
        raise UsageError(f"{name} is {reprlib.repr(value)}: give a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def loaded_codec(device: object, weights: object) -> LazyCodec:
    """The one codec of this process for a device and weights, as the functions above take them."""
    return _codec(str(device), _path(weights))


def _loaded_denoiser(device: object, weights: object) -> "Denoiser":
    return _denoiser(str(device), _path(weights))


def _path(weights: object) -> Path | None:
    if weights is None:
        return None
    if not isinstance(weights, str | PathLike):
        raise UsageError(f"weights is {reprlib.repr(weights)}: give the path of a weights file")
    return Path(os.fsdecode(weights))


@cache
def _codec(device: str, weights: Path | None) -> LazyCodec:
    def load() -> "Codec":
        from aecodec.codec.codec import Codec  # here: it takes its time, and bad input needs none

        return Codec.load(weights, device=device)

    return LazyCodec(load)


@cache
def _denoiser(device: str, weights: Path | None) -> "Denoiser":
    from aecodec.denoiser import Denoiser

    return Denoiser.load(weights, device=device)
