"""Noisy picture to clean picture, with one set of weights on one device.

Large pictures are restored in tiles that overlap. The network's full reach would nearly double the work; the overlap
is as wide as it takes for tiled and untiled to differ by less than half a level (`benchmarks/README.md`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from aecodec import devices
from aecodec.devices import Device
from aecodec.errors import DeviceError, UsageError
from aecodec.executors.interface import Floats
from aecodec.executors.selection import denoiser_executor
from aecodec.models import manifest, weights
from aecodec.nets.config import CELL
from aecodec.pictures import clipping
from aecodec.pictures.picture import Picture, Samples, from_unit, grown, to_unit
from aecodec.tiling import Tile, TileGrid, Window, align_up, groups

Unit = Floats  # (H, W, C) around 0 ... 1, beyond them too
Put = Callable[[Tile, Unit], None]  # takes a tile's clean pixels

UNTILED_PIXELS = 2_000_000
TILE_SIDE = 1280
SMALLEST_TILE_SIDE = 128  # below, the overlap is more work than the tile
OVERLAP = 112  # pixels, a multiple of CELL
FAINT = (0.5, 1.5)  # levels: estimates up to the first count as none, from the second on as they are
EVERYWHERE = 0.75  # of the cells have at most the level that noise has where nothing is clipped
COARSE = 3.5  # times the coarse level that is estimated, where fine noise says that it is not white
WHITE = (
    0.4,
    0.9,
)  # fine noise of a level as white noise has it: up to the first it counts as coarse, from the second not
QUIET = 0.3  # of the cells, where fine noise is looked for: others have texture
DIAGONAL = 2  # of the energies: RMS of luma within 2x2 pixels, which edges have least of
LEVELS = 255  # noise levels are given and shown in levels of 8 bits, as the field does


@dataclass(frozen=True)
class Restored:
    """Clean pixels, and the noise level that was removed, estimated or told."""

    pixels: Unit
    sigma: float  # standard deviation, in levels of 255


@dataclass(frozen=True)
class Denoised:
    """As `Restored`, for a picture with all that it has beside its pixels."""

    picture: Picture
    sigma: float


class Denoiser:
    """Loaded weights on one device."""

    def __init__(self, loaded: weights.DenoiserWeights, device: Device, batch: int) -> None:
        self.weights = loaded
        self.device = device
        self.batch = batch
        self.executor = denoiser_executor(loaded, device, batch)

    @classmethod
    def load(
        cls,
        weights_path: Path | None = None,
        *,
        device: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> "Denoiser":
        """`weights_path`: a denoiser's weights file in place of the shipped one; `batch`: tiles at a time.

        Raises WeightsError and DeviceError.
        """
        where = devices.choose(device, threads)
        tiles = devices.tiles_at_once(where, batch)
        return cls(weights.read_denoiser(weights_path or manifest.default_path("denoiser")), where, tiles)

    def denoise(self, picture: Picture, *, sigma: float | None = None, strength: float = 1.0) -> Denoised:
        """The picture with its colour samples cleaned; alpha, metadata and bit depth stay.

        `sigma` (levels of 255, above 0) takes the place of the estimate; `strength` 0 ... 1 blends from the input to
        the result. Raises UsageError for other values, DeviceError when even small tiles need too much memory.
        """
        clean = np.empty_like(picture.pixels)

        def put(tile: Tile, unit: Unit) -> None:
            clean[tile.region] = from_unit(_shown(unit, picture.channels), picture.bit_depth)

        found = self._run(picture.pixels, sigma, strength, put)
        return Denoised(replace(picture, pixels=clean), found)

    def restore(self, pixels: Unit, *, sigma: float | None = None, strength: float = 1.0) -> Restored:
        """RGB or grey (H, W, C) of 0 ... 1 and, as noise has no bounds, beyond; as `denoise`, nothing is clipped."""
        clean = np.empty(pixels.shape, np.float32)

        def put(tile: Tile, unit: Unit) -> None:
            clean[tile.region] = _shown(unit, pixels.shape[2])

        return Restored(clean, self._run(pixels, sigma, strength, put))

    def _run(self, pixels: Samples | Unit, sigma: float | None, strength: float, put: Put) -> float:
        """Restore every tile; returns the noise level that was removed.

        Tiles are as large as the picture's size says, so that its pixels are the same on every machine; fewer at a
        time, and at last smaller ones, only where memory has run out.
        """
        if sigma is not None and not 0 < sigma < np.inf:
            raise UsageError(f"a noise level of {sigma:g} makes no sense: give one above 0, in levels of 255")
        if not 0 <= strength <= 1:
            raise UsageError(f"a strength of {strength:g} makes no sense: give one from 0 to 1")
        height, width = pixels.shape[:2]
        side, batch = tile_side(height, width), self.batch
        while True:
            try:
                energy = 0.0
                for tile, noisy, restored, level in self._tiles(pixels, sigma, side, batch):
                    put(tile, noisy + strength * (restored - noisy))
                    energy += level**2 * tile.width * tile.height
                return LEVELS * float(np.sqrt(energy / (height * width))) if sigma is None else sigma
            except MemoryError:
                pass
            side, batch = (side, batch // 2) if batch > 1 else (align_up(side // 2, CELL), 1)
            if side < SMALLEST_TILE_SIDE:
                raise DeviceError("out of memory, even in small tiles: try --device cpu, or a smaller picture")

    def _tiles(
        self, pixels: Samples | Unit, sigma: float | None, side: int, batch: int
    ) -> Iterator[tuple[Tile, Unit, Unit, float]]:
        """Every tile in RGB (H, W, 3), noisy and restored, and the RMS of its noise levels; not in order."""
        grid = TileGrid(pixels.shape[1], pixels.shape[0], side, CELL)
        levels = self._levels(pixels, grid, sigma)
        sure = faded(levels) if sigma is None else levels
        whole = float(np.quantile(sure[:, 0], EVERYWHERE)) if sigma is None else sigma / LEVELS
        for group in groups(_windows(grid, OVERLAP), _shape, batch):
            noisy = _noisy(pixels, group)
            parts = [grid.window(tile, OVERLAP, CELL) for tile, _ in group]
            level = np.concatenate([sure[:, :, *part.outer] for part in parts])
            restored = self.executor.restore(noisy, level)
            if _stored(pixels):
                unclipped = (level[:, :1] / clipping.LEAST_LEFT).clip(max=whole)
                restored = clipping.unclipped(restored, np.moveaxis(magnified(unclipped, CELL), 1, 3))
            for index, ((tile, window), part) in enumerate(zip(group, parts, strict=True)):
                inside = levels[0, 0, *part.outer][part.inner]
                before, after = (_inside(values[index], window, tile) for values in (noisy, restored))
                yield tile, before, after, float(np.sqrt(np.square(inside).mean()))

    def _levels(self, pixels: Samples | Unit, grid: TileGrid, sigma: float | None) -> Floats:
        """Noise levels of the whole picture (1, 2, H / 16, W / 16), of which every tile takes its part.

        Estimated, of all noise and of its coarse part; or of what is told: what clipping leaves of it, as the network
        has learned it.
        """
        if sigma is None:
            energies = _cells(pixels, grid, self.executor.energies)
            return coarsened(self.executor.estimate(energies), energies)
        if not _stored(pixels):
            return np.full((1, 2, grid.padded_height // CELL, grid.padded_width // CELL), sigma / LEVELS, np.float32)
        kept = clipping.left(_cells(pixels, grid, _means), sigma / LEVELS)
        levels: Floats = np.sqrt(np.square(kept).mean(1, keepdims=True)).repeat(2, 1)
        return levels


def _cells(pixels: Samples | Unit, grid: TileGrid, of: Callable[[Unit], Floats]) -> Floats:
    """What is found `of` each cell of the picture, tile by tile: (1, C, H / 16, W / 16)."""
    whole: Floats | None = None
    for entry in _windows(grid, 0):
        found = of(_noisy(pixels, [entry]))
        if whole is None:
            size = grid.padded_height // CELL, grid.padded_width // CELL
            whole = np.empty((1, found.shape[1], *size), np.float32)
        whole[:, :, *grid.window(entry[0], 0, CELL).outer] = found
    assert whole is not None  # a picture has a tile
    return whole


def _means(noisy: Unit) -> Floats:
    """Of the cells of pixels (N, H, W, C): (N, C, H / 16, W / 16)."""
    count, height, width, channels = noisy.shape
    cells = noisy.reshape(count, height // CELL, CELL, width // CELL, CELL, channels)
    means: Floats = np.moveaxis(cells.mean((2, 4)), 3, 1)
    return means


def magnified(maps: Floats, factor: int) -> Floats:
    """(N, C, h, w) -> (N, C, factor h, factor w), linear in between: as `nets.restorer.spread`, by any factor."""
    for axis in (2, 3):
        size = maps.shape[axis]
        place = ((np.arange(factor * size, dtype=np.float32) + 0.5) / factor - 0.5).clip(0, size - 1)
        below = place.astype(np.int64)
        part = (place - below).reshape((-1, 1) if axis == 2 else -1)
        low, high = maps.take(below, axis), maps.take((below + 1).clip(max=size - 1), axis)
        maps = low + (high - low) * part
    return maps


def _noisy(pixels: Samples | Unit, entries: Sequence[tuple[Tile, Window]]) -> Unit:
    """Windows of one shape in RGB (N, H, W, 3)."""
    return np.stack([_cut(pixels, window) for _, window in entries])


def _stored(pixels: Samples | Unit) -> bool:
    """Whether they are from a file, and so clipped."""
    return pixels.dtype != np.float32


def _windows(grid: TileGrid, overlap: int) -> list[tuple[Tile, Window]]:
    return [(tile, grid.window(tile, overlap)) for tile in grid.tiles()]


def _inside(pixels: Unit, window: Window, tile: Tile) -> Unit:
    """The tile (H, W, 3) of a window (H, W, 3)."""
    return pixels[window.top : window.top + tile.height, window.left : window.left + tile.width]


def _shape(entry: tuple[Tile, Window]) -> tuple[int, int]:
    return entry[1].height, entry[1].width


def tile_side(height: int, width: int) -> int:
    """Side in pixels of the tiles of a picture: the whole of a small one, else `TILE_SIDE`."""
    whole = align_up(max(height, width), CELL)
    return whole if height * width <= UNTILED_PIXELS else min(TILE_SIDE, whole)


def faded(levels: Floats) -> Floats:
    """Estimates (N, 2, h, w) of a clean picture's grain and texture fade to 0, so that it stays as it is; noise keeps
    its level."""
    low, high = (faint / LEVELS for faint in FAINT)
    known: Floats = levels * ((levels[:, :1] - low) / (high - low)).clip(0, 1)
    return known


def coarsened(levels: Floats, energies: Floats) -> Floats:
    """Levels (1, 2, h, w) of a whole picture, the second higher where energies (1, C, h, w) show little fine noise.

    Noise that was demosaiced, smoothed or compressed has lost what is fine, and what is left of it lies deeper than the
    estimator says, whose second level hardly differs from the first.
    """
    level, fine = (float(np.quantile(values, QUIET)) for values in (levels[:, 0], energies[:, DIAGONAL]))
    white = fine * 3**0.5 / level if level > 0 else np.inf  # luma is a mean of three colours
    share = np.clip((WHITE[1] - white) / (WHITE[1] - WHITE[0]), 0, 1)
    return np.concatenate([levels[:, :1], levels[:, 1:] * np.float32(1 + (COARSE - 1) * share)], 1)


def _cut(pixels: Samples | Unit, window: Window) -> Unit:
    """A window in RGB; beyond the right and bottom edge the picture is reflected, so that its noise goes on."""
    inside = pixels[window.outer]
    unit = to_unit(cast(Samples, inside)) if _stored(inside) else cast(Unit, inside)
    return grown(np.broadcast_to(unit, (*unit.shape[:2], 3)), window.height, window.width, "reflect")


def _shown(unit: Unit, channels: int) -> Unit:
    """What the network gives, in the picture's own channels: grey is the mean of the three."""
    return unit.mean(axis=2, keepdims=True) if channels == 1 else unit
