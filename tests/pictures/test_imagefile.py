"""Picture files in and out: nothing changes silently, and nothing bad gets past as a picture."""

import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageFile

from aecodec.errors import BadInput, Corrupt, LimitExceeded
from aecodec.pictures.colour import SRGB_CHROMATICITIES, SRGB_CICP, SRGB_GAMMA
from aecodec.pictures.formats import SUFFIXES, WRITTEN
from aecodec.pictures.imagefile import (
    count_pages,
    decode_alpha,
    encode_alpha,
    read,
    write,
)
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import upright
from aecodec.pictures.picture import Picture
from aecodec.pictures.resolution import Resolution, Unit
from tests import drawn
from tests.drawn import assert_same_samples, exif_of, read_quietly, read_with_warnings, written


@pytest.mark.parametrize("name", [name for name in drawn.MAKERS if "cmyk" not in name])
def test_every_kind_of_file_is_read(name: str) -> None:
    data = drawn.MAKERS[name]()

    picture = read_quietly(data)

    assert picture.pixels.flags.writeable  # PyTorch warns of arrays that are not
    assert picture.pixels.shape == (
        20,
        31,
        1 if "grey" in name or "-1" in name.removesuffix("-16") or "pgm" in name else 3,
    )
    assert picture.bit_depth == (16 if name.endswith("16") else 8)
    assert (picture.alpha is not None) == ("alpha" in name or "rgba" in name)
    if picture.bit_depth == 8:
        shown = np.asarray(Image.open(BytesIO(data)).convert("RGBA"))
        assert np.array_equal(np.broadcast_to(picture.pixels, (20, 31, 3)), shown[:, :, :3])
        assert np.array_equal(np.full((20, 31), 255) if picture.alpha is None else picture.alpha, shown[:, :, 3])


def test_rgb_of_equal_channels_stays_rgb() -> None:
    grey = np.repeat(drawn.picture(channels=1).pixels, 3, axis=2)

    assert np.array_equal(read_quietly(written(Picture(grey), "png")).pixels, grey)


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("GIF", {}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "jpeg"}),
    ],
)
def test_of_several_pictures_the_first_is_read_with_a_warning(format: str, options: dict[str, object]) -> None:
    data = drawn.animation(format, **options)

    picture, warnings = read_with_warnings(data)

    assert len(warnings) == 1
    assert "only the first" in warnings[0]
    assert "3" in warnings[0]
    assert np.array_equal(picture.pixels, np.asarray(Image.open(BytesIO(data)).convert("RGB")))


@pytest.mark.parametrize("name", sorted(drawn.MAKERS))
def test_a_truncated_file_is_never_half_a_picture(name: str) -> None:
    data = drawn.MAKERS[name]()
    for end in range(0, len(data) - 8, max(1, len(data) // 40)):
        with pytest.raises(BadInput) as caught:
            read(BytesIO(data[:end]))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["png-rgb", "png-rgb-16", "tiff-rgb", "tiff-rgb-16", "jpeg-rgb", "ppm", "pgm-16"])
def test_not_one_byte_may_be_missing(name: str) -> None:
    with pytest.raises(BadInput):
        read(BytesIO(drawn.MAKERS[name]()[:-1]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"Dear all,\nthis is no picture.\n" * 50, "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n", "not a picture"),
        (b"\xff\xd8\xff\xe0 and nothing more", "damaged"),
        (b"II*\0\xff\xff\xff\xff", "damaged"),
        (b"P3\n1 1\n1000\n1 2\n", "truncated PNM: 3 samples expected, 2 there"),
        (b"P6\n1 1\n65536\n123456", "ends at 65535"),
    ],
)
def test_other_files_are_refused_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as caught:
        read(BytesIO(data))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"P6 200000 200000 255 ",
        b"P6 200000 200000 65535 ",
        b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 200_000, 200_000, 1, 24, 0, 0, 0, 0, 0, 0),
    ],
)
def test_bombs_of_other_formats_too(data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="pixels"):
        read(BytesIO(data))


class StingyStream(BytesIO):
    """Gives at most 7 bytes at a time and cannot be rewound, like a pipe."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size) if size and size > 0 else 7)

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError("not seekable")


def test_streams_may_deliver_little_at_a_time() -> None:
    data = drawn.png_16()

    assert_same_samples(read(StingyStream(data)), read_quietly(data))


def test_input_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.pictures.imagefile.MAX_INPUT_BYTES", 1000)

    with pytest.raises(LimitExceeded, match="1000 bytes"):
        read(BytesIO(b"x" * 1001))


def test_paths_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(drawn.png_16())

    assert read(path).bit_depth == 16
    with pytest.raises(BadInput, match="No such file"):
        read(tmp_path / "missing.png")
    with pytest.raises(BadInput, match="cannot be read"):
        read(tmp_path)


def test_memory_that_is_not_there_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("aecodec.pictures.png.decode_samples", exhausted)
    with pytest.raises(LimitExceeded, match="memory"):
        read(BytesIO(drawn.png_16()))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (20, 31)])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("format", ["png", "tiff", "ppm"])
def test_lossless_formats_round_trip(format: str, bits: int, channels: int, alpha: bool, size: tuple[int, int]) -> None:
    picture = drawn.picture(*size, channels=channels, bits=bits, alpha=alpha)
    if alpha and format == "ppm":
        with pytest.raises(BadInput, match="png, tiff, webp, avif, jxl or bmp"):
            written(picture, format)
        return

    assert_same_samples(read_quietly(written(picture, format)), picture)


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_8_bit_formats_round_16_bits_aloud(format: str) -> None:
    picture = Picture(np.array([[[0], [128], [129], [65406], [65407], [65535]]], np.uint16))
    warnings: list[str] = []
    stream = BytesIO()

    write(picture, stream, format, warn=warnings.append)

    assert ["rounded to 8" in warning for warning in warnings] == [True]
    back = read_quietly(stream.getvalue()).pixels[0, :, 0]
    if format == "webp":
        assert back.tolist() == [0, 0, 1, 254, 255, 255]


def test_what_a_format_cannot_hold_is_refused() -> None:
    with pytest.raises(BadInput, match="no alpha"):
        written(drawn.picture(alpha=True), "jpeg")
    with pytest.raises(BadInput, match="65500 pixels a side"):
        written(Picture(np.zeros((1, 65_536, 1), np.uint8)), "jpeg")
    with pytest.raises(BadInput, match="16383 pixels a side"):
        written(Picture(np.zeros((16_384, 1, 3), np.uint8)), "webp")
    with pytest.raises(BadInput, match="choose one of png"):
        written(drawn.picture(), "gif")


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("bits", [8, 16])
def test_metadata_come_back_byte_for_byte(format: str, bits: int) -> None:
    stream = BytesIO()
    picture = drawn.picture(bits=bits)
    write(Picture(picture.pixels, None, drawn.metadata()), stream, format)

    assert read_quietly(stream.getvalue()).metadata == drawn.metadata()


def test_pixels_are_never_turned() -> None:
    picture = drawn.picture()
    for format in ("png", "tiff", "webp"):
        for orientation in range(1, 9):
            turned = Picture(picture.pixels, None, Metadata(exif=drawn.exif_block(orientation)))
            back = read_quietly(written(turned, format))
            assert np.array_equal(back.pixels, picture.pixels)
            assert exif_of(back.metadata).get(274, 1) == orientation


def test_metadata_that_a_format_cannot_hold_are_dropped_aloud() -> None:
    pixels = drawn.picture().pixels
    grey_profile = bytes(16) + b"GRAY" + bytes(200)
    cases: list[tuple[str, Metadata, str]] = [
        ("ppm", Metadata(xmp=b"x"), "ppm holds no XMP: dropped"),
        ("jpeg", Metadata(xmp=b"x" * 65_505), "XMP"),
        ("jpeg", Metadata(exif=drawn.exif_block(1) + b"x" * 65_505), "EXIF"),
        ("webp", Metadata(icc=grey_profile), "ICC"),
    ]
    for format, metadata, reason in cases:
        warnings: list[str] = []
        stream = BytesIO()
        write(Picture(pixels, None, metadata), stream, format, warn=warnings.append)
        assert [reason in warning for warning in warnings] == [True], format
        assert read_quietly(stream.getvalue()).metadata == Metadata()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("size", [(1, 1), (20, 31)])
def test_alpha_round_trips(bits: int, size: tuple[int, int]) -> None:
    alpha = drawn.samples(size, bits)

    back = decode_alpha(encode_alpha(alpha), *size, bits)

    assert back.dtype == alpha.dtype
    assert np.array_equal(back, alpha)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: encode_alpha(drawn.samples((31, 20))), "20 x 31"),
        (lambda: encode_alpha(drawn.samples((20, 31), 16)), "16 bits"),
        (lambda: drawn.MAKERS["png-rgb"](), "colour type 2"),
        (lambda: drawn.png_bomb(), "200000 x 200000"),
        (lambda: b"", "header"),
        (lambda: b"GIF89a" + bytes(50), "header"),
        (lambda: encode_alpha(drawn.samples((20, 31)))[:-20], "too small"),
    ],
)
def test_another_alpha_is_corrupt(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(Corrupt, match=f"the alpha part .*{reason}"):
        decode_alpha(make(), 20, 31, 8)


def test_folders_give_what_is_read_and_heif_where_it_can_be() -> None:
    for suffix in (".jp2", ".j2k", ".jxl", ".qoi", ".tga", ".pcx", ".pfm", ".apng", ".gif", ".avif", ".tif", ".heic"):
        assert suffix in SUFFIXES, suffix
    assert {suffix for kind in WRITTEN.values() for suffix in kind.suffixes} <= SUFFIXES
    code = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "pillow_heif" else real(name, *rest)
from aecodec.pictures.formats import SUFFIXES
assert ".heic" not in SUFFIXES and ".jxl" in SUFFIXES
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("data", "pages"),
    [
        (drawn.animation("GIF"), 3),
        (drawn.animation("PNG"), 3),
        (drawn.animation("WEBP"), 3),
        (drawn.animation("AVIF"), 3),
        (drawn.animation("TIFF"), 3),
        (drawn.tiff(drawn.samples((2, 20, 31), 16), photometric="minisblack"), 2),
        (drawn.MAKERS["jpeg-rgb"](), 1),
        (drawn.png_16(), 1),
        (b"Pf 1 1 1.0\n" + bytes(4), 1),
        (b"no picture", 1),
    ],
)
def test_pages_are_counted_without_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, pages: int
) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decodes"))

    assert count_pages(path) == pages


def test_pages_of_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        count_pages(tmp_path / "missing.gif")
    (tmp_path / "a.tif").write_bytes(b"II*\0\xff\xff\xff\xff")
    assert count_pages(tmp_path / "a.tif") == 1  # which reading it refuses


def test_formats_are_all_written() -> None:
    for format in WRITTEN:
        data = written(drawn.picture(), format)
        shape = imagecodecs.jpegxl_decode(data).shape if format == "jxl" else read_quietly(data).pixels.shape
        assert shape == (20, 31, 3)


INCHES = Resolution(Fraction(72), Fraction(72), Unit.INCH)
METRES = Resolution(Fraction(2835), Fraction(3000), Unit.METRE)
CENTIMETRES = Resolution(Fraction(28), Fraction(118), Unit.CENTIMETRE)
RATIO = Resolution(Fraction(2), Fraction(1), Unit.NONE)
ODD = Resolution(Fraction(300, 7), Fraction(1, 3), Unit.INCH)
WIDE = (31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4_600)  # chromaticities of Rec. 2020
COLOURS = {"gamma": 100_000, "chromaticities": WIDE, "cicp": (9, 16, 0, 1), "srgb": 1}


@pytest.mark.parametrize(
    ("format", "resolution"),
    [
        *[("png", resolution) for resolution in (METRES, RATIO)],
        *[("jpeg", resolution) for resolution in (INCHES, CENTIMETRES, RATIO)],
        *[("tiff", resolution) for resolution in (INCHES, CENTIMETRES, RATIO, ODD)],
        ("bmp", METRES),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_resolution_comes_back_exactly_in_the_format_it_is_of(format: str, resolution: Resolution, channels) -> None:
    picture = replace(drawn.picture(channels=channels), metadata=Metadata(resolution=resolution))

    assert read_quietly(written(picture, format)).metadata == picture.metadata


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(
    ("format", "resolution", "found"),
    [
        ("png", INCHES, Resolution(Fraction(2835), Fraction(2835), Unit.METRE)),
        ("png", ODD, Resolution(Fraction(1687), Fraction(13), Unit.METRE)),
        ("tiff", METRES, Resolution(Fraction(2835, 100), Fraction(30), Unit.CENTIMETRE)),
        ("jpeg", Resolution(Fraction(2835), Fraction(2835), Unit.METRE), INCHES),
        (
            "jpeg",
            Resolution(Fraction(3000), Fraction(3000), Unit.METRE),
            Resolution(Fraction(30), Fraction(30), Unit.CENTIMETRE),
        ),
        ("bmp", INCHES, Resolution(Fraction(2835), Fraction(2835), Unit.METRE)),
    ],
)
def test_a_resolution_in_another_format_is_the_nearest(
    format: str, resolution: Resolution, found: Resolution, bits: int
) -> None:
    stream = BytesIO()
    pixels = drawn.picture(bits=bits).pixels
    write(Picture(pixels, None, Metadata(resolution=resolution)), stream, format)

    assert read_quietly(stream.getvalue()).metadata.resolution == found


@pytest.mark.parametrize(
    ("format", "metadata", "message"),
    [
        (
            "jpeg",
            Metadata(resolution=ODD),
            "its resolution of 42.8571 x 0.333333 dpi is rounded to 43 x 1 dpi",
        ),
        ("bmp", Metadata(resolution=RATIO), "bmp holds no resolution without a unit: 2 x 1 without a unit is dropped"),
        ("webp", Metadata(resolution=INCHES), "webp holds no resolution: dropped"),
        ("avif", Metadata(resolution=INCHES, gamma=100_000), "avif holds no gamma or resolution: dropped"),
        ("jxl", Metadata(icc=b"x" * 200, resolution=INCHES), "jxl holds no ICC profile or resolution: dropped"),
        (
            "ppm",
            Metadata(resolution=INCHES, **COLOURS),
            "ppm holds no chromaticities, CICP, gamma or resolution: dropped",
        ),
        ("tiff", Metadata(cicp=(9, 16, 0, 1)), "tiff holds no CICP: dropped"),
        ("tiff", Metadata(icc=drawn.srgb_profile(), **COLOURS), "tiff holds no CICP: dropped"),
        ("jpeg", Metadata(gamma=100_000), "jpeg holds no gamma: dropped"),
        ("bmp", Metadata(exif=b"II*\0"), "bmp holds no EXIF: dropped"),
    ],
)
def test_what_a_format_cannot_hold_is_named(format: str, metadata: Metadata, message: str) -> None:
    warnings: list[str] = []

    write(Picture(drawn.picture().pixels, None, metadata), BytesIO(), format, warn=warnings.append)

    assert warnings == [message]


@pytest.mark.parametrize("format", ["ppm", "bmp"])
def test_where_exif_is_dropped_its_orientation_goes_into_the_pixels(format: str) -> None:
    picture = replace(drawn.picture(), metadata=Metadata(exif=drawn.exif_block(6)))
    stream, warnings = BytesIO(), list[str]()

    write(picture, stream, format, warn=warnings.append)

    assert_same_samples(read_quietly(stream.getvalue()), upright(picture))
    assert warnings[0] == f"{format} holds no EXIF: dropped"
    assert "turned upright" in warnings[1]


@pytest.mark.parametrize("format", WRITTEN)
def test_to_say_nothing_instead_of_srgb_is_no_loss(format: str) -> None:
    said = Metadata(gamma=SRGB_GAMMA, chromaticities=SRGB_CHROMATICITIES, cicp=SRGB_CICP, srgb=3)

    written(Picture(drawn.picture().pixels, None, said), format)  # fails at a warning


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_png_keeps_all_that_is_said_of_colours(bits: int, channels: int) -> None:
    for fields in ({name: value} for name, value in COLOURS.items()):
        picture = replace(drawn.picture(bits=bits, channels=channels), metadata=Metadata(**fields))
        assert read_quietly(written(picture, "png")).metadata == picture.metadata
    full = replace(drawn.picture(bits=bits), metadata=replace(drawn.metadata(), resolution=METRES, **COLOURS))
    assert read_quietly(written(full, "png")).metadata == full.metadata


@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_keeps_chromaticities(bits: int) -> None:
    picture = replace(drawn.picture(bits=bits), metadata=Metadata(chromaticities=WIDE, resolution=INCHES))

    assert read_quietly(written(picture, "tiff")).metadata == picture.metadata


def test_quality_is_of_formats_that_have_one() -> None:
    picture = drawn.picture(60, 80)
    for format, kind in WRITTEN.items():
        sizes = {}
        for quality in (None, 90, 30):
            stream = BytesIO()
            write(picture, stream, format, quality=quality, warn=lambda message: pytest.fail(message))
            sizes[quality] = len(stream.getvalue())
        if not kind.lossy:
            assert len(set(sizes.values())) == 1, format
        else:
            assert sizes[30] < sizes[90] < sizes[None], format
