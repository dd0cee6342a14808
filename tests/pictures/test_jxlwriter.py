"""JPEG XL out: without loss unless told otherwise, with EXIF and XMP where the standard wants them."""

from dataclasses import replace

import imagecodecs
import numpy as np
import pytest

from aecodec.pictures import jxlwriter
from aecodec.pictures.imagefile import ignore
from aecodec.pictures.orientation import orientation, upright
from aecodec.pictures.picture import Metadata
from tests import drawn
from tests.drawn import written


def boxes(data: bytes) -> dict[bytes, bytes]:
    found, at = {}, 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found[data[at + 4 : at + 8]] = data[at + 8 : at + size]
        at += size
    return found


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


def test_a_quality_makes_it_lossy() -> None:
    picture = drawn.picture(60, 80)
    errors = []
    for quality in (90, 30):
        back = imagecodecs.jpegxl_decode(jxlwriter.encode(picture, ignore, quality))
        errors.append(np.square(back.astype(float) - picture.pixels).mean())
    assert 0 < errors[0] < errors[1]


def test_exif_and_xmp_are_boxes_of_the_container() -> None:
    picture = replace(drawn.picture(), metadata=Metadata(exif=drawn.exif_block(1), xmp=drawn.XMP))

    found = boxes(written(picture, "jxl"))

    assert found[b"Exif"] == bytes(4) + drawn.exif_block(1)
    assert found[b"xml "] == drawn.XMP
    assert b"Exif" not in boxes(written(drawn.picture(), "jxl"))


@pytest.mark.parametrize("tag", range(2, 9))
def test_pixels_are_turned_upright_aloud(tag: int) -> None:
    picture = replace(drawn.picture(alpha=True), metadata=Metadata(exif=drawn.exif_block(tag)))
    warnings: list[str] = []

    data = jxlwriter.encode(picture, warnings.append)

    assert ["turned upright" in warning for warning in warnings] == [True]
    assert np.array_equal(imagecodecs.jpegxl_decode(data), upright(picture).interleaved())
    assert orientation(boxes(data)[b"Exif"][4:]) == 1
