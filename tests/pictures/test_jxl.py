"""JPEG XL in: exact, with its metadata, and what imagecodecs does not give is told or refused."""

from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from aecodec.errors import BadInput, LimitExceeded
from aecodec.pictures.imagefile import count_pages, read
from aecodec.pictures.jxlboxes import CONTAINER, box
from aecodec.pictures.wanted import Wanted
from tests import drawn
from tests.drawn import exif_of, read_quietly, read_with_warnings
from tests.pictures.test_jxlheader import START, codestream


def container(*boxes: bytes) -> bytes:
    return CONTAINER + box(b"ftyp", b"jxl \0\0\0\0jxl ") + b"".join(boxes)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_jxl_is_exact(bits: int, count: int) -> None:
    array = drawn.samples((20, 31, count), bits)

    picture, told = read_with_warnings(imagecodecs.jpegxl_encode(array, lossless=True))

    assert np.array_equal(picture.interleaved(), array)
    assert told == []
    assert picture.metadata.cicp == (None if bits == 8 else (1, 8, 0, 1))  # imagecodecs writes 16 bits as linear


def test_other_depths_are_scaled_aloud() -> None:
    array = drawn.samples((20, 31, 3), 16) >> 6

    picture, told = read_with_warnings(imagecodecs.jpegxl_encode(array, lossless=True, bitspersample=10))

    assert np.array_equal(picture.pixels, np.rint(array * (65535 / 1023)))
    assert told == ["10-bit samples are scaled to 16"]


@pytest.mark.parametrize("packed", [False, True])
def test_metadata_are_kept_and_do_not_turn_what_is_upright(packed: bool) -> None:
    def boxed(kind: bytes, content: bytes) -> bytes:
        return box(b"brob", kind + imagecodecs.brotli_encode(content)) if packed else box(kind, content)

    exif = drawn.exif_block(6)
    array = drawn.samples((20, 31, 3))
    code = bytes(imagecodecs.jpegxl_encode(array, lossless=True))
    data = container(boxed(b"Exif", bytes(4) + exif), boxed(b"xml ", drawn.XMP), box(b"jxlc", code))

    picture = read_quietly(data)

    assert np.array_equal(picture.pixels, array)
    assert picture.metadata.xmp == drawn.XMP
    assert picture.metadata.exif is not None
    assert len(picture.metadata.exif) == len(exif)
    assert exif_of(picture.metadata)[274] == 1
    assert exif_of(picture.metadata)[271] == "A maker"


def test_a_transcoded_jpeg_is_the_jpeg() -> None:
    options = {"exif": b"Exif\0\0" + drawn.exif_block(6), "icc_profile": drawn.srgb_profile()}
    jpeg = drawn.pil_file(drawn._of_mode("RGB"), "JPEG", **options)

    picture = read_quietly(bytes(imagecodecs.jpegxl_encode_jpeg(jpeg)))

    drawn.assert_same_samples(picture, read_quietly(jpeg))
    assert picture.metadata == read_quietly(jpeg).metadata


def test_colours_that_cannot_be_kept_are_told_or_refused() -> None:
    jpeg = drawn.pil_file(drawn._of_mode("RGB"), "JPEG", icc_profile=drawn.srgb_profile())
    coded = bytes(imagecodecs.jpegxl_encode_jpeg(jpeg))
    bare = coded[coded.index(b"\xff\x0a") : coded.index(b"jbrd") - 4]
    rest = coded[coded.rindex(b"jxlp") + 8 :]
    _, told = read_with_warnings(bare + rest)
    assert told == ["the colours of the JPEG XL are described by an ICC profile, which is not kept"]
    lossy = codestream(*START, (0, 1), (0, 3), (1, 1), (0, 2), (1, 1), (0, 1), (1, 1), (0, 2))

    with pytest.raises(BadInput, match="a lossy JPEG XL with an ICC profile"):
        read(BytesIO(lossy))


def test_of_an_animation_the_first_picture_is_read(tmp_path: Path) -> None:
    array = drawn.samples((3, 20, 31, 3))
    data = bytes(imagecodecs.jpegxl_encode(array, lossless=True))
    (tmp_path / "a.jxl").write_bytes(data)

    picture, told = read_with_warnings(data)

    assert np.array_equal(picture.pixels, array[0])
    assert told == ["an animation: only the first picture is kept"]
    assert np.array_equal(read_quietly(data, wanted=Wanted(1)).pixels, array[0])
    for ask in (lambda: read(BytesIO(data), wanted=Wanted(2)), lambda: count_pages(tmp_path / "a.jxl")):
        with pytest.raises(BadInput, match="of an animation in JPEG XL only the first picture is read"):
            ask()


def test_a_bomb_is_refused_by_its_header() -> None:
    code = bytes(imagecodecs.jpegxl_encode(np.zeros((1 << 14, 1), np.uint8)))
    for data in (code, container(box(b"jxlp", bytes(4) + code[:6]), box(b"jxlp", bytes([0x80, 0, 0, 1]) + code[6:]))):
        with pytest.raises(LimitExceeded, match="16,384 pixels"):
            read(BytesIO(data), wanted=Wanted(max_pixels=1000))


@pytest.mark.parametrize("in_box", [False, True])
def test_no_truncation_is_half_a_picture(in_box: bool) -> None:
    data = bytes(imagecodecs.jpegxl_encode(drawn.samples((20, 31, 3)), lossless=True))
    if in_box:
        data = container(box(b"Exif", bytes(4) + drawn.exif_block()), box(b"jxlc", data))
    for end in range(2 + 10 * in_box, len(data) - 1, 53):
        with pytest.raises(BadInput) as caught:
            read(BytesIO(data[:end]))
        assert "\n" not in str(caught.value)
