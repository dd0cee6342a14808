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
from aecodec.evaluation.sums import mean
from aecodec.evaluation.trials import OWN, Key, gather, read
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, from_unit, to_unit
from aecodec.services.jobs import Job, WarnAbout

if TYPE_CHECKING:
    from aecodec.denoiser import Denoiser

SEED = 0
DEFINITIONS = {
    "noise": "numpy.random.RandomState(0).normal for each picture, in floating point, not clipped; or real, of pairs",
    "psnr_db": "RGB (or grey) samples, rounded as stored; set means are means of decibels",
    "ssim": "scikit-image, Gaussian weights of sigma 1.5, mean over channels",
    "sigma": "standard deviation in levels of 255; null: of real noise",
    "estimate": "what a method that was not told the noise level took it for, in levels of 255",
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
    seconds_per_megapixel: float


@dataclass(frozen=True)
class Case:
    """A clean picture and noisy pixels."""

    path: Path
    clean: Picture
    noisy: Unit  # (H, W, C) around 0 ... 1
    sigma: float | None

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
    noise: Sequence[float] | Path,
    warn_about: WarnAbout,
    known: Mapping[Key, Row] = MappingProxyType({}),
) -> Iterator[Row]:
    """A row for each picture, noise level and method; a picture that cannot be read is one row with an error.

    What is `known` from an earlier run is not measured again.
    `noise`: levels to add to the pictures of the jobs, or the folder with the clean ones of the same names.
    """

    def trials(job: Job) -> Iterator[tuple[Key, Callable[[], Row]]]:
        for case in cases(job, noise, warn_about):
            noisy_db = case.psnr(case.noisy)
            for method in methods:
                yield (str(case.path), method.name, case.sigma), partial(_measure, case, method, noisy_db)

    return gather(jobs, Row, trials, known)


def rows_expected(pictures: int, methods: Sequence[Method], noise: Sequence[float] | Path) -> int:
    return pictures * len(methods) * (1 if isinstance(noise, Path) else len(noise))


def cases(job: Job, noise: Sequence[float] | Path, warn_about: WarnAbout) -> Iterator[Case]:
    """The picture of a job with each level of noise, or as it is beside the clean one; raises AecodecError."""
    return _paired(job, noise, warn_about) if isinstance(noise, Path) else _noised(job, noise, warn_about)


def _noised(job: Job, sigmas: Sequence[float], warn_about: WarnAbout) -> Iterator[Case]:
    path, picture = read(job, warn_about)
    clean = to_unit(picture.pixels)
    for sigma in sigmas:
        drawn = np.random.RandomState(SEED).normal(0, sigma / LEVELS, clean.shape)
        yield Case(path, picture, (clean + drawn).astype(np.float32), sigma)


def _paired(job: Job, folder: Path, warn_about: WarnAbout) -> Iterator[Case]:
    path, noisy = read(job, warn_about)
    matching = sorted(beside for beside in folder.iterdir() if beside.stem == path.stem)
    if len(matching) != 1:
        raise BadInput(f"{len(matching)} files called {path.stem} in {folder}: each noisy picture needs one clean one")
    clean = imagefile.read(matching[0], warn=warn_about(str(matching[0])), wanted=job.wanted)
    if clean.pixels.shape != noisy.pixels.shape:
        raise BadInput(f"{matching[0]} has another size or other channels")
    yield Case(path, clean, to_unit(noisy.pixels), None)


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
    return Row(str(case.path), method.name, case.sigma, found)


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
        sum(found.seconds for found in group) / (sum(found.width * found.height for found in group) / 1e6),
    )
