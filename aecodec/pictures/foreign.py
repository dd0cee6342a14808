"""The border to Pillow, imagecodecs and tifffile: what they raise on bad data leaves here as an AecodecError."""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.errors import AecodecError, BadInput, LimitExceeded
from aecodec.pictures.picture import Samples

# Both log what they find odd in a file; without any handler Python prints that to stderr beside our one line.
for _library in ("tifffile", "PIL"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


@contextmanager
def foreign_errors() -> Iterator[None]:
    """Raises BadInput or LimitExceeded for whatever the block raises, unless that is an AecodecError already."""
    try:
        yield
    except AecodecError:
        raise
    except MemoryError as exc:
        raise LimitExceeded("the picture does not fit into memory") from exc
    except Image.DecompressionBombError as exc:  # its WebP and TIFF plugins check again, at 179 megapixels
        raise LimitExceeded(f"the picture is too large for Pillow: {exc}") from exc
    except Exception as exc:  # decoders of hostile data raise nearly anything; the cause stays attached
        raise BadInput(f"damaged or unsupported picture: {reason(exc)}") from exc


def laid_out(samples: Samples) -> Samples:
    """Row by row, as imagecodecs wants them: it refuses strides that NumPy allows along an axis of length 1.

    Those of a fresh shape are plain.
    """
    laid: NDArray[Any] = np.ascontiguousarray(samples).ravel().reshape(samples.shape)
    return laid


def reason(exc: Exception) -> str:
    """What a foreign exception says in one line, if it speaks to users and not to programmers."""
    text = str(exc).strip().partition("\n")[0]
    internal = isinstance(exc, LookupError | TypeError | AttributeError | struct.error)
    return "its structure is broken" if internal or not text or text.isdigit() else text
