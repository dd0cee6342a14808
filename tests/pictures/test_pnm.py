"""PNM at full depth, in and out."""

from io import BytesIO

import numpy as np
import pytest

from aecodec.errors import BadInput
from aecodec.pictures.imagefile import read
from tests import drawn
from tests.drawn import read_quietly, read_with_warnings


@pytest.mark.parametrize("top", [1023, 65535])
@pytest.mark.parametrize("kind", [5, 6])
def test_deep_pnm_is_scaled_to_16_bits(kind: int, top: int) -> None:
    shape = (3, 4, 1 if kind == 5 else 3)
    array = np.linspace(0, top, np.prod(shape)).round().reshape(shape).astype(np.uint16)
    data = f"P{kind}\n# a comment\n4 3\n{top}\n".encode() + array.astype(">u2").tobytes()

    assert np.array_equal(read_quietly(data).pixels, np.rint(array * (65535 / top)))


@pytest.mark.parametrize("kind", [2, 3])
def test_deep_plain_pnm_is_read(kind: int) -> None:
    array = drawn.samples((20, 31, 1 if kind == 2 else 3), 16)
    numbers = "".join(f"{value}\n# odd but allowed\n" if value % 7 == 0 else f"{value} " for value in array.ravel())

    picture = read_quietly(f"P{kind}\n31 20\n65535\n{numbers}".encode())

    assert np.array_equal(picture.pixels, array)


def test_plain_pnm_up_to_another_number_is_scaled() -> None:
    assert read_quietly(b"P2 3 1 1000 0 500 1000").pixels.ravel().tolist() == [0, 32768, 65535]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"P2 2 2 1000 1 2 3", "4 samples expected, 3 there"),
        (b"P2 2 2 1000 ", "truncated"),
        (b"P2 2 2 1000 1 2 3 x4", "damaged PNM: b'x'"),
        (b"P2 2 2 1000 1 2 3 -4", "damaged PNM: b'-'"),
        (b"P3 9000 9000 1000 1 2 3", "truncated"),
        (b"Pf 2 2 -1.0\n" + bytes(15), "truncated PFM: 16 bytes of pixels expected, 15 there"),
        (b"Pf 1 1 -1.0\n" + np.float32("nan").tobytes(), "NaN"),
        (b"Pf 0 1 -1.0\n", "nothing in it"),
    ],
)
def test_a_damaged_map_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(BytesIO(data))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", ["f", "F"])
def test_pfm_goes_from_the_bottom_to_the_top_in_the_order_that_its_scale_says(kind: str, order: str) -> None:
    array = np.random.default_rng(0).random((20, 31, 1 if kind == "f" else 3)).astype(f"{order}f4")
    header = f"P{kind}\n31 20\n{'-' if order == '<' else ''}1.0\n".encode()

    picture, warnings = read_with_warnings(header + array[::-1].tobytes())

    assert np.array_equal(picture.pixels, np.rint(array.astype(float) * 65535))
    assert warnings == ["floating-point samples, 0 ... 1, are scaled to 16 bits"]


def test_pfm_beyond_white_is_clipped_aloud() -> None:
    data = b"Pf 2 1 -1.0\n" + np.array([0.5, 7], "<f4").tobytes()

    picture, warnings = read_with_warnings(data)

    assert picture.pixels.ravel().tolist() == [32768, 65535]
    assert "50 % of them are outside and are clipped (here 0.5 ... 7)" in warnings[0]
