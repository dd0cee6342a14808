"""Analysis and synthesis in windows: the networks run on one tile and its halo at a time, batches of equal shape.

A window holds the receptive field of its tile, so the result is that of the whole picture at once (docs/design.md,
"The container and tiles"). Legend: L latents, C channels of y (L, or L and the details), h, w cells of y (16 pixels),
H, W pixels.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from aecodec.nets.compressor import Compressor
from aecodec.pictures.picture import Samples
from aecodec.tiling import LATENT_STRIDE, Tile, TileGrid, Window, groups


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


def analyse(model: Compressor, grid: TileGrid, samples: np.ndarray, device: torch.device, batch: int) -> list[Tensor]:
    """RGB samples (H, W, 3), uint8 or uint16 -> y before the gain of every tile (L + details, h, w), raster order.

    Beyond the picture's right and bottom edge its last pixels are repeated.
    """
    latents: dict[int, Tensor] = {}
    for group in batches(grid, grid.tiles(), model.config.analysis_halo, 1, batch):
        result = model.analysis(_unit(samples, group, device))
        for (tile, window), y in zip(group, result, strict=True):
            latents[tile.index] = _inner(y, window)
    if model.synthesis.details is not None:
        details = _details(model, grid, samples, latents, batch)
        latents = {index: torch.cat((y, details[index])) for index, y in latents.items()}
    return [latents[index] for index in range(grid.count)]


def _details(
    model: Compressor, grid: TileGrid, samples: np.ndarray, latents: dict[int, Tensor], batch: int
) -> dict[int, Tensor]:
    """Of every tile the details (D, h, w) before the gain: of what a synthesis of all latents leaves.

    As `Compressor.analyse`, but that no latents are computed twice, whose own halo would come on top of the synthesis'.
    """
    assert model.synthesis.details is not None
    canvas = empty_canvas(grid, model.config.latents, latents[0].device)
    for tile in grid.tiles():
        paste(canvas, tile, latents[tile.index])
    details: dict[int, Tensor] = {}
    for group in batches(grid, grid.tiles(), model.config.synthesis_halo, 1, batch):
        cells = torch.stack([canvas[:, *(_cells(side) for side in window.outer)] for _, window in group])
        left = model.left(_unit(samples, group, canvas.device), cells.contiguous(memory_format=torch.channels_last))
        for (tile, window), found in zip(group, model.synthesis.details.analyse(left), strict=True):
            details[tile.index] = _inner(found, window)
    return details


def _unit(samples: np.ndarray, group: list[tuple[Tile, Window]], device: torch.device) -> Tensor:
    """Pixels of windows (N, 3, H, W) of 0 ... 1, channels last."""
    pixels = np.stack([_cut(samples, window) for _, window in group])
    return torch.from_numpy(pixels).to(device).float().div_(float(np.iinfo(samples.dtype).max)).permute(0, 3, 1, 2)


def _cut(samples: np.ndarray, window: Window) -> np.ndarray:
    rows, columns = window.outer
    inside = samples[rows, columns]
    missing = (window.height - inside.shape[0], window.width - inside.shape[1])
    return np.pad(inside, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge") if any(missing) else inside


def _cells(pixels: slice) -> slice:
    return slice(pixels.start // LATENT_STRIDE, pixels.stop // LATENT_STRIDE)


def _inner(y: Tensor, window: Window) -> Tensor:
    """The tile's part of what was made of its window of pixels."""
    rows, columns = window.inner
    return y[:, _cells(rows), _cells(columns)]


def synthesise(
    model: Compressor, grid: TileGrid, canvas: Tensor, step: int, tiles: Iterable[Tile], batch: int
) -> Iterator[tuple[Tile, Tensor]]:
    """Quantised y of the padded picture (C, h, w), quantiser steps -> RGB (H, W, 3) of tiles, around 0 to 1.

    Only the tiles named; in batches, so not in their order. Tiles of the last row and column come without padding.
    """
    latents = model.config.latents
    inverse = model.prior.log_inverse(torch.full((1,), step, device=canvas.device)).exp()
    for group in batches(grid, tiles, model.config.synthesis_halo, LATENT_STRIDE, batch):
        windows = [canvas[:, *window.outer] for _, window in group]
        detailed = len(canvas) > latents and any(bool(window[latents:].any()) for window in windows)
        channels = len(canvas) if detailed else latents
        cells = torch.stack([window[:channels] for window in windows]) * inverse[:, :channels]
        steps = torch.full((len(group),), step, device=canvas.device)
        restored = model.synthesis(cells.contiguous(memory_format=torch.channels_last), steps)
        for (tile, window), pixels in zip(group, restored, strict=True):
            top, left = window.top * LATENT_STRIDE, window.left * LATENT_STRIDE
            yield tile, pixels[:, top : top + tile.height, left : left + tile.width].permute(1, 2, 0)


def empty_canvas(grid: TileGrid, channels: int, device: torch.device) -> Tensor:
    """Zeros (C, h, w) for y of the padded picture."""
    height, width = grid.padded_height // LATENT_STRIDE, grid.padded_width // LATENT_STRIDE
    zeros = np.zeros((channels, height, width), np.float32)  # NumPy's zeros take memory as they are written
    return torch.from_numpy(zeros).to(device)


def paste(canvas: Tensor, tile: Tile, y: Tensor) -> None:
    """Put a tile's y (C, h, w) where it belongs on an empty canvas; details that it lacks stay zero."""
    row, column = tile.y // LATENT_STRIDE, tile.x // LATENT_STRIDE
    canvas[: len(y), row : row + y.shape[1], column : column + y.shape[2]] = y


def samples(unit: Tensor, channels: int, bit_depth: int) -> Samples:
    """RGB around 0 to 1, (H, W, 3) -> samples (H, W, channels), clipped; grey is the mean of the three.

    As `from_unit`, on the device, so that a byte a sample crosses the bus.
    """
    pixels = unit.mean(2, keepdim=True) if channels == 1 else unit
    top = (1 << bit_depth) - 1
    rounded = (pixels * top).round_().clamp_(0, top).to(torch.uint8 if bit_depth == 8 else torch.uint16)
    found: Samples = rounded.cpu().numpy()
    return found
