"""The size of a picture before it is read: of every kind of file the same as after."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import is_there
from aecodec.limits import MAX_PIXELS
from aecodec.pictures import formats, imagefile
from aecodec.pictures.measuring import pixels_of
from tests import drawn


def heic() -> bytes:
    if not is_there("heif"):
        pytest.skip("pillow-heif is not installed")
    import pillow_heif

    stream = BytesIO()
    pillow_heif.from_pillow(Image.fromarray(drawn.samples((20, 31, 3)))).save(stream)
    return stream.getvalue()


FILES = {
    **{f"{name}-8": lambda name=name: drawn.written(drawn.picture(), name) for name in formats.WRITTEN},
    "png-16": drawn.png_16,
    "tiff-16": lambda: drawn.tiff(drawn.samples((20, 31, 3), 16), photometric="rgb"),
    "tiff-float": lambda: drawn.tiff(np.zeros((20, 31), np.float32)),
    "jxl-16": lambda: drawn.written(drawn.picture(bits=16), "jxl"),
    "ppm-16": lambda: drawn.written(drawn.picture(bits=16), "ppm"),
    "ppm-plain": lambda: b"P3 31 20 255\n" + b"7 " * 3 * 31 * 20,
    "pfm": lambda: b"Pf\n31 20\n-1\n" + bytes(4 * 31 * 20),
    "gif": lambda: drawn.animation("GIF"),
    "heic": heic,
}


@pytest.mark.parametrize("kind", FILES)
def test_the_header_says_as_many_pixels_as_are_read(kind: str, tmp_path: Path):
    path = tmp_path / "picture"
    path.write_bytes(FILES[kind]())
    picture = imagefile.read(path)
    assert pixels_of(path) == picture.width * picture.height


def test_what_cannot_be_read_has_none(tmp_path: Path):
    path = tmp_path / "text"
    assert pixels_of(path) == 0
    for data in (b"", b"no picture", b"II*\0", b"\xff\x0a"):
        path.write_bytes(data)
        assert pixels_of(path) == 0


def test_what_may_be_a_bomb_has_as_many_as_may_be(tmp_path: Path):
    path = tmp_path / "bomb.png"
    path.write_bytes(drawn.png_bomb())
    assert pixels_of(path) == MAX_PIXELS
