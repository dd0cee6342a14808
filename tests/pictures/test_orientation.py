"""Stripped pictures look as they did."""

import warnings
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from aecodec.pictures.imagefile import ignore
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import orientation, strip, upright
from aecodec.pictures.resolution import Resolution, Unit
from tests import drawn


def unwanted(message: str) -> None:
    pytest.fail(message)


@pytest.mark.parametrize("tag", range(2, 9))
def test_pixels_and_alpha_are_turned_as_pillow_turns_them(tag):
    picture = replace(drawn.picture(alpha=True), metadata=drawn.metadata(tag))
    warnings: list[str] = []
    stripped = strip(picture, frozenset({"exif"}), warnings.append)
    stream = BytesIO()
    exif = Image.Exif()
    exif[274] = tag
    Image.fromarray(picture.interleaved()).save(stream, "PNG", exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(stream)))
    assert (stripped.interleaved() == upright).all()
    assert stripped.metadata == replace(picture.metadata, exif=None)
    assert len(warnings) == 1


@pytest.mark.parametrize("tag", range(1, 9))
def test_upright_turns_pixels_and_changes_nothing_of_exif_but_the_orientation(tag):
    picture = replace(drawn.picture(alpha=True), metadata=drawn.metadata(tag))
    turned = upright(picture)
    shown = strip(picture, frozenset({"exif"}), ignore)
    assert (turned.interleaved() == shown.interleaved()).all()
    assert turned.metadata == drawn.metadata(1)  # byte for byte
    assert turned.metadata.exif is not None
    assert orientation(turned.metadata.exif) == 1
    assert upright(turned) is turned


@pytest.mark.parametrize("tag", range(1, 9))
def test_a_resolution_is_turned_with_the_picture(tag):
    resolution = Resolution(Fraction(300), Fraction(150), Unit.INCH)
    picture = replace(drawn.picture(), metadata=replace(drawn.metadata(tag), resolution=resolution))
    assert upright(picture).metadata.resolution == (resolution.turned() if tag > 4 else resolution)
    assert strip(picture, frozenset({"exif"}), ignore).metadata.resolution == upright(picture).metadata.resolution


@pytest.mark.parametrize("form", [b'<x tiff:Orientation="6"/>', b"<x tiff:Orientation='6'/>"])
def test_xmp_no_longer_says_that_the_picture_lies_on_its_side(form):
    picture = replace(drawn.picture(), metadata=Metadata(exif=drawn.exif_block(6), xmp=form + b"<n>6</n>"))
    assert upright(picture).metadata.xmp == form.replace(b"6", b"1") + b"<n>6</n>"
    element = b"<tiff:Orientation>6</tiff:Orientation>"
    assert upright(replace(picture, metadata=replace(picture.metadata, xmp=element))).metadata.xmp == element.replace(
        b"6", b"1"
    )


def test_an_upright_picture_is_left_as_it_is():
    picture = replace(drawn.picture(), metadata=drawn.metadata(1))
    stripped = strip(picture, frozenset({"exif", "icc", "xmp"}), unwanted)
    assert stripped.pixels is picture.pixels
    assert stripped.metadata == Metadata()


def test_what_keeps_its_exif_is_not_turned():
    picture = replace(drawn.picture(), metadata=drawn.metadata(6))
    stripped = strip(picture, frozenset({"xmp"}), unwanted)
    assert stripped.pixels is picture.pixels
    assert stripped.metadata.exif == picture.metadata.exif


def test_both_byte_orders_are_read():
    entry = (0x0112).to_bytes(2, "little") + b"\3\0\1\0\0\0" + (8).to_bytes(2, "little") + b"\0\0"
    assert orientation(b"II*\0\x08\0\0\0\1\0" + entry) == 8
    entry = (0x0112).to_bytes(2, "big") + b"\0\3\0\0\0\1" + (8).to_bytes(2, "big") + b"\0\0"
    assert orientation(b"MM\0*\0\0\0\x08\0\1" + entry) == 8


def test_every_truncation_and_nonsense_is_upright_or_right():
    block = drawn.exif_block(6)
    assert orientation(block) == 6
    assert {orientation(block[:size]) for size in range(len(block))} <= {1, 6}
    assert orientation(None) == 1
    assert orientation(b"nonsense") == 1
    assert orientation(drawn.exif_block(1)) == 1


def test_a_damaged_block_says_nothing_on_its_way():
    block = drawn.exif_block(6)
    with warnings.catch_warnings(record=True, action="always") as heard:
        for at in range(len(block)):
            assert orientation(block[:at] + b"\xff" + block[at + 1 :]) in range(1, 9)
            assert orientation(block[:at]) in (1, 6)
    assert heard == []
