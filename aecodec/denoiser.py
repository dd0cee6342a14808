"""Noisy picture to clean picture, with one set of weights on one device.

Large pictures are restored in tiles that overlap. The network's full reach would nearly double the work; the overlap
is as wide as it takes for tiled and untiled to differ by less than half a level (`benchmarks/README.md`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from aecodec import devices
from aecodec.errors import DeviceError, UsageError
from aecodec.models import manifest, weights
from aecodec.nets.restorer import CELL, ENERGIES, energies
from aecodec.pictures import clipping
from aecodec.pictures.picture import Picture, Samples, from_unit, to_unit
from aecodec.tiling import Tile, TileGrid, Window, align_up, groups

Unit = NDArray[np.float32]  # (H, W, C) around 0 ... 1, beyond them too
Put = Callable[[Tile, Unit], None]  # takes a tile's clean pixels

UNTILED_PIXELS = 2_000_000
TILE_SIDE = 1024
SMALLEST_TILE_SIDE = 128  # below, the overlap is more work than the tile
OVERLAP = 64  # pixels, a multiple of CELL
FAINT = (0.5, 1.5)  # levels: estimates up to the first count as none, from the second on as they are
EVERYWHERE = 0.75  # of the cells have at most the level that noise has where nothing is clipped
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

    def __init__(self, loaded: weights.DenoiserWeights, device: torch.device, batch: int) -> None:
        self.weights = loaded
        self.device = device
        self.batch = batch

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
        where = devices.select(device, threads)
        tiles = devices.tiles_at_once(where, batch)
        loaded = weights.read_denoiser(weights_path or manifest.default_path("denoiser"), where)
        return cls(loaded, where, tiles)

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

    @torch.inference_mode()
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
            except (RuntimeError, MemoryError) as error:
                if not devices.out_of_memory(error):
                    raise
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
        whole = float(sure[:, 0].flatten().quantile(EVERYWHERE)) if sigma is None else sigma / LEVELS
        for group in groups(_windows(grid, OVERLAP), _shape, batch):
            noisy = self._noisy(pixels, group)
            parts = [grid.window(tile, OVERLAP, CELL) for tile, _ in group]
            level = torch.cat([sure[:, :, *part.outer] for part in parts])
            restored = self.weights.model.denoise(noisy, level)
            if _stored(pixels):
                unclipped = (level[:, :1] / clipping.LEAST_LEFT).clamp(max=whole)
                restored = _unclipped(restored, F.interpolate(unclipped, scale_factor=CELL, mode="bilinear"))
            for index, ((tile, window), part) in enumerate(zip(group, parts, strict=True)):
                inside = levels[0, 0, *part.outer][part.inner]
                before, after = (_inside(values[index], window, tile) for values in (noisy, restored))
                yield tile, before, after, float(inside.square().mean().sqrt())

    def _levels(self, pixels: Samples | Unit, grid: TileGrid, sigma: float | None) -> Tensor:
        """Noise levels of the whole picture (1, 2, H / 16, W / 16), of which every tile takes its part.

        Estimated, of all noise and of its coarse part; or of what is told: what clipping leaves of it, as the network
        has learned it.
        """
        if sigma is None:
            levels: Tensor = self.weights.model.estimator(self._cells(pixels, grid, ENERGIES, energies))
            return levels
        if not _stored(pixels):
            cells = grid.padded_height // CELL, grid.padded_width // CELL
            return torch.full((1, 2, *cells), sigma / LEVELS, device=self.device)
        means = self._cells(pixels, grid, 3, lambda noisy: F.avg_pool2d(noisy, CELL))
        kept = torch.from_numpy(clipping.left(means.cpu().numpy(), sigma / LEVELS))
        return kept.square().mean(1, keepdim=True).sqrt().expand(-1, 2, -1, -1).to(self.device)

    def _cells(self, pixels: Samples | Unit, grid: TileGrid, channels: int, of: Callable[[Tensor], Tensor]) -> Tensor:
        """What is found `of` each cell of the picture, tile by tile: (1, channels, H / 16, W / 16)."""
        size = grid.padded_height // CELL, grid.padded_width // CELL
        found = torch.empty(1, channels, *size, device=self.device)
        for entry in _windows(grid, 0):
            found[:, :, *grid.window(entry[0], 0, CELL).outer] = of(self._noisy(pixels, [entry]))
        return found

    def _noisy(self, pixels: Samples | Unit, entries: Sequence[tuple[Tile, Window]]) -> Tensor:
        """Windows of one shape in RGB (N, 3, H, W)."""
        cut = np.stack([_cut(pixels, window) for _, window in entries])
        return torch.from_numpy(cut).to(self.device).permute(0, 3, 1, 2)  # channels last, as it lies


def _stored(pixels: Samples | Unit) -> bool:
    """Whether they are from a file, and so clipped."""
    return pixels.dtype != np.float32


def _unclipped(restored: Tensor, level: Tensor) -> Tensor:
    """`clipping.unclipped` of pixels (N, 3, H, W), with the noise level before clipping (N, 1, H, W)."""
    return torch.from_numpy(clipping.unclipped(restored.cpu().numpy(), level.cpu().numpy())).to(restored.device)


def _windows(grid: TileGrid, overlap: int) -> list[tuple[Tile, Window]]:
    return [(tile, grid.window(tile, overlap)) for tile in grid.tiles()]


def _inside(pixels: Tensor, window: Window, tile: Tile) -> Unit:
    """The tile (H, W, 3) of a window (3, H, W)."""
    rows, columns = slice(window.top, window.top + tile.height), slice(window.left, window.left + tile.width)
    return cast(Unit, pixels[:, rows, columns].permute(1, 2, 0).cpu().numpy())


def _shape(entry: tuple[Tile, Window]) -> tuple[int, int]:
    return entry[1].height, entry[1].width


def tile_side(height: int, width: int) -> int:
    """Side in pixels of the tiles of a picture: the whole of a small one, else `TILE_SIDE`."""
    whole = align_up(max(height, width), CELL)
    return whole if height * width <= UNTILED_PIXELS else min(TILE_SIDE, whole)


def faded(levels: Tensor) -> Tensor:
    """Estimates (N, 2, h, w) of a clean picture's grain and texture fade to 0, so that it stays as it is; noise keeps
    its level."""
    low, high = (faint / LEVELS for faint in FAINT)
    return levels * ((levels[:, :1] - low) / (high - low)).clamp(0, 1)


def _cut(pixels: Samples | Unit, window: Window) -> Unit:
    """A window in RGB; beyond the right and bottom edge the picture is reflected, so that its noise goes on."""
    rows, columns = window.outer
    inside = pixels[rows, columns]
    unit = to_unit(cast(Samples, inside)) if _stored(inside) else cast(Unit, inside)
    rgb: Unit = np.broadcast_to(unit, (*unit.shape[:2], 3))
    missing = (window.height - unit.shape[0], window.width - unit.shape[1])
    return np.pad(rgb, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="reflect") if any(missing) else rgb


def _shown(unit: Unit, channels: int) -> Unit:
    """What the network gives, in the picture's own channels: grey is the mean of the three."""
    return unit.mean(axis=2, keepdims=True) if channels == 1 else unit
