"""The classical codecs that aecodec is measured against, of Pillow and imagecodecs, behind one interface."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import imagecodecs
import numpy as np
import PIL
from PIL import Image, features

from aecodec.errors import MissingExtra, UsageError
from aecodec.pictures.picture import Picture, Samples


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


Options = Callable[[float, bool], dict[str, Any]]  # quality and whether the picture has colour, to Pillow's options


@dataclass(frozen=True)
class _Baseline:
    """A format of Pillow's."""

    format: str
    settings: str
    qualities: tuple[float, ...]
    options: Options
    feature: str  # what Pillow calls the library
    max_side: int  # pixels


def _quality(quality: float, colour: bool) -> dict[str, Any]:
    return {"quality": round(quality)}


# Pillow's AVIF does not tune for PSNR by default, so PSNR curves need to ask for it; JPEG and WebP know nothing else.
def _avif(quality: float, colour: bool) -> dict[str, Any]:
    return {"quality": round(quality), "subsampling": "4:4:4", "advanced": {"tune": "psnr"}, "speed": 6}


# Without the transform to luma and chroma (mct), which Pillow leaves out by default, it takes twice the bits.
def _jpeg2000(quality: float, colour: bool) -> dict[str, Any]:
    return {"quality_mode": "dB", "quality_layers": [quality], "irreversible": True, "mct": int(colour)}


_BASELINES = {
    "jpeg": _Baseline(
        "JPEG", "4:2:0, defaults, one thread", tuple(range(5, 96, 10)), _quality, "jpg", 65_500
    ),  # libjpeg's bound
    "webp": _Baseline("WEBP", "defaults (method 4), one thread", tuple(range(5, 96, 10)), _quality, "webp", 16_383),
    "avif": _Baseline(
        "AVIF",
        "4:4:4, tune=psnr, speed 6, all cores",
        tuple(range(15, 96, 10)),
        _avif,
        "avif",
        32_768,  # libavif's own bound, in reading only
    ),
    "jpeg2000": _Baseline(
        "JPEG2000",
        "irreversible, mct=1, quality is dB, one thread",
        tuple(range(24, 45, 2)),
        _jpeg2000,
        "jpg_2000",
        65_500,
    ),
}
JXL_QUALITIES = (10, *range(15, 96, 10))
NAMES = (*_BASELINES, "jxl")


def baseline(name: str) -> Contender:
    """The contender of this name; raises UsageError for an unknown one, MissingExtra if its library was left out."""
    if name == "jxl":
        return _jxl()
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
    Image.fromarray(pixels).save(buffer, chosen.format, **chosen.options(quality, picture.channels == 3))
    return buffer.getvalue()


def _decode(chosen: _Baseline, data: bytes) -> Samples:
    factory, _ = Image.OPEN[chosen.format]  # not Image.open, which refuses pictures that are large but ours
    with factory(io.BytesIO(data), "") as image:
        return np.asarray(image)


def _jxl() -> Contender:
    if not imagecodecs.JPEGXL.available:
        raise MissingExtra("this imagecodecs was built without JPEG XL: install the one from PyPI")
    return Contender(
        "jxl",
        f"imagecodecs {imagecodecs.__version__}, {imagecodecs.jpegxl_version()}, effort 7, all cores, VarDCT",
        JXL_QUALITIES,
        _encode_jxl,
        imagecodecs.jpegxl_decode,
    )


def _encode_jxl(picture: Picture, quality: float) -> bytes:
    pixels = picture.pixels[:, :, 0] if picture.channels == 1 else picture.pixels
    return bytes(imagecodecs.jpegxl_encode(pixels, distance=jxl_distance(quality), effort=7, numthreads=0))


def jxl_distance(quality: float) -> float:
    """Butteraugli distance of a quality of 0 ... 100, as cjxl takes it (libjxl, JxlEncoderDistanceFromQuality)."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25
