"""Two evaluations of aecodec side by side: each picture's change, gains and losses counted, and that of the means."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecodec import metrics
from aecodec.errors import BadInput, UsageError
from aecodec.evaluation import report
from aecodec.evaluation.naming import short_names
from aecodec.evaluation.trials import OWN

COLUMNS = ("picture", "before", "after", "change")
EVEN = {"%": 0.05, "dB": 0.005}  # changes below these are neither gain nor loss


@dataclass(frozen=True)
class Change:
    """From the first run to the second, for one picture or for the means over all."""

    picture: str
    before: str  # mean over qualities or noise levels
    after: str
    change: float | None  # percent of bits at equal PSNR, or decibels; None: the curves have nothing in common
    gain: int  # 1, 0 or -1


@dataclass(frozen=True)
class Comparison:
    """All that two runs have in common."""

    unit: str  # of changes: "%" of bits, "dB" of denoising
    settings: tuple[str, str]  # of aecodec in each run
    changes: tuple[Change, ...]  # the greatest gain first
    mean: Change


def compare(before: Path, after: Path) -> Comparison:
    """Of two files of `evaluate --json`; raises BadInput for others, UsageError for two that cannot be compared."""
    runs = _load(before), _load(after)
    settings = runs[0]["settings"].get(OWN, ""), runs[1]["settings"].get(OWN, "")
    kinds = ["noise" in run["definitions"] for run in runs]
    if kinds[0] != kinds[1]:
        raise UsageError(f"{before} and {after} measure different things: compression and denoising")
    judge = _denoising if kinds[0] else _compression
    called = short_names(*({Path(row["picture"]) for row in run["rows"]} for run in runs))
    curves = [_by_picture(run["rows"], called, denoising=kinds[0]) for run in runs]
    common = [picture for picture in curves[0] if picture in curves[1]]
    if not common:
        raise UsageError(f"{before} and {after} have no picture in common")
    changes = [judge(picture, curves[0][picture], curves[1][picture]) for picture in common]
    means = [_mean([curve[picture] for picture in common]) for curve in curves]
    ordered = sorted(changes, key=lambda change: (-change.gain, -abs(change.change or 0) * (change.gain or 1)))
    return Comparison("dB" if kinds[0] else "%", settings, tuple(ordered), judge("mean", *means))


def table(found: Comparison) -> list[tuple[str, ...]]:
    """A line of cells, as in `COLUMNS`, for each picture and for the mean."""
    return [
        (row.picture, row.before, row.after, "n/a" if row.change is None else f"{row.change:+.2f} {found.unit}")
        for row in (*found.changes, found.mean)
    ]


def verdict(found: Comparison) -> str:
    gains, losses = (sum(change.gain == sign for change in found.changes) for sign in (1, -1))
    return f"{len(found.changes)} pictures: {gains} gain, {losses} lose, {len(found.changes) - gains - losses} stay"


Curve = dict[float, tuple[float, float]]  # quality or noise level to bits a pixel (of denoising 0) and PSNR in dB


def _load(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_text())
        if [type(whole[name]) for name in ("rows", "settings", "definitions")] == [list, dict, dict]:
            return dict(whole)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise BadInput(f"{path} is no file of `aecodec evaluate --json`")


def _by_picture(rows: Sequence[dict[str, Any]], called: Mapping[Path, str], *, denoising: bool) -> dict[str, Curve]:
    """aecodec's curve (blind, of denoising) for each picture, as it is called."""
    found: dict[str, Curve] = {}
    for row in rows:
        psnr_db = report.value(row["psnr_db"])
        if row["method" if denoising else "codec"] == OWN and psnr_db is not None and math.isfinite(psnr_db):
            level = row["sigma"] if denoising else row["quality"]
            point = (0.0 if denoising else row["bpp"], psnr_db)
            found.setdefault(called[Path(row["picture"])], {})[math.inf if level is None else level] = point
    return found


def _mean(curves: Sequence[Curve]) -> Curve:
    """Over the pictures, at the points that all have."""
    levels = [level for level in curves[0] if all(level in curve for curve in curves)]
    return {
        level: (
            sum(curve[level][0] for curve in curves) / len(curves),
            sum(curve[level][1] for curve in curves) / len(curves),
        )
        for level in levels
    }


def _compression(picture: str, before: Curve, after: Curve) -> Change:
    rates = [[bpp for bpp, _ in curve.values()] for curve in (before, after)]
    decibels = [[psnr_db for _, psnr_db in curve.values()] for curve in (before, after)]
    change = metrics.bd_rate(rates[0], decibels[0], rates[1], decibels[1])
    shown = [
        f"{_average(bpp):.3f} bpp {_average(psnr_db):.2f} dB" for bpp, psnr_db in zip(rates, decibels, strict=True)
    ]
    return Change(picture, shown[0], shown[1], change, -_sign(change, EVEN["%"]))


def _denoising(picture: str, before: Curve, after: Curve) -> Change:
    levels = [level for level in before if level in after]
    means = [_average([curve[level][1] for level in levels]) for curve in (before, after)]
    change = means[1] - means[0] if levels else None
    return Change(picture, f"{means[0]:.2f} dB", f"{means[1]:.2f} dB", change, _sign(change, EVEN["dB"]))


def _sign(change: float | None, even: float) -> int:
    return 0 if change is None or abs(change) < even else int(math.copysign(1, change))


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
