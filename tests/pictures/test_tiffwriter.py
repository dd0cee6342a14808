"""TIFF out, at full depth: what was written is what is read, by us and by Pillow."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aecodec.pictures.imagefile import from_pil, write
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture
from tests import drawn
from tests.drawn import assert_same_samples, exif_of, read_quietly, written


def test_a_tiff_of_many_strips_round_trips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.pictures.tiffwriter.STRIP_BYTES", 500)
    picture = drawn.picture(bits=16, alpha=True)

    assert_same_samples(read_quietly(written(picture, "tiff")), picture)


@pytest.mark.parametrize(("channels", "alpha"), [(1, False), (1, True), (3, False), (3, True)])
def test_pillow_reads_our_tiff(channels: int, alpha: bool) -> None:
    picture = drawn.picture(channels=channels, alpha=alpha)
    ours = np.asarray(Image.open(BytesIO(written(picture, "tiff"))))

    assert np.array_equal(ours.reshape(20, 31, -1), picture.interleaved())


@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_keeps_metadata(bits: int) -> None:
    picture = drawn.picture(bits=bits)
    data = written(Picture(picture.pixels, None, drawn.metadata(orientation=6)), "tiff")
    ours = read_quietly(data).metadata
    pillows = from_pil(Image.open(BytesIO(data))).metadata

    for metadata in (ours, pillows):
        assert (metadata.icc, metadata.xmp) == (drawn.srgb_profile(), drawn.XMP)
        exif = exif_of(metadata)
        assert exif[271] == "A maker"
        assert exif.get_ifd(0x8769)[36867] == drawn.EXIF_TIME
        assert exif.get_ifd(0x8825)[1] == "N"
    assert exif_of(ours)[274] == 6
    assert 274 not in exif_of(pillows)  # Pillow has turned the pixels


def test_a_plain_tiff_has_no_exif() -> None:
    assert read_quietly(written(drawn.picture(), "tiff")).metadata == Metadata()


def test_exif_that_cannot_go_into_a_tiff_is_dropped_aloud() -> None:
    warnings: list[str] = []
    stream = BytesIO()
    picture = Picture(drawn.picture().pixels, None, Metadata(exif=b"II*\0" + b"\xff" * 3))

    write(picture, stream, "tiff", warn=warnings.append)

    assert ["EXIF block is damaged" in warning for warning in warnings] == [True]
    assert_same_samples(read_quietly(stream.getvalue()), picture)
