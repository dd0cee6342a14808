"""What foreign decoders say: one line of ours, nothing on the standard error, and nothing left changed."""

import struct
import threading
import warnings
from io import BytesIO

import pytest

from aecodec.errors import BadInput
from aecodec.pictures.imagefile import read
from aecodec.pictures.overheard import overheard
from tests import drawn
from tests.drawn import read_with_warnings


def said(text: str) -> None:
    warnings.warn_explicit(text, UserWarning, "a/path.py", 1, module="PIL.TiffImagePlugin")


def test_warnings_of_decoders_become_one_line() -> None:
    told: list[str] = []
    with overheard(told.append):
        said("one\nline")
        said("one\nline")
        said("two")
        said("three")

    assert told == ["its decoder warns: one line; two ..."]


def test_an_error_says_enough() -> None:
    def damaged() -> None:
        with overheard(pytest.fail):
            said("more")
            raise BadInput("the error")

    with pytest.raises(BadInput, match="the error"):
        damaged()


def test_threads_hear_what_is_said_in_them_and_leave_the_filters_as_they_were() -> None:
    """The first to come is the first to go, which `warnings.catch_warnings` cannot take."""
    filters, shown = list(warnings.filters), warnings.showwarning
    told: dict[str, list[str]] = {"first": [], "second": []}
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with overheard(told["first"].append):
            first_in.set()
            second_in.wait(10)
            said("in the first")
        first_out.set()

    thread = threading.Thread(target=first)
    thread.start()
    first_in.wait(10)
    with overheard(told["second"].append):
        second_in.set()
        first_out.wait(10)
        said("in the second")
    thread.join()

    assert told == {"first": ["its decoder warns: in the first"], "second": ["its decoder warns: in the second"]}
    assert (list(warnings.filters), warnings.showwarning) == (filters, shown)


def test_what_pillow_finds_odd_in_metadata_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(drawn.tiff(drawn.samples((20, 31), 16), software="a program"))
    at = data.index(struct.pack("<HH", 305, 2))
    data[at + 4 : at + 8] = struct.pack("<I", 1 << 30)  # characters

    picture, told = read_with_warnings(bytes(data))

    assert picture.bit_depth == 16
    assert told == ["its decoder warns: Tag data larger than file. Skipping tag 305"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd"])
def test_libtiff_prints_nothing(compression: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(drawn.pil_file(drawn._of_mode("P"), "TIFF", compression=compression))
    data[60:90] = bytes(30)

    with pytest.raises(BadInput) as caught:
        read(BytesIO(bytes(data)))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""
