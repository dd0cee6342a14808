"""What became of one input: what a command says of it, and the fields of its object with `--json`.

An input that needs no work, or that failed, has a plain `Row`: nothing is known of its picture. Any other has the
row of its command.
"""

from dataclasses import dataclass, field

from aecodec.codec.header import Cleaning


@dataclass(frozen=True)
class Row:
    """What there is to say of any input."""

    input: str
    output: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None  # from reading to writing, others beside it
    skipped: bool = False  # the output was there already
    errors: tuple[str, ...] = ()  # several only where --keep-going or --check lists damage


@dataclass(frozen=True, kw_only=True)
class EncodedRow(Row):
    """`encode` has written a .aec file."""

    width: int
    height: int
    bytes: int
    bpp: float  # the same per pixel, in bits
    quality: float
    lossless: float  # share of the pixels that are kept as they are, 0 ... 1
    psnr_db: float  # inf: identical
    effort: int
    plain_bytes: int | None  # what effort 0 would have written, and its PSNR; None: this is effort 0
    plain_psnr_db: float | None
    sigma: float | None  # noise level that was removed, in levels of 255; None: it was left in
    strength: float | None  # 0 ... 1, of the removal
    seconds: float


@dataclass(frozen=True, kw_only=True)
class DecodedRow(Row):
    """`decode` has painted a picture, or `decode --check` would have."""

    width: int
    height: int
    bytes: int  # of the .aec file
    bpp: float | None  # the same per pixel, in bits; None of a crop
    quality: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class DenoisedRow(Row):
    """`denoise` has written a picture."""

    width: int
    height: int
    bytes: int  # of the clean picture's file
    sigma: float  # noise level that was removed, in levels of 255
    strength: float  # 0 ... 1, of the removal
    seconds: float


@dataclass(frozen=True)
class PrintSize:
    """Pixels per unit of length, to the right and down."""

    x: float
    y: float
    unit: str  # inch, centimetre, metre; none: only their ratio counts


@dataclass(frozen=True, kw_only=True)
class Description(Row):
    """What `info` has read in the header of a .aec file."""

    width: int
    height: int
    bytes: int
    bpp: float
    quality: float
    channels: int
    bit_depth: int
    alpha: bool
    exact: bool  # RGB under alpha 0 was kept
    model: str | None  # the name of its weights; None: not among those shipped, or no weights are needed
    weights_id: str | None  # hexadecimal; None: no weights are needed, every tile is lossless
    tile_side: int  # pixels
    tiles: int
    lossless_tiles: int
    covered_tiles: int  # of latents under a lossless layer
    tile_bytes: int
    denoised: Cleaning | None
    resolution: PrintSize | None
    gamma: float | None  # exponent of the encoding
    chromaticities: tuple[float, ...] | None  # x and y of white, red, green and blue
    cicp: tuple[int, ...] | None  # primaries, transfer, matrix, full range: code points of H.273
    srgb: int | None  # rendering intent
    parts: dict[str, int] = field(default_factory=dict)  # name and bytes of what else there is
