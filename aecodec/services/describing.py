"""What .aec files say of themselves: header, index, a denoiser's note, resolution and colour; no more is read."""

from collections import Counter
from typing import BinaryIO

from aecodec import bits
from aecodec.codec import container
from aecodec.codec.layout import TileKind, read_layout
from aecodec.errors import FormatError, WeightsError
from aecodec.models import manifest
from aecodec.pictures.colour import SCALE
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import Resolution
from aecodec.services.jobs import Job
from aecodec.services.rows import Description, PrintSize
from aecodec.services.streams import coded_stream


def describe(job: Job) -> Description:
    """What header, index and parts of a few bytes say. A file of another size than the index says is an error."""
    with coded_stream(job) as (stream, size):
        return _describe(job, stream, size)


def _describe(job: Job, source: BinaryIO, size: int) -> Description:
    layout = read_layout(source)
    header = layout.header
    weights_id = header.weights_hash.hex() if header.has_network else None
    holds = Counter(tile.holds for tile in layout.tiles)
    parts = {part.name: part.size for part in layout.parts}
    wrong = () if size == layout.size else (f"has {size:,} bytes, but its index says {layout.size:,}",)
    denoised, side = None, Metadata()
    try:
        denoised = container.read_cleaning(source, layout)
        side = container.read_small_metadata(source, layout)
    except FormatError as error:
        wrong = (*wrong, str(error))
    return Description(
        input=job.name,
        width=header.width,
        height=header.height,
        bytes=size,
        bpp=bits.per_pixel(size, header.width, header.height),
        quality=header.quality,
        errors=wrong,
        channels=header.channels,
        bit_depth=header.bit_depth,
        alpha="ALPHA" in parts or header.tiles_alpha,
        exact=header.exact,
        model=weights_id and _shipped_name(weights_id),
        weights_id=weights_id,
        denoised=denoised,
        resolution=_print_size(side.resolution),
        gamma=None if side.gamma is None else side.gamma / SCALE,
        chromaticities=None if side.chromaticities is None else tuple(n / SCALE for n in side.chromaticities),
        cicp=side.cicp,
        srgb=side.srgb,
        tile_side=header.tile_side,
        tiles=len(layout.tiles),
        lossless_tiles=holds[TileKind.LOSSLESS],
        covered_tiles=holds[TileKind.LAYERS],
        tile_bytes=sum(tile.size for tile in layout.tiles),
        parts=parts,
    )


def _print_size(resolution: Resolution | None) -> PrintSize | None:
    if resolution is None:
        return None
    return PrintSize(float(resolution.x), float(resolution.y), resolution.unit.name.lower())


def _shipped_name(weights_id: str) -> str | None:
    try:
        return next((row.name for row in manifest.read() if row.sha256.startswith(weights_id)), None)
    except WeightsError:  # a file can be described without any weights
        return None
