"""The way of one picture to bytes: analysed once, coded at as many qualities as its target needs, refined at the last.

How a target is met is the business of `ratecontrol`; the bytes of a tile are made in `codec.latents`, and what an
effort above 0 does to its latents is in `codec.refine`.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from aecodec.codec import container, latents
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.ratecontrol import Target, find_size, find_step
from aecodec.codec.refine import Surroundings, refine
from aecodec.codec.windowed import analyse, batches_alike, empty_canvas, paste, samples, synthesise
from aecodec.models import weights
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, flatten_hidden, to_unit
from aecodec.quality import step_to_quality
from aecodec.tiling import Tile, TileGrid, Window, choose_tile_side, groups

EFFORT_STEPS = (0, 16, 24, 32, 64, 96, 128, 192, 256, 384)  # gradient steps of every effort
SIZE_MARGIN = 0.997  # of a size that a refined file aims at: how much refining saves differs from step to step


@dataclass(frozen=True)
class Plain:
    """What effort 0 makes of the same picture and target."""

    bytes: int
    psnr_db: float


@dataclass(frozen=True, eq=False)
class Encoded:
    """A finished file and what is known of it."""

    data: bytes
    quality: float
    measure: Callable[[], float] = field(repr=False)
    plain: Plain | None = None  # what an effort above 0 is measured against

    @cached_property
    def psnr_db(self) -> float:
        """PSNR in dB of what a decoder will show against the input; infinite if identical.

        Measured when it is first asked for: that decodes the picture, half as long again as encoding it.
        """
        return self.measure()


@dataclass
class _Coded:
    """One picture at one quality step: what is coded, and (once asked for) what the decoder will make of it."""

    data: bytes
    canvas: Tensor  # quantised latents of the padded picture
    psnr_db: float | None = None


class Encoding:
    """The encoding of one picture: analysed once, coded at as many quality steps as the target needs."""

    def __init__(
        self,
        picture: Picture,
        used: weights.Weights,
        device: torch.device,
        batch: int,
        exact: bool,
        clean: Cleaning | None = None,
    ) -> None:
        self.picture = picture
        self.used = used
        self.model = used.frozen.model
        self.device = device
        self.batch = batch
        self.exact = exact
        self.clean = clean
        self.pixels = picture.pixels if exact else flatten_hidden(picture)
        self.grid = TileGrid(picture.width, picture.height, choose_tile_side(picture.width, picture.height))
        self.header(0)  # checks every limit before memory is taken
        self.alpha = None if picture.alpha is None else imagefile.encode_alpha(picture.alpha)
        rgb = np.broadcast_to(self.pixels, (*self.pixels.shape[:2], 3))
        self.tiles = analyse(self.model, self.grid, rgb, device, batch)
        self.coded: tuple[int, _Coded] | None = None

    def run(self, target: Target, effort: int = 0) -> Encoded:
        """The file that meets the target; with effort neither larger nor worse than the one without."""
        pixels = self.picture.width * self.picture.height
        step = find_step(target, pixels, self.size, self.psnr)
        plain = self._encoded(step, self.at(step))
        if not effort:
            return plain
        refined = self._refined(step, effort)
        most = target.most_bytes(pixels)
        if most is not None:  # what was saved buys quality
            richer = self._richer(step, most, len(plain.data) / len(refined.data), effort)
            if richer is not None and len(richer.data) <= most and richer.psnr_db > refined.psnr_db:
                refined = richer
        return replace(refined, plain=Plain(len(plain.data), plain.psnr_db))

    def _encoded(self, step: int, coded: _Coded) -> Encoded:
        return Encoded(coded.data, step_to_quality(step), lambda: self._measure(step, coded))

    def _refined(self, step: int, effort: int) -> Encoded:
        """The picture at a quality step, refined where that makes it smaller and no worse."""
        plain = self._encoded(step, self.at(step))
        canvas = self.at(step).canvas
        found: dict[int, tuple[Tensor, Tensor]] = {}
        with torch.inference_mode(False):
            for group in self._alike(step):
                y = torch.stack([self._needed(step, tile) for tile, _ in group]).clone()  # inference knows no gradients
                around = self._surroundings(group, canvas[: y.shape[1]])
                better = refine(self.model, y, around, step, EFFORT_STEPS[effort])
                found |= {tile.index: pair for (tile, _), pair in zip(group, zip(*better, strict=True), strict=True)}
        refined = self._encoded(step, self._code(step, found))
        return refined if len(refined.data) < len(plain.data) and refined.psnr_db >= plain.psnr_db else plain

    def _needed(self, step: int, tile: Tile) -> Tensor:
        """What is coded of a tile: details only where they are worth it."""
        return latents.needed(self.model.prior, self.tiles[tile.index], step)

    def _alike(self, step: int) -> Iterator[list[tuple[Tile, Window]]]:
        """Tiles to refine together: of one shape, as many channels of each."""
        for same in groups(self.grid.tiles(), lambda tile: (len(self._needed(step, tile)),), self.grid.count):
            yield from batches_alike(self.grid, same, self.model.config.synthesis_halo, self.batch)

    def _richer(self, step: int, most: int, saved: float, effort: int) -> Encoded | None:
        """Refined at a higher quality, where refining once more by the factor `saved` would still meet the size."""
        aim = math.floor(most * saved * SIZE_MARGIN)
        higher = find_size(aim, self.size) if aim > most else step
        return self._refined(higher, effort) if higher > step else None

    def _surroundings(self, group: list[tuple[Tile, Window]], canvas: Tensor) -> Surroundings:
        units = [to_unit(self.pixels[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]) for tile, _ in group]
        pixels = torch.from_numpy(np.stack(units)).to(self.device).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)
        windows = torch.stack([canvas[:, *window.outer] for _, window in group])  # a cell's details reach it alone
        rows, columns = group[0][1].inner  # the same for all
        return Surroundings(windows, rows, columns, pixels)

    def header(self, step: int) -> Header:
        return Header(
            width=self.picture.width,
            height=self.picture.height,
            channels=self.picture.channels,
            bit_depth=self.picture.bit_depth,
            model_id=self.used.network_id,
            weights_hash=self.used.id,
            quality_step=step,
            tile_side=self.grid.side,
            exact=self.exact and self.picture.alpha is not None,
        )

    def at(self, step: int) -> _Coded:
        """The picture coded at a quality step; only the last one is kept, as large pictures are large."""
        if self.coded is None or self.coded[0] != step:
            self.coded = None
            self.coded = step, self._code(step)
        return self.coded[1]

    def _code(self, step: int, refined: dict[int, tuple[Tensor, Tensor]] | None = None) -> _Coded:
        """Code every tile at a quality step, or its refined latents and hyper-latents."""
        payloads: dict[int, bytes] = {}
        wanted = {tile: refined[tile.index][0] if refined else self._needed(step, tile) for tile in self.grid.tiles()}
        canvas = empty_canvas(self.grid, max(map(len, wanted.values())), self.device)
        for group in groups(wanted, lambda tile: tuple(wanted[tile].shape), self.batch):
            z = torch.stack([refined[tile.index][1] for tile in group]) if refined else None
            coded = latents.encode(self.used.frozen, torch.stack([wanted[tile] for tile in group]), step, z)
            for tile, payload, quantised in zip(group, coded.payloads, coded.quantised, strict=True):
                payloads[tile.index] = payload
                paste(canvas, tile, quantised)
        data = container.write(
            self.header(step),
            [payloads[index] for index in range(self.grid.count)],
            alpha=self.alpha,
            metadata=self.picture.metadata,
            clean=self.clean,
        )
        return _Coded(data, canvas)

    def size(self, step: int) -> int:
        return len(self.at(step).data)

    def psnr(self, step: int) -> float:
        return self._measure(step, self.at(step))

    @torch.inference_mode()
    def _measure(self, step: int, coded: _Coded) -> float:
        """PSNR in dB of the samples that a decoder will show against those of the input."""
        if coded.psnr_db is None:
            total = 0
            picture = self.picture
            for tile, unit in synthesise(self.model, self.grid, coded.canvas, step, self.grid.tiles(), self.batch):
                here = slice(tile.y, tile.y + tile.height), slice(tile.x, tile.x + tile.width)
                shown = samples(unit, picture.channels, picture.bit_depth)
                total += int(np.square(np.subtract(shown, self.pixels[here], dtype=np.int64)).sum())
            peak = (1 << picture.bit_depth) - 1
            mse = total / self.pixels.size
            coded.psnr_db = 10 * math.log10(peak**2 / mse) if mse else math.inf
        return coded.psnr_db
