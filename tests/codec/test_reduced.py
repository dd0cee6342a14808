"""An eighth of a picture from its latents: near what decoding gives, and only where it is one."""

import io
from pathlib import Path

import numpy as np
import pytest

from aecodec import metrics
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import read_layout
from aecodec.codec.reduced import eighth
from aecodec.errors import Corrupt
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, Samples
from tests.tiny import sample

GOLDEN = Path(__file__).parent.parent / "golden"


def means(pixels: Samples) -> np.ndarray:
    """Of 8x8 pixels, (H, W, C) -> (H // 8, W // 8, C)."""
    height, width = pixels.shape[0] // 8, pixels.shape[1] // 8
    return pixels[: height * 8, : width * 8].reshape(height, 8, width, 8, -1).mean((1, 3))


def coded(codec: Codec, pixels: Samples, quality: float) -> bytes:
    return codec.encode(Picture(pixels, None, Metadata(icc=b"icc")), Target("quality", quality)).data


@pytest.mark.usefixtures("as_photographs")
@pytest.mark.parametrize("quality", [10, 60])
def test_it_is_near_the_means_of_what_is_decoded(quality: float, codec: Codec) -> None:
    data = coded(codec, sample()[:523, :549], quality)
    small = eighth(codec, io.BytesIO(data))
    assert small is not None
    assert (small.width, small.height, small.bit_depth) == (68, 65, 8)
    assert small.metadata == Metadata(icc=b"icc")
    assert metrics.psnr(small.pixels, means(codec.decode(data).picture.pixels), peak=255) > 37


@pytest.mark.usefixtures("as_photographs")
def test_grey_of_16_bits_and_several_tiles(codec: Codec) -> None:
    grey = sample("city")[:300, :, :1].astype(np.uint16) * 257
    data = coded(codec, grey, 60)
    small = eighth(codec, io.BytesIO(data))
    assert small is not None
    assert metrics.psnr(small.pixels, means(codec.decode(data).picture.pixels) / 257, peak=255) > 37
    tiles = (GOLDEN / "v1" / "tiles-q20.aec").read_bytes()
    several = eighth(codec, io.BytesIO(tiles))
    assert several is not None
    assert metrics.psnr(several.pixels, means(codec.decode(tiles).picture.pixels), peak=255) > 35


@pytest.mark.usefixtures("as_photographs")
def test_with_details(detailed_codec: Codec) -> None:
    data = coded(detailed_codec, sample()[:300, :300], 100)
    small = eighth(detailed_codec, io.BytesIO(data))
    assert small is not None
    assert metrics.psnr(small.pixels, means(detailed_codec.decode(data).picture.pixels), peak=255) > 33


@pytest.mark.parametrize("name", ["v1/rgb-q50", "v1/rgba-metadata-q30", "v2/cover", "v2/cover-alpha", "v2/rgba"])
def test_other_files_have_none_and_are_left_where_they_were(name: str, codec: Codec) -> None:
    stream = io.BytesIO((GOLDEN / f"{name}.aec").read_bytes())
    assert eighth(codec, stream) is None
    assert stream.tell() == 0


def test_damage_is_named(codec: Codec) -> None:
    data = bytearray((GOLDEN / "v1" / "tiles-q20.aec").read_bytes())
    data[read_layout(bytes(data)).tiles[2].offset] ^= 1
    with pytest.raises(Corrupt, match="tile 2"):
        eighth(codec, io.BytesIO(bytes(data)))
