"""What Pillow and TIFF's tags say of resolution and colour, as files have it."""

import struct
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from aecodec.pictures import png
from aecodec.pictures.imagefile import from_pil, to_pil
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from aecodec.pictures.pilinfo import cicp_of_avif, of_tags
from aecodec.pictures.resolution import Resolution, Unit
from tests import drawn
from tests.drawn import read_quietly, read_with_warnings

RGB = Image.fromarray(drawn.picture().pixels)


def square(value: Fraction | int, unit: Unit) -> Resolution:
    return Resolution(Fraction(value), Fraction(value), unit)


def a_png(kind: bytes, content: bytes, bits: int) -> bytes:
    return png.encode_samples(drawn.samples((4, 5, 3), bits), png.chunk(kind, content))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (drawn.pil_file(RGB, "JPEG", dpi=(72, 72)), square(72, Unit.INCH)),
        (drawn.pil_file(RGB.convert("L"), "JPEG", dpi=(300, 150)), Resolution(Fraction(300), Fraction(150), Unit.INCH)),
        (drawn.pil_file(RGB, "JPEG"), None),
        (drawn.pil_file(RGB, "JPEG", exif=b"Exif\0\0" + drawn.exif_block()), None),
        (drawn.pil_file(RGB, "TIFF", dpi=(72.5, 72.5)), square(Fraction(145, 2), Unit.INCH)),
        (drawn.pil_file(RGB.convert("P"), "TIFF", resolution=28, resolution_unit="cm"), square(28, Unit.CENTIMETRE)),
        (drawn.pil_file(RGB.convert("P"), "TIFF"), None),
        (
            drawn.tiff(drawn.samples((4, 5), 16), resolution=(300, 200), resolutionunit=1),
            Resolution(Fraction(300), Fraction(200), Unit.NONE),
        ),
        (drawn.pil_file(RGB, "BMP", dpi=(96, 96)), square(3780, Unit.METRE)),
        (drawn.pil_file(RGB, "BMP", dpi=(0, 0)), None),
        (drawn.pil_file(RGB, "PNG", dpi=(300, 300)), square(11811, Unit.METRE)),
        (drawn.pil_file(RGB, "WEBP"), None),
    ],
)
def test_the_resolution_of_a_file_is_read_exactly(data: bytes, found: Resolution | None) -> None:
    assert read_quietly(data).metadata.resolution == found


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("density", [1, 2834, 2835, 11_811, 123_457, (1 << 31) - 1])
def test_every_density_of_png_is_exact(density: int, bits: int) -> None:
    metadata = read_quietly(a_png(b"pHYs", struct.pack(">IIB", density, density, 1), bits)).metadata

    assert metadata.resolution == square(density, Unit.METRE)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    ("kind", "content", "word"),
    [
        (b"gAMA", bytes(4), "gamma of 0"),
        (b"sRGB", b"\7", "srgb of 7"),
        (b"cHRM", b"\xff" * 32, "chromaticities of"),
        (b"cICP", b"\1\2\3\4", "cicp of"),
        (b"cICP", b"\1", "cicp of"),
        (b"tEXt", b"Author\0me", "tEXt 'Author'"),
        (b"sBIT", bytes([5, 6, 5]), "sBIT"),
        (b"mDCV", bytes(24), "mDCV"),
    ],
)
def test_what_cannot_be_kept_of_a_png_is_named(kind: bytes, content: bytes, word: str, bits: int) -> None:
    picture, warnings = read_with_warnings(a_png(kind, content, bits))

    assert picture.metadata == Metadata()
    assert [word in warning for warning in warnings] == [True]


def test_a_comment_that_cannot_be_kept_is_named() -> None:
    _, warnings = read_with_warnings(drawn.pil_file(RGB, "JPEG", comment=b"made by hand"))

    assert warnings == ["its comment is not kept"]


def test_pngs_zero_density_says_nothing() -> None:
    assert read_quietly(a_png(b"pHYs", bytes(8) + b"\1", 8)).metadata == Metadata()


@pytest.mark.parametrize(
    "tags",
    [
        {282: IFDRational(0, 0), 283: IFDRational(1, 1)},
        {282: IFDRational(72, 1)},
        {282: "72", 283: "72"},
        {282: IFDRational(72, 1), 283: IFDRational(72, 1), 296: 9},
        {282: IFDRational(1, 1), 283: IFDRational(1, 1), 296: 1},
    ],
)
def test_tags_that_make_no_sense_say_nothing(tags: dict[int, object]) -> None:
    assert of_tags(tags) is None


def test_a_tiff_without_a_unit_is_in_inches() -> None:
    assert of_tags({282: IFDRational(720, 10), 283: 72}) == square(72, Unit.INCH)


def test_to_pillow_and_back_nothing_is_lost() -> None:
    for resolution in (
        square(72, Unit.INCH),
        square(2835, Unit.METRE),
        Resolution(Fraction(2), Fraction(1), Unit.NONE),
    ):
        said = Metadata(None, None, None, resolution, 45_455, tuple(range(1, 9)), (9, 16, 0, 1), 2)
        image = to_pil(Picture(drawn.picture().pixels, None, said))
        assert from_pil(image).metadata == said
    assert to_pil(Picture(drawn.picture().pixels, None, Metadata(resolution=square(72, Unit.INCH)))).info["dpi"] == (
        72,
        72,
    )


@pytest.mark.parametrize("cicp", [(9, 16, 0, 1), (12, 13, 0, 1)])
def test_an_avif_says_its_cicp(cicp: tuple[int, ...]) -> None:
    picture = Picture(drawn.picture().pixels, None, Metadata(cicp=cicp))

    assert read_quietly(drawn.written(picture, "avif")).metadata == picture.metadata


def test_what_goes_without_saying_of_an_avif_is_not_said() -> None:
    assert read_quietly(drawn.pil_file(RGB, "AVIF")).metadata == Metadata()
    assert cicp_of_avif(b"colrnclx\0\2\0\2\0\2\x80") is None
    assert cicp_of_avif(b"colrnclx\x01\0\0\1") is None
    assert cicp_of_avif(b"colrnclx\0") is None
    assert cicp_of_avif(b"") is None


def test_the_chromaticities_of_a_tiff_need_both_tags() -> None:
    white = (318, 5, 2, (3127, 10000, 3290, 10000), True)
    primaries = (319, 5, 6, (64, 100, 33, 100, 3, 10, 6, 10, 15, 100, 6, 100), True)
    array = np.zeros((4, 5), np.uint16)
    found = read_quietly(drawn.tiff(array, extratags=[white, primaries])).metadata
    assert found.chromaticities == (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    half, warnings = read_with_warnings(drawn.tiff(array, extratags=[white]))
    assert half.metadata.chromaticities is None
    assert len(warnings) == 1
