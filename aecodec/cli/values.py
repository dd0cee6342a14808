"""How the values of options are read: what is none of theirs is a UsageError that names the option."""

import math
import os
import re
from collections.abc import Callable
from fractions import Fraction

from aecodec.errors import UsageError
from aecodec.limits import MAX_PIXELS
from aecodec.quality import quality_to_step, step_to_quality

MAX_SIGMA = 255.0  # levels: a picture has no more
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*(?:([kmg])(ib|b)?|b)?", re.IGNORECASE | re.ASCII)
_SIZE_POWER = {"": 0, "k": 1, "m": 2, "g": 3}
_PIXELS = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kmg]?)", re.IGNORECASE | re.ASCII)
_PIXELS_UNIT = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh]?)", re.IGNORECASE)
_DURATION_UNIT = {"": 1, "s": 1, "m": 60, "h": 3600}
_RESIZE = re.compile(r"(\d{1,9})?x(\d{1,9})?|(\d{1,9}(?:\.\d{1,9})?)%", re.IGNORECASE)
METADATA = {  # what --strip can name, and the fields of `Metadata` that it leaves out
    "exif": ("exif",),
    "icc": ("icc",),
    "xmp": ("xmp",),
    "dpi": ("resolution",),
    "colour": ("gamma", "chromaticities", "cicp", "srgb"),
}


def parse_quality(text: str) -> float:
    """1 ... 100, rounded to the steps that a file can store."""
    quality = _number(text, "-q")
    if not 1 <= quality <= 100:
        raise UsageError(f"-q {text}: quality goes from 1 to 100; for identical samples there is --lossless")
    return step_to_quality(quality_to_step(quality))


def parse_effort(text: str) -> int:
    if re.fullmatch(r"[0-9]", text) is None:
        raise UsageError(f"--effort {text}: goes from 0, the fastest, to 9, the smallest files")
    return int(text)


def parse_bpp(text: str) -> float:
    return _positive(text, "--bpp")


def parse_psnr(text: str) -> float:
    return _positive(text, "--psnr")


def parse_size(text: str) -> int:
    """Bytes: 20000, 20k or 20kB (thousands), 20KiB (of 1024), 1.5M; in upper or lower case."""
    match = _SIZE.fullmatch(text.strip())
    size = 0
    if match is not None:
        kilo = 1024 if (match[3] or "").lower() == "ib" else 1000
        unit = kilo ** _SIZE_POWER[(match[2] or "").lower()]
        size = math.floor(Fraction(match[1]) * unit)  # 1.001k in floats is 1000 bytes
    if size < 1:
        raise UsageError(f"--max-bytes {text}: give a size in bytes such as 20000, 20k, 20KiB or 1.5M")
    return size


def parse_pixels(text: str) -> int:
    """Pixels: 200000000, 400M (millions), 1G."""
    match = _PIXELS.fullmatch(text.strip())
    pixels = 0 if match is None else math.floor(Fraction(match[1]) * _PIXELS_UNIT[match[2].lower()])
    if not 1 <= pixels <= MAX_PIXELS:
        raise UsageError(f"--max-pixels {text}: give a number such as 400M or 1G, at most {MAX_PIXELS:,}")
    return pixels


def duration(option: str) -> Callable[[str], float]:
    """What reads the value of `option` as seconds: 90, 90s, 9m, 1.5h."""

    def parse(text: str) -> float:
        match = _DURATION.fullmatch(text.strip())
        seconds = 0.0 if match is None else float(match[1]) * _DURATION_UNIT[match[2].lower()]
        if seconds <= 0:
            raise UsageError(f"{option} {text}: give a duration such as 90s, 9m or 1.5h")
        return seconds

    return parse


def parse_strip(text: str) -> frozenset[str]:
    """The fields of `Metadata` to leave out."""
    names = {name.strip().lower() for name in text.split(",")}
    if names == {"all"}:
        names = set(METADATA)
    if not names <= set(METADATA):
        raise UsageError(f"--strip {text}: give all, or a list of {', '.join(METADATA)}")
    return frozenset(field for name in names for field in METADATA[name])


def parse_resize(text: str | None) -> tuple[int | None, int | None, float] | None:
    """Width and height in pixels, of which one may be None, or neither and a factor."""
    if text is None:
        return None
    match = _RESIZE.fullmatch(text.strip())
    width, height, percent = match.groups() if match else (None, None, None)
    given = [float(number) for number in (width, height, percent) if number]
    if not given or min(given) <= 0:
        raise UsageError(f"--resize {text}: give WxH, Wx or xH in pixels, or a percentage: 1600x900, 1600x, x900, 50%")
    return int(width) if width else None, int(height) if height else None, float(percent or 100) / 100


def parse_output_quality(text: str) -> int:
    if re.fullmatch(r"\d{1,3}", text) is None or not 1 <= int(text) <= 100:
        raise UsageError(f"--output-quality {text}: a whole number from 1, the smallest files, to 100, the best ones")
    return int(text)


def parse_crop(text: str | None) -> tuple[int, int, int, int] | None:
    if text is None:
        return None
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--crop {text}: give X,Y,W,H in pixels, for example 0,0,256,256") from None
    if min(x, y) < 0 or min(width, height) < 1:
        raise UsageError(f"--crop {text}: X and Y start at 0, W and H at 1")
    return x, y, width, height


def parse_strength(text: str) -> float:
    strength = _number(text, "--strength")
    if not 0 <= strength <= 1:
        raise UsageError(f"--strength {text}: goes from 0, the input, to 1, all noise removed")
    return strength


def parse_sigma(text: str) -> float:
    sigma = _number(text, "--sigma")
    if not 0 < sigma <= MAX_SIGMA:
        raise UsageError(f"--sigma {text}: give the noise's standard deviation in levels of 255, above 0")
    return sigma


def parse_shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard {text}: give I/N with I from 1 to N, for example 2/8")
    return int(match[1]), int(match[2])


def parse_device(text: str) -> str:
    if re.fullmatch(r"auto|cpu|cuda(:\d+)?", text) is None:
        raise UsageError(f"--device {text}: give auto, cpu, cuda or cuda:N")
    return text


def _number(text: str, option: str) -> float:
    if "lossless" in text.lower():
        raise UsageError(f"{option} {text}: aecodec is lossy and has no lossless mode; use PNG or lossless WebP")
    try:
        return float(text)
    except ValueError:
        file = f"{option}{text}"  # of a name that begins like an option, as `*.png` may give
        hint = f"; the file {file} is named ./{file}" if os.path.lexists(file) else ""
        raise UsageError(f"{option} {text}: not a number{hint}") from None


def _positive(text: str, option: str) -> float:
    value = _number(text, option)
    if math.isinf(value) and value > 0:
        raise UsageError(f"{option} {text}: aecodec is lossy and has no lossless mode; use PNG or lossless WebP")
    if not value > 0:
        raise UsageError(f"{option} {text}: must be above 0")
    return value
