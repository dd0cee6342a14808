"""Samples to a lossless bitstream and back: VP8L (RFC 9649, what WebP holds) or JPEG XL (ISO 18181-1), the smaller one.

A bitstream is bare: VP8L without its 20 bytes of RIFF, a JPEG XL codestream without boxes. Its first byte tells which.
"""

import struct
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from aecodec.errors import AecodecError, Corrupt, LimitExceeded
from aecodec.pictures.foreign import foreign_errors, laid_out
from aecodec.pictures.jxlboxes import CODESTREAM, boxes
from aecodec.pictures.picture import Samples

VP8L, JPEG_XL = b"\x2f", CODESTREAM
MAX_VP8L_SIDE = 1 << 14  # pixels
NATURAL_BITS = 2  # a pixel, of a quick coder: what repeats takes less
NEAR, NEAR_RICH, RICH_BITS = 1.4, 1.08, 4  # more thorough ways of VP8L save a third at most; of many bits a pixel, 5 %
TINY = 0.016  # megapixels: less takes no time either way
MOST_SECONDS, THOROUGH = 6, 8  # for the most thorough one, and from which effort on it may take any time
LEAST_OF_NATURAL, LEAST_OF_DRAWN = 0.6, 0.25


def encode(samples: Samples, effort: int = 7, threads: int = 1) -> bytes:
    """The bitstream of samples (H, W, C), uint8 or uint16, C as for `from_array`; colours under alpha 0 are kept.

    `effort`: 1 ... 10 as of `cjxl`. Raises LimitExceeded when the memory does not suffice.
    """
    samples = laid_out(samples)
    with foreign_errors():
        coded = imagecodecs.jpegxl_encode(samples, lossless=True, effort=effort, usecontainer=False, numthreads=threads)
        found = _bare_jpeg_xl(bytes(coded))
        if _is_for_vp8l(samples):
            found = min(found, _best_vp8l(samples, len(found), effort), key=len)
    return found


def quick_size(samples: Samples) -> int:
    """Bytes of the quickest JPEG XL (4 ms a megapixel): of a photograph a third more than `encode` makes."""
    with foreign_errors():
        return len(imagecodecs.jpegxl_encode(laid_out(samples), lossless=True, effort=1, numthreads=1))


def least_size(samples: Samples) -> float:
    """Bytes below which `encode` will not come: a share of what a quick coder needs, measured on drawn pictures.

    20 to 120 ms a megapixel, where `encode` takes 400 to 2,500.
    """
    samples = laid_out(samples)
    with foreign_errors():
        if _is_for_vp8l(samples):
            quick = len(_vp8l(samples, level=20, method=1))
        else:
            quick = len(imagecodecs.jpegxl_encode(samples, lossless=True, effort=3, numthreads=1))
    natural = 8 * quick > NATURAL_BITS * samples.shape[0] * samples.shape[1]
    return quick * (LEAST_OF_NATURAL if natural else LEAST_OF_DRAWN)


def decode(data: bytes, shape: tuple[int, int, int], bit_depth: int) -> Samples:
    """Samples (H, W, C) of the bitstream of a picture that must have this shape and depth; raises Corrupt."""
    height, width, channels = shape
    dtype = np.uint8 if bit_depth == 8 else np.uint16
    found: NDArray[Any]
    try:
        with foreign_errors():
            if data.startswith(JPEG_XL):
                out = np.empty((height, width, channels)[: 2 if channels == 1 else 3], dtype)
                found = imagecodecs.jpegxl_decode(data, numthreads=1, out=out)  # refuses any other shape
            elif data.startswith(VP8L) and bit_depth == 8:
                has_alpha = channels in (2, 4)
                out = np.empty((height, width, 4 if has_alpha else 3), dtype)
                found = imagecodecs.webp_decode(_as_webp(data), hasalpha=has_alpha, out=out)
                if channels < 3:
                    found = found[:, :, [0, 3][:channels]]
            else:
                raise Corrupt("neither VP8L nor JPEG XL")
    except LimitExceeded:
        raise
    except AecodecError as exc:
        raise Corrupt(f"the lossless picture cannot be read: {exc}") from exc
    samples: Samples = found.reshape(shape)
    return samples


def _best_vp8l(samples: Samples, rival: int, effort: int) -> bytes:
    """As small as it becomes in a few seconds, where it may beat a rival of so many bytes."""
    first = _vp8l(samples, level=75, method=4)
    megapixels = samples.shape[0] * samples.shape[1] / 1e6
    rich = 8e-6 * len(first) > RICH_BITS * megapixels and megapixels > TINY
    if len(first) > (NEAR_RICH if rich else NEAR) * rival:
        return first
    seconds = 1.2 * megapixels + 40e-6 * len(first)  # of the most thorough way, measured on drawn pictures
    slow = 6 if effort >= THOROUGH or seconds <= MOST_SECONDS else 5
    return min(first, _vp8l(samples, level=100, method=4), _vp8l(samples, level=100, method=slow), key=len)


def _is_for_vp8l(samples: Samples) -> bool:
    return samples.dtype == np.uint8 and max(samples.shape[:2]) <= MAX_VP8L_SIDE


def _vp8l(samples: Samples, level: int, method: int) -> bytes:
    channels = samples.shape[2]
    if channels < 3:  # VP8L has colours only
        given: NDArray[Any] = np.stack([samples[:, :, channel] for channel in (0, 0, 0, 1)[: channels + 2]], axis=2)
    else:
        given = samples
    coded = imagecodecs.webp_encode(given, lossless=True, level=level, method=method)
    size = int.from_bytes(coded[16:20], "little")
    return bytes(coded[20 : 20 + size])


def _as_webp(data: bytes) -> bytes:
    padded = data + bytes(len(data) % 2)
    return struct.pack("<4sI4s4sI", b"RIFF", 12 + len(padded), b"WEBP", b"VP8L", len(data)) + padded


def _bare_jpeg_xl(coded: bytes) -> bytes:
    """The codestream; libjxl puts that of 16 bits into boxes even where none are asked for."""
    return next(bytes(content) for kind, content in boxes(coded) if kind == b"jxlc")
