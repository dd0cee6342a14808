"""Thumbnails: small, upright, of 8 bits, over nothing but an empty file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec import api
from aecodec.codec import previews
from aecodec.errors import Corrupt, OutputError
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from aecodec.services import thumbnails
from aecodec.services.files import Engine
from tests import drawn

SIDEWAYS = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"  # EXIF of orientation 6


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A lossless file of 60 x 40 pixels of 16 bits with alpha, shown on its side."""
    given = drawn.samples((40, 60, 4), 16)
    picture = Picture(given[:, :, :3].copy(), given[:, :, 3].copy(), Metadata(icc=b"icc", exif=SIDEWAYS))
    path = tmp_path / "photo.aec"
    path.write_bytes(api.encode(picture, lossless=True))
    return path


def made(source: Path, side: int, force: bool = False) -> Image.Image:
    target = source.with_name("small.png")
    thumbnails.write(source, target, side, engine=Engine(device="cpu"), force=force)
    with Image.open(target) as image:
        image.load()
    return image


def test_it_fits_and_is_upright(photo: Path) -> None:
    image = made(photo, 30)
    assert (image.size, image.mode) == ((20, 30), "RGBA")
    assert image.info["icc_profile"] == b"icc"
    assert not image.getexif()


def test_it_is_never_enlarged_and_then_keeps_its_samples(photo: Path) -> None:
    stored = api.decode_array(photo)
    assert np.abs(np.asarray(made(photo, 500)).astype(int) - np.rot90(stored, -1) / 257).max() <= 0.5


def test_an_empty_file_is_replaced_and_another_only_by_force(photo: Path) -> None:
    target = photo.with_name("small.png")
    target.touch()
    made(photo, 10)
    before = target.read_bytes()
    with pytest.raises(OutputError, match=r"small\.png exists already"):
        made(photo, 20)
    assert target.read_bytes() == before
    assert made(photo, 20, force=True).size == (13, 20)


def test_a_damaged_file_is_named_and_gives_none(photo: Path) -> None:
    data = bytearray(photo.read_bytes())
    data[-9] ^= 1
    photo.write_bytes(data)
    with pytest.raises(Corrupt, match=r"photo\.aec: tile 0"):
        made(photo, 10)
    assert not photo.with_name("small.png").exists()


def test_a_preview_is_enough_for_as_many_pixels_as_it_has(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "LEAST_PIXELS", 1)
    monkeypatch.setattr(previews, "SHARE", 1)
    given = drawn.samples((450, 600, 3), 8)
    photo.write_bytes(api.encode(Picture(given, None, Metadata(exif=SIDEWAYS)), lossless=True))
    monkeypatch.setattr(Engine, "codec", lambda engine: pytest.fail("it is decoded"))
    assert made(photo, 128).size == (96, 128)
    with pytest.raises(pytest.fail.Exception):
        made(photo, 257, force=True)
