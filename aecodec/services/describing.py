"""What .aec files say of themselves: header, index and the note of a denoiser; no more is read."""

from typing import BinaryIO

from aecodec import metrics
from aecodec.codec import container
from aecodec.codec.layout import read_layout
from aecodec.errors import FormatError, WeightsError
from aecodec.models import manifest
from aecodec.services.files import coded_stream
from aecodec.services.jobs import Job
from aecodec.services.rows import Description


def describe(job: Job) -> Description:
    """What header and index say; no more is read. A file of another size than theirs is an error."""
    with coded_stream(job) as (stream, size):
        return _describe(job, stream, size)


def _describe(job: Job, source: BinaryIO, size: int) -> Description:
    layout = read_layout(source)
    header = layout.header
    weights_id = header.weights_hash.hex()
    parts = {part.name: part.size for part in layout.parts}
    wrong = () if size == layout.size else (f"has {size:,} bytes, but its index says {layout.size:,}",)
    try:
        denoised = container.read_cleaning(source, layout)
    except FormatError as error:
        denoised, wrong = None, (*wrong, str(error))
    return Description(
        input=job.name,
        width=header.width,
        height=header.height,
        bytes=size,
        bpp=metrics.bits_per_pixel(size, header.width, header.height),
        quality=header.quality,
        errors=wrong,
        channels=header.channels,
        bit_depth=header.bit_depth,
        alpha="ALPHA" in parts,
        exact=header.exact,
        model=_shipped_name(weights_id),
        weights_id=weights_id,
        denoised=denoised,
        tile_side=header.tile_side,
        tiles=len(layout.tiles),
        tile_bytes=sum(tile.size for tile in layout.tiles),
        parts=parts,
    )


def _shipped_name(weights_id: str) -> str | None:
    try:
        return next((row.name for row in manifest.read() if row.sha256.startswith(weights_id)), None)
    except WeightsError:  # a file can be described without any weights
        return None
