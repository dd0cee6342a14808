"""The Python API: pictures and arrays in, bytes out and back, and clean ones."""

import contextlib
import io
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import aecodec
from aecodec import api
from aecodec.denoiser import Denoiser
from aecodec.devices import Device
from aecodec.errors import BadInput, LimitExceeded, UsageError
from aecodec.pictures.wanted import Wanted
from tests import drawn, fake_codec
from tests.tiny import tiny_denoiser


@pytest.fixture(autouse=True)
def log(monkeypatch):
    calls: list[tuple[object, ...]] = []
    monkeypatch.setitem(sys.modules, "aecodec.codec.codec", fake_codec.module(calls))
    monkeypatch.setitem(sys.modules, "aecodec.denoiser", fake_codec.denoiser_module(calls))
    for load in (api._codec, api._denoiser):
        load.cache_clear()
    yield calls
    for load in (api._codec, api._denoiser):
        load.cache_clear()


@pytest.mark.parametrize("shape", [(20, 31), (20, 31, 1), (20, 31, 2), (20, 31, 3), (20, 31, 4)])
@pytest.mark.parametrize("bits", [8, 16])
def test_arrays_go_in_and_come_back(shape, bits):
    array = drawn.samples(shape, bits)
    back = aecodec.decode_array(aecodec.encode(array))
    assert back.dtype == array.dtype
    assert back.shape == (20, 31, 1 if len(shape) == 2 else shape[2])
    assert np.abs(back.astype(int).reshape(shape) - array.astype(int)).max() < 4


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
def test_pillow_pictures_go_in_and_come_back(mode):
    image = Image.fromarray(drawn.samples((20, 31, 3))).convert(mode)
    back = aecodec.decode(aecodec.encode(image))
    assert isinstance(back, Image.Image)
    assert back.size == image.size


def test_quality_reaches_the_codec_which_is_loaded_once(log):
    array = drawn.samples((8, 8, 3))
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


@pytest.mark.parametrize("kind", ["quality", "bpp", "max_bytes", "psnr"])
def test_a_target_of_every_kind_reaches_the_codec(log, kind):
    aecodec.encode(drawn.samples((8, 8, 3)), **{kind: 90 if kind == "quality" else 300})
    assert log[1][1:3] == (kind, 90 if kind == "quality" else 300)


def test_two_targets_are_one_too_many():
    with pytest.raises(aecodec.AecodecError, match="bpp and psnr exclude each other"):
        aecodec.encode(drawn.samples((8, 8, 3)), bpp=1, psnr=30)


@pytest.mark.parametrize(
    "options",
    [
        {"quality": "50"},
        {"quality": np.nan},
        {"quality": True},
        {"quality": -1},
        {"quality": 0},
        {"quality": 101},
        {"quality": [50]},
        {"quality": 10**400},
        {"bpp": "1"},
        {"bpp": 0},
        {"bpp": np.inf},
        {"max_bytes": -5},
        {"max_bytes": 10**400},
        {"max_bytes": "20k"},
        {"psnr": np.nan},
        {"psnr": 1j},
        {"effort": 10},
        {"effort": -1},
        {"effort": "1"},
        {"effort": 1.5},
        {"effort": True},
        {"effort": None},
        {"weights": 5},
        {"weights": ["a"]},
        {"max_pixels": "1G"},
        {"max_pixels": 4e8},
        {"max_pixels": True},
        {"max_pixels": 0},
        {"max_pixels": -1},
        {"max_pixels": (1 << 30) + 1},
        {"max_pixels": 10**400},
    ],
)
def test_wrong_kinds_and_ranges_of_options_are_usage_errors(options):
    with pytest.raises(UsageError) as refusal:
        aecodec.encode(drawn.samples((8, 8, 3)), **options)
    assert "\n" not in str(refusal.value)


def test_a_file_has_at_most_so_many_pixels_as_are_allowed(tmp_path, log):
    path, coded = tmp_path / "a.png", tmp_path / "a.aec"
    Image.fromarray(drawn.samples((20, 31, 3))).save(path)
    coded.write_bytes(aecodec.encode(path, max_pixels=620))
    calls = (
        (aecodec.encode, path),
        (aecodec.denoise, path),
        (aecodec.denoise, path.read_bytes()),
        (aecodec.decode, coded),
        (aecodec.decode_array, coded.read_bytes()),
    )
    for function, given in calls:
        function(given, max_pixels=np.int64(620))
        before = list(log)
        with pytest.raises(LimitExceeded, match=r"has 620 pixels \(31 x 20\), more than the 619 allowed: .*max_pixels"):
            function(given, max_pixels=619)
        with pytest.raises(UsageError, match="max_pixels is '1G': give a whole number from 1 to 1,073,741,824"):
            function(given, max_pixels="1G")
        assert log == before


def test_without_a_number_the_bound_is_that_of_the_command_line(tmp_path, monkeypatch):
    path = tmp_path / "a.ppm"
    path.write_bytes(b"P6 20000 10000 255\n")
    for function in (aecodec.encode, aecodec.denoise):
        with pytest.raises(LimitExceeded, match="more than the 178,956,970 allowed by default"):
            function(path)
        with pytest.raises(BadInput, match="truncated"):
            function(path, max_pixels=1 << 28)
    data = aecodec.encode(drawn.samples((20, 31, 3)))
    monkeypatch.setattr(api, "FIRST", Wanted(max_pixels=619))
    for function in (aecodec.decode, aecodec.decode_array):
        with pytest.raises(LimitExceeded, match="more than the 619 allowed"):
            function(data)


@pytest.mark.parametrize("number", [71.5, np.float32(71.5), Fraction(143, 2)])
def test_numbers_of_every_kind_are_numbers(log, number):
    aecodec.encode(drawn.samples((8, 8, 3)), number, np.int64(1))
    assert log[1][1:3] == ("quality", 71.5)


def test_a_file_is_encoded_decoded_and_denoised_however_it_is_given(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(drawn.samples((20, 31, 3))).save(path)
    data = aecodec.encode(path)
    assert data == aecodec.encode(path.read_bytes()) == aecodec.encode(str(path))
    coded = tmp_path / "a.aec"
    coded.write_bytes(data)
    for make in (Path, str, Path.read_bytes, lambda p: bytearray(data), lambda p: memoryview(data), io.FileIO):
        with contextlib.ExitStack() as stack:
            given = [make(coded), make(coded)]
            for each in given:
                if isinstance(each, io.FileIO):
                    stack.enter_context(each)
            assert np.array_equal(aecodec.decode_array(given[0]), np.asarray(aecodec.decode(given[1])))
    clean = aecodec.denoise(path)
    assert isinstance(clean, Image.Image)
    assert np.array_equal(np.asarray(clean), fake_codec.cleaned(drawn.samples((20, 31, 3))))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("missing.aec", "missing.aec: No such file"),
        (np.zeros(4, np.uint8), "numpy.ndarray is no .aec file: give a path"),
        (io.StringIO("x"), "'rb'"),
        (None, "NoneType is no .aec file"),
    ],
)
def test_what_is_no_aec_file_is_told_in_a_line(given, message):
    for decode in (aecodec.decode, aecodec.decode_array):
        with pytest.raises(aecodec.AecodecError, match=message):
            decode(given)


@pytest.mark.parametrize("shape", [(20, 31), (1, 20, 31), (3, 20, 31), (4, 20, 31)])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_denoised_tensor_is_a_tensor_of_its_kind(shape, bits):
    array = drawn.samples(shape[-2:] if len(shape) == 2 else (*shape[1:], shape[0]), bits)
    tensor = torch.from_numpy(array)
    clean = aecodec.denoise(tensor if len(shape) == 2 else tensor.permute(2, 0, 1))
    assert (clean.dtype, tuple(clean.shape)) == (tensor.dtype, shape)
    expected = fake_codec.cleaned(array)
    if shape[0] == 4:
        expected[:, :, 3] = array[:, :, 3]
    assert np.array_equal(clean.numpy(), expected if len(shape) == 2 else np.moveaxis(expected, 2, 0))


def test_16_bit_colour_of_a_file_is_not_denoised_into_pillow(tmp_path, log):
    path = tmp_path / "a.png"
    path.write_bytes(drawn.png_16(count=3))
    with pytest.raises(aecodec.AecodecError, match="give it as an array"):
        aecodec.denoise(path)
    assert log == []


def test_devices_and_weights_are_loaded_once_each(log):
    array = drawn.samples((8, 8, 3))
    for weights in ("a.safetensors", Path("a.safetensors"), None):
        aecodec.decode(aecodec.encode(array, weights=weights, device="cpu"), weights=weights, device="cpu")
        aecodec.denoise(array, weights=weights, device="cpu")
    given = Path("a.safetensors")
    assert [entry for entry in log if "load" in str(entry[0])] == [
        ("load", given, "cpu", None, None),
        ("load denoiser", given, "cpu", None, None),
        ("load", None, "cpu", None, None),
        ("load denoiser", None, "cpu", None, None),
    ]


def test_what_is_no_aec_file_is_an_aecodec_error():
    with pytest.raises(aecodec.AecodecError):
        aecodec.decode(b"nonsense")


def test_16_bit_colour_comes_back_as_an_array_only():
    data = aecodec.encode(drawn.samples((8, 8, 3), 16))
    with pytest.raises(aecodec.AecodecError, match="decode_array"):
        aecodec.decode(data)


@pytest.mark.parametrize("shape", [(20, 31), (20, 31, 1), (20, 31, 2), (20, 31, 3), (20, 31, 4)])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_denoised_array_keeps_shape_type_and_alpha(shape, bits):
    array = drawn.samples(shape, bits)
    given = array.copy()
    clean = aecodec.denoise(array)
    assert (clean.dtype, clean.shape) == (array.dtype, shape)
    expected = fake_codec.cleaned(array)
    if shape[2:] in [(2,), (4,)]:
        expected[:, :, -1] = array[:, :, -1]
    assert np.array_equal(clean, expected)
    assert np.array_equal(array, given)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_a_denoised_pillow_picture_keeps_mode_alpha_and_metadata(mode):
    if mode == "I;16":
        image = Image.fromarray(drawn.samples((20, 31), 16))
    else:
        image = Image.fromarray(drawn.picture(alpha=True).interleaved()).convert(mode)
    image.info.update(icc_profile=drawn.srgb_profile(), exif=b"Exif\0\0" + drawn.exif_block())
    clean = aecodec.denoise(image)
    assert (clean.mode, clean.size) == (mode, (31, 20))
    given, got = np.atleast_3d(np.asarray(image)), np.atleast_3d(np.asarray(clean))
    colours = 3 if mode.startswith("RGB") else 1
    assert np.array_equal(got[:, :, :colours], fake_codec.cleaned(given[:, :, :colours]))
    assert np.array_equal(got[:, :, colours:], given[:, :, colours:])
    assert {name: clean.info[name] for name in ("icc_profile", "exif")} == image.info


def test_noise_level_and_strength_reach_the_denoiser_which_is_loaded_once(log):
    array = drawn.samples((8, 8, 3))
    aecodec.denoise(array)
    aecodec.denoise(array, 25, 0.5)
    assert log == [
        ("load denoiser", None, "auto", None, None),
        ("denoise", None, 1.0),
        ("denoise", 25, 0.5),
    ]


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4, 3)), np.zeros((4,), np.uint8), np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_what_cannot_be_denoised_is_an_aecodec_error(image):
    with pytest.raises(aecodec.AecodecError):
        aecodec.denoise(image)


@pytest.mark.parametrize("options", [{"sigma": "20"}, {"sigma": True}, {"strength": None}, {"strength": "1"}])
def test_a_noise_level_or_strength_that_is_no_number_is_a_usage_error(options):
    with pytest.raises(UsageError, match="give a number"):
        aecodec.denoise(drawn.samples((8, 8, 3)), **options)


@pytest.mark.parametrize("options", [{"sigma": 0}, {"sigma": -1}, {"sigma": np.nan}, {"strength": 1.5}])
def test_a_noise_level_or_strength_without_sense_is_an_aecodec_error(monkeypatch, options):
    tiny = Denoiser(tiny_denoiser(), Device("cpu", 1), 1)
    monkeypatch.setattr(sys.modules["aecodec.denoiser"].Denoiser, "load", lambda *given, **options: tiny)
    with pytest.raises(aecodec.AecodecError, match="makes no sense"):
        aecodec.denoise(drawn.samples((8, 8, 3)), **options)
