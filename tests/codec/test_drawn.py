"""Drawn pictures are told from photographs, and which of their blocks are; fills are smooth."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecodec.codec import drawn
from aecodec.pictures import lossless
from tests.tiny import SAMPLES, sample


def is_drawn(pixels: np.ndarray) -> bool:
    return drawn.is_drawn(pixels, lambda: lossless.quick_size(pixels))


def text(width: int = 256, height: int = 160, ink: int = 0, paper: int = 255) -> np.ndarray:
    """A page of black text, RGB."""
    image = Image.new("RGB", (width, height), (paper,) * 3)
    pen = ImageDraw.Draw(image)
    for line in range(4, height - 12, 14):
        pen.text((5, line), f"{line}: the quick brown fox jumps over the lazy dog " * 3, fill=(ink,) * 3)
    return np.array(image)


def gradient() -> np.ndarray:
    return np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (160, 256, 3)).copy()


def checkerboard() -> np.ndarray:
    return (np.indices((160, 256)).sum(0) % 2 * 255).astype(np.uint8)[:, :, None].repeat(3, 2)


def dithered() -> np.ndarray:
    return np.asarray(Image.fromarray(sample()).convert("1").convert("RGB"))


def palette() -> np.ndarray:
    return np.asarray(Image.fromarray(sample()).quantize(64).convert("RGB"))


def beside_text() -> np.ndarray:
    page = text(576, 576)
    page[64:320, 64:320] = sample()[:256, :256]
    return page


def collage() -> np.ndarray:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[20:190, 20:380] = sample()[:170, :360]
    page[210:380, 20:380] = sample("city")[:170, :360]
    return page


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.png")))
def test_photographs_are_not_drawn(name: str) -> None:
    assert not is_drawn(sample(name))
    assert not is_drawn(sample(name)[:, :, :1])


@pytest.mark.parametrize("made", [text, gradient, checkerboard, dithered, palette, beside_text, collage])
@pytest.mark.parametrize("depth", [8, 16])
def test_drawn_pictures_are(made, depth: int) -> None:
    pixels = made() if depth == 8 else made().astype(np.uint16) * 257
    assert is_drawn(pixels)
    assert is_drawn(pixels[:, :, 1:2])


def test_small_and_thin_pictures_are_tried() -> None:
    assert is_drawn(sample()[:128, :128])
    assert is_drawn(np.zeros((1, 100_000, 3), np.uint8))


def test_blocks_of_text_cost_a_lossless_coder_less_than_those_of_a_photograph() -> None:
    bits = drawn.block_bits(beside_text())
    assert bits.shape == (36, 36)
    photograph = np.zeros((36, 36), bool)
    photograph[4:20, 4:20] = True
    assert bits[photograph].min() > 2 * np.median(bits[~photograph])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_have_the_same_key_where_they_are_the_same(dtype: type, channels: int) -> None:
    top = np.iinfo(dtype).max
    pixels = np.random.default_rng(0).choice([0, 1, top - 1, top], (16, 16, channels)).astype(dtype)
    key = drawn._keys(pixels).reshape(-1)
    colours = pixels.reshape(-1, channels)
    alike = (colours[:, None] == colours).all(2)
    np.testing.assert_array_equal(key[:, None] == key, alike)


def test_block_sums_have_the_rest_at_the_edges() -> None:
    sums = drawn.block_sums(np.ones((33, 20)))
    assert sums.tolist() == [[256, 64], [256, 64], [16, 4]]


def test_blocks_are_spread_over_their_pixels() -> None:
    blocks = np.array([[True, False], [False, True]])
    spread = drawn.spread(blocks, 20, 30)
    assert spread.shape == (20, 30)
    assert spread[:16, :16].all()
    assert spread[16:, 16:].all()
    assert spread.sum() == 16 * 16 + 4 * 14


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_fill_goes_on_smoothly_and_leaves_the_rest(dtype: type) -> None:
    pixels = np.tile(np.linspace(40, 200, 64).astype(dtype)[None, :, None], (48, 1, 3))
    spoiled = pixels.copy()
    hidden = np.zeros((48, 64), bool)
    hidden[5:40, 20:50] = True
    spoiled[hidden] = 255
    filled = drawn.filled(spoiled, hidden)
    assert filled.dtype == dtype
    assert (filled[~hidden] == pixels[~hidden]).all()
    assert np.abs(filled[hidden].astype(int) - pixels[hidden].astype(int)).max() < 60
    assert filled[hidden].std() < pixels.std()


def test_what_nobody_shows_is_filled_with_anything() -> None:
    assert drawn.filled(sample()[:20, :30], np.ones((20, 30), bool)).shape == (20, 30, 3)
