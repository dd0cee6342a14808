"""TIFF in, at full depth: every layout, metadata kept, nothing turned or dropped in silence."""

import struct
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image

from aecodec.errors import BadInput, LimitExceeded
from aecodec.pictures.imagefile import read
from aecodec.pictures.wanted import Wanted
from tests import drawn
from tests.drawn import exif_of, read_quietly, read_with_warnings


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("count", [3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_is_exact(bits: int, count: int, planar: str, byteorder: str) -> None:
    array = drawn.samples((20, 31, count), bits)
    stored = array if planar == "contig" else np.moveaxis(array, 2, 0)
    extra = {"extrasamples": ["unassalpha"]} if count == 4 else {}
    data = drawn.tiff(stored, photometric="rgb", planarconfig=planar, byteorder=byteorder, compression="lzw", **extra)

    assert np.array_equal(read_quietly(data).interleaved(), array)


def test_tiff_with_white_at_zero_is_inverted() -> None:
    array = drawn.samples((20, 31), 16)

    picture = read_quietly(drawn.tiff(array, photometric="miniswhite"))

    assert np.array_equal(picture.pixels[:, :, 0], 65535 - array)


def test_tiff_with_premultiplied_alpha_is_divided() -> None:
    array = np.array([[[100, 200, 400, 32768], [7, 0, 9, 0], [1, 2, 3, 65535]]], np.uint16)

    picture = read_quietly(drawn.tiff(array, photometric="rgb", extrasamples=["assocalpha"]))

    assert picture.pixels.tolist() == [[[200, 400, 800], [65535, 0, 65535], [1, 2, 3]]]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[32768, 0, 65535]]


def test_tiff_channels_that_are_not_alpha_are_dropped_aloud() -> None:
    array = drawn.samples((20, 31, 5), 16)
    data = drawn.tiff(array, photometric="rgb", extrasamples=["unspecified", "unassalpha"])

    picture, warnings = read_with_warnings(data)

    assert np.array_equal(picture.interleaved(), array[:, :, [0, 1, 2, 4]])
    assert len(warnings) == 1
    assert "extra channels" in warnings[0]


def test_bigtiff_keeps_its_orientation() -> None:
    data = drawn.tiff(drawn.samples((20, 31), 16), bigtiff=True, extratags=[(274, 3, 1, 8, True)])

    assert exif_of(read_quietly(data).metadata)[274] == 8


@pytest.mark.parametrize("photometric", ["minisblack", "rgb"])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_tiff_of_fewer_than_16_bits_is_scaled_aloud(bits: int, photometric: str) -> None:
    top = (1 << bits) - 1
    array = drawn.samples((20, 31, 3) if photometric == "rgb" else (20, 31), 16) >> (16 - bits)
    data = drawn.tiff(array, photometric=photometric, bitspersample=bits)

    picture, warnings = read_with_warnings(data)

    assert np.array_equal(np.squeeze(picture.pixels), np.rint(array * (65535 / top)))
    assert warnings == [f"{bits}-bit samples are scaled to 16"]


@pytest.mark.parametrize(
    ("dtype", "told", "expected"),
    [
        (np.int16, "shifted by 32,768", lambda array: array.astype(int) + 32768),
        (np.int8, "shifted by 128", lambda array: array.astype(int) + 128),
        (np.uint32, "32-bit samples", lambda array: np.rint(array / 65537)),
        (np.float16, "floating-point", lambda array: np.rint(array.astype(float) * 65535)),
        (np.float32, "floating-point", lambda array: np.rint(array.astype(float) * 65535)),
        (np.float64, "floating-point", lambda array: np.rint(array * 65535)),
    ],
)
def test_tiff_of_other_samples_is_scaled_aloud(
    dtype: type, told: str, expected: Callable[[np.ndarray], np.ndarray]
) -> None:
    unit = np.random.default_rng(0).random((20, 31, 3))
    info = None if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    array = (unit if info is None else unit * (int(info.max) - int(info.min)) + int(info.min)).astype(dtype)
    data = drawn.tiff(array, photometric="rgb", predictor=array.dtype.itemsize > 1, compression="zlib")

    picture, warnings = read_with_warnings(data)

    assert np.array_equal(picture.pixels, expected(array))
    assert len(warnings) == 1
    assert told in warnings[0]


@pytest.mark.parametrize("dtype", [np.uint64, np.int64, np.complex64])
def test_tiff_of_samples_that_no_scale_is_agreed_on_for_is_refused(dtype: type) -> None:
    with pytest.raises(BadInput, match=r"64.*convert .* to 8 or 16 bits"):
        read(BytesIO(drawn.tiff(np.ones((20, 31), dtype))))


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_separate_planes_of_cmyk_are_those_of_pixels(compression: str | None) -> None:
    array = drawn.samples((20, 31, 4))
    options = {"photometric": "separated", "compression": compression}
    together = drawn.tiff(array, planarconfig="contig", **options)
    apart = drawn.tiff(np.moveaxis(array, 2, 0), planarconfig="separate", **options)

    drawn.assert_same_samples(read_with_warnings(apart)[0], read_with_warnings(together)[0])


@pytest.mark.parametrize("photometric", ["ycbcr", "cielab"])
def test_separate_planes_that_would_get_other_colours_are_refused(photometric: str) -> None:
    data = drawn.tiff(drawn.samples((3, 20, 31)), photometric=photometric, planarconfig="separate")

    with pytest.raises(BadInput, match=f"separate planes with colours of the kind {photometric.upper()}"):
        read(BytesIO(data))


@pytest.mark.parametrize("of_pillow", [False, True])
def test_any_page_is_read_with_its_own_tags(of_pillow: bool) -> None:
    """Of a scan whose pages differ; palettes are read by Pillow, the others are not."""
    stream = BytesIO()
    arrays = [drawn.samples((20 + page, 31), 8 if of_pillow else 16, seed=page) for page in range(3)]
    colours = np.repeat(np.arange(256, dtype=np.uint16) * 257, 3).reshape(256, 3).T
    with tifffile.TiffWriter(stream) as writer:
        for page, array in enumerate(arrays):
            kind = {"photometric": "palette", "colormap": colours} if of_pillow else {"photometric": "minisblack"}
            writer.write(array, extratags=[(274, 3, 1, page + 1, True)], **kind)

    for page, array in enumerate(arrays, 1):
        picture = read_quietly(stream.getvalue(), wanted=Wanted(page))
        assert np.array_equal(picture.pixels[:, :, 0], array)
        assert exif_of(picture.metadata).get(274, 1) == page
    with pytest.raises(BadInput, match="no such page: the file has 3"):
        read(BytesIO(stream.getvalue()), wanted=Wanted(4))


def test_the_preview_of_a_raw_file_is_not_taken_for_the_picture() -> None:
    stream = BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(drawn.samples((20, 31, 3)), photometric="rgb", subifds=1, subfiletype=1)
        writer.write(drawn.samples((80, 124), 16), photometric="minisblack")

    with pytest.raises(BadInput, match="begins with a preview"):
        read(BytesIO(stream.getvalue()))


def test_a_tiff_that_cannot_hold_what_it_claims_is_refused_before_it_is_decoded() -> None:
    data = bytearray(drawn.tiff(drawn.samples((20, 31, 3)), photometric="rgb", compression="jpeg"))
    for tag, kind in ((256, 4), (257, 4), (278, 4)):
        at = data.index(struct.pack("<HHI", tag, kind, 1))
        data[at + 8 : at + 12] = struct.pack("<I", 13_000)

    with pytest.raises(BadInput, match=r"truncated JPEG in a TIFF: .* bytes cannot be 13000 x 13000 pixels"):
        read(BytesIO(bytes(data)))


def test_pixels_that_libtiff_could_not_decode_are_damage(capfd: pytest.CaptureFixture[str]) -> None:
    """Pillow goes on without them, and libtiff prints to the standard error of the process."""
    image = Image.fromarray(drawn.samples((200, 300, 1))[:, :, 0]).convert("1")
    good = drawn.pil_file(image, "TIFF", compression="group4")
    assert read_quietly(good).pixels.shape == (200, 300, 1)
    lost = bytearray(good)
    lost[200] ^= 1

    with pytest.raises(BadInput, match=r"damaged TIFF: Fax4Decode: Bad code word$"):
        read(BytesIO(bytes(lost)))
    assert capfd.readouterr().err == ""


def test_a_tiff_bomb_is_refused_by_its_tags() -> None:
    data = bytearray(drawn.tiff(np.zeros((1, 1, 3), np.uint16), photometric="rgb"))
    for tag in (256, 257):
        at = data.index(struct.pack("<HHI", tag, 4, 1))
        data[at + 8 : at + 12] = struct.pack("<I", 200_000)
    with pytest.raises(LimitExceeded, match="200000 x 200000"):
        read(BytesIO(bytes(data)))


def test_a_tiff_that_pillow_reads_is_not_turned() -> None:
    image = Image.open(BytesIO(drawn.MAKERS["tiff-palette"]()))
    exif = Image.Exif()
    exif[274] = 6

    picture = read_quietly(drawn.pil_file(image, "TIFF", exif=exif))

    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))
    assert exif_of(picture.metadata)[274] == 6
