"""What is asked of a reader: pages from 1, and a bound on the size that holds for every kind of file."""

from collections.abc import Callable
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from aecodec.errors import BadInput, LimitExceeded
from aecodec.limits import DEFAULT_MAX_PIXELS, MAX_PIXELS
from aecodec.pictures.imagefile import read
from aecodec.pictures.wanted import FIRST, Wanted, refuse_more
from tests import drawn

SIZED: dict[str, Callable[[], bytes]] = {
    **drawn.MAKERS,
    "apng": lambda: drawn.animation("PNG"),
    "jpeg2000": lambda: drawn.pil_file(Image.new("RGB", (31, 20)), "JPEG2000"),
    "jxl": lambda: imagecodecs.jpegxl_encode(drawn.samples((20, 31, 3))),
    "pfm": lambda: b"Pf 31 20 -1.0\n" + bytes(4 * 620),
    "plain ppm": lambda: b"P2 31 20 999 " + b"1 " * 620,
    "tga": lambda: drawn.pil_file(Image.new("RGB", (31, 20)), "TGA"),
    "tiff-float": lambda: drawn.tiff(np.zeros((20, 31), np.float32)),
}


@pytest.mark.parametrize("name", sorted(SIZED))
def test_the_bound_holds_for_every_kind_of_file(name: str) -> None:
    data = SIZED[name]()

    assert read(BytesIO(data), wanted=Wanted(max_pixels=620)).width == 31
    with pytest.raises(LimitExceeded, match=r"has 620 pixels \(31 x 20\), more than the 619 allowed: --max-pixels"):
        read(BytesIO(data), wanted=Wanted(max_pixels=619))


def test_the_bound_that_nobody_gave_is_pillows() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert FIRST.max_pixels == 2 * Image.MAX_IMAGE_PIXELS
    with pytest.raises(LimitExceeded, match=r"900,000,000 pixels .* more than the 178,956,970 allowed by default"):
        read(BytesIO(b"P6 30000 30000 255 "))
    refuse_more(DEFAULT_MAX_PIXELS, 1, DEFAULT_MAX_PIXELS)


def test_no_bound_is_above_the_one_that_memory_sets() -> None:
    with pytest.raises(LimitExceeded, match="all in all at most"):
        Wanted(max_pixels=1 << 62).check_size(1 << 17, MAX_PIXELS >> 16)


def test_pages() -> None:
    told: list[str] = []

    assert Wanted(3).index(3, told.append) == 2
    assert FIRST.index(1, told.append) == 0
    assert told == []
    assert FIRST.index(3, told.append) == 0
    assert told == ["3 pictures in one file: only the first is kept (encode --page and --all-pages take others)"]
    with pytest.raises(BadInput, match="no such page: the file has 3"):
        Wanted(4).index(3, told.append)
