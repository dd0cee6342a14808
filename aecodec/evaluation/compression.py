"""Measurements: real files written, read and compared, picture by picture, and what they come to over a set.

Every codec gets the colour samples alone, and what it shows is compared with them; alpha and metadata are left out.
Runs one thing at a time, so that seconds mean something.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from aecodec import bits, metrics
from aecodec.evaluation.baselines import Contender
from aecodec.evaluation.trials import OWN, Key, gather, read
from aecodec.pictures.picture import Picture, from_array
from aecodec.services.jobs import Job, WarnAbout

if TYPE_CHECKING:
    from aecodec.codec.codec import Codec

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


@dataclass(frozen=True, kw_only=True)
class Coded:
    """What a codec made of a picture."""

    width: int
    height: int
    bytes: int
    bpp: float
    psnr_db: float  # infinite: identical
    psnr_luma_db: float
    ssim: float | None = None  # None where a side is shorter than its window of 11
    ms_ssim: float | None = None  # None where a side has 160 pixels or fewer
    ssimulacra2: float | None = None  # None unless it was asked for
    ratio_raw: float  # to the size of the samples
    ratio_input: float  # to the size of the input file
    encode_s: float
    decode_s: float


@dataclass(frozen=True)
class Row:
    """One file: a picture by a codec at a quality. Nothing is measured where `error` or `note` says why."""

    MEASURED: ClassVar = Coded

    picture: str
    codec: str
    quality: float
    measured: Coded | None = None
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
    warn_about: WarnAbout,
    known: Mapping[Key, Row] = MappingProxyType({}),
    ssimulacra2: bool = False,
) -> Iterator[Row]:
    """A row for each picture, contender and quality; a picture that cannot be read is one row with an error.

    What is `known` from an earlier run is not measured again. SSIMULACRA 2 takes about a second a file more.
    """
    _warm_up(contenders)
    with tempfile.TemporaryDirectory(prefix="aecodec-") as folder:
        file = Path(folder) / "file"

        def trials(job: Job) -> Iterator[tuple[Key, Callable[[], Row]]]:
            path, picture = read(job, warn_about)
            given = _Input(path, picture, path.stat().st_size, ssimulacra2)
            for contender in contenders:
                for quality in contender.qualities:
                    yield (str(path), contender.name, quality), partial(_row, given, contender, quality, file)

        yield from gather(jobs, Row, trials, known)


def rows_expected(pictures: int, contenders: Sequence[Contender]) -> int:
    return pictures * sum(len(contender.qualities) for contender in contenders)


def _warm_up(contenders: Sequence[Contender]) -> None:
    """One small file each, so that no first use (compilation, caches) is timed."""
    picture = from_array(np.zeros((64, 64, 3), np.uint8))
    for contender in contenders:
        contender.decode(contender.encode(picture, contender.qualities[0]))


@dataclass(frozen=True)
class _Input:
    """A picture, the size of its file, and whether SSIMULACRA 2 is asked for."""

    path: Path
    picture: Picture
    bytes: int
    ssimulacra2: bool


def _row(given: _Input, by: Contender, quality: float, file: Path) -> Row:
    refusal = by.refusal(given.picture)
    if refusal is not None:
        return Row(str(given.path), by.name, quality, note=refusal)
    return Row(str(given.path), by.name, quality, _measure(given, by, quality, file))


def _measure(given: _Input, by: Contender, quality: float, file: Path) -> Coded:
    picture = given.picture
    start = perf_counter()
    data = by.encode(picture, quality)
    encoded = perf_counter()
    file.write_bytes(data)
    data = file.read_bytes()
    read_back = perf_counter()
    shown = by.decode(data)
    decoded = perf_counter()
    size = file.stat().st_size
    peak = (1 << picture.bit_depth) - 1
    pixels = picture.pixels
    if shown.ndim == 3 and shown.shape[2] > pixels.shape[2]:  # WebP and AVIF show grey as RGB
        shown = np.rint(shown.mean(axis=2)).astype(pixels.dtype)
    shown = shown.reshape(pixels.shape)
    raw = metrics.raw_bytes(picture.width, picture.height, picture.channels, picture.bit_depth)
    return Coded(
        width=picture.width,
        height=picture.height,
        bytes=size,
        bpp=bits.per_pixel(size, picture.width, picture.height),
        psnr_db=metrics.psnr(pixels, shown, peak=peak),
        psnr_luma_db=metrics.psnr_luma(pixels, shown, peak=peak),
        ssim=metrics.ssim(pixels, shown, peak=peak),
        ms_ssim=metrics.ms_ssim(pixels, shown, peak=peak),
        ssimulacra2=metrics.ssimulacra2(pixels, shown, peak=peak) if given.ssimulacra2 else None,
        ratio_raw=metrics.compression_ratio(raw, size),
        ratio_input=metrics.compression_ratio(given.bytes, size),
        encode_s=encoded - start,
        decode_s=decoded - read_back,
    )
