"""TIFF in, at full depth: every layout, metadata kept, nothing turned or dropped in silence."""

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import BadInput, LimitExceeded
from aecodec.pictures.imagefile import read
from tests import drawn
from tests.drawn import exif_of, read_quietly, read_with_warnings


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_is_exact(bits: int, count: int, planar: str, byteorder: str) -> None:
    array = drawn.samples((20, 31, count), bits)
    stored = array if planar == "contig" else np.moveaxis(array, 2, 0)
    extra = {"extrasamples": ["unassalpha"]} if count == 4 else {}
    data = drawn.tiff(stored, photometric="rgb", planarconfig=planar, byteorder=byteorder, compression="lzw", **extra)

    assert np.array_equal(read_quietly(data).interleaved(), array)


def test_tiff_with_white_at_zero_is_inverted() -> None:
    array = drawn.samples((20, 31), 16)

    picture = read_quietly(drawn.tiff(array, photometric="miniswhite"))

    assert np.array_equal(picture.pixels[:, :, 0], 65535 - array)


def test_tiff_with_premultiplied_alpha_is_divided() -> None:
    array = np.array([[[100, 200, 400, 32768], [7, 0, 9, 0], [1, 2, 3, 65535]]], np.uint16)

    picture = read_quietly(drawn.tiff(array, photometric="rgb", extrasamples=["assocalpha"]))

    assert picture.pixels.tolist() == [[[200, 400, 800], [65535, 0, 65535], [1, 2, 3]]]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[32768, 0, 65535]]


def test_tiff_channels_that_are_not_alpha_are_dropped_aloud() -> None:
    array = drawn.samples((20, 31, 5), 16)
    data = drawn.tiff(array, photometric="rgb", extrasamples=["unspecified", "unassalpha"])

    picture, warnings = read_with_warnings(data)

    assert np.array_equal(picture.interleaved(), array[:, :, [0, 1, 2, 4]])
    assert len(warnings) == 1
    assert "extra channels" in warnings[0]


def test_bigtiff_keeps_its_orientation() -> None:
    data = drawn.tiff(drawn.samples((20, 31), 16), bigtiff=True, extratags=[(274, 3, 1, 8, True)])

    assert exif_of(read_quietly(data).metadata)[274] == 8


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint32, np.int16])
def test_tiff_of_other_samples_is_refused(dtype: type) -> None:
    with pytest.raises(BadInput, match="convert it to 8 or 16 bits"):
        read(BytesIO(drawn.tiff(np.ones((20, 31), dtype))))


def test_a_tiff_bomb_is_refused_by_its_tags() -> None:
    data = bytearray(drawn.tiff(np.zeros((1, 1, 3), np.uint16), photometric="rgb"))
    for tag in (256, 257):
        at = data.index(struct.pack("<HHI", tag, 4, 1))
        data[at + 8 : at + 12] = struct.pack("<I", 200_000)
    with pytest.raises(LimitExceeded, match="200000 x 200000"):
        read(BytesIO(bytes(data)))


def test_a_tiff_that_pillow_reads_is_not_turned() -> None:
    image = Image.open(BytesIO(drawn.MAKERS["tiff-palette"]()))
    exif = Image.Exif()
    exif[274] = 6

    picture = read_quietly(drawn.pil_file(image, "TIFF", exif=exif))

    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))
    assert exif_of(picture.metadata)[274] == 6
