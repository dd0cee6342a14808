"""A small PNG of an .aec file, for desktops that show one beside its name."""

import os
from pathlib import Path
from typing import BinaryIO

from aecodec.codec import previews
from aecodec.codec.layout import read_layout
from aecodec.codec.reduced import FACTOR
from aecodec.errors import OutputError
from aecodec.limits import DEFAULT_MAX_PIXELS
from aecodec.outputs import write_whole
from aecodec.pictures import preview
from aecodec.pictures.picture import Picture
from aecodec.services.files import Engine, refuse_large
from aecodec.services.given import opened


def write(source: Path, target: Path, side: int, *, engine: Engine, force: bool) -> None:
    """Write the picture, upright, of at most `side` pixels a side, never enlarged, as PNG of 8 bits with its profile.

    An existing target is replaced if it is empty, as desktops make one before they ask, or with `force`. Raises
    AecodecError.
    """
    replaced = force or (target.is_file() and os.stat(target).st_size == 0)
    if target.is_file() and not replaced:  # told now: decoding takes its time
        raise OutputError(f"{target} exists already; name another, or replace it with --force")
    with opened(source) as stream:
        refuse_large(stream, DEFAULT_MAX_PIXELS)
        picture = _decoded(stream, side, engine)
    write_whole(target, preview.png(picture, side), replace=replaced)


def _decoded(stream: BinaryIO, side: int, engine: Engine) -> Picture:
    """The picture, or where that is enough its preview, or one of an eighth of its size, which costs less."""
    start = stream.tell()
    layout = read_layout(stream)
    if side <= previews.SIDE and (small := previews.read(stream, layout)) is not None:
        return small
    stream.seek(start)
    lazy, header = engine.codec(), layout.header
    if header.has_network and max(header.width, header.height) >= FACTOR * side:
        from aecodec.codec.reduced import eighth

        small = eighth(lazy.codec, stream)
        if small is not None:
            return small
    return lazy.decode(stream).picture
