"""Analysis by synthesis: latents corrected by what is lost between them and the pixels that they give.

An analysis is trained to be right for all pictures; of one it can be seen where it is not. What a synthesis makes of
latents, before they are rounded, is analysed again; what then differs is what the pixels differ in, as seen by the
analysis, and is added. This is the first step of Landweber's iteration towards latents that give these very pixels; a
second one gains next to nothing (`pretrained/LOG.md`). Where a quantiser's step is larger than the latents it would
only cost bits, so they are corrected as far as they are larger. Decoders know nothing of it.

Legend: L latents, h, w cells of y of a tile.
"""

import numpy as np

from aecodec.codec.windowed import analyse, empty_canvas, paste, synthesise
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.models.frozen import Frozen
from aecodec.pictures.picture import Samples
from aecodec.tiling import TileGrid

HALF = 0.5  # squared quantiser steps: latents of that energy are corrected by half; measured
DEPTH = 16  # bits, of the samples in between: rounded to 8, they would be seen at the highest qualities


def lost(executor: CodecExecutor, grid: TileGrid, tiles: list[Floats], step: int, channels: int) -> list[Floats]:
    """y before the gain of every tile (L, h, w), less what is analysed of what a synthesis makes of all at a step.

    `channels` are those of the picture, 1 or 3.
    """
    shown = _shown(executor, grid, tiles, step, Form(channels, DEPTH))
    again = analyse(executor, grid, np.broadcast_to(shown, (*shown.shape[:2], 3)))
    for y, found in zip(tiles, again, strict=True):
        np.subtract(y, found, out=found)
    return again


def _shown(executor: CodecExecutor, grid: TileGrid, tiles: list[Floats], step: int, form: Form) -> Samples:
    gain = executor.frozen.gain(step)[:, None, None]
    canvas = empty_canvas(grid, executor.frozen.config.latents)
    for tile in grid.tiles():
        paste(canvas, tile, tiles[tile.index] * gain)
    shown = np.empty((grid.height, grid.width, form.channels), np.uint16)
    for tile, made in synthesise(executor, grid, canvas, step, grid.tiles(), form):
        shown[tile.region] = made
    return shown


def corrected(frozen: Frozen, y: Floats, lost_of_it: Floats, step: int) -> Floats:
    """y before the gain of a tile (L, h, w), for a quality step."""
    scaled: Floats = y * frozen.gain(step)[:, None, None]
    energy = _around(scaled * scaled)
    better = y + energy**2 / (energy**2 + HALF**2) * lost_of_it
    return better.astype(np.float32, copy=False)


def _around(values: Floats) -> Floats:
    """Means over 3x3 cells of each channel (L, h, w); beyond the edges the last ones are repeated."""
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    means: Floats = (rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]) / 9
    return means
