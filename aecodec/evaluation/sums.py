"""What rows of compression come to over a set: means at each quality, and how two codecs' curves of them compare."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from aecodec import metrics
from aecodec.evaluation.compression import Coded, Row
from aecodec.evaluation.trials import OWN


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
    ssimulacra2: float | None
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


def points(rows: Iterable[Row]) -> list[Point]:
    """Set means, in the order in which codecs and qualities first appear."""
    groups: dict[tuple[str, float], list[Coded]] = {}
    for row in rows:
        if row.measured is not None:
            groups.setdefault((row.codec, row.quality), []).append(row.measured)
    return [
        Point(
            codec,
            quality,
            len(group),
            fmean(found.bpp for found in group),
            fmean(found.psnr_db for found in group),
            fmean(found.psnr_luma_db for found in group),
            mean(found.ssim for found in group),
            mean(found.ms_ssim for found in group),
            mean(found.ssimulacra2 for found in group),
            fmean(found.ratio_raw for found in group),
            fmean(found.ratio_input for found in group),
            fmean(found.encode_s for found in group),
            fmean(found.decode_s for found in group),
        )
        for (codec, quality), group in groups.items()
    ]


def bd_rates(rows: Iterable[Row]) -> list[BdRate]:
    """aecodec against every other codec in the rows, in PSNR and in MS-SSIM (dB of the mean)."""
    measured = [row for row in rows if row.measured is not None]
    with_ms_ssim = having_ms_ssim(measured)
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


def having_ms_ssim(rows: Iterable[Row]) -> list[Row]:
    """Without the pictures that are too small for it."""
    return [row for row in rows if row.measured is not None and row.measured.ms_ssim is not None]


def _shared(rows: Sequence[Row]) -> list[Row]:
    """The rows of the pictures that have one at every point: means over other sets could not be compared."""
    wanted = len({(row.codec, row.quality) for row in rows})
    counts = Counter(row.picture for row in rows)
    return [row for row in rows if counts[row.picture] == wanted]


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are there; None without any."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
