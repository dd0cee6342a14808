"""The border to Pillow, imagecodecs and tifffile: what they raise on bad data leaves here as an AecodecError."""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from aecodec.errors import AecodecError, BadInput, LimitExceeded

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


def reason(exc: Exception) -> str:
    """What a foreign exception says in one line, if it speaks to users and not to programmers."""
    text = str(exc).strip().partition("\n")[0]
    internal = isinstance(exc, LookupError | TypeError | AttributeError | struct.error)
    return "its structure is broken" if internal or not text or text.isdigit() else text
