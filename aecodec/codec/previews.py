"""The preview that a large file carries: a small JPEG XL picture, for whoever shows many files at once.

It is there only where the picture is large, so that decoding takes its time, and for one byte in 128 at most.
"""

from functools import cache
from typing import BinaryIO

from aecodec.codec import container
from aecodec.codec.layout import Layout
from aecodec.errors import Corrupt
from aecodec.pictures import lossless, preview
from aecodec.pictures.picture import Picture

SIDE = 256  # pixels, the longer one
LEAST_PIXELS = 4_000_000  # of a picture: a smaller one is decoded as quickly as it is looked for
SHARE = 128  # of the file's bytes, one
DISTANCES = (1.5, 2.5, 4.0, 6.0, 9.0)  # of libjxl: 1 is as good as the original to the eye


class Previews:
    """What may be put beside a picture, made when it is first asked for; nothing where it is small or has alpha."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._there = picture.alpha is None and picture.width * picture.height >= LEAST_PIXELS
        self._coded = cache(self._at)

    def within(self, size: int) -> bytes | None:
        """The best preview for a file of so many bytes, if one is small enough."""
        if not self._there:
            return None
        return next((data for data in map(self._coded, DISTANCES) if len(data) <= size // SHARE), None)

    def _at(self, distance: float) -> bytes:
        return preview.jpeg_xl(self._picture, size_of(self._picture.width, self._picture.height), distance)


def size_of(width: int, height: int) -> tuple[int, int]:
    """Width and height of the preview of a picture: the longer side is 256, the other in proportion, at least 1."""
    longer = max(width, height)
    return max((2 * width * SIDE + longer) // (2 * longer), 1), max((2 * height * SIDE + longer) // (2 * longer), 1)


def read(source: BinaryIO, layout: Layout) -> Picture | None:
    """The preview, 8 bits, with the file's metadata, of a stream that `read_layout` has just read; None without one.

    Raises FormatError for damaged parts; tiles are not looked at.
    """
    behind = source.tell()
    payload = container.read_preview(source, layout)
    header = layout.header
    width, height = size_of(header.width, header.height)
    if payload is None:
        return None
    try:
        pixels = lossless.decode(payload, (height, width, header.channels), 8)
    except Corrupt:  # whoever wrote it, the picture itself may be whole
        return None
    source.seek(behind)
    return Picture(pixels, None, container.parse(source, tiles=(), layout=layout).metadata)
