"""The classical codecs that aecodec is measured against, all of Pillow, behind one interface."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import PIL
from PIL import Image, features

from aecodec.errors import MissingExtra, UsageError
from aecodec.picture import Picture, Samples


def takes_all(picture: Picture) -> str | None:
    """The refusal of a codec that has none."""
    return None


@dataclass(frozen=True)
class Contender:
    """A codec under comparison: from a picture and a quality to the bytes of a file, and back to samples (H, W, C).

    The file holds the colour samples alone, as not every format has room for alpha and metadata. `refusal` says why
    the format cannot hold a picture, or None.
    """

    name: str
    settings: str  # everything that was not left to the codec's defaults, and its version
    qualities: tuple[float, ...]
    encode: Callable[[Picture, float], bytes]
    decode: Callable[[bytes], Samples]
    refusal: Callable[[Picture], str | None] = takes_all


@dataclass(frozen=True)
class _Baseline:
    format: str
    settings: str
    qualities: tuple[float, ...]
    options: dict[str, Any]
    feature: str  # what Pillow calls the library
    max_side: int  # pixels


# Pillow's AVIF does not tune for PSNR by default, so PSNR curves need to ask for it; JPEG and WebP know nothing else.
_BASELINES = {
    "jpeg": _Baseline("JPEG", "4:2:0, defaults", tuple(range(5, 96, 10)), {}, "jpg", 65_500),  # libjpeg's bound
    "webp": _Baseline("WEBP", "defaults (method 4)", tuple(range(5, 96, 10)), {}, "webp", 16_383),
    "avif": _Baseline(
        "AVIF",
        "4:4:4, tune=psnr, speed 6, all cores",
        tuple(range(15, 96, 10)),
        {"subsampling": "4:4:4", "advanced": {"tune": "psnr"}, "speed": 6},
        "avif",
        32_768,  # libavif's own bound, in reading only
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
        partial(_decode, chosen),
        partial(_refusal, chosen),
    )


def _refusal(chosen: _Baseline, picture: Picture) -> str | None:
    if picture.bit_depth != 8:
        return f"{chosen.format} is measured on 8-bit pictures only"
    if max(picture.width, picture.height) > chosen.max_side:
        return f"{chosen.format} has room for sides of at most {chosen.max_side} pixels"
    return None


def _encode(chosen: _Baseline, picture: Picture, quality: float) -> bytes:
    buffer = io.BytesIO()
    pixels = picture.pixels[:, :, 0] if picture.channels == 1 else picture.pixels
    Image.fromarray(pixels).save(buffer, chosen.format, quality=round(quality), **chosen.options)
    return buffer.getvalue()


def _decode(chosen: _Baseline, data: bytes) -> Samples:
    factory, _ = Image.OPEN[chosen.format]  # not Image.open, which refuses pictures that are large but ours
    with factory(io.BytesIO(data), "") as image:
        return np.asarray(image)
