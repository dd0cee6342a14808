"""Pillow's modes: palettes, colour spaces, transparency, and the way back to Pillow."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from aecodec.errors import BadInput
from aecodec.pictures.imagefile import from_pil, to_pil
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from tests import drawn
from tests.drawn import assert_same_samples, read_quietly, read_with_warnings


def test_a_palette_of_greys_is_grey_unless_an_rgb_profile_says_otherwise() -> None:
    image = Image.fromarray(drawn.picture(channels=1).pixels[:, :, 0]).convert("RGB").convert("P")
    image = image.quantize(8)
    image.putpalette([level for grey in range(8) for level in [grey * 30] * 3])

    assert read_quietly(drawn.pil_file(image, "PNG")).channels == 1
    assert read_quietly(drawn.pil_file(image, "PNG", icc_profile=drawn.srgb_profile())).channels == 3


@pytest.mark.parametrize("name", ["tiff-cmyk", "jpeg-cmyk"])
def test_cmyk_without_a_profile_warns(name: str) -> None:
    picture, warnings = read_with_warnings(drawn.MAKERS[name]())

    assert picture.channels == 3
    assert len(warnings) == 1
    assert "rule of thumb" in warnings[0]


def test_cmyk_with_a_profile_warns_and_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.open(BytesIO(drawn.MAKERS["png-rgb"]())).convert("CMYK")
    data = drawn.pil_file(image, "JPEG", icc_profile=b"a CMYK profile", exif=b"Exif\0\0" + drawn.exif_block())
    # Pillow cannot make a CMYK profile and none may be shipped here: stand in for littlecms alone.
    monkeypatch.setattr(ImageCms, "ImageCmsProfile", lambda stream: stream.read())
    monkeypatch.setattr(ImageCms, "profileToProfile", lambda image, profile, *_, **__: image.convert("RGB"))

    picture, warnings = read_with_warnings(data)

    assert picture.channels == 3
    assert picture.metadata == Metadata(exif=drawn.exif_block())
    assert ["through its colour profile" in warning for warning in warnings] == [True]


def test_cmyk_with_a_damaged_profile_warns_of_it() -> None:
    image = Image.open(BytesIO(drawn.MAKERS["png-rgb"]())).convert("CMYK")

    picture, warnings = read_with_warnings(drawn.pil_file(image, "JPEG", icc_profile=b"nonsense"))

    assert picture.metadata.icc is None
    assert len(warnings) == 2
    assert "cannot be used" in warnings[0]


@pytest.mark.parametrize(
    ("mode", "channels", "bits", "alpha"),
    [
        ("1", 1, 8, False),
        ("L", 1, 8, False),
        ("LA", 1, 8, True),
        ("La", 1, 8, True),
        ("P", 1, 8, False),
        ("PA", 1, 8, True),
        ("RGB", 3, 8, False),
        ("RGBA", 3, 8, True),
        ("RGBa", 3, 8, True),
        ("RGBX", 3, 8, False),
        ("CMYK", 3, 8, False),
        ("YCbCr", 3, 8, False),
        ("HSV", 3, 8, False),
        ("LAB", 3, 8, False),
        ("I", 1, 16, False),
        ("I;16", 1, 16, False),
        ("I;16B", 1, 16, False),
    ],
)
def test_pillow_pictures_of_every_mode(mode: str, channels: int, bits: int, alpha: bool) -> None:
    picture = from_pil(Image.new(mode, (31, 20), 1))

    assert picture.pixels.shape == (20, 31, channels)
    assert (picture.bit_depth, picture.alpha is not None) == (bits, alpha)
    if bits == 16:
        assert (picture.pixels == 1).all()


@pytest.mark.parametrize(("mode", "value"), [("F", 0.5), ("I", -1), ("I", 65536)])
def test_pillow_pictures_of_other_samples_are_refused(mode: str, value: float) -> None:
    with pytest.raises(BadInput, match="32-bit samples"):
        from_pil(Image.new(mode, (31, 20), value))


@pytest.mark.parametrize(
    ("channels", "alpha", "mode"), [(1, False, "L"), (1, True, "LA"), (3, False, "RGB"), (3, True, "RGBA")]
)
def test_to_pillow_and_back(channels: int, alpha: bool, mode: str) -> None:
    plain = drawn.picture(channels=channels, alpha=alpha)
    picture = Picture(plain.pixels, plain.alpha, drawn.metadata())

    image = to_pil(picture)

    assert image.mode == mode
    assert_same_samples(from_pil(image), picture)
    assert from_pil(image).metadata == picture.metadata


def test_16_bits_in_pillow() -> None:
    grey = drawn.picture(channels=1, bits=16)

    assert to_pil(grey).mode == "I;16"
    assert_same_samples(from_pil(to_pil(grey)), grey)
    for picture in (drawn.picture(bits=16), drawn.picture(channels=1, bits=16, alpha=True)):
        with pytest.raises(BadInput, match="decode_array"):
            to_pil(picture)
