"""How much memory a job takes at most, told by the header of its input before that is read.

Bytes a pixel are of the process at its peak, less what it has when nothing runs: encoded, decoded and denoised pictures
of 0.1 to 12 megapixels stay below.
"""

from pathlib import Path

from aecodec.codec.layout import read_header
from aecodec.errors import AecodecError
from aecodec.services.jobs import Job

TILE_PIXELS, TILE_BYTES = 2_300_000, 700  # a pixel of those that a network has at a time
PICTURE_BYTES = 40  # a pixel of the whole: as it is, as latents, as the other one that it becomes
STREAM_PIXELS = 24_000_000  # that a picture is taken to have where its header cannot be read alone


def of_picture(job: Job) -> int:
    """Bytes that encoding or denoising takes."""
    from aecodec.pictures.measuring import pixels_of  # here: a picture alone is not weighed

    path = _file(job)
    return _bytes(STREAM_PIXELS if path is None else pixels_of(path))


def of_coded(job: Job) -> int:
    """Bytes that decoding takes."""
    path = _file(job)
    if path is None:
        return _bytes(STREAM_PIXELS)
    try:
        with path.open("rb") as stream:
            header = read_header(stream)
    except (AecodecError, OSError):
        return 0  # nor will it be decoded
    return _bytes(header.width * header.height)


def _file(job: Job) -> Path | None:
    """The input, where looking at it takes nothing away: of a pipe that can be done once."""
    return job.source if isinstance(job.source, Path) and job.source.is_file() else None


def _bytes(pixels: int) -> int:
    return TILE_BYTES * min(pixels, TILE_PIXELS) + PICTURE_BYTES * pixels
