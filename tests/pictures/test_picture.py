"""Pictures in memory: what is a picture, and the way to unit floats and back."""

import numpy as np
import pytest

from aecodec.errors import BadInput, LimitExceeded
from aecodec.limits import MAX_SIDE
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array, from_unit, to_unit
from aecodec.pictures.wanted import check_size


@pytest.mark.parametrize(
    ("shape", "channels", "alpha"),
    [
        ((4, 5), 1, False),
        ((4, 5, 1), 1, False),
        ((4, 5, 2), 1, True),
        ((4, 5, 3), 3, False),
        ((4, 5, 4), 3, True),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_array_becomes_a_picture(
    shape: tuple[int, ...], channels: int, alpha: bool, dtype: type[np.uint8 | np.uint16]
) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)

    picture = from_array(array)

    assert (picture.height, picture.width, picture.channels) == (4, 5, channels)
    assert picture.bit_depth == array.itemsize * 8
    assert (picture.alpha is not None) == alpha
    assert np.array_equal(picture.interleaved().reshape(shape), array)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 5, 3), np.float32), "float32"),
        (np.zeros((4, 5, 5), np.uint8), "shape"),
        (np.zeros((4,), np.uint8), "shape"),
        (np.zeros((0, 5, 3), np.uint8), "nothing"),
    ],
)
def test_other_arrays_are_refused(array: np.ndarray, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        from_array(array)


def test_sizes_are_bounded() -> None:
    check_size(MAX_SIDE, 1)
    with pytest.raises(LimitExceeded, match="a side"):
        check_size(MAX_SIDE + 1, 1)
    with pytest.raises(LimitExceeded, match="all in all"):
        check_size(1 << 16, (1 << 14) + 1)
    with pytest.raises(BadInput, match="nothing"):
        check_size(0, 7)


@pytest.mark.parametrize(
    ("pixels", "alpha"),
    [
        (np.zeros((4, 5), np.uint8), None),
        (np.zeros((4, 5, 2), np.uint8), None),
        (np.zeros((4, 5, 3), np.int16), None),
        (np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint16)),
        (np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4), np.uint8)),
    ],
)
def test_a_picture_keeps_its_invariants(pixels: np.ndarray, alpha: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match="not"):
        Picture(pixels, alpha)


def test_metadata_can_be_taken_away_by_name() -> None:
    metadata = Metadata(b"i", b"e", b"x")

    assert metadata.without(["icc", "xmp"]) == Metadata(exif=b"e")
    assert metadata.without([]) == metadata


@pytest.mark.parametrize(("dtype", "bits"), [(np.uint8, 8), (np.uint16, 16)])
def test_every_level_survives_unit_floats(dtype: type[np.uint8 | np.uint16], bits: int) -> None:
    levels = np.arange(1 << bits).reshape(-1, 16, 1).astype(dtype)

    unit = to_unit(levels)

    assert unit.dtype == np.float32
    assert (unit.min(), unit.max()) == (0, 1)
    back = from_unit(unit, bits)
    assert back.dtype == dtype
    assert np.array_equal(back, levels)


def test_unit_floats_are_rounded_and_clipped() -> None:
    values = np.array([[[-1.0], [0.4 / 255], [0.6 / 255], [2.0]]], np.float32)
    before = values.copy()

    assert from_unit(values, 8).ravel().tolist() == [0, 0, 1, 255]
    assert from_unit(values, 16).ravel().tolist() == [0, 103, 154, 65535]
    assert np.array_equal(values, before)
