"""PNG at full depth, transparent colours, and damage that Pillow would not see."""

import struct
from io import BytesIO

import numpy as np
import pytest

from aecodec.errors import AecodecError, LimitExceeded
from aecodec.pictures import png
from aecodec.pictures.imagefile import read
from tests import drawn
from tests.drawn import read_quietly


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_16_bit_png_is_exact(count: int) -> None:
    picture = read_quietly(drawn.png_16(count=count))

    assert np.array_equal(picture.interleaved(), drawn.samples((20, 31, count), 16))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strides_along_axes_of_length_1_do_not_matter(count: int, dtype: type[np.uint8 | np.uint16]) -> None:
    """NumPy gives the alpha of one pixel the strides of its RGBA and calls it contiguous."""
    wide = np.arange(1, 1 + 3 * 3 * 6, dtype=dtype).reshape(3, 3, 6)
    for samples in (wide[:1, :1, :count], wide[:1, :, :count][::-1], wide[:, :1, :count][:, ::-1]):
        assert np.array_equal(png.decode_samples(png.encode_samples(samples)), samples)


@pytest.mark.parametrize(("depth", "colour", "key"), [(2, 0, [1]), (4, 0, [5]), (8, 0, [85]), (16, 0, [21845])])
def test_a_transparent_grey_becomes_alpha(depth: int, colour: int, key: list[int]) -> None:
    row = {2: b"\x1b", 4: b"\x05\xaf", 8: b"\0\x55\xaa\xff", 16: bytes.fromhex("00005555aaaaffff")}[depth]
    trns = png.chunk(b"tRNS", struct.pack(">H", *key))
    picture = read_quietly(drawn.png_by_hand(4, 1, depth, colour, b"\0" + row, trns))

    top = 65535 if depth == 16 else 255
    assert picture.pixels.ravel().tolist() == [0, top // 3, top * 2 // 3, top]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[top, 0, top, top]]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_colour_becomes_alpha(bits: int) -> None:
    array = drawn.samples((20, 31, 3), bits)
    trns = png.chunk(b"tRNS", struct.pack(">3H", *array[4, 5].tolist()))

    picture = read_quietly(png.encode_samples(array, trns))

    expected = np.full((20, 31), (1 << bits) - 1)
    expected[(array == array[4, 5]).all(axis=2)] = 0
    assert np.array_equal(picture.pixels, array)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, expected)


def test_every_flipped_byte_of_a_png_is_noticed() -> None:
    data = drawn.MAKERS["png-grey"]()
    for at in range(8, len(data)):
        damaged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(AecodecError):
            read(BytesIO(damaged))


@pytest.mark.parametrize("depth", [8, 16])
def test_a_bomb_is_refused_by_its_header(depth: int) -> None:
    with pytest.raises(LimitExceeded, match="200000 x 200000"):
        read(BytesIO(drawn.png_bomb(depth=depth)))
