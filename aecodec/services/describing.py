"""What .aec files say of themselves: header, index and the note of a denoiser; no more is read."""

import os
import sys
from dataclasses import dataclass, field
from typing import BinaryIO

from aecodec import metrics
from aecodec.codec import container
from aecodec.codec.header import Cleaning
from aecodec.codec.layout import read_layout
from aecodec.errors import FormatError, WeightsError
from aecodec.models import manifest
from aecodec.services.files import Job, Row


@dataclass(frozen=True)
class Description(Row):
    """What the header of a .aec file says."""

    channels: int = 3
    bit_depth: int = 8
    alpha: bool = False
    exact: bool = False  # RGB under alpha 0 was kept
    model: str | None = None  # the name of its weights; None: not among those shipped
    weights_id: str = ""  # hexadecimal
    tile_side: int = 0  # pixels
    tiles: int = 0
    tile_bytes: int = 0
    denoised: Cleaning | None = None
    parts: dict[str, int] = field(default_factory=dict)  # name and bytes of what else there is


def describe(job: Job) -> Description:
    """What header and index say; no more is read. A file of another size than theirs is an error."""
    if job.source is None:
        data = sys.stdin.buffer.read()
        return _describe(job, data, len(data))
    with job.source.open("rb") as stream:
        return _describe(job, stream, os.fstat(stream.fileno()).st_size)


def _describe(job: Job, source: bytes | BinaryIO, size: int) -> Description:
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
