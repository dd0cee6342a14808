"""The classical codecs that aecodec is measured against, all of Pillow, behind one interface."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import PIL
from PIL import Image, features

from aecodec.errors import BadInput, MissingExtra, UsageError
from aecodec.picture import Picture, Samples


@dataclass(frozen=True)
class Contender:
    """A codec under comparison: from a picture and a quality to the bytes of a file, and back to samples (H, W, C)."""

    name: str
    settings: str  # everything that was not left to the codec's defaults, and its version
    qualities: tuple[float, ...]
    encode: Callable[[Picture, float], bytes]
    decode: Callable[[bytes], Samples]


@dataclass(frozen=True)
class _Baseline:
    format: str
    settings: str
    qualities: tuple[float, ...]
    options: dict[str, Any]
    feature: str  # what Pillow calls the library


# Pillow's AVIF does not tune for PSNR by default, so PSNR curves need to ask for it; JPEG and WebP know nothing else.
_BASELINES = {
    "jpeg": _Baseline("JPEG", "4:2:0, defaults", tuple(range(5, 96, 10)), {}, "jpg"),
    "webp": _Baseline("WEBP", "defaults (method 4)", tuple(range(5, 96, 10)), {}, "webp"),
    "avif": _Baseline(
        "AVIF",
        "4:4:4, tune=psnr, speed 6",
        tuple(range(15, 96, 10)),
        {"subsampling": "4:4:4", "advanced": {"tune": "psnr"}, "speed": 6},
        "avif",
    ),
}
NAMES = tuple(_BASELINES)


def baseline(name: str) -> Contender:
    """The contender of this name; raises UsageError for an unknown one, MissingExtra if Pillow was built without it."""
    if name not in _BASELINES:
        raise UsageError(f"--against {name}: there are {', '.join(NAMES)}")
    chosen = _BASELINES[name]
    if not features.check(chosen.feature):
        raise MissingExtra(f"this Pillow was built without {name}: install the one from PyPI")
    return Contender(
        name,
        f"Pillow {PIL.__version__}, {chosen.settings}",
        chosen.qualities,
        partial(_encode, chosen),
        _decode,
    )


def _encode(chosen: _Baseline, picture: Picture, quality: float) -> bytes:
    if picture.bit_depth != 8:
        raise BadInput(f"{chosen.format} is measured on 8-bit pictures only")
    buffer = io.BytesIO()
    pixels = picture.pixels[:, :, 0] if picture.channels == 1 else picture.pixels
    Image.fromarray(pixels).save(buffer, chosen.format, quality=round(quality), **chosen.options)
    return buffer.getvalue()


def _decode(data: bytes) -> Samples:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)
