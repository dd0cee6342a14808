"""The way of one picture to bytes: analysed once, coded at as many qualities as its target needs.

How a target is met is the business of `ratecontrol`; the bytes of a tile are made in `entropy.latents`.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecodec import container, imagefile, weights
from aecodec.entropy import latents
from aecodec.nets.config import step_to_quality
from aecodec.nets.windowed import analyse, empty_canvas, place, samples, synthesise
from aecodec.picture import Picture, flatten_hidden
from aecodec.ratecontrol import Target, find_step
from aecodec.tiling import TileGrid, choose_tile_side, groups, y_shape


@dataclass(frozen=True)
class Encoded:
    """A finished file and what is known of it."""

    data: bytes
    quality: float
    estimated_bits: float  # of the latents, by the model's tables; the file's size is len(data)
    psnr_db: float  # of what a decoder will show against the input; infinite if identical


@dataclass
class _Coded:
    """One picture at one quality step: what is coded, and (once asked for) what the decoder will make of it."""

    data: bytes
    canvas: Tensor  # quantised latents of the padded picture
    bits: float
    psnr_db: float | None = None


class Encoding:
    """The encoding of one picture: analysed once, coded at as many quality steps as the target needs."""

    def __init__(self, picture: Picture, used: weights.Weights, device: torch.device, batch: int, exact: bool) -> None:
        self.picture = picture
        self.used = used
        self.model = used.frozen.model
        self.device = device
        self.batch = batch
        self.exact = exact
        self.pixels = picture.pixels if exact else flatten_hidden(picture)
        self.grid = TileGrid(picture.width, picture.height, choose_tile_side(picture.width, picture.height))
        self.header(0)  # checks every limit before memory is taken
        self.alpha = None if picture.alpha is None else imagefile.encode_alpha(picture.alpha)
        rgb = np.broadcast_to(self.pixels, (*self.pixels.shape[:2], 3))
        self.tiles = analyse(self.model, self.grid, rgb, device, batch)
        self.coded: tuple[int, _Coded] | None = None

    def run(self, target: Target) -> Encoded:
        pixels = self.picture.width * self.picture.height
        step = find_step(target, pixels, lambda step: len(self.at(step).data), self.psnr)
        coded = self.at(step)
        return Encoded(coded.data, step_to_quality(step), coded.bits, self.psnr(step))

    def header(self, step: int) -> container.Header:
        return container.Header(
            width=self.picture.width,
            height=self.picture.height,
            channels=self.picture.channels,
            bit_depth=self.picture.bit_depth,
            model_id=weights.NETWORK_ID,
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

    def _code(self, step: int) -> _Coded:
        canvas = empty_canvas(self.model, self.grid, self.device)
        payloads: dict[int, bytes] = {}
        bits = 0.0
        for group in groups(self.grid.tiles(), y_shape, self.batch):
            y = torch.stack([self.tiles[tile.index] for tile in group])
            coded = latents.encode(self.used.frozen, y, step)
            bits += coded.bits
            for tile, payload, quantised in zip(group, coded.payloads, coded.quantised, strict=True):
                payloads[tile.index] = payload
                place(canvas, tile, quantised)
        side = self.picture.metadata
        data = container.write(
            self.header(step),
            [payloads[index] for index in range(self.grid.count)],
            alpha=self.alpha,
            icc=side.icc,
            exif=side.exif,
            xmp=side.xmp,
        )
        return _Coded(data, canvas, bits)

    def psnr(self, step: int) -> float:
        """PSNR in dB of the samples that a decoder will show against those of the input."""
        coded = self.at(step)
        if coded.psnr_db is None:
            total = 0.0
            picture = self.picture
            for tile, unit in synthesise(self.model, self.grid, coded.canvas, step, self.grid.tiles(), self.batch):
                here = slice(tile.y, tile.y + tile.height), slice(tile.x, tile.x + tile.width)
                difference = samples(unit, picture.channels, picture.bit_depth).astype(np.float64) - self.pixels[here]
                total += float(np.square(difference).sum())
            peak = (1 << picture.bit_depth) - 1
            mse = total / self.pixels.size
            coded.psnr_db = 10 * math.log10(peak**2 / mse) if mse else math.inf
        return coded.psnr_db
