"""Another size: the right one, the right colours, nothing from under transparency, nothing lost beside the pixels."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import LimitExceeded
from aecodec.limits import MAX_SIDE
from aecodec.pictures.picture import Picture
from aecodec.pictures.resizing import Size, resized, shrunk
from tests import drawn


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (Size(10, 40), (10, 40)),
        (Size(width=62), (62, 40)),
        (Size(height=10), (16, 10)),
        (Size(width=1), (1, 1)),
        (Size(height=1), (2, 1)),
        (Size(factor=0.5), (16, 10)),
        (Size(factor=2), (62, 40)),
        (Size(factor=1e-9), (1, 1)),
    ],
)
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_it_becomes_the_size_asked_for(
    bits: int, channels: int, alpha: bool, size: Size, found: tuple[int, int]
) -> None:
    picture = replace(drawn.picture(20, 31, bits=bits, channels=channels, alpha=alpha), metadata=drawn.metadata())

    scaled = resized(picture, size)

    assert (scaled.width, scaled.height) == found
    assert (scaled.bit_depth, scaled.channels, scaled.alpha is not None) == (bits, channels, alpha)
    assert scaled.metadata == picture.metadata


def test_a_size_that_it_has_changes_nothing() -> None:
    picture = drawn.picture(20, 31, alpha=True)

    assert resized(picture, Size(31, 20)) is picture


@pytest.mark.parametrize("size", [Size(MAX_SIDE + 1, 1), Size(width=MAX_SIDE), Size(factor=1e6), Size(factor=1e300)])
def test_sizes_are_bounded_before_memory_is_taken(size: Size) -> None:
    with pytest.raises(LimitExceeded, match="pixels"):
        resized(drawn.picture(20, 31), size)


@pytest.mark.parametrize("size", [Size(width=13), Size(width=90), Size(7, 90)])
def test_it_is_pillows_lanczos_at_8_bits(size: Size) -> None:
    picture = drawn.picture(40, 62)
    expected = np.asarray(Image.fromarray(picture.pixels).resize(size.of(62, 40), Image.Resampling.LANCZOS))

    assert np.abs(resized(picture, size).pixels.astype(int) - expected).max() <= 1  # it rounds between its two passes


def test_16_bits_are_more_than_8() -> None:
    ramp = np.linspace(0, 65535, 256 * 64).round().astype(np.uint16).reshape(64, 256)
    picture = Picture(np.ascontiguousarray(ramp[:, :, None]))

    scaled = resized(picture, Size(factor=0.5)).pixels[:, :, 0]

    means = ramp.reshape(32, 2, 128, 2).mean(axis=(1, 3))
    assert np.abs(scaled.astype(float) - means)[4:-4, 4:-4].max() < 100  # of 65535: less than half a level of 8 bits
    assert len(np.unique(scaled % 257)) > 100


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_a_flat_picture_stays_flat(value: int, bits: int) -> None:
    level = value * (257 if bits == 16 else 1)
    flat = Picture(np.full((20, 31, 3), level, np.uint8 if bits == 8 else np.uint16))

    assert (resized(flat, Size(factor=0.4)).pixels == level).all()
    assert (resized(flat, Size(factor=3)).pixels == level).all()


@pytest.mark.parametrize("factor", [0.37, 0.5, 2.3])
@pytest.mark.parametrize("bits", [8, 16])
def test_hidden_colours_do_not_bleed_into_visible_ones(bits: int, factor: float) -> None:
    dtype, top = (np.uint8, 255) if bits == 8 else (np.uint16, 65535)
    pixels = np.zeros((40, 40, 3), dtype)
    pixels[:, :, 1] = top  # hidden green around a red disc
    rows, columns = np.mgrid[:40, :40]
    disc = np.hypot(rows - 19.5, columns - 19.5) < 12
    pixels[disc] = (top, 0, 0)
    scaled = resized(Picture(pixels, np.where(disc, top, 0).astype(dtype)), Size(factor=factor))

    assert scaled.alpha is not None
    seen = scaled.alpha > 0
    assert 0 < seen.mean() < 1
    assert (scaled.pixels[seen][:, 1] <= top // 100).all()
    assert (scaled.pixels[seen][:, 0] >= top - top // 100).all()


def test_opaque_alpha_stays_opaque_and_changes_no_colour() -> None:
    picture = drawn.picture(20, 31)
    opaque = replace(picture, alpha=np.full((20, 31), 255, np.uint8))

    scaled = resized(opaque, Size(width=17))

    assert (scaled.alpha == 255).all()
    assert np.array_equal(scaled.pixels, resized(picture, Size(width=17)).pixels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
def test_shrunk_fits_into_a_square_and_leaves_what_fits(channels, alpha):
    picture = drawn.picture(40, 60, channels=channels, alpha=alpha)
    small = shrunk(picture, 30)
    assert (small.width, small.height, small.channels) == (30, 20, channels)
    assert (small.alpha is not None) == alpha
    assert small.metadata == picture.metadata
    assert np.array_equal(shrunk(picture, 60).pixels, picture.pixels)
