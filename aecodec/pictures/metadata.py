"""What a picture has beside its pixels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aecodec.pictures.colour import COLOUR_FIELDS, is_legal
from aecodec.pictures.resolution import Resolution


@dataclass(frozen=True)
class Metadata:
    """Side information, exactly as it was; each field is None where the picture has none.

    icc is a profile, exif a TIFF block without the "Exif\\0\\0" that JPEG puts before it, xmp an XML packet, byte for
    byte; `aecodec.pictures.colour` says what the last four are. An illegal value of those raises ValueError.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    resolution: Resolution | None = None
    gamma: int | None = None
    chromaticities: tuple[int, ...] | None = None
    cicp: tuple[int, ...] | None = None
    srgb: int | None = None

    def __post_init__(self) -> None:
        for name in COLOUR_FIELDS:
            value = getattr(self, name)
            if value is not None and not is_legal(name, value):
                raise ValueError(f"a {name} of {value} is illegal")

    def without(self, names: Iterable[str]) -> "Metadata":
        """A copy that lacks the fields of these names."""
        return replace(self, **dict.fromkeys(names))
