"""Denoising measured: noise added to clean pictures, or pairs of noisy and clean ones, restored and compared.

White noise follows the published protocol (cszn/KAIR, main_test_ircnn_denoiser.py): of seed 0 for each picture, added
in floating point without clipping; PSNR over RGB of the result as it would be stored.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from aecodec import metrics
from aecodec.errors import BadInput
from aecodec.evaluation.classical import LEVELS, Method, Unit
from aecodec.evaluation.pairing import Pairs
from aecodec.evaluation.sums import mean
from aecodec.evaluation.trials import OWN, Key, gather, read
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, from_unit, to_unit
from aecodec.services.jobs import Job, WarnAbout

if TYPE_CHECKING:
    from aecodec.denoiser import Denoiser

SEED = 0
Noise = Sequence[float] | Pairs  # levels to add, in levels of 255; or real noise, with what the clean pictures are
DEFINITIONS = {
    "noise": "numpy.random.RandomState(0).normal for each picture, in floating point, not clipped; or real, of pairs",
    "psnr_db": "RGB (or grey) samples, rounded as stored; set means are means of decibels",
    "ssim": "scikit-image, Gaussian weights of sigma 1.5, mean over channels",
    "sigma": "standard deviation in levels of 255; null: of real noise",
    "estimate": "what a method that was not told the noise level took it for, in levels of 255",
    "worse": "pictures whose PSNR is lower than it was before",
}


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a method made of a noisy picture."""

    width: int
    height: int
    psnr_db: float
    ssim: float | None = None  # None where a side is shorter than its window of 11
    noisy_psnr_db: float  # before
    estimate: float | None = None  # of the noise level; None: it was told
    seconds: float


@dataclass(frozen=True)
class Row:
    """One picture at one noise level by one method. Nothing is measured where `error` says why."""

    MEASURED: ClassVar = Restored

    picture: str
    method: str
    sigma: float | None  # None: the noise is real
    measured: Restored | None = None
    error: str | None = None
    clean: str | None = None  # the picture that a noisy one was compared with; None: noise was added to `picture`

    @property
    def by(self) -> str:
        return self.method

    @property
    def note(self) -> str | None:
        """None: there is no picture that a method refuses."""
        return None

    @property
    def key(self) -> Key:
        """What is measured, whatever comes out."""
        return self.picture, self.method, self.sigma


@dataclass(frozen=True)
class Point:
    """Means over the pictures that a method restored at a noise level."""

    method: str
    sigma: float | None
    pictures: int
    psnr_db: float
    ssim: float | None
    estimate: float | None
    noisy_psnr_db: float
    worse: int  # pictures of them, than they were
    seconds_per_megapixel: float


@dataclass(frozen=True)
class Case:
    """A clean picture and noisy pixels."""

    path: Path
    clean: Picture
    noisy: Unit  # (H, W, C) around 0 ... 1
    sigma: float | None
    beside: Path | None = None  # what `clean` was read from, if it is not `path`

    def psnr(self, unit: Unit) -> float:
        peak = (1 << self.clean.bit_depth) - 1
        return metrics.psnr(self.clean.pixels, from_unit(unit, self.clean.bit_depth), peak=peak)

    def ssim(self, unit: Unit) -> float | None:
        peak = (1 << self.clean.bit_depth) - 1
        return metrics.ssim(self.clean.pixels, from_unit(unit, self.clean.bit_depth), peak=peak)


def own_methods(denoiser: "Denoiser", *, told: bool) -> list[Method]:
    """aecodec without a word on the noise and, where its level is known, told it."""

    def restore(noisy: Unit, sigma: float | None) -> tuple[Unit, float | None]:
        restored = denoiser.restore(noisy, sigma=sigma)
        return restored.pixels, restored.sigma

    from aecodec import devices

    settings = f"weights {denoiser.weights.id.hex()}, {devices.name_of(denoiser.device)}"
    blind = Method(OWN, f"{settings}, blind", lambda noisy, sigma: restore(noisy, None))
    knowing = Method(f"{OWN} --sigma", f"{settings}, told the noise level", restore)
    return [blind, knowing] if told else [blind]


def measure(
    jobs: Iterable[Job],
    methods: Sequence[Method],
    noise: Noise,
    warn_about: WarnAbout,
    known: Mapping[Key, Row] = MappingProxyType({}),
) -> Iterator[Row]:
    """A row for each picture, noise level and method; a picture that cannot be read is one row with an error.

    What is `known` from an earlier run is not measured again, unless it was compared with another clean picture.
    """

    def trials(job: Job) -> Iterator[tuple[Key, Callable[[], Row]]]:
        for case in cases(job, noise, warn_about):
            noisy_db = case.psnr(case.noisy)
            for method in methods:
                yield (str(case.path), method.name, case.sigma), partial(_measure, case, method, noisy_db)

    matching = noise.matching if isinstance(noise, Pairs) else {}
    beside = {str(path): str(found[0]) for path, found in matching.items() if found}
    same = {key: row for key, row in known.items() if row.clean == beside.get(row.picture)}
    return gather(jobs, Row, trials, same)


def rows_expected(pictures: int, methods: Sequence[Method], noise: Noise) -> int:
    return pictures * len(methods) * (1 if isinstance(noise, Pairs) else len(noise))


def cases(job: Job, noise: Noise, warn_about: WarnAbout) -> Iterator[Case]:
    """The picture of a job with each level of noise, or as it is beside the clean one; raises AecodecError."""
    return _paired(job, noise, warn_about) if isinstance(noise, Pairs) else _noised(job, noise, warn_about)


def _noised(job: Job, sigmas: Sequence[float], warn_about: WarnAbout) -> Iterator[Case]:
    path, picture = read(job, warn_about)
    clean = to_unit(picture.pixels)
    for sigma in sigmas:
        drawn = np.random.RandomState(SEED).normal(0, sigma / LEVELS, clean.shape)
        yield Case(path, picture, (clean + drawn).astype(np.float32), sigma)


def _paired(job: Job, pairs: Pairs, warn_about: WarnAbout) -> Iterator[Case]:
    path, noisy = read(job, warn_about)
    beside = pairs.clean(path)
    clean = imagefile.read(beside, warn=warn_about(str(beside)), wanted=job.wanted)
    if clean.pixels.shape != noisy.pixels.shape:
        raise BadInput(f"{beside} has another size or other channels")
    yield Case(path, clean, to_unit(noisy.pixels), None, beside)


def _measure(case: Case, method: Method, noisy_db: float) -> Row:
    start = perf_counter()
    restored, estimate = method.restore(case.noisy, case.sigma)
    seconds = perf_counter() - start
    found = Restored(
        width=case.clean.width,
        height=case.clean.height,
        psnr_db=case.psnr(restored),
        ssim=case.ssim(restored),
        noisy_psnr_db=noisy_db,
        estimate=estimate,
        seconds=seconds,
    )
    return Row(str(case.path), method.name, case.sigma, found, clean=None if case.beside is None else str(case.beside))


def points(rows: Iterable[Row]) -> list[Point]:
    """Set means, by noise level, methods in the order in which they first appear."""
    groups: dict[tuple[float, str], list[Restored]] = {}
    for row in rows:
        if row.measured is not None:
            groups.setdefault((math.inf if row.sigma is None else row.sigma, row.method), []).append(row.measured)
    order = list(dict.fromkeys(method for _, method in groups))
    return [
        _point(method, None if math.isinf(level) else level, groups[level, method])
        for level, method in sorted(groups, key=lambda key: (key[0], order.index(key[1])))
    ]


def _point(method: str, sigma: float | None, group: Sequence[Restored]) -> Point:
    return Point(
        method,
        sigma,
        len(group),
        fmean(found.psnr_db for found in group),
        mean(found.ssim for found in group),
        mean(found.estimate for found in group),
        fmean(found.noisy_psnr_db for found in group),
        sum(found.psnr_db < found.noisy_psnr_db for found in group),
        sum(found.seconds for found in group) / (sum(found.width * found.height for found in group) / 1e6),
    )
