"""The .aec file of a job as a stream, of which each reader takes what it needs."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from aecodec.services.jobs import Job
from aecodec.services.places import readable


@contextmanager
def coded_stream(job: Job) -> Iterator[tuple[BinaryIO, int]]:
    """The .aec file of a job as a seekable stream, and its size in bytes: whoever reads it takes what it needs.

    Only what cannot be sought in, standard input or a pipe, is read whole, up to a limit: raises LimitExceeded.
    """
    source = sys.stdin.buffer if job.source is None else readable(job.source)
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        if job.source is not None and stream.seekable():
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            yield stream, size
        else:
            from aecodec.pictures.imagefile import read_bytes  # here: who only describes files reads no pictures

            data = read_bytes(stream)
            yield io.BytesIO(data), len(data)
