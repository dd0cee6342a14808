"""Resolution and colour in the words of Pillow's `info` and of TIFF's tags, to ours and back."""

import struct
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from PIL import Image

from aecodec.pictures.colour import SCALE, Colour, is_legal, is_srgb
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import METRES, Resolution, Unit, legal, of_dpi
from aecodec.pictures.wanted import Warn

X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296  # tags of TIFF
WHITE_POINT, PRIMARIES = 318, 319

NCLX = b"colrnclx"  # type and kind of the box of HEIF (ISO/IEC 23008-12, 6.5.5) that primaries and transfer follow
UNSPECIFIED = 2  # primaries or transfer (H.273)
BMP_METRES = 39.3701  # inches, as Pillow has it
_FIELDS = {"gamma": "gamma", "chromaticity": "chromaticities", "cicp": "cicp", "srgb": "srgb"}  # in `info`; ours


def resolution(image: Image.Image) -> Resolution | None:
    """What a Pillow picture says, exactly as its file does; None where it says nothing of use."""
    info = image.info
    if "jfif_density" in info:
        unit = info["jfif_unit"]
        x, y = map(Fraction, info["jfif_density"])
        return legal(x, y, Unit(unit)) if unit < Unit.METRE else None
    if image.format in ("JPEG", "MPO"):  # what Pillow then gives is in the EXIF block, where it stays
        return None
    if image.format == "TIFF":
        return of_tags(image.getexif())
    if "aspect" in info:  # PNG's without a unit
        x, y = map(Fraction, info["aspect"])
        return legal(x, y, Unit.NONE)
    if not isinstance(dpi := info.get("dpi"), tuple) or len(dpi) != 2:
        return None
    inches = {"PNG": 1 / float(METRES[Unit.INCH]), "BMP": BMP_METRES, "DIB": BMP_METRES}.get(image.format or "")
    if inches is None:
        return of_dpi(*map(float, dpi))
    x, y = (Fraction(round(value * inches)) for value in dpi)  # a whole number, which Pillow has divided
    return legal(x, y, Unit.METRE)


def of_tags(tags: Mapping[int, Any]) -> Resolution | None:
    """The resolution of a TIFF (6.0, section 8)."""
    x, y = (_fraction(tags.get(tag)) for tag in (X_RESOLUTION, Y_RESOLUTION))
    unit = tags.get(RESOLUTION_UNIT, 2)
    if x is None or y is None or unit not in (1, 2, 3):
        return None
    return legal(x, y, Unit(unit - 1))


def chromaticities_of_tags(tags: Mapping[int, Any], warn: Warn) -> tuple[int, ...] | None:
    """The chromaticities of a TIFF (6.0, section 20), rounded to PNG's; both tags or none."""
    values = [*_numbers(tags.get(WHITE_POINT)), *_numbers(tags.get(PRIMARIES))]
    fractions = [_fraction(value) for value in values]
    if not values or None in fractions:
        return None
    found = tuple(round(value * SCALE) for value in fractions if value is not None)
    return found if is_kept("chromaticities", found, warn) else None


def colour(image: Image.Image, warn: Warn) -> dict[str, Any]:
    """The fields gamma, chromaticities, cicp and srgb of `Metadata` that a Pillow picture has; warns of nonsense."""
    if image.format == "TIFF":
        found = chromaticities_of_tags(image.getexif(), warn)
        return {} if found is None else {"chromaticities": found}
    there = {ours: image.info[key] for key, ours in _FIELDS.items() if key in image.info}
    scaled: dict[str, Callable[[Any], Colour]] = {
        "gamma": lambda value: round(value * SCALE),
        "chromaticities": lambda value: tuple(round(number * SCALE) for number in value),
    }
    fields = {name: scaled[name](value) if name in scaled else value for name, value in there.items()}
    return {name: value for name, value in fields.items() if is_kept(name, value, warn)}


def cicp_of_avif(data: bytes) -> tuple[int, ...] | None:
    """Primaries and transfer of an AVIF, which Pillow knows nothing of; None where they are unspecified or sRGB's.

    The matrix is of the samples inside, no longer of the RGB that a decoder gives. A profile counts before them.
    """
    at = data.find(NCLX)
    if at < 0 or len(data) < at + len(NCLX) + 4 or b"colrprof" in data:
        return None
    primaries, transfer = struct.unpack_from(">HH", data, at + len(NCLX))
    found = (primaries, transfer, 0, 1)
    told = UNSPECIFIED not in (primaries, transfer) and is_legal("cicp", found) and not is_srgb("cicp", found)
    return found if told else None


def is_kept(name: str, value: Colour, warn: Warn) -> bool:
    """Whether a field has a legal value; warns if not."""
    if is_legal(name, value):
        return True
    warn(f"its {name} of {value} cannot be and is dropped")
    return False


def info(metadata: Metadata) -> dict[str, Any]:
    """Resolution and colour as Pillow's readers put them into `info`."""
    found: dict[str, Any] = {"cicp": metadata.cicp, "srgb": metadata.srgb}
    if metadata.resolution is not None:
        x, y = map(float, metadata.resolution.per(Unit.INCH))
        found["aspect" if metadata.resolution.unit is Unit.NONE else "dpi"] = (x, y)
    if metadata.gamma is not None:
        found["gamma"] = metadata.gamma / SCALE
    if metadata.chromaticities is not None:
        found["chromaticity"] = tuple(number / SCALE for number in metadata.chromaticities)
    return {key: value for key, value in found.items() if value is not None}


def _numbers(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _fraction(value: Any) -> Fraction | None:
    """The value of a field of type RATIONAL, or of one number; None for 0/0 and the like."""
    try:
        return Fraction(value.numerator, value.denominator)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return None
