"""What encoding and decoding a picture give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from aecodec.pictures.picture import Picture


@dataclass(frozen=True)
class Plain:
    """What effort 0 makes of the same picture and target."""

    bytes: int
    psnr_db: float


@dataclass(frozen=True, eq=False)
class Encoded:
    """A finished file and what is known of it."""

    data: bytes
    quality: float
    measure: Callable[[], float] = field(repr=False)
    lossless: float = 0.0  # share of the pixels that are kept as they are
    ceiling: str | None = None  # why the target was missed by far, or lossless taken to meet it
    plain: Plain | None = None  # what an effort above 0 is measured against

    @cached_property
    def psnr_db(self) -> float:
        """PSNR in dB of what a decoder will show against the input; infinite if identical.

        Measured when it is first asked for: that decodes the picture, half as long again as encoding it.
        """
        return self.measure()


@dataclass(frozen=True)
class Decoded:
    """A picture and, where the file was damaged and the decoder told to go on, a line for each loss."""

    picture: Picture
    quality: float
    damage: tuple[str, ...] = ()
