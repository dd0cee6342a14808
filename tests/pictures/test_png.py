"""PNG at full depth, transparent colours, and damage that Pillow would not see."""

import re
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest

from aecodec.errors import AecodecError, LimitExceeded
from aecodec.pictures import png
from aecodec.pictures.imagefile import read
from aecodec.pictures.picture import from_array
from tests import drawn
from tests.drawn import read_quietly, read_with_warnings
from tests.tiny import sample


def raw_profile(exif: bytes) -> bytes:
    """A text as ImageMagick and ExifTool had it before PNG had a chunk for EXIF."""
    content = b"Exif\0\0" + exif
    lines = re.findall(".{1,72}", content.hex())
    text = "\n".join(["", "exif", f"{len(content):8}", *lines, ""])
    return b"Raw profile type exif\0\0" + zlib.compress(text.encode())


def with_chunks(bits: int, added: list[tuple[bytes, bytes]]) -> bytes:
    made = b"".join(png.chunk(kind, content) for kind, content in added)
    return png.encode_samples(drawn.samples((4, 5, 3), bits), made)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_16_bit_png_is_exact(count: int) -> None:
    picture = read_quietly(drawn.png_16(count=count))

    assert np.array_equal(picture.interleaved(), drawn.samples((20, 31, count), 16))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strides_along_axes_of_length_1_do_not_matter(count: int, dtype: type[np.uint8 | np.uint16]) -> None:
    """NumPy gives the alpha of one pixel the strides of its RGBA and calls it contiguous."""
    wide = np.arange(1, 1 + 3 * 3 * 6, dtype=dtype).reshape(3, 3, 6)
    for samples in (wide[:1, :1, :count], wide[:1, :, :count][::-1], wide[:, :1, :count][:, ::-1]):
        assert np.array_equal(png.decode_samples(png.encode_samples(samples)), samples)


@pytest.mark.parametrize(("depth", "colour", "key"), [(2, 0, [1]), (4, 0, [5]), (8, 0, [85]), (16, 0, [21845])])
def test_a_transparent_grey_becomes_alpha(depth: int, colour: int, key: list[int]) -> None:
    row = {2: b"\x1b", 4: b"\x05\xaf", 8: b"\0\x55\xaa\xff", 16: bytes.fromhex("00005555aaaaffff")}[depth]
    trns = png.chunk(b"tRNS", struct.pack(">H", *key))
    picture = read_quietly(drawn.png_by_hand(4, 1, depth, colour, b"\0" + row, trns))

    top = 65535 if depth == 16 else 255
    assert picture.pixels.ravel().tolist() == [0, top // 3, top * 2 // 3, top]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[top, 0, top, top]]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_colour_becomes_alpha(bits: int) -> None:
    array = drawn.samples((20, 31, 3), bits)
    trns = png.chunk(b"tRNS", struct.pack(">3H", *array[4, 5].tolist()))

    picture = read_quietly(png.encode_samples(array, trns))

    expected = np.full((20, 31), (1 << bits) - 1)
    expected[(array == array[4, 5]).all(axis=2)] = 0
    assert np.array_equal(picture.pixels, array)
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, expected)


def test_every_flipped_byte_of_a_png_is_noticed() -> None:
    data = drawn.MAKERS["png-grey"]()
    for at in range(8, len(data)):
        damaged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(AecodecError):
            read(BytesIO(damaged))


@pytest.mark.parametrize("bits", [8, 16])
def test_what_programs_add_of_themselves_is_dropped_without_a_word(bits: int) -> None:
    added = [
        (b"tIME", bytes(7)),
        (b"bKGD", bytes(6)),
        (b"vpAg", bytes(9)),
        (b"sBIT", bytes([bits] * 3)),
        *[(b"tEXt", keyword + b"\0x") for keyword in (b"Software", b"date:create", b"date:modify", b"date:timestamp")],
        *[(b"tEXt", keyword + b"\0x") for keyword in (b"icc:copyright", b"png:IHDR.bit-depth-orig", b"tiff:endian")],
        (b"iTXt", b"icc:description\0\0\0\0\0x"),
    ]

    _, told = read_with_warnings(with_chunks(bits, added))

    assert told == []


@pytest.mark.parametrize("keyword", [b"Title", b"Author", b"Description", b"Copyright", b"Comment", b"Creation Time"])
def test_what_somebody_wrote_is_named_beside_it(keyword: bytes) -> None:
    _, told = read_with_warnings(with_chunks(8, [(b"tEXt", b"Software\0x"), (b"tEXt", keyword + b"\0x")]))

    assert told == [f"PNG chunks that are not kept: tEXt '{keyword.decode()}'"]


@pytest.mark.parametrize(
    ("exif", "warnings"),
    [
        ([(b"eXIf", drawn.exif_block())], []),
        ([(b"zTXt", raw_profile(drawn.exif_block()))], []),
        ([], ["PNG chunks that are not kept: tEXt 'exif:Artist'"]),
    ],
)
def test_texts_of_exif_are_missed_where_there_is_no_exif(exif: list[tuple[bytes, bytes]], warnings: list[str]) -> None:
    _, told = read_with_warnings(with_chunks(8, [(b"tEXt", b"exif:Artist\0me"), *exif]))

    assert told == warnings


@pytest.mark.parametrize("bits", [8, 16])
def test_exif_in_a_text_is_kept_byte_for_byte_whatever_it_is(bits: int) -> None:
    for exif in (drawn.exif_block(), drawn.exif_block() + b"what no directory names", b"no EXIF at all"):
        picture, told = read_with_warnings(with_chunks(bits, [(b"zTXt", raw_profile(exif))]))

        assert (picture.metadata.exif, told) == (exif, [])


def test_a_chunk_of_exif_goes_before_a_text_and_a_damaged_text_costs_itself() -> None:
    text = (b"tEXt", b"Raw profile type exif\0\nexif\n       2\n4x")
    chunk = (b"eXIf", drawn.exif_block())

    assert read_quietly(with_chunks(8, [chunk, text])).metadata.exif == drawn.exif_block()
    picture, told = read_with_warnings(with_chunks(8, [text]))
    assert (picture.metadata.exif, told) == (None, ["the EXIF in a text of the PNG is damaged and is dropped"])


@pytest.mark.parametrize("depth", [8, 16])
def test_a_bomb_is_refused_by_its_header(depth: int) -> None:
    with pytest.raises(LimitExceeded, match="200000 x 200000"):
        read(BytesIO(drawn.png_bomb(depth=depth)))


def photograph() -> np.ndarray:
    return sample()[:400, :400]


def pattern() -> np.ndarray:
    return np.tile(sample()[:16, :16], (25, 25, 1))


@pytest.mark.parametrize(("samples", "how"), [(photograph(), png.RUNS), (pattern(), png.REPEATS)])
def test_photographs_are_written_quickly_and_what_repeats_small(samples: np.ndarray, how: dict[str, object]) -> None:
    data = png.encode(from_array(samples), pytest.fail)
    assert data == png._coded(samples, how)
    assert np.array_equal(png.decode_samples(data), samples)
    assert len(data) < 1.05 * min(len(png._coded(samples, other)) for other in (png.RUNS, png.REPEATS))
