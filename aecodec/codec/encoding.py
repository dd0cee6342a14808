"""One picture as latents, analysed once and coded at as many qualities as are asked for, with or without a cover.

A *cover* is a lossless layer over blocks of the picture: below it, the network is given what is cheap to code. Which
blocks, and which quality, is the business of `choosing`; the bytes of a tile are made in `codec.latents`, and what an
effort above 0 does to its latents is in `codec.refine`.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.codec import container, drawn, latents
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layers import Content
from aecodec.codec.previews import Previews
from aecodec.codec.results import Encoded
from aecodec.codec.windowed import Surroundings, analyse, batches_alike, empty_canvas, paste, synthesise
from aecodec.entropy import native
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.models import weights
from aecodec.pictures import imagefile, lossless
from aecodec.pictures.picture import Picture, to_unit
from aecodec.quality import step_to_quality
from aecodec.tiling import LATENT_STRIDE, Tile, TileGrid, Window, choose_tile_side, groups

EFFORT_STEPS = (0, 8, 16, 32, 64, 96, 128, 192, 256, 384)  # gradient steps of every effort


@dataclass
class _Coded:
    """One picture at one quality step: what is coded, and (once asked for) what the decoder will make of it."""

    data: bytes
    canvas: Floats  # quantised latents of the padded picture
    error: NDArray[np.float64] | None = None  # squared, summed over the channels of each block


@dataclass(frozen=True)
class Request:
    """A picture that is to be encoded, and what with."""

    picture: Picture
    used: weights.Weights
    executor: CodecExecutor  # of these weights
    exact: bool = False  # RGB under alpha 0 is the input's own
    clean: Cleaning | None = None  # a note for the file


class Encoding:
    """One picture, analysed once, at as many quality steps as are asked for."""

    def __init__(self, request: Request, cover: NDArray[np.bool_] | None = None) -> None:
        """`cover` says which blocks (rows, columns) are lossless."""
        self.request = request
        self.picture = picture = request.picture
        self.pixels = picture.pixels
        self.executor = request.executor
        self.config = request.used.config
        self.grid = TileGrid(picture.width, picture.height, choose_tile_side(picture.width, picture.height))
        self.header(0)  # checks every limit before memory is taken
        self.previews = Previews(picture)
        self.alpha = None if picture.alpha is None else imagefile.encode_alpha(picture.alpha)
        self.hidden = None if cover is None else drawn.spread(cover, picture.height, picture.width)
        self.base = self.pixels if self.hidden is None else drawn.filled(self.pixels, self.hidden)
        rgb = np.broadcast_to(self.base, (*self.base.shape[:2], 3))
        native.prepare("encode")  # while the network runs
        self.tiles = analyse(self.executor, self.grid, rgb)
        self.seen = [tile for tile in self.grid.tiles() if self._is_seen(tile)]
        self.lossless = self._covers()
        self.coded: tuple[int, _Coded] | None = None

    def _covers(self) -> dict[int, bytes]:
        """The lossless pictures of the tiles that have a part of the cover, or are nothing else."""
        if self.hidden is None:
            return {}
        hidden = self.hidden

        def cover(tile: Tile) -> bytes | None:
            shown = hidden[tile.region][:, :, None]
            if not shown.any():
                return None
            parts: list[NDArray[Any]] = [self.pixels[tile.region] * shown]
            if tile in self.seen:
                parts.append((shown * np.iinfo(self.pixels.dtype).max).astype(self.pixels.dtype))
            return lossless.encode(np.concatenate(parts, 2))

        with ThreadPoolExecutor(self.executor.threads) as pool:
            made = zip(self.grid.tiles(), pool.map(cover, self.grid.tiles()), strict=True)
            return {tile.index: data for tile, data in made if data is not None}

    def _is_seen(self, tile: Tile) -> bool:
        """Whether anything that is shown depends on the latents of a tile."""
        if self.hidden is None:
            return True
        halo = self.config.synthesis_halo
        rows = slice(max(tile.y - halo, 0), tile.y + tile.height + halo)
        columns = slice(max(tile.x - halo, 0), tile.x + tile.width + halo)
        return not bool(self.hidden[rows, columns].all())

    def encoded(self, step: int) -> Encoded:
        """The file of a quality step."""
        return self._encoded(step, self.at(step))

    def _encoded(self, step: int, coded: _Coded) -> Encoded:
        share = 0.0 if self.hidden is None else float(self.hidden.mean())
        return Encoded(coded.data, step_to_quality(step), lambda: self._psnr(self._measured(step, coded)), share)

    def refined(self, step: int, effort: int) -> Encoded:
        """The picture at a quality step, refined where that makes it smaller and no worse."""
        from aecodec.codec.refine import refine  # here: PyTorch takes seconds

        plain = self._encoded(step, self.at(step))
        canvas = self.at(step).canvas
        found: dict[int, tuple[Floats, Floats]] = {}
        for group in self._alike(step):
            y = np.stack([self._needed(step, tile) for tile, _ in group])
            around = self._surroundings(group, canvas[: y.shape[1]])
            better = refine(self.executor.module(), y, around, step, EFFORT_STEPS[effort])
            found |= {tile.index: pair for (tile, _), pair in zip(group, zip(*better, strict=True), strict=True)}
        refined = self._encoded(step, self._code(step, found))
        return refined if len(refined.data) < len(plain.data) and refined.psnr_db >= plain.psnr_db else plain

    def _needed(self, step: int, tile: Tile) -> Floats:
        """What is coded of a tile: details only where they are worth it."""
        return latents.needed(self.executor.frozen, self.tiles[tile.index], step)

    def _alike(self, step: int) -> Iterator[list[tuple[Tile, Window]]]:
        """Tiles to refine together: of one shape, as many channels of each."""
        for same in groups(self.seen, lambda tile: (len(self._needed(step, tile)),), self.grid.count):
            yield from batches_alike(self.grid, same, self.config.synthesis_halo, self.executor.batch)

    def _surroundings(self, group: list[tuple[Tile, Window]], canvas: Floats) -> Surroundings:
        pixels = np.stack([to_unit(self.base[tile.region]) for tile, _ in group]).transpose(0, 3, 1, 2)
        windows = np.stack([canvas[:, *window.outer] for _, window in group])  # a cell's details reach it alone
        rows, columns = group[0][1].inner  # the same for all
        return Surroundings(windows, rows, columns, pixels, self._shown(group))

    def _shown(self, group: list[tuple[Tile, Window]]) -> Floats:
        if self.hidden is None:
            return np.ones((1, 1, 1, 1), np.float32)
        hidden = [self.hidden[tile.region] for tile, _ in group]
        return (~np.stack(hidden)[:, None]).astype(np.float32)

    def header(self, step: int) -> Header:
        return Header(
            width=self.picture.width,
            height=self.picture.height,
            channels=self.picture.channels,
            bit_depth=self.picture.bit_depth,
            model_id=self.request.used.network_id,
            weights_hash=self.request.used.id,
            quality_step=step,
            tile_side=self.grid.side,
            exact=self.request.exact and self.picture.alpha is not None,
        )

    def at(self, step: int) -> _Coded:
        """The picture coded at a quality step; only the last one is kept, as large pictures are large."""
        if self.coded is None or self.coded[0] != step:
            self.coded = None
            self.coded = step, self._code(step)
        return self.coded[1]

    def _code(self, step: int, refined: dict[int, tuple[Floats, Floats]] | None = None) -> _Coded:
        """Code every tile at a quality step, or its refined latents and hyper-latents."""
        payloads: dict[int, bytes] = {}
        wanted = {tile: refined[tile.index][0] if refined else self._needed(step, tile) for tile in self.seen}
        canvas = empty_canvas(self.grid, max(map(len, wanted.values())))
        for group in groups(wanted, lambda tile: wanted[tile].shape, self.executor.batch):
            z = np.stack([refined[tile.index][1] for tile in group]) if refined else None
            coded = latents.encode(self.executor, np.stack([wanted[tile] for tile in group]), step, z)
            for tile, payload, quantised in zip(group, coded.payloads, coded.quantised, strict=True):
                payloads[tile.index] = payload
                paste(canvas, tile, quantised)
        contents = [Content(payloads.get(index), self.lossless.get(index)) for index in range(self.grid.count)]
        tiles = [content.to_bytes() for content in contents]
        data = container.write(
            self.header(step),
            tiles,
            holds=[content.holds for content in contents],
            alpha=self.alpha,
            metadata=self.picture.metadata,
            clean=self.request.clean,
            preview=self.previews.within(sum(map(len, tiles))),
        )
        return _Coded(data, canvas)

    def size(self, step: int) -> int:
        return len(self.at(step).data)

    def psnr(self, step: int) -> float:
        return self._psnr(self.error(step))

    def error(self, step: int) -> NDArray[np.float64]:
        """Squared error, summed over channels, of each block (rows, columns) of what a decoder will show."""
        return self._measured(step, self.at(step))

    def bits(self, step: int) -> NDArray[np.float64]:
        """Of each block (rows, columns), roughly."""
        coded = self.at(step)
        rows, columns = self._blocks
        weight = np.log2(1 + np.abs(coded.canvas[:, :rows, :columns])).sum(0).astype(np.float64)
        bits: NDArray[np.float64] = weight * (8 * len(coded.data) / max(float(weight.sum()), 1))
        return bits

    @property
    def _blocks(self) -> tuple[int, int]:
        """Rows and columns of blocks."""
        return -(-self.picture.height // LATENT_STRIDE), -(-self.picture.width // LATENT_STRIDE)

    def _psnr(self, error: NDArray[np.float64]) -> float:
        peak = (1 << self.picture.bit_depth) - 1
        mse = float(error.sum()) / self.pixels.size
        return 10 * math.log10(peak**2 / mse) if mse else math.inf

    def _measured(self, step: int, coded: _Coded) -> NDArray[np.float64]:
        if coded.error is None:
            picture = self.picture
            coded.error = np.zeros(self._blocks)
            form = Form(picture.channels, picture.bit_depth)
            for tile, shown in synthesise(self.executor, self.grid, coded.canvas, step, self.seen, form):
                error = np.square(np.subtract(shown, self.pixels[tile.region], dtype=np.int64)).sum(2)
                if self.hidden is not None:
                    error[self.hidden[tile.region]] = 0
                found = drawn.block_sums(error)  # tiles begin where blocks do
                row, column = tile.y // LATENT_STRIDE, tile.x // LATENT_STRIDE
                coded.error[row : row + found.shape[0], column : column + found.shape[1]] = found
        return coded.error
