"""The Python API: pictures and arrays in, bytes out and back."""

import sys

import numpy as np
import pytest
from PIL import Image

import aecodec
from aecodec import api
from tests import fake_codec, pictures


@pytest.fixture(autouse=True)
def log(monkeypatch):
    calls: list[tuple[object, ...]] = []
    monkeypatch.setitem(sys.modules, "aecodec.codec", fake_codec.module(calls))
    api._codec.cache_clear()
    yield calls
    api._codec.cache_clear()


@pytest.mark.parametrize("shape", [(20, 31), (20, 31, 1), (20, 31, 2), (20, 31, 3), (20, 31, 4)])
@pytest.mark.parametrize("bits", [8, 16])
def test_arrays_go_in_and_come_back(shape, bits):
    array = pictures.samples(shape, bits)
    back = aecodec.decode_array(aecodec.encode(array))
    assert back.dtype == array.dtype
    assert back.shape == (20, 31, 1 if len(shape) == 2 else shape[2])
    assert np.abs(back.astype(int).reshape(shape) - array.astype(int)).max() < 4


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
def test_pillow_pictures_go_in_and_come_back(mode):
    image = Image.fromarray(pictures.samples((20, 31, 3))).convert(mode)
    back = aecodec.decode(aecodec.encode(image))
    assert isinstance(back, Image.Image)
    assert back.size == image.size


def test_quality_reaches_the_codec_which_is_loaded_once(log):
    array = pictures.samples((8, 8, 3))
    for quality in (50, 71.5):
        aecodec.encode(array, quality=quality)
    assert [call[:3] for call in log if call[0] == "encode"] == [
        ("encode", "quality", 50),
        ("encode", "quality", 71.5),
    ]
    assert [call[0] for call in log].count("load") == 1


@pytest.mark.parametrize(
    ("image", "quality"),
    [(np.zeros((4, 4, 3)), 50), (np.zeros((4,), np.uint8), 50), (np.zeros((4, 4), np.uint8), 0)],
)
def test_what_cannot_be_encoded_is_an_aecodec_error(image, quality):
    with pytest.raises(aecodec.AecodecError):
        aecodec.encode(image, quality)


def test_what_is_no_aec_file_is_an_aecodec_error():
    with pytest.raises(aecodec.AecodecError):
        aecodec.decode(b"nonsense")


def test_16_bit_colour_comes_back_as_an_array_only():
    data = aecodec.encode(pictures.samples((8, 8, 3), 16))
    with pytest.raises(aecodec.AecodecError, match="decode_array"):
        aecodec.decode(data)
