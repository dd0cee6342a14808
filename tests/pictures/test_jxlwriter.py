"""JPEG XL out: without loss unless told otherwise, with EXIF and XMP where the standard wants them."""

from dataclasses import replace

import imagecodecs
import numpy as np
import pytest

from aecodec.pictures import jxlwriter
from aecodec.pictures.imagefile import ignore
from aecodec.pictures.jxlboxes import boxes
from aecodec.pictures.jxlheader import Colours, read_header
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import orientation, upright
from aecodec.pictures.picture import from_array
from tests import drawn
from tests.drawn import read_with_warnings, written


@pytest.mark.parametrize("size", [(1, 1), (20, 31)])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_it_is_lossless_also_under_transparency(bits: int, channels: int, alpha: bool, size: tuple[int, int]) -> None:
    picture = drawn.picture(*size, channels=channels, bits=bits, alpha=alpha)

    back = imagecodecs.jpegxl_decode(written(picture, "jxl"))

    assert back.dtype == picture.pixels.dtype
    assert np.array_equal(np.atleast_3d(back), picture.interleaved())
    assert np.array_equal(
        np.atleast_3d(imagecodecs.jpegxl_decode(jxlwriter.encode(picture, ignore, 100))), np.atleast_3d(back)
    )


@pytest.mark.parametrize("quality", [None, 90])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
def test_it_says_srgb_at_every_depth(bits: int, channels: int, alpha: bool, quality: int | None) -> None:
    picture = drawn.picture(20, 31, channels=channels, bits=bits, alpha=alpha)

    data = jxlwriter.encode(picture, ignore, quality)

    header = read_header(bytes(dict(boxes(data))[b"jxlc"]))
    assert (header.colours, header.cicp, header.gamma, header.bits) == (Colours.KNOWN, None, None, bits)
    back, told = read_with_warnings(data)
    assert (back.metadata, told) == (Metadata(), [])
    if quality is None:
        drawn.assert_same_samples(back, picture)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_with_loss_have_the_colours_of_8(channels: int, alpha: bool) -> None:
    ramp = np.linspace(0, 255, 96 * 64).reshape(64, 96).astype(np.uint8)
    samples = np.dstack([ramp] * channels + [255 - ramp] * alpha)
    deep = samples.astype(np.uint16) * 257

    eight, sixteen = (
        np.atleast_3d(imagecodecs.jpegxl_decode(jxlwriter.encode(from_array(given), ignore, 95)))
        for given in (samples, deep)
    )

    difference = sixteen / 257 - eight
    assert np.abs(difference).max() < 3
    assert np.abs(difference.mean(axis=(0, 1))).max() < 0.2
    assert np.abs(sixteen / 257 - samples).mean() < 0.5
    assert np.array_equal(sixteen[:, :, channels:], deep[:, :, channels:])


def test_a_quality_makes_it_lossy() -> None:
    picture = drawn.picture(60, 80)
    errors = []
    for quality in (90, 30):
        back = imagecodecs.jpegxl_decode(jxlwriter.encode(picture, ignore, quality))
        errors.append(np.square(back.astype(float) - picture.pixels).mean())
    assert 0 < errors[0] < errors[1]


def test_exif_and_xmp_are_boxes_of_the_container() -> None:
    picture = replace(drawn.picture(), metadata=Metadata(exif=drawn.exif_block(1), xmp=drawn.XMP))

    found = dict(boxes(written(picture, "jxl")))

    assert found[b"Exif"] == bytes(4) + drawn.exif_block(1)
    assert found[b"xml "] == drawn.XMP
    assert b"Exif" not in dict(boxes(written(drawn.picture(), "jxl")))


@pytest.mark.parametrize("tag", range(2, 9))
def test_pixels_are_turned_upright_aloud(tag: int) -> None:
    picture = replace(drawn.picture(alpha=True), metadata=Metadata(exif=drawn.exif_block(tag)))
    warnings: list[str] = []

    data = jxlwriter.encode(picture, warnings.append)

    assert ["turned upright" in warning for warning in warnings] == [True]
    assert np.array_equal(imagecodecs.jpegxl_decode(data), upright(picture).interleaved())
    assert orientation(bytes(dict(boxes(data))[b"Exif"][4:])) == 1
