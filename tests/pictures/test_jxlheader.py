"""The header of JPEG XL: what libjxl writes, and fields that it writes seldom."""

from dataclasses import replace

import imagecodecs
import numpy as np
import pytest

from aecodec.errors import BadInput
from aecodec.pictures.jxlheader import Colours, Extra, Header, read_header, say_srgb
from tests import drawn


def bare(data: bytes) -> bytes:
    """The codestream, without the boxes that libjxl puts around those that need a decoder of level 10."""
    return data[data.index(b"\xff\x0a") :]


@pytest.mark.parametrize(
    "size", [(8, 8), (20, 31), (256, 256), (300, 400), (400, 300), (1080, 1920), (1, 9000), (3, 2)]
)
def test_sizes_are_read_in_all_their_forms(size: tuple[int, int]) -> None:
    header = read_header(imagecodecs.jpegxl_encode(np.zeros((*size, 3), np.uint8)))

    assert (header.height, header.width) == size


@pytest.mark.parametrize("bits", [5, 8, 10, 12, 13, 16])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_depth_and_channels(bits: int, count: int) -> None:
    array = drawn.samples((20, 31, count), 16) >> (16 - bits)
    array = array.astype(np.uint8 if bits <= 8 else np.uint16)
    header = read_header(bare(imagecodecs.jpegxl_encode(array, lossless=True, bitspersample=bits)))

    assert (header.bits, header.extras) == (bits, [Extra.ALPHA] if count in (2, 4) else [])
    assert header.grey == (count <= 2)
    assert (header.xyb, header.animated, header.orientation) == (False, False, 1)
    assert header.colours is Colours.KNOWN
    assert header.cicp == (None if bits <= 8 else (1, 8, 0, 1))  # linear, as imagecodecs writes it


@pytest.mark.parametrize(("dtype", "bits"), [(np.float16, 16), (np.float32, 32)])
def test_floating_point_samples(dtype: type, bits: int) -> None:
    assert read_header(bare(imagecodecs.jpegxl_encode(np.zeros((20, 31, 3), dtype)))).bits == bits


def test_animations_and_lossy_files_say_so() -> None:
    assert read_header(imagecodecs.jpegxl_encode(drawn.samples((3, 20, 31, 3)), lossless=True)).animated
    assert read_header(imagecodecs.jpegxl_encode(drawn.samples((20, 31, 3)), level=90)).xyb


def test_a_transcoded_jpeg_has_its_orientation_and_profile() -> None:
    jpeg = drawn.pil_file(
        drawn._of_mode("RGB"), "JPEG", exif=b"Exif\0\0" + drawn.exif_block(6), icc_profile=drawn.srgb_profile()
    )
    header = read_header(bare(imagecodecs.jpegxl_encode_jpeg(jpeg)))

    assert (header.width, header.height, header.orientation, header.colours) == (31, 20, 6, Colours.PROFILE)


@pytest.mark.parametrize("shape", [(1, 1), (20, 31, 2), (300, 400, 3), (1080, 1920), (20, 31, 4)])
def test_linear_light_is_named_srgb_in_place_and_nothing_else_changes(shape: tuple[int, ...]) -> None:
    array = drawn.samples(shape, 16)
    coded = bare(bytes(imagecodecs.jpegxl_encode(array, lossless=True, effort=1)))
    named = bytearray(coded)

    say_srgb(memoryview(named))

    before, after = read_header(coded), read_header(named)
    assert (before.cicp, after.cicp) == ((1, 8, 0, 1), None)
    assert replace(before, cicp=None) == after
    assert sum((a ^ b).bit_count() for a, b in zip(coded, named, strict=True)) == 3
    assert np.array_equal(imagecodecs.jpegxl_decode(bytes(named)), array)


# 8 bits, RGB, not XYB, no profile, D65
BEFORE_PRIMARIES = [(0, 1), (0, 1), (0, 2), (1, 1), (0, 2), (0, 1), (0, 1), (0, 1), (0, 2), (1, 2)]


@pytest.mark.parametrize(
    "colours",
    [
        [(1, 2), (0, 1), (2, 2), (11, 4)],  # sRGB, in so many words
        [(1, 2), (0, 1), (2, 2), (14, 4)],  # PQ
        [(2, 2), (9, 4), (0, 1), (2, 2), (6, 4)],  # linear light, primaries of P3
        [(1, 2), (1, 1), (4_545_500, 24)],  # a gamma
    ],
)
def test_other_colours_are_left_as_they_are(colours: list[tuple[int, int]]) -> None:
    data = codestream(*START, *BEFORE_PRIMARIES, *colours)
    named = bytearray(data)

    say_srgb(memoryview(named))

    assert named == data


def codestream(*fields: tuple[int, int]) -> bytes:
    """Of (value, bits) each."""
    number = at = 0
    for value, bits in fields:
        number |= value << at
        at += bits
    return b"\xff\x0a" + number.to_bytes(at // 8 + 2, "little")


# 8 x 8 (small, one to one), and metadata that are not all as usual
START = ((1, 1), (0, 5), (1, 3), (0, 1))


def test_rare_fields_are_passed_over() -> None:
    rare = [
        *[(1, 1), (2, 3)],  # orientation 3
        *[(1, 1), (1, 1), (3, 5), (1, 3)],  # a size to be shown at
        *[(1, 1), (1, 1), (0, 2), (1, 3)],  # a preview of 16 x 16
        *[(1, 1), (0, 2), (0, 2), (0, 2), (0, 1)],  # an animation
        *[(0, 1), (2, 2), (1, 1)],  # 12 bits, in buffers of 16
        *[(2, 2), (1, 4)],  # three channels more
        (1, 1),  # alpha as usual
        *[(0, 1), (0, 2), (0, 1), (0, 2), (0, 2), (1, 2), (2, 4), (0x6161, 16), (1, 1)],  # "aa", multiplied in
        *[(0, 1), (2, 2), (0, 4), (0, 1), (0, 2), (0, 2), (0, 2), (0, 64)],  # a spot colour
        (1, 1),  # XYB
        *[(0, 1), (0, 1), (0, 2)],  # colours: no profile, RGB
        *[(1, 2), (2, 2), (9, 4), (0, 1), (2, 2), (11, 4)],  # D65, primaries of P3 (11), transfer function of sRGB (13)
    ]

    assert read_header(codestream(*START, *rare)) == Header(
        width=8,
        height=8,
        orientation=3,
        animated=True,
        bits=12,
        extras=[Extra.ALPHA, Extra.ALPHA, Extra.SPOT],
        premultiplied=True,
        xyb=True,
        colours=Colours.KNOWN,
        cicp=(12, 13, 0, 1),
    )


@pytest.mark.parametrize(
    ("fields", "colours", "gamma"),
    [
        ([(0, 2), (1, 2), (1, 2), (1, 1), (4_545_500, 24)], Colours.KNOWN, 45_455),
        ([(0, 2), (1, 2), (2, 2), (9, 4), (1, 1), (4_545_500, 24)], Colours.OTHER, 45_455),
        ([(0, 2), (2, 2), (0, 4)], Colours.OTHER, None),  # white by its numbers
        ([(0, 2), (1, 2), (2, 2), (0, 4)], Colours.OTHER, None),  # primaries by theirs
        ([(2, 2), (0, 4)], Colours.OTHER, None),  # XYB itself
    ],
)
def test_colours_by_numbers(fields: list[tuple[int, int]], colours: Colours, gamma: int | None) -> None:
    before = [(0, 1), *[(0, 1), (0, 2)], (1, 1), (0, 2), (0, 1), *[(0, 1), (0, 1)]]  # 8 bits, RGB, not XYB, no profile

    header = read_header(codestream(*START, *before, *fields))

    assert (header.colours, header.gamma, header.cicp) == (colours, gamma, None)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\x0a", b"\xff\x0a\x98", b"GIF89a"])
def test_half_a_header_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="header"):
        read_header(data)
