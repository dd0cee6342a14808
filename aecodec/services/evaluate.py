"""Measurements: real files written, read and compared, picture by picture, and what they come to over a set.

Every codec gets the colour samples alone, and what it shows is compared with them; alpha and metadata are left out.
Runs one thing at a time, so that seconds mean something.
"""

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from aecodec import imagefile, metrics
from aecodec.errors import BadInput
from aecodec.picture import Picture, from_array
from aecodec.services.baselines import Contender
from aecodec.services.batch import reason
from aecodec.services.files import Job

if TYPE_CHECKING:
    from aecodec.codec import Codec

OWN = "aecodec"
DEFINITIONS = {
    "bpp": "8 * bytes / (width * height) of the file as written",
    "psnr_db": "RGB (or grey) samples; set means are means of decibels",
    "psnr_luma_db": "luma 0.299 R + 0.587 G + 0.114 B (BT.601, full range)",
    "ssim": "scikit-image, Gaussian weights of sigma 1.5, mean over channels",
    "ms_ssim": "pytorch-msssim, float64, mean over channels; null where a side has 160 pixels or fewer",
    "files": "colour samples alone, without alpha and metadata",
    "bd_rate": "Bjontegaard, PCHIP on ln(bpp), over means of the pictures at every point; MS-SSIM in dB",
}
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


@dataclass(frozen=True)
class Point:
    """Means over the pictures that a codec coded at a quality.

    `psnr_db` is infinite if one of them is identical; ms_ssim is the mean of those that have one.
    """

    codec: str
    quality: float
    pictures: int
    bpp: float
    psnr_db: float
    psnr_luma_db: float
    ssim: float | None
    ms_ssim: float | None
    ratio_raw: float
    ratio_input: float
    encode_s: float
    decode_s: float


@dataclass(frozen=True)
class BdRate:
    """Percent of bits that aecodec needs more than `anchor` at equal quality, over set means; below 0: fewer.

    `gain_db` is the PSNR that it has more at equal bits.

    The set is the pictures that both codecs coded at all of their qualities, for MS-SSIM those that have one.
    """

    anchor: str
    psnr_percent: float | None
    luma_percent: float | None
    ms_ssim_percent: float | None
    gain_db: float | None


def own_contender(codec: "Codec", qualities: Sequence[float]) -> Contender:
    """aecodec itself, with loaded weights."""
    from aecodec.codec import Target

    return Contender(
        OWN,
        f"weights {codec.weights.id.hex()}, effort 0, {codec.device}",
        tuple(dict.fromkeys(qualities)),
        lambda picture, quality: codec.encode(Picture(picture.pixels), Target("quality", quality)).data,
        lambda data: codec.decode(data).picture.pixels,
    )


def measure(
    jobs: Iterable[Job],
    contenders: Sequence[Contender],
    warn: Callable[[str, str], None],
    known: Mapping[Key, Row] = MappingProxyType({}),
) -> Iterator[Row]:
    """A row for each picture, contender and quality; a picture that cannot be read is one row with an error.

    What is `known` from an earlier run is not measured again.
    """
    _warm_up(contenders)
    with tempfile.TemporaryDirectory(prefix="aecodec-") as folder:
        for job in jobs:
            try:
                path, picture, size = _read(job, warn)
            except Exception as error:  # a bug at worst: the other pictures of the run must not pay for it
                yield Row(job.name, "", math.nan, error=reason(error))
                continue
            for contender in contenders:
                for quality in contender.qualities:
                    earlier = known.get((str(path), contender.name, quality))
                    yield earlier or _attempt(path, picture, size, contender, quality, Path(folder) / "file")


def rows_expected(pictures: int, contenders: Sequence[Contender]) -> int:
    return pictures * sum(len(contender.qualities) for contender in contenders)


def _read(job: Job, warn: Callable[[str, str], None]) -> tuple[Path, Picture, int]:
    if job.source is None:
        raise BadInput("evaluate measures files: name one in place of standard input")
    if job.refusal is not None:
        raise BadInput(job.refusal)
    picture = imagefile.read(job.source, warn=lambda message: warn(job.name, message))
    return job.source, picture, job.source.stat().st_size


def _warm_up(contenders: Sequence[Contender]) -> None:
    """One small file each, so that no first use (compilation, caches) is timed."""
    picture = from_array(np.zeros((64, 64, 3), np.uint8))
    for contender in contenders:
        contender.decode(contender.encode(picture, contender.qualities[0]))


def _attempt(path: Path, picture: Picture, input_bytes: int, by: Contender, quality: float, file: Path) -> Row:
    refusal = by.refusal(picture)
    if refusal is not None:
        return Row(str(path), by.name, quality, note=refusal)
    try:
        return _measure(path, picture, input_bytes, by, quality, file)
    except Exception as error:  # libraries raise nearly anything; hours of measuring must not end with one file
        return Row(str(path), by.name, quality, error=reason(error))


def _measure(path: Path, picture: Picture, input_bytes: int, by: Contender, quality: float, file: Path) -> Row:
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
    return Row(
        str(path),
        by.name,
        quality,
        picture.width,
        picture.height,
        size,
        metrics.bits_per_pixel(size, picture.width, picture.height),
        metrics.psnr(pixels, shown, peak=peak),
        metrics.psnr_luma(pixels, shown, peak=peak),
        metrics.ssim(pixels, shown, peak=peak),
        metrics.ms_ssim(pixels, shown, peak=peak),
        metrics.compression_ratio(raw, size),
        metrics.compression_ratio(input_bytes, size),
        encoded - start,
        decoded - read,
    )


def points(rows: Iterable[Row]) -> list[Point]:
    """Set means, in the order in which codecs and qualities first appear."""
    groups: dict[tuple[str, float], list[Row]] = {}
    for row in rows:
        if _measured(row):
            groups.setdefault((row.codec, row.quality), []).append(row)
    return [
        Point(
            codec,
            quality,
            len(group),
            _mean(row.bpp for row in group) or 0.0,
            _mean(row.psnr_db for row in group) or 0.0,
            _mean(row.psnr_luma_db for row in group) or 0.0,
            _mean(row.ssim for row in group),
            _mean(row.ms_ssim for row in group),
            _mean(row.ratio_raw for row in group) or 0.0,
            _mean(row.ratio_input for row in group) or 0.0,
            _mean(row.encode_s for row in group) or 0.0,
            _mean(row.decode_s for row in group) or 0.0,
        )
        for (codec, quality), group in groups.items()
    ]


def bd_rates(rows: Iterable[Row]) -> list[BdRate]:
    """aecodec against every other codec in the rows, in PSNR and in MS-SSIM (dB of the mean)."""
    measured = [row for row in rows if _measured(row)]
    with_ms_ssim = [row for row in measured if row.ms_ssim is not None]
    anchors = dict.fromkeys(row.codec for row in measured if row.codec != OWN)
    return [
        BdRate(
            anchor,
            bd(measured, OWN, anchor, psnr),
            bd(measured, OWN, anchor, luma),
            bd(with_ms_ssim, OWN, anchor, ms_ssim_db),
            bd(measured, OWN, anchor, psnr, metrics.bd_psnr),
        )
        for anchor in anchors
    ]


def bd(
    rows: Iterable[Row],
    test: str,
    anchor: str,
    quality: Callable[[Point], float | None],
    compare: Callable[..., float | None] = metrics.bd_rate,
) -> float | None:
    """`compare` of two codecs' curves of set means, over the pictures that both have at every point."""
    means = points(_shared([row for row in rows if row.codec in (test, anchor)]))
    curves = []
    for codec in (anchor, test):
        curve = [(p.bpp, level) for p in means if p.codec == codec and (level := quality(p)) is not None]
        finite = [(rate, level) for rate, level in curve if math.isfinite(level)]
        curves += [[rate for rate, _ in finite], [level for _, level in finite]]
    return compare(*curves)


def psnr(point: Point) -> float:
    return point.psnr_db


def luma(point: Point) -> float:
    return point.psnr_luma_db


def ms_ssim_db(point: Point) -> float | None:
    return None if point.ms_ssim is None else metrics.ms_ssim_db(point.ms_ssim)


def _shared(rows: Sequence[Row]) -> list[Row]:
    """The rows of the pictures that have one at every point: means over other sets could not be compared."""
    wanted = len({(row.codec, row.quality) for row in rows})
    counts = Counter(row.picture for row in rows)
    return [row for row in rows if counts[row.picture] == wanted]


def _measured(row: Row) -> bool:
    return row.error is None and row.note is None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
