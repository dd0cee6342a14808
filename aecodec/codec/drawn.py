"""What tells a drawn picture (text, charts, screenshots, icons) from a photograph, and which of its blocks are drawn.

A photograph is known by a few passes over its pixels, so that it pays next to nothing for a choice that is not its.
Legend: H, W pixels, C channels; a block is 16x16 pixels, one cell of the latents, less at the right and bottom edge.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.pictures.picture import Samples
from aecodec.tiling import LATENT_STRIDE

# Of Kodak's, CBSD68's and the validation pictures none has more than 0.007 of drawn blocks, 22 ruled edges, or below
# 1.5 bits; a page with two paragraphs, a collage of photographs, a plain gradient all do.
SMALL = 128 * 128  # pixels: less is too little to tell, and costs nothing to try
REPEATS = 0.9  # of the pixels of a drawn block have the colour of one beside them, and
CONTRAST = 1 / 8  # of the range lies between its darkest and brightest: skies repeat, but without contrast
DRAWN_SHARE = 0.01  # of the blocks
RULED, STEP, MARGIN = 32, 1 / 16, 8  # edges along an axis, a block long; of the range at least; scanners rule the rims
SIMPLE_BITS = 0.75  # a pixel and channel that differs from the others, of the quickest lossless coder
FEW_COLOURS, FEW_GREYS = 256, 64  # of a picture that had a palette
KEY_SAMPLES = 4  # that make an integer: a colour's, and zeros
SAMPLING = 4  # of rows and of columns, to see that colours are many

# Roughly the bits of a pixel: inside of a flat part, with the colour of one before, and beside its residual of another.
FLAT_BITS, HIT_BITS, MISS_BITS = 0.01, 0.3, 3.0


def is_drawn(pixels: Samples, quick_size: Callable[[], int]) -> bool:
    """Whether a lossless picture may be the better way for samples (H, W, C), or for a part of them.

    `quick_size` gives `lossless.quick_size` of them.
    """
    height, width, _ = pixels.shape
    if height * width <= SMALL or min(height, width) < LATENT_STRIDE + 2 * MARGIN:
        return True
    key = _keys(pixels)
    if _drawn_blocks(pixels, key).mean() >= DRAWN_SHARE or _has_ruled_edges(pixels, key):
        return True
    grey = all((part == part[:, :, :1]).all() for part in (pixels[::SAMPLING, ::SAMPLING], pixels))
    few = FEW_GREYS if grey else FEW_COLOURS
    if _colours(key[::SAMPLING, ::SAMPLING]) <= few and _colours(key) <= few:
        return True
    return bool(8 * quick_size() <= SIMPLE_BITS * (1 if grey else 3) * height * width)


def block_bits(pixels: Samples) -> NDArray[np.float64]:
    """Roughly what a lossless coder would spend on each block of samples (H, W, C): (rows, columns), in bits."""
    key = _keys(pixels)
    values = pixels.astype(np.int32)
    left, top = np.roll(values, 1, 1), np.roll(values, 1, 0)
    low, high = np.minimum(left, top), np.maximum(left, top)
    predicted = np.clip(left + top - np.roll(left, 1, 0), low, high)  # the median edge detector of LOCO-I
    residual = values - predicted
    if pixels.shape[2] == 3:
        residual[:, :, [0, 2]] -= residual[:, :, [1]]
    missed = np.minimum(MISS_BITS + 2 * np.log2(1 + np.abs(residual)).sum(2), np.log2(1 + _colours(key)))
    bits = np.where(_repeats(key) | ~residual.any(2), HIT_BITS, missed)
    flat = (key == np.roll(key, 1, 0)) & (key == np.roll(key, 1, 1))
    return block_sums(np.where(flat, FLAT_BITS, bits))


def block_sums(values: NDArray[Any]) -> NDArray[np.float64]:
    """Sums (rows, columns) over the blocks of (H, W)."""
    height, width = values.shape
    rows = np.add.reduceat(values, np.arange(0, height, LATENT_STRIDE), axis=0, dtype=np.float64)
    sums: NDArray[np.float64] = np.add.reduceat(rows, np.arange(0, width, LATENT_STRIDE), axis=1)
    return sums


def spread(blocks: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Blocks (rows, columns) as the pixels (height, width) that they are made of."""
    return blocks.repeat(LATENT_STRIDE, 0).repeat(LATENT_STRIDE, 1)[:height, :width]


def filled(pixels: Samples, hidden: NDArray[np.bool_]) -> Samples:
    """Samples (H, W, C) whose hidden ones (H, W) go on smoothly from the others: what is cheap for a network to code.

    Each is the mean of the smallest square around it that has any pixel that is shown: pull-push, Gortler et al., "The
    Lumigraph", SIGGRAPH 1996.
    """
    shown = ~hidden[:, :, None]
    means = _means(np.where(shown, pixels, 0).astype(np.float32), shown.astype(np.float32))
    return np.where(shown, pixels, np.rint(means).astype(pixels.dtype))


def _means(sums: NDArray[Any], counts: NDArray[Any]) -> NDArray[Any]:
    """Sums (H, W, C) of counts (H, W, 1) pixels -> the mean of each, or that of the square around it if it has none."""
    means: NDArray[Any] = sums / np.maximum(counts, 1)
    height, width = counts.shape[:2]
    if counts.all() or max(height, width) == 1:
        return means
    larger = _means(_halved(sums), _halved(counts)).repeat(2, 0).repeat(2, 1)[:height, :width]
    found: NDArray[Any] = np.where(counts > 0, means, larger)
    return found


def _halved(values: NDArray[Any]) -> NDArray[Any]:
    """Sums (H/2, W/2, C) of squares of 2x2, which are less at the right and bottom edge."""
    even: NDArray[Any] = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)))
    sums: NDArray[Any] = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return sums


def _keys(pixels: Samples) -> NDArray[Any]:
    """One integer a colour, (H, W)."""
    height, width, channels = pixels.shape
    room = np.zeros((height, width, KEY_SAMPLES), pixels.dtype)
    for channel in range(channels):  # a third of what shifting them into integers takes
        room[:, :, channel] = pixels[:, :, channel]
    key: NDArray[Any] = room.view(f"u{KEY_SAMPLES * pixels.itemsize}")[:, :, 0]
    return key


def _repeats(key: NDArray[Any]) -> NDArray[np.bool_]:
    """Pixels (H, W) of the colour of one before, at most two away: dithers and checkerboards repeat so."""
    hit = np.zeros(key.shape, bool)
    for distance in (1, 2):
        hit[distance:] |= key[distance:] == key[:-distance]
        hit[:, distance:] |= key[:, distance:] == key[:, :-distance]
    return hit


def _whole(values: NDArray[Any]) -> NDArray[Any]:
    """The whole blocks of (H, W), (rows, 16, columns, 16): for what is counted, faster than `block_sums`."""
    rows, columns = values.shape[0] // LATENT_STRIDE, values.shape[1] // LATENT_STRIDE
    cut = values[: rows * LATENT_STRIDE, : columns * LATENT_STRIDE]
    return cut.reshape(rows, LATENT_STRIDE, columns, LATENT_STRIDE)


def _drawn_blocks(pixels: Samples, key: NDArray[Any]) -> NDArray[np.bool_]:
    """Whole blocks (rows, columns) that repeat and have contrast."""
    # Axis by axis, and without gaps: both take NumPy a quarter of the time.
    repeats = _whole(_repeats(key)).sum(1, dtype=np.uint16).sum(2) >= REPEATS * LATENT_STRIDE**2
    green = _whole(np.ascontiguousarray(pixels[:, :, pixels.shape[2] // 2]))
    contrast = green.max(1).max(2) - green.min(1).min(2)
    found: NDArray[np.bool_] = repeats & (contrast >= CONTRAST * np.iinfo(pixels.dtype).max)
    return found


def _has_ruled_edges(pixels: Samples, key: NDArray[Any]) -> bool:
    """Whether pictures, boxes or bars are laid out in it: a block's length of one colour, and a step all along it."""
    inside = slice(MARGIN, -MARGIN)
    key, green = key[inside, inside], np.ascontiguousarray(pixels[inside, inside, pixels.shape[2] // 2])
    least = math.ceil(STEP * np.iinfo(pixels.dtype).max)  # so that integers are compared
    edges = 0
    for colour, level in ((key, green), (key.T, green.T)):
        length = (colour.shape[1] - 1) // LATENT_STRIDE * LATENT_STRIDE
        pieces = (-1, length // LATENT_STRIDE, LATENT_STRIDE)
        alike = (colour[:, 1 : length + 1] == colour[:, :length]).reshape(pieces).all(2)
        one, next_one = level[:-1, :length], level[1:, :length]
        difference = np.maximum(one, next_one) - np.minimum(one, next_one)  # in 8 bits, a plain one would wrap
        step = (difference >= least).reshape(pieces).all(2)
        edges += int(np.count_nonzero((alike[1:] | alike[:-1]) & step))
    return edges >= RULED


def _colours(key: NDArray[Any]) -> int:
    return 1 + int(np.count_nonzero(np.diff(np.sort(key, axis=None))))
