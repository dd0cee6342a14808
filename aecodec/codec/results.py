"""What encoding and decoding a picture give, and how a notebook shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from aecodec import bits
from aecodec.codec.layout import read_header
from aecodec.pictures import preview
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
    psnr_db: float  # of what a decoder will show against the input; infinite if identical
    lossless: float = 0.0  # share of the pixels that are kept as they are
    ceiling: str | None = None  # why the target was missed by far, or lossless taken to meet it
    plain: Plain | None = None  # what an effort above 0 is measured against
    decode: "Callable[[bytes], Decoded] | None" = field(default=None, repr=False)  # for notebooks

    @cached_property
    def _preview(self) -> bytes | None:
        return None if self.decode is None else preview.png(self.decode(self.data).picture)

    def _repr_png_(self) -> bytes | None:
        """What a decoder will show, for notebooks, which ask for it: that decodes the picture, once."""
        return self._preview

    def _repr_html_(self) -> str:
        """The picture as it will be shown, its size and quality."""
        header = read_header(self.data)
        size = len(self.data)
        bpp = bits.per_pixel(size, header.width, header.height)
        kept = "lossless" if self.lossless == 1 else f"quality {self.quality:g}"
        lines = [f"{header.width}x{header.height}  {size:,} bytes  {bpp:.3f} bpp  {kept}"]
        return preview.figure(lines if self.ceiling is None else [*lines, self.ceiling], self._preview)


@dataclass(frozen=True)
class Decoded:
    """A picture and, where the file was damaged and the decoder told to go on, a line for each loss."""

    picture: Picture
    quality: float
    damage: tuple[str, ...] = ()

    def _repr_png_(self) -> bytes:
        """The picture for notebooks that show no HTML, of at most `preview.NOTEBOOK_SIDE` pixels a side."""
        return preview.png(self.picture)

    def _repr_html_(self) -> str:
        """The picture, its size and quality and what was lost, for notebooks."""
        picture = self.picture
        return preview.figure(
            [f"{picture.width}x{picture.height}  {picture.bit_depth} bits  quality {self.quality:g}", *self.damage],
            self._repr_png_(),
        )
