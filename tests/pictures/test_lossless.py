"""Lossless bitstreams: every kind of samples comes back, the smaller coder is taken, and damage is an error."""

import imagecodecs
import numpy as np
import pytest

from aecodec.errors import Corrupt
from aecodec.pictures import lossless
from tests.tiny import sample


def samples(kind: str, shape: tuple[int, ...], depth: int) -> np.ndarray:
    top = (1 << depth) - 1
    draw = np.random.default_rng(7)
    values = {"flat": np.full(shape, top // 3), "two": draw.integers(0, 2, shape) * top}
    values["noise"] = draw.integers(0, top + 1, shape)
    return values[kind].astype(np.uint8 if depth == 8 else np.uint16)


@pytest.mark.parametrize("kind", ["flat", "two", "noise"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (33, 20)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_samples_come_back(kind: str, size: tuple[int, int], channels: int, depth: int) -> None:
    given = samples(kind, (*size, channels), depth)
    found = lossless.decode(lossless.encode(given), given.shape, depth)
    assert (found.dtype, found.shape) == (given.dtype, given.shape)
    assert (found == given).all()


def test_a_view_with_any_strides_comes_back() -> None:
    whole = samples("noise", (9, 9, 4), 8)
    view = whole[4:5, 3:4, ::-1]
    assert (lossless.decode(lossless.encode(view), view.shape, 8) == view).all()


def test_the_smaller_coder_is_taken() -> None:
    photograph = np.ascontiguousarray(sample()[:128, :128])
    assert lossless.encode(photograph).startswith(lossless.JPEG_XL)
    assert lossless.encode(samples("two", (64, 64, 3), 8)).startswith(lossless.VP8L)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_bitstream_has_no_file_around_it(depth: int) -> None:
    given = samples("noise", (16, 16, 3), depth)
    coded = lossless.encode(given)
    assert coded.startswith((lossless.VP8L, lossless.JPEG_XL))
    plain = imagecodecs.jpegxl_encode(given, lossless=True, effort=7)
    assert len(coded) <= len(plain)


def test_vp8l_is_what_a_webp_file_holds() -> None:
    given = samples("two", (16, 16, 3), 8)
    coded = lossless.encode(given)
    whole = bytes(imagecodecs.webp_encode(given, lossless=True, level=100, method=6))
    assert coded in whole
    assert len(whole) - len(coded) in (20, 21)


def test_more_effort_is_no_larger() -> None:
    given = np.ascontiguousarray(sample("city")[:96, :96])
    assert len(lossless.encode(given, effort=9)) <= len(lossless.encode(given, effort=7))


@pytest.mark.parametrize("wrong", [(16, 15, 3), (17, 16, 3), (16, 16, 1), (16, 16, 4)])
def test_another_shape_is_refused(wrong: tuple[int, int, int]) -> None:
    coded = lossless.encode(samples("noise", (16, 16, 3), 16))
    assert coded.startswith(lossless.JPEG_XL)
    with pytest.raises(Corrupt, match="lossless picture"):
        lossless.decode(coded, wrong, 16)


@pytest.mark.parametrize("wrong", [(16, 15, 3), (17, 16, 3)])
def test_another_size_of_vp8l_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(Corrupt, match="lossless picture"):
        lossless.decode(lossless.encode(samples("two", (16, 16, 3), 8)), wrong, 8)


@pytest.mark.parametrize(("kind", "depth"), [("two", 8), ("noise", 8), ("noise", 16)])
def test_a_truncated_bitstream_is_corrupt_or_at_least_of_the_right_shape(kind: str, depth: int) -> None:
    given = samples(kind, (8, 8, 3), depth)
    coded = lossless.encode(given)
    refused = 0
    for length in range(len(coded)):
        try:
            assert lossless.decode(coded[:length], given.shape, depth).shape == given.shape
        except Corrupt:  # libwebp takes zeros for the last bits: it is the container's checksum that sees this
            refused += 1
    assert refused > len(coded) / 2


@pytest.mark.parametrize("data", [b"", b"\x2f", b"\xff\x0a", b"RIFF", b"\x89PNG\r\n\x1a\n"])
def test_anything_else_is_refused(data: bytes) -> None:
    for depth in (8, 16):
        with pytest.raises(Corrupt):
            lossless.decode(data, (4, 4, 3), depth)


def test_quick_sizes_bound_what_thorough_coding_gives() -> None:
    for given in (
        np.ascontiguousarray(sample()[:200, :200]),
        samples("two", (64, 64, 1), 8),
        samples("noise", (40, 40, 3), 16),
    ):
        thorough = len(lossless.encode(given))
        assert lossless.least_size(given) <= thorough <= 1.3 * lossless.quick_size(given) + 100
