"""JPEG and WebP out."""

import numpy as np
import pytest

from aecodec.pictures.picture import Metadata, Picture
from tests import drawn
from tests.drawn import read_quietly, written


@pytest.mark.parametrize("channels", [1, 3])
def test_webp_is_lossless_and_exact_under_transparency(channels: int) -> None:
    picture = drawn.picture(channels=channels, alpha=True)

    back = read_quietly(written(picture, "webp"))

    assert np.array_equal(back.pixels, np.broadcast_to(picture.pixels, (20, 31, 3)))
    assert np.array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_is_close(channels: int) -> None:
    picture = drawn.picture(60, 80, channels=channels)

    back = read_quietly(written(picture, "jpeg"))

    assert back.channels == channels
    assert np.abs(back.pixels.astype(int) - picture.pixels).mean() < 4


def test_the_longest_fields_of_jpeg_fit() -> None:
    fields = Metadata(exif=drawn.exif_block().ljust(65_504, b"\0"), xmp=b"x" * 65_504)

    assert read_quietly(written(Picture(drawn.picture().pixels, None, fields), "jpeg")).metadata == fields
