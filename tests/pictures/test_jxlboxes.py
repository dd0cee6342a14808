"""The boxes of JPEG XL: sizes in all their forms, and none that goes beyond the data."""

import pytest

from aecodec.errors import BadInput
from aecodec.pictures.jxlboxes import CODESTREAM, CONTAINER, box, boxes


def test_boxes_are_found_whatever_form_their_sizes_have() -> None:
    long = (1).to_bytes(4) + b"jxlp" + (16 + 3).to_bytes(8) + b"abc"
    last = bytes(4) + b"xml " + b"to the end"

    found = boxes(CONTAINER + box(b"Exif", b"e") + long + box(b"free", b"") + last)

    assert [(kind, bytes(content)) for kind, content in found] == [
        (b"JXL ", b"\r\n\x87\n"),
        (b"Exif", b"e"),
        (b"jxlp", b"abc"),
        (b"free", b""),
        (b"xml ", b"to the end"),
    ]


def test_a_bare_codestream_is_one_box() -> None:
    assert boxes(CODESTREAM + b"abc") == [(b"jxlc", CODESTREAM + b"abc")]


def test_what_a_box_holds_can_be_changed_in_place() -> None:
    data = bytearray(CONTAINER + box(b"jxlc", b"abc"))

    boxes(data)[1][1][1:2] = b"x"

    assert data.endswith(b"axc")


@pytest.mark.parametrize("rest", [b"\0\0\0\x09jxlc", b"\0\0\0\x07jxlc", b"\0\0\0\1jxlc\0\0\0\0\0\0\0\x0f"])
def test_a_box_that_is_not_whole_is_refused(rest: bytes) -> None:
    with pytest.raises(BadInput, match=r"truncated JPEG XL: box .* at byte 12 is not whole"):
        boxes(CONTAINER + rest)
