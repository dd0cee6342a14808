"""A picture as it is shown beside its name or in a notebook: small, upright, in 8 bits, with its colour profile."""

import base64
import html
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

import imagecodecs
import numpy as np
from PIL import Image

from aecodec.pictures import imagefile
from aecodec.pictures.foreign import foreign_errors
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import upright
from aecodec.pictures.picture import Picture
from aecodec.pictures.pilmodes import to_pil
from aecodec.pictures.resizing import shrunk

NOTEBOOK_SIDE = 1024  # pixels; a notebook keeps what it shows in its file


def png(picture: Picture, side: int = NOTEBOOK_SIDE) -> bytes:
    """The PNG of a picture made to fit into `side` pixels a side, never enlarged."""
    if picture.bit_depth == 16:
        picture = imagefile.in_8_bits(picture)
    small = upright(shrunk(picture, side))
    out = BytesIO()
    imagefile.write(replace(small, metadata=Metadata(icc=small.metadata.icc)), out, "png")
    return out.getvalue()


def jpeg_xl(picture: Picture, size: tuple[int, int], distance: float) -> bytes:
    """The codestream of a picture without alpha made (width, height) large, in 8 bits, not turned, as far from it as
    libjxl's `distance` says.
    """
    if picture.bit_depth == 16:
        picture = imagefile.in_8_bits(picture)
    image = to_pil(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    with foreign_errors():
        return bytes(imagecodecs.jpegxl_encode(np.asarray(image), distance=distance, usecontainer=False, numthreads=1))


def figure(lines: Iterable[str], image: bytes | None = None) -> str:
    """HTML of lines of text, under the PNG `image` if there is one."""
    caption = "<br>".join(html.escape(line) for line in lines)
    shown = f'<img src="data:image/png;base64,{base64.b64encode(image).decode()}"><br>' if image else ""
    return f"<div>{shown}<small>{caption}</small></div>"
