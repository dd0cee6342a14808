"""A picture's metadata as the ancillary parts of an .aec file, and back; `container` specifies their bytes."""

import struct
from fractions import Fraction
from typing import Any

from aecodec.codec.layout import Part, PartKind
from aecodec.errors import Corrupt
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import Resolution, Unit

FIELDS = {
    PartKind.ICC: "icc",
    PartKind.EXIF: "exif",
    PartKind.XMP: "xmp",
    PartKind.RESOLUTION: "resolution",
    PartKind.GAMMA: "gamma",
    PartKind.CHROMATICITIES: "chromaticities",
    PartKind.CICP: "cicp",
    PartKind.SRGB: "srgb",
}

_NUMBERS = {  # of each part that is not bytes as they were
    PartKind.RESOLUTION: struct.Struct("<BIIII"),
    PartKind.GAMMA: struct.Struct("<I"),
    PartKind.CHROMATICITIES: struct.Struct("<8I"),
    PartKind.CICP: struct.Struct("<4B"),
    PartKind.SRGB: struct.Struct("<B"),
}
SMALL = frozenset(_NUMBERS)  # the kinds of a few bytes each


def payloads(metadata: Metadata) -> dict[PartKind, bytes]:
    """What each part holds, of those that there are."""
    given = {kind: getattr(metadata, name) for kind, name in FIELDS.items()}
    return {kind: _packed(kind, value) for kind, value in given.items() if value is not None}


def fields_of(part: Part, payload: bytes) -> dict[str, Any]:
    """The field of `Metadata` that a part holds, none if it holds another thing; raises Corrupt for illegal values."""
    if part.kind not in FIELDS:
        return {}
    kind = PartKind(part.kind)
    if kind not in _NUMBERS:
        return {FIELDS[kind]: payload}
    where = f"{part.name} at byte {part.offset}"
    numbers = _NUMBERS[kind]
    if len(payload) != numbers.size:
        raise Corrupt(f"{where}: has {len(payload)} bytes, not {numbers.size}")
    try:
        found: dict[str, Any] = {FIELDS[kind]: _unpacked(kind, numbers.unpack(payload))}
        Metadata(**found)
    except (ArithmeticError, ValueError) as error:
        raise Corrupt(f"{where}: {error}") from error
    return found


def _packed(kind: PartKind, value: Any) -> bytes:
    if kind not in _NUMBERS:
        return bytes(value)
    if isinstance(value, Resolution):
        value = (value.unit, *value.x.as_integer_ratio(), *value.y.as_integer_ratio())
    return _NUMBERS[kind].pack(*value if isinstance(value, tuple) else (value,))


def _unpacked(kind: PartKind, numbers: tuple[int, ...]) -> Resolution | tuple[int, ...] | int:
    if kind is not PartKind.RESOLUTION:
        return numbers if len(numbers) > 1 else numbers[0]
    unit, *terms = numbers
    found = Resolution(Fraction(*terms[:2]), Fraction(*terms[2:]), Unit(unit))
    if (*found.x.as_integer_ratio(), *found.y.as_integer_ratio()) != tuple(terms):
        raise ValueError(f"a resolution of {terms} is not in its lowest terms")
    return found
