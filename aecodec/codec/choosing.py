"""Which way a picture goes: latents, latents under a lossless cover of what is drawn, or a lossless file.

What costs least wins: R + lambda D, lambda that of the quality (`CodecConfig.lambda_of`). A photograph goes the way of
latents without a trial. Anything else is coded in earnest in each way, so that the choice is between real files.
"""

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aecodec.codec import drawn, losslessfile
from aecodec.codec.encoding import Encoding, Request
from aecodec.codec.ratecontrol import TYPICAL_LOG_RATE, TYPICAL_PSNR_DB, Target, find_size, find_step
from aecodec.codec.results import Encoded, Plain
from aecodec.errors import TargetUnreachable
from aecodec.pictures import lossless
from aecodec.pictures.picture import Picture, flatten_hidden
from aecodec.quality import QUALITY_STEPS

SIZE_MARGIN = 0.997  # of a size that a refined file aims at: how much refining saves differs from step to step
QUICK = 0.6  # of the size of the quickest lossless file: of a photograph no thorough one is smaller
LOSSLESS_FROM = 0.25  # of it: below, what a photograph's error costs never makes up the difference
FILLED = 0.9  # of a size: what ends below it has met a ceiling
HOPELESS = 1.5  # times the lossless file: what a quality raised to that size by estimate would not beat
WORTH = 0.9  # of the better one of all and nothing: what a cover is to cost at most, by estimate
ODD_BITS = 0.06  # a pixel for each 1 of quality: photographs take half of it at most
LEAST_DB, DB_PER_QUALITY = 25.0, 0.2  # what a drawn picture has at least: 35 dB at quality 50


class Choosing:
    """One picture on its way to a file; what is computed for one candidate is there for the next."""

    def __init__(self, request: Request, effort: int = 0) -> None:
        self.given = picture = request.picture
        self.picture = picture if request.exact else replace(picture, pixels=flatten_hidden(picture))
        self.request = replace(request, picture=self.picture)
        self.effort = effort
        self.count = picture.width * picture.height
        self.covered: Encoding | None = None
        self.ways: dict[int, Encoding] = {}  # the better one at a step
        self.drawn = drawn.is_drawn(self.picture.pixels, lambda: self._quick_size)

    def run(self, target: Target) -> Encoded:
        """The file that meets the target; with effort neither larger nor worse than the one without."""
        most = target.most_bytes(self.count)
        if most is not None and (identical := self._lossless_within(most)) is not None:
            return identical
        try:
            step, way = self._met(target)
        except TargetUnreachable as error:
            if most is not None:
                raise
            return replace(self.lossless, ceiling=f"{error}: lossless instead" if target.kind == "psnr" else None)
        lossy = way.encoded(step, most)
        if most is None:
            if (identical := self._lossless_instead(way, target, step)) is not None:
                return identical
        elif step == QUALITY_STEPS and len(lossy.data) < FILLED * most:
            lossy = replace(lossy, ceiling=f"no quality takes more than {len(lossy.data)} bytes; lossless does not fit")
        return self._with_effort(lossy, way, step, most) if self.effort else lossy

    @cached_property
    def latents(self) -> Encoding:
        return Encoding(self.request)

    @cached_property
    def lossless(self) -> Encoded:
        pictures = [self.given] if self.given.pixels is self.picture.pixels else [self.given, self.picture]
        return min((self._lossless_of(picture) for picture in pictures), key=lambda file: len(file.data))

    def _lossless_of(self, picture: Picture) -> Encoded:
        kept, threads = self.request.exact or picture is self.given, self.request.executor.threads
        return losslessfile.encode(picture, effort=self.effort, exact=kept, clean=self.request.clean, threads=threads)

    @cached_property
    def _quick_size(self) -> int:
        return lossless.quick_size(self.picture.pixels)

    @cached_property
    def _least_lossless(self) -> float:
        pixels = self.picture.pixels
        return lossless.least_size(pixels) if self.drawn else QUICK * self._quick_size

    def _lossless_within(self, size: float) -> Encoded | None:
        """The lossless file if it has at most so many bytes; made only where it may, as that takes its time."""
        if self._least_lossless > size or len(self.lossless.data) > size:
            return None
        return self.lossless

    def _lossless_instead(self, way: Encoding, target: Target, step: int) -> Encoded | None:
        """The lossless file, where it costs less than one of a quality."""
        size = way.size(step)
        if not self.drawn and LOSSLESS_FROM * self._quick_size > size:
            return None  # without a trial
        return self._lossless_within(size if target.kind == "psnr" else self._price(way, step) / 8)

    def _met(self, target: Target) -> tuple[int, Encoding]:
        """The quality step that meets the target, and the way; raises TargetUnreachable."""
        step = find_step(target, self.count, self._size, self._psnr)
        if target.kind == "quality" and not self.drawn:
            self.drawn = 8 * self._size(step) > ODD_BITS * target.value * self.count
        way = self.way(step)
        least_db = LEAST_DB + DB_PER_QUALITY * target.value
        if target.kind != "quality" or not self.drawn or way.psnr(step) >= least_db:
            return step, way
        raised = way.size(step) * math.exp(TYPICAL_LOG_RATE / TYPICAL_PSNR_DB * (least_db - way.psnr(step)))
        if self._lossless_within(raised / HOPELESS) is not None:
            raise TargetUnreachable(f"quality {target.value:g} has {way.psnr(step):.2f} dB here")
        return max(step, find_step(Target("psnr", least_db), self.count, way.size, way.psnr)), way

    def _size(self, step: int) -> int:
        return self.way(step).size(step)

    def _psnr(self, step: int) -> float:
        return self.way(step).psnr(step)

    def way(self, step: int) -> Encoding:
        """The cheaper one of latents alone and latents under a cover."""
        if not self.drawn:
            return self.latents
        if self.covered is None:  # which blocks are drawn hardly depends on the quality
            cover = self._cover(step)
            self.covered = self.latents if cover is None else Encoding(self.request, cover)
        if step not in self.ways:
            ways = (self.latents, self.covered)
            self.ways[step] = min(ways, key=lambda way: self._price(way, step))
        return self.ways[step]

    def _cover(self, step: int) -> NDArray[np.bool_] | None:
        """The blocks (rows, columns) that cost less as they are than as latents; None if that saves next to nothing."""
        as_latents = self.latents.bits(step) + self._price_of(self.latents.error(step), step)
        as_they_are = drawn.block_bits(self.picture.pixels)
        mixed = np.minimum(as_they_are, as_latents).sum()
        return as_they_are < as_latents if mixed < WORTH * min(as_they_are.sum(), as_latents.sum()) else None

    def _price(self, way: Encoding, step: int) -> float:
        """R + lambda D of the whole picture, in bits."""
        return 8 * way.size(step) + float(self._price_of(way.error(step), step).sum())

    def _price_of(self, error: NDArray[np.float64], step: int) -> NDArray[np.float64]:
        """Bits for squared errors that are summed over channels."""
        bits: NDArray[np.float64] = self.request.price(step) * error
        return bits

    def _with_effort(self, lossy: Encoded, way: Encoding, step: int, most: int | None) -> Encoded:
        """As small and as good, or better; where the target is a size, what was saved buys quality."""
        refined = way.refined(step, self.effort, most)
        if most is not None:
            richer = self._richer(way, step, most, len(lossy.data) / len(refined.data))
            if richer is not None and len(richer.data) <= most and richer.psnr_db > refined.psnr_db:
                refined = richer
        return replace(refined, ceiling=lossy.ceiling, plain=Plain(len(lossy.data), lossy.psnr_db))

    def _richer(self, way: Encoding, step: int, most: int, saved: float) -> Encoded | None:
        """Refined at a higher quality, where refining once more by the factor `saved` would still meet the size."""
        aim = math.floor(most * saved * SIZE_MARGIN)
        higher = find_size(aim, way.size) if aim > most else step
        return way.refined(higher, self.effort, most) if higher > step else None
