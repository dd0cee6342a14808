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

from aecodec.codec import container, drawn, fitting, latents, postfilter, resynthesis
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layers import Content
from aecodec.codec.layout import PartKind
from aecodec.codec.previews import Previews
from aecodec.codec.results import Encoded
from aecodec.codec.windowed import Surroundings, analyse, batches_alike, empty_canvas, paste, synthesise
from aecodec.compiled import native
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.models import weights
from aecodec.pictures import imagefile, lossless
from aecodec.pictures.picture import Picture, Samples, to_unit
from aecodec.quality import KNOT_SPACING, nearest_knot, step_to_quality
from aecodec.tiling import LATENT_STRIDE, Tile, TileGrid, Window, choose_tile_side, groups

EFFORT_STEPS = (0, 8, 16, 32, 64, 96, 128, 192, 256, 384)  # gradient steps of every effort


@dataclass
class _Coded:
    """One picture at one quality step: what is coded, and (once asked for) what a decoder will make of it."""

    tiles: list[Content]
    canvas: Floats  # quantised latents of the padded picture
    data: bytes  # the file without a filter
    shown: "_Shown | None" = None


@dataclass(frozen=True)
class _Shown:
    """What a decoder makes of the latents without a filter and with the one that pays, if there is one.

    Errors are squared, summed over the channels of each block (rows, columns).
    """

    plain_error: NDArray[np.float64]
    error: NDArray[np.float64]
    postfilter: bytes | None


@dataclass(frozen=True)
class Request:
    """A picture that is to be encoded, and what with."""

    picture: Picture
    used: weights.Weights
    executor: CodecExecutor  # of these weights
    exact: bool = False  # RGB under alpha 0 is the input's own
    clean: Cleaning | None = None  # a note for the file

    def price(self, step: int) -> float:
        """Bits for a squared error of 1, of samples, summed over channels: lambda is for levels of 8 bits' mean."""
        peak = (1 << self.picture.bit_depth) - 1
        return float(self.used.config.lambda_of(step)) * (255 / peak) ** 2 / self.picture.channels


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
        postfilter.prepare()
        self.tiles = analyse(self.executor, self.grid, rgb)
        self.seen = [tile for tile in self.grid.tiles() if self._is_seen(tile)]
        self.lossless = self._covers()
        self.lost: tuple[int, list[Floats]] | None = None
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

    def encoded(self, step: int, most: int | None = None) -> Encoded:
        """The file of a quality step; its filter is left out where it does not fit into `most` bytes."""
        return self._encoded(step, self.at(step), most)

    def _encoded(self, step: int, coded: _Coded, most: int | None) -> Encoded:
        made = self._show(step, coded)
        data, error = self._written(step, coded.tiles, made.postfilter), made.error
        if most is not None and len(data) > most:
            data, error = coded.data, made.plain_error
        share = 0.0 if self.hidden is None else float(self.hidden.mean())
        return Encoded(data, step_to_quality(step), self._psnr(error), share)

    def refined(self, step: int, effort: int, most: int | None = None) -> Encoded:
        """The picture at a quality step, refined where that makes it smaller and no worse; `most` as in `encoded`."""
        from aecodec.codec.refine import refine  # here: PyTorch takes seconds

        plain = self.encoded(step, most)
        canvas = self.at(step).canvas
        found: dict[int, tuple[Floats, Floats]] = {}
        for group in self._alike(step):
            y = np.stack([self._needed(step, tile) for tile, _ in group])
            around = self._surroundings(group, canvas[: y.shape[1]])
            better = refine(self.executor.module(), y, around, step, EFFORT_STEPS[effort])
            found |= {tile.index: pair for (tile, _), pair in zip(group, zip(*better, strict=True), strict=True)}
        refined = self._encoded(step, self._code(step, found), most)
        return refined if len(refined.data) < len(plain.data) and refined.psnr_db >= plain.psnr_db else plain

    def _needed(self, step: int, tile: Tile) -> Floats:
        """What is coded of a tile: `_worth_it`; without details, latents that are corrected."""
        y = self._worth_it(step, tile)
        if self.config.details:  # which hold what latents leave
            return y
        knot = nearest_knot(step) * KNOT_SPACING  # near enough, and steps that are tried one after the other share it
        if self.lost is None or self.lost[0] != knot:
            self.lost = None
            channels = self.picture.channels
            self.lost = knot, resynthesis.lost(self.executor, self.grid, self.tiles, knot, channels)
        return resynthesis.corrected(self.executor.frozen, y, self.lost[1][tile.index], step)

    def _worth_it(self, step: int, tile: Tile) -> Floats:
        """A tile's y, with details only where they are worth it."""
        return latents.needed(self.executor.frozen, self.tiles[tile.index], step)

    def _alike(self, step: int) -> Iterator[list[tuple[Tile, Window]]]:
        """Tiles to refine together: of one shape, as many channels of each."""
        for same in groups(self.seen, lambda tile: (len(self._worth_it(step, tile)),), self.grid.count):
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
        shapes = {
            tile: refined[tile.index][0].shape if refined else self._worth_it(step, tile).shape for tile in self.seen
        }
        canvas = empty_canvas(self.grid, max(shape[0] for shape in shapes.values()))
        for group in groups(self.seen, lambda tile: shapes[tile], self.executor.batch):
            z = np.stack([refined[tile.index][1] for tile in group]) if refined else None
            y = np.stack([refined[tile.index][0] if refined else self._needed(step, tile) for tile in group])
            coded = latents.encode(self.executor, y, step, z)
            for tile, payload, quantised in zip(group, coded.payloads, coded.quantised, strict=True):
                payloads[tile.index] = payload
                paste(canvas, tile, quantised)
        contents = [Content(payloads.get(index), self.lossless.get(index)) for index in range(self.grid.count)]
        return _Coded(contents, canvas, self._written(step, contents, None))

    def _written(self, step: int, contents: list[Content], filter_: bytes | None) -> bytes:
        tiles = [content.to_bytes() for content in contents]
        return container.write(
            self.header(step),
            tiles,
            holds=[content.holds for content in contents],
            alpha=self.alpha,
            metadata=self.picture.metadata,
            clean=self.request.clean,
            parts={PartKind.PREVIEW: self.previews.within(sum(map(len, tiles))), PartKind.POSTFILTER: filter_},
        )

    def size(self, step: int) -> int:
        """Bytes of the file, and what a filter commonly takes, up to 1/64, as long as it is not fitted."""
        coded = self.at(step)
        if coded.shown is not None:
            return len(coded.data) + postfilter.part_bytes(coded.shown.postfilter)
        return len(coded.data) + (min(fitting.COMMON_BYTES, len(coded.data) // 64) if step else 0)

    def psnr(self, step: int) -> float:
        return self._psnr(self.error(step))

    def error(self, step: int) -> NDArray[np.float64]:
        """Squared error, summed over channels, of each block (rows, columns) of what a decoder will show."""
        return self._show(step, self.at(step)).error

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

    def _show(self, step: int, coded: _Coded) -> _Shown:
        """What a decoder makes of it; the last part of encoding, which takes about as long as all before it."""
        if coded.shown is None:
            shown = np.zeros_like(self.pixels)
            form = Form(self.picture.channels, self.picture.bit_depth)
            for tile, made in synthesise(self.executor, self.grid, coded.canvas, step, self.seen, form):
                shown[tile.region] = made
            plain, price = self._error(shown), self.request.price(step)
            coded.shown = _Shown(plain, plain, None)
            if plain.any():
                found = fitting.fitted(shown, self.pixels, self.hidden, price, self.executor.threads)
                error = self._error(found.apply(shown, self.executor.threads))
                payload = found.to_bytes()
                if price * float((plain - error).sum()) > 8 * postfilter.part_bytes(payload):
                    coded.shown = _Shown(plain, error, payload)
        return coded.shown

    def _error(self, shown: Samples) -> NDArray[np.float64]:
        """Squared, of what is not under a cover, summed over the channels of each block (rows, columns)."""
        error = np.zeros(self._blocks)
        kind = np.int32 if shown.dtype == np.uint8 else np.int64
        for tile in self.seen:
            squared = np.square(np.subtract(shown[tile.region], self.pixels[tile.region], dtype=kind)).sum(
                2, dtype=kind
            )
            if self.hidden is not None:
                squared[self.hidden[tile.region]] = 0
            found = drawn.block_sums(squared)  # tiles begin where blocks do
            row, column = tile.y // LATENT_STRIDE, tile.x // LATENT_STRIDE
            error[row : row + found.shape[0], column : column + found.shape[1]] = found
        return error
