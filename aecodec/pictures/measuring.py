"""How many pixels the picture in a file has, as its header says, before it is read."""

from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from aecodec.errors import AecodecError, LimitExceeded
from aecodec.limits import MAX_PIXELS
from aecodec.pictures import heif, jxl, tiff
from aecodec.pictures.foreign import foreign_errors
from aecodec.pictures.overheard import overheard


def pixels_of(path: Path) -> int:
    """Of the first picture in a file: 0 of what cannot be read, and the limit of what Pillow takes for a bomb."""
    try:
        with path.open("rb") as stream, foreign_errors(), overheard(lambda line: None):
            width, height = _size(stream)
            return width * height
    except LimitExceeded:
        return MAX_PIXELS
    except (AecodecError, OSError):
        return 0


def _size(stream: BinaryIO) -> tuple[int, int]:
    start = stream.read(16)
    stream.seek(0)
    if start.startswith(tiff.SIGNATURES):
        with tiff.opened(stream) as found:
            page: Any = found.pages[0]
            return page.imagewidth, page.imagelength
    for size_of in (jxl.size, heif.size):
        size = size_of(stream)
        stream.seek(0)
        if size is not None:
            return size
    with Image.open(stream) as image:
        return image.size
