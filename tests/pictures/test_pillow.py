"""What Pillow opens: what it leaves out is told, and its own bounds are left alone."""

import imagecodecs
import pytest
from PIL import Image

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
