"""Analysis and synthesis in windows: the networks run on one tile and its halo at a time, batches of equal shape.

A window holds the receptive field of its tile, so the result is that of the whole picture at once (docs/design.md,
"The container and tiles"). Legend: L latents, C channels of y (L, or L and the details), h, w cells of y (16 pixels),
H, W pixels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.pictures.picture import Samples, grown
from aecodec.tiling import LATENT_STRIDE, Tile, TileGrid, Window, groups


@dataclass(frozen=True)
class Surroundings:
    """Where N tiles lie: their windows of quantised latents, of which all but the tile's own stay as they are."""

    windows: Floats  # (N, C, window height, window width), quantiser steps
    rows: slice  # the tile's cells in the window
    columns: slice
    pixels: Floats  # (N, 3, H, W) of 0 ... 1, or one channel for all: the tiles without the padding that is not shown
    shown: Floats  # (N, 1, H, W), or one that is broadcast to it: 0 where a cover hides them, else 1


def batches(
    grid: TileGrid, tiles: Iterable[Tile], halo: int, unit: int, batch: int
) -> Iterator[list[tuple[Tile, Window]]]:
    """Tiles with their windows, at most `batch` at a time, all windows of a group of one shape."""
    windows = [(tile, grid.window(tile, halo, unit)) for tile in tiles]
    return groups(windows, lambda entry: (entry[1].height, entry[1].width), batch)


def batches_alike(grid: TileGrid, tiles: Iterable[Tile], halo: int, batch: int) -> Iterator[list[tuple[Tile, Window]]]:
    """Tiles with their windows in cells of y, at most `batch` at a time: of a group all sizes are the same."""
    windows = [(tile, grid.window(tile, halo, LATENT_STRIDE)) for tile in tiles]
    return groups(
        windows, lambda at: (at[1].height, at[1].width, at[1].top, at[1].left, at[0].height, at[0].width), batch
    )


def analyse(executor: CodecExecutor, grid: TileGrid, samples: np.ndarray) -> list[Floats]:
    """RGB samples (H, W, 3), uint8 or uint16 -> y before the gain of every tile (L + details, h, w), raster order.

    Beyond the picture's right and bottom edge its last pixels are repeated.
    """
    config = executor.frozen.config
    latents: dict[int, Floats] = {}
    for group in batches(grid, grid.tiles(), config.analysis_halo, 1, executor.batch):
        for (tile, window), y in zip(group, executor.analysis(_windows(samples, group)), strict=True):
            latents[tile.index] = _inner(y, window)
    if config.details:
        details = _details(executor, grid, samples, latents)
        latents = {index: np.concatenate((y, details[index])) for index, y in latents.items()}
    return [latents[index] for index in range(grid.count)]


def _details(
    executor: CodecExecutor, grid: TileGrid, samples: np.ndarray, latents: dict[int, Floats]
) -> dict[int, Floats]:
    """Of every tile the details (D, h, w) before the gain: of what a synthesis of all latents leaves.

    As `Compressor.analyse`, but that no latents are computed twice, whose own halo would come on top of the synthesis'.
    """
    config = executor.frozen.config
    canvas = empty_canvas(grid, config.latents)
    for tile in grid.tiles():
        paste(canvas, tile, latents[tile.index])
    details: dict[int, Floats] = {}
    for group in batches(grid, grid.tiles(), config.synthesis_halo, 1, executor.batch):
        cells = np.stack([canvas[:, *(_cells(side) for side in window.outer)] for _, window in group])
        found = executor.details(_windows(samples, group), cells)
        details |= {tile.index: _inner(y, window) for (tile, window), y in zip(group, found, strict=True)}
    return details


def _windows(samples: np.ndarray, group: list[tuple[Tile, Window]]) -> Samples:
    """Samples of windows (N, H, W, 3)."""
    cut = [grown(samples[window.outer], window.height, window.width, "edge") for _, window in group]
    return cast(Samples, np.stack(cut))


def _cells(pixels: slice) -> slice:
    return slice(pixels.start // LATENT_STRIDE, pixels.stop // LATENT_STRIDE)


def _inner(y: Floats, window: Window) -> Floats:
    """The tile's part of what was made of its window of pixels."""
    rows, columns = window.inner
    return y[:, _cells(rows), _cells(columns)]


def synthesise(
    executor: CodecExecutor, grid: TileGrid, canvas: Floats, step: int, tiles: Iterable[Tile], form: Form
) -> Iterator[tuple[Tile, Samples]]:
    """Quantised y of the padded picture (C, h, w), quantiser steps -> samples (H, W, channels) of tiles.

    Only the tiles named; in batches, so not in their order. Tiles of the last row and column come without padding.
    """
    config = executor.frozen.config
    for group in batches(grid, tiles, config.synthesis_halo, LATENT_STRIDE, executor.batch):
        windows = np.stack([canvas[:, *window.outer] for _, window in group])
        if not windows[:, config.latents :].any():
            windows = np.ascontiguousarray(windows[:, : config.latents])
        for (tile, window), pixels in zip(group, executor.synthesis(windows, step, form), strict=True):
            top, left = window.top * LATENT_STRIDE, window.left * LATENT_STRIDE
            yield tile, pixels[top : top + tile.height, left : left + tile.width]


def empty_canvas(grid: TileGrid, channels: int) -> Floats:
    """Zeros (C, h, w) for y of the padded picture; memory is taken as they are written."""
    height, width = grid.padded_height // LATENT_STRIDE, grid.padded_width // LATENT_STRIDE
    return np.zeros((channels, height, width), np.float32)


def paste(canvas: Floats, tile: Tile, y: Floats) -> None:
    """Put a tile's y (C, h, w) where it belongs on an empty canvas; details that it lacks stay zero."""
    row, column = tile.y // LATENT_STRIDE, tile.x // LATENT_STRIDE
    canvas[: len(y), row : row + y.shape[1], column : column + y.shape[2]] = y
