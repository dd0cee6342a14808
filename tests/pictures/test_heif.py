"""HEIF in, as phones write it: upright, at its depth, with its metadata; and without pillow-heif one clear line."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from aecodec import errors
from aecodec.errors import BadInput, LimitExceeded, MissingExtra
from aecodec.pictures.imagefile import count_pages, read
from aecodec.pictures.wanted import Wanted
from tests import drawn
from tests.drawn import exif_of, read_quietly, read_with_warnings


def heic(*arrays: np.ndarray, **options: object) -> bytes:
    """A file of pictures (H, W, 3 or 4), lossless as far as its colours go."""
    file = pillow_heif.HeifFile()
    for array in arrays:
        mode = ("RGB" if array.shape[2] == 3 else "RGBA") + (";16" if array.dtype == np.uint16 else "")
        file.add_frombytes(mode, array.shape[1::-1], array.tobytes())
    stream = BytesIO()
    file.save(stream, quality=-1, chroma=444, matrix_coefficients=0, **options)
    return stream.getvalue()


@pytest.mark.parametrize("count", [3, 4])
def test_heic_is_read(count: int) -> None:
    array = drawn.samples((20, 32, count))

    assert np.abs(read_quietly(heic(array)).interleaved().astype(int) - array).max() <= 1


def test_ten_bits_are_scaled_aloud() -> None:
    array = drawn.samples((20, 32, 3), 16) & 0xFFC0

    picture, told = read_with_warnings(heic(array))

    assert np.abs(picture.pixels - np.rint((array >> 6) * (65535 / 1023))).max() <= 65
    assert told == ["10-bit samples are scaled to 16"]


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_what_is_stored_turned_is_turned_once(orientation: int) -> None:
    array = drawn.samples((20, 32, 3))
    exif = drawn.exif_block(orientation)
    data = heic(array, exif=exif, icc_profile=drawn.srgb_profile(), xmp=drawn.XMP)

    picture = read_quietly(data)

    turned = {1: array, 3: np.rot90(array, 2), 6: np.rot90(array, -1)}[orientation]
    assert np.abs(picture.pixels.astype(int) - turned).max() <= 1
    assert exif_of(picture.metadata).get(274, 1) == 1
    assert exif_of(picture.metadata)[271] == "A maker"
    assert (picture.metadata.icc, picture.metadata.xmp) == (drawn.srgb_profile(), drawn.XMP)


def test_several_pictures(tmp_path: Path) -> None:
    arrays = [drawn.samples((20, 32, 3), seed=seed) for seed in range(2)]
    data = heic(*arrays)
    (tmp_path / "a.heic").write_bytes(data)

    assert count_pages(tmp_path / "a.heic") == 2
    assert "2 pictures" in read_with_warnings(data)[1][0]
    for page, array in enumerate(arrays, 1):
        assert np.abs(read_quietly(data, wanted=Wanted(page)).pixels.astype(int) - array).max() <= 1


def test_limits_and_damage() -> None:
    data = heic(drawn.samples((20, 32, 3)))

    with pytest.raises(LimitExceeded, match="640 pixels"):
        read(BytesIO(data), wanted=Wanted(max_pixels=600))
    for end in range(16, len(data) - 1, 41):
        with pytest.raises(BadInput) as caught:
            read(BytesIO(data[:end]))
        assert "\n" not in str(caught.value)


def test_avif_is_left_to_pillow() -> None:
    assert read_quietly(drawn.MAKERS["avif"]()).width == 31


def test_pillow_learns_nothing_of_heif_for_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)  # imageio, which other tests use, teaches it
    read_quietly(heic(drawn.samples((20, 32, 3))))

    assert "HEIF" not in Image.OPEN


def test_without_pillow_heif_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = heic(drawn.samples((20, 32, 3)))
    monkeypatch.setattr(errors, "find_spec", lambda module: None)

    with pytest.raises(MissingExtra, match=r"not installed: pillow_heif; get it by pip install 'aecodec\[heif\]'"):
        read(BytesIO(data))


def test_colours_that_are_not_srgb_are_kept() -> None:
    array = drawn.samples((20, 32, 3))
    wide = {"color_primaries": 12, "transfer_characteristics": 16}

    assert read_quietly(heic(array, **wide)).metadata.cicp == (12, 16, 0, 1)
    assert read_quietly(heic(array, **wide, icc_profile=drawn.srgb_profile())).metadata.cicp is None
    assert read_quietly(heic(array)).metadata.cicp is None
