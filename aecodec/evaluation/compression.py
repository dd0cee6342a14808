"""Measurements: real files written, read and compared, picture by picture, and what they come to over a set.

Every codec gets the colour samples alone, and what it shows is compared with them; alpha and metadata are left out.
Runs one thing at a time, so that seconds mean something.
"""

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from aecodec import metrics
from aecodec.errors import BadInput
from aecodec.evaluation.baselines import Contender
from aecodec.pictures.picture import Picture, from_array
from aecodec.services.batch import reason
from aecodec.services.files import read_picture
from aecodec.services.jobs import Job

if TYPE_CHECKING:
    from aecodec.codec.codec import Codec

OWN = "aecodec"
DEFINITIONS = {
    "bpp": "8 * bytes / (width * height) of the file as written",
    "psnr_db": "RGB (or grey) samples; set means are means of decibels",
    "psnr_luma_db": "luma 0.299 R + 0.587 G + 0.114 B (BT.601, full range)",
    "ssim": "scikit-image, Gaussian weights of sigma 1.5, mean over channels",
    "ms_ssim": "pytorch-msssim, float64, mean over channels; null where a side has 160 pixels or fewer",
    "ssimulacra2": "the package ssimulacra2, where --ssimulacra2 asked for it",
    "files": "colour samples alone, without alpha and metadata",
    "bd_rate": "Bjontegaard, PCHIP on ln(bpp), over means of the pictures at every point; MS-SSIM in dB",
}
Judge = Callable[..., float | None]
JUDGES: tuple[Judge, ...] = (metrics.psnr, metrics.psnr_luma, metrics.ssim, metrics.ms_ssim)  # always
SCORES = ("psnr_db", "psnr_luma_db", "ssim", "ms_ssim", "ssimulacra2")  # fields of a row, in the judges' order
Key = tuple[str, str, float | None]  # picture, codec or method, quality or noise level


@dataclass(frozen=True)
class Row:
    """One file: a picture by a codec at a quality. Without `error` and `note` only what has no value is None."""

    picture: str
    codec: str
    quality: float
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    bpp: float | None = None
    psnr_db: float | None = None  # infinite: identical
    psnr_luma_db: float | None = None
    ssim: float | None = None
    ms_ssim: float | None = None  # None where a side has 160 pixels or fewer
    ssimulacra2: float | None = None  # None unless it was asked for
    ratio_raw: float | None = None  # to the size of the samples
    ratio_input: float | None = None  # to the size of the input file
    encode_s: float | None = None
    decode_s: float | None = None
    error: str | None = None
    note: str | None = None  # why the codec was not asked: its format cannot hold the picture

    @property
    def by(self) -> str:
        return self.codec

    @property
    def key(self) -> Key:
        """What is measured, whatever comes out."""
        return self.picture, self.codec, self.quality


def own_contender(codec: "Codec", qualities: Sequence[float]) -> Contender:
    """aecodec itself, with loaded weights."""
    from aecodec import devices
    from aecodec.codec.codec import Target

    return Contender(
        OWN,
        f"weights {codec.weights.id.hex()}, effort 0, {devices.name_of(codec.device)}",
        tuple(dict.fromkeys(qualities)),
        lambda picture, quality: codec.encode(Picture(picture.pixels), Target("quality", quality)).data,
        lambda data: codec.decode(data).picture.pixels,
    )


def measure(
    jobs: Iterable[Job],
    contenders: Sequence[Contender],
    warn: Callable[[str, str], None],
    known: Mapping[Key, Row] = MappingProxyType({}),
    ssimulacra2: bool = False,
) -> Iterator[Row]:
    """A row for each picture, contender and quality; a picture that cannot be read is one row with an error.

    What is `known` from an earlier run is not measured again. SSIMULACRA 2 takes about a second a file more.
    """
    judges = (*JUDGES, metrics.ssimulacra2) if ssimulacra2 else JUDGES
    _warm_up(contenders)
    with tempfile.TemporaryDirectory(prefix="aecodec-") as folder:
        for job in jobs:
            try:
                path, picture = read(job, warn)
                size = path.stat().st_size
            except Exception as error:  # a bug at worst: the other pictures of the run must not pay for it
                yield Row(job.name, "", math.nan, error=reason(error))
                continue
            for contender in contenders:
                for quality in contender.qualities:
                    earlier = known.get((str(path), contender.name, quality))
                    yield earlier or _attempt(_Input(path, picture, size, judges), contender, quality, Path(folder))


def rows_expected(pictures: int, contenders: Sequence[Contender]) -> int:
    return pictures * sum(len(contender.qualities) for contender in contenders)


def read(job: Job, warn: Callable[[str, str], None]) -> tuple[Path, Picture]:
    """The picture of a job, which must be a file; raises AecodecError."""
    if job.source is None:
        raise BadInput("evaluate measures files: name one in place of standard input")
    if job.refusal is not None:
        raise BadInput(job.refusal)
    return job.source, read_picture(job, partial(warn, job.name))


def _warm_up(contenders: Sequence[Contender]) -> None:
    """One small file each, so that no first use (compilation, caches) is timed."""
    picture = from_array(np.zeros((64, 64, 3), np.uint8))
    for contender in contenders:
        contender.decode(contender.encode(picture, contender.qualities[0]))


@dataclass(frozen=True)
class _Input:
    """A picture, the size of its file, and how what becomes of it is judged."""

    path: Path
    picture: Picture
    bytes: int
    judges: tuple[Judge, ...]


def _attempt(given: _Input, by: Contender, quality: float, folder: Path) -> Row:
    refusal = by.refusal(given.picture)
    if refusal is not None:
        return Row(str(given.path), by.name, quality, note=refusal)
    try:
        return _measure(given, by, quality, folder / "file")
    except Exception as error:  # libraries raise nearly anything; hours of measuring must not end with one file
        return Row(str(given.path), by.name, quality, error=reason(error))


def _measure(given: _Input, by: Contender, quality: float, file: Path) -> Row:
    picture = given.picture
    start = perf_counter()
    data = by.encode(picture, quality)
    encoded = perf_counter()
    file.write_bytes(data)
    data = file.read_bytes()
    read = perf_counter()
    shown = by.decode(data)
    decoded = perf_counter()
    size = file.stat().st_size
    peak = (1 << picture.bit_depth) - 1
    pixels = picture.pixels
    if shown.ndim == 3 and shown.shape[2] > pixels.shape[2]:  # WebP and AVIF show grey as RGB
        shown = np.rint(shown.mean(axis=2)).astype(pixels.dtype)
    shown = shown.reshape(pixels.shape)
    raw = metrics.raw_bytes(picture.width, picture.height, picture.channels, picture.bit_depth)
    scores: dict[str, Any] = dict(
        zip(SCORES, (judge(pixels, shown, peak=peak) for judge in given.judges), strict=False)
    )
    return Row(
        str(given.path),
        by.name,
        quality,
        picture.width,
        picture.height,
        size,
        metrics.bits_per_pixel(size, picture.width, picture.height),
        **scores,
        ratio_raw=metrics.compression_ratio(raw, size),
        ratio_input=metrics.compression_ratio(given.bytes, size),
        encode_s=encoded - start,
        decode_s=decoded - read,
    )
