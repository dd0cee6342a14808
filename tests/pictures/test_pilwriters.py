"""JPEG, WebP, AVIF and BMP out."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest

from aecodec.pictures.imagefile import write
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from aecodec.pictures.resolution import Resolution, Unit
from tests import drawn
from tests.drawn import assert_same_samples, exif_of, read_quietly, written


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


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_the_better_the_quality_the_closer(format: str) -> None:
    picture = drawn.picture(60, 80)
    errors = []
    for quality in (100, 60, 10):
        stream = BytesIO()
        write(picture, stream, format, quality=quality)
        errors.append(np.square(read_quietly(stream.getvalue()).pixels.astype(float) - picture.pixels).mean())
    assert 0 < errors[0] < errors[1] < errors[2]


def test_webp_at_a_quality_keeps_alpha_exactly() -> None:
    picture = drawn.picture(60, 80, alpha=True)
    stream = BytesIO()
    write(picture, stream, "webp", quality=40)

    assert np.array_equal(read_quietly(stream.getvalue()).alpha, picture.alpha)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_avif_is_close(channels: int, alpha: bool) -> None:
    picture = drawn.picture(60, 80, channels=channels, alpha=alpha)

    back = read_quietly(written(picture, "avif"))

    assert np.abs(back.pixels.astype(int) - picture.pixels).mean() < 2
    if alpha:
        assert np.abs(np.subtract(back.alpha, picture.alpha, dtype=int)).mean() < 2


@pytest.mark.parametrize("tag", range(1, 9))
def test_avif_keeps_what_belongs_to_a_picture(tag: int) -> None:
    back = read_quietly(written(replace(drawn.picture(60, 80), metadata=drawn.metadata(tag)), "avif"))

    assert (back.metadata.icc, back.metadata.xmp) == (drawn.srgb_profile(), drawn.XMP)
    exif = exif_of(back.metadata)
    assert exif.get(274, 1) == tag
    assert exif[271] == "A maker"
    assert exif.get_ifd(0x8769)[36867] == drawn.EXIF_TIME
    assert back.pixels.shape == (60, 80, 3)


def test_avif_drops_exif_that_is_broken_aloud() -> None:
    broken = bytearray(drawn.exif_block())
    broken[4:8] = b"\xff" * 4
    warnings: list[str] = []

    write(Picture(drawn.picture().pixels, None, Metadata(exif=bytes(broken))), BytesIO(), "avif", warn=warnings.append)

    assert ["EXIF" in warning for warning in warnings] == [True]


@pytest.mark.parametrize("channels", [1, 3])
def test_bmp_is_lossless(channels: int) -> None:
    picture = drawn.picture(channels=channels)

    assert_same_samples(read_quietly(written(picture, "bmp")), picture)


@pytest.mark.parametrize("size", [(1, 1), (20, 31)])
@pytest.mark.parametrize("channels", [1, 3])
def test_bmp_keeps_alpha_and_what_lies_under_it(channels: int, size: tuple[int, int]) -> None:
    metre = Resolution(Fraction(2835), Fraction(3780), Unit.METRE)
    picture = replace(drawn.picture(*size, channels=channels, alpha=True), metadata=Metadata(resolution=metre))

    data = written(picture, "bmp")

    back = read_quietly(data)
    assert np.array_equal(back.pixels, np.broadcast_to(picture.pixels, (*size, 3)))
    assert np.array_equal(back.alpha, picture.alpha)
    assert back.metadata == picture.metadata
    assert int.from_bytes(data[2:6], "little") == len(data)
