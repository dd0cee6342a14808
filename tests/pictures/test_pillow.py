"""What Pillow opens: what it leaves out is told, and its own bounds are left alone."""

import struct
import tracemalloc
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import formats, pillow
from aecodec.pictures.imagefile import read
from aecodec.pictures.wanted import Wanted
from tests import drawn
from tests.drawn import read_quietly, read_with_warnings


def test_depth_that_pillow_drops_warns() -> None:
    array = drawn.samples((20, 31, 3), 16)
    for data in (imagecodecs.jpeg2k_encode(array), imagecodecs.avif_encode(array >> 6, bitspersample=10)):
        picture, warnings = read_with_warnings(data)
        assert picture.bit_depth == 8
        assert ["is read as 8 bit" in warning for warning in warnings] == [True]


def test_pillows_own_bound_neither_applies_nor_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)

    for name in ("png-rgb", "jpeg-rgb", "bmp", "tiff-rgb"):
        assert read_quietly(drawn.MAKERS[name]()).width == 31
    assert Image.MAX_IMAGE_PIXELS == 100


def jpeg_bomb(side: int) -> bytes:
    """A JPEG of 16 x 16 pixels whose header claims side x side."""
    data = bytearray(drawn.pil_file(Image.new("RGB", (16, 16)), "JPEG", optimize=True))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", side, side)
    return bytes(data)


def gif_bomb(side: int, frame: int) -> bytes:
    """A GIF of 29 bytes whose canvas is side x side pixels, with a picture of frame x frame on it."""
    sizes = struct.pack("<HH", side, side), struct.pack("<HH", frame, frame)
    return b"GIF89a%s\0\0\0,\0\0\0\0%s\0\x02\x02\x44\x01\0;" % sizes


@pytest.mark.parametrize("max_pixels", [1 << 30, Wanted().max_pixels])
@pytest.mark.parametrize("data", [jpeg_bomb(13_000), gif_bomb(13_000, 13_000), gif_bomb(13_000, 1)])
def test_what_cannot_be_in_so_few_bytes_takes_no_memory(data: bytes, max_pixels: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=r"truncated (JPEG|GIF): .* bytes cannot be 13000 x 13000 pixels"):
            read(BytesIO(data), wanted=Wanted(max_pixels=max_pixels))
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("format", "options"), [("JPEG", {"optimize": True, "progressive": True}), ("GIF", {})])
def test_a_large_flat_picture_is_no_bomb(format: str, options: dict[str, bool]) -> None:
    """What such a file may be at its smallest: the codes of one colour are the shortest there are."""
    data = drawn.pil_file(Image.new("L", (4200, 4200), 128), format, **options)

    pillow.refuse_hollow(format, 4200, 4200, len(data))
    assert pillow.SMALL < 4200 * 4200


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(
    ("format", "options"), [("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 100})]
)
def test_any_picture_of_an_animation_is_read(format: str, options: dict[str, object], page: int) -> None:
    data = drawn.animation(format, **options)
    image = Image.open(BytesIO(data))
    image.seek(page - 1)

    picture = read_quietly(data, wanted=Wanted(page))

    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))
    with pytest.raises(BadInput, match="no such page: the file has 3"):
        read(BytesIO(data), wanted=Wanted(4))


def test_the_sizes_of_an_icon_that_are_not_kept_are_told() -> None:
    image = Image.new("RGB", (64, 64))
    picture, warnings = read_with_warnings(drawn.pil_file(image, "ICO", sizes=[(16, 16), (32, 32), (64, 64)]))

    assert picture.pixels.shape == (64, 64, 3)
    assert warnings == ["ICO of 3 sizes: only the largest is kept"]
    assert read_quietly(drawn.pil_file(image, "ICO", sizes=[(32, 32)])).width == 32


def test_what_is_taken_from_folders_is_what_pillow_opens() -> None:
    Image.init()
    taken = {Image.EXTENSION[suffix] for suffix in formats.READ["pillow"]} - {"MPO"}  # which comes as a JPEG

    assert taken <= set(Image.OPEN) - pillow.UNREAD_FORMATS


@pytest.mark.parametrize("format", ["TGA", "PCX", "ICO", "ICNS", "JPEG2000", "QOI", "SGI", "DDS", "MPO", "DIB"])
def test_pictures_of_less_common_formats_are_read(format: str) -> None:
    image = Image.fromarray(drawn.samples((32, 32, 3)))
    data = drawn.pil_file(image, format)

    picture, _ = read_with_warnings(data)  # of icons: that there are several sizes

    assert np.array_equal(picture.pixels, np.asarray(Image.open(BytesIO(data)).convert("RGB")))
