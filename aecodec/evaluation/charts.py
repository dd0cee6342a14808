"""The curves of an evaluation, as data: what the report's page and the plots for papers draw."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aecodec.evaluation import sums
from aecodec.evaluation.report import Evaluation

ASSETS = Path(__file__).parent / "assets"
KODAK = [f"kodim{number:02}" for number in range(1, 25)]


@dataclass(frozen=True)
class Curve:
    """Points with x rising; `published`: not measured here; `dots`: each for itself, with no line between them."""

    name: str
    x: list[float]
    y: list[float]
    published: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Chart:
    """Curves over one axis; the first is aecodec's."""

    title: str
    x: str
    y: str
    unit_x: str
    digits: int
    curves: Sequence[Curve]
    note: str = ""


_CODING: tuple[tuple[str, str, int, Callable[[Any], float | None]], ...] = (  # title, y, digits, value of a point
    ("PSNR", "PSNR, RGB, dB", 2, sums.psnr),
    ("Luma PSNR", "PSNR of luma, dB", 2, sums.luma),
    ("SSIM", "SSIM", 4, lambda point: point.ssim),
    ("MS-SSIM", "MS-SSIM, dB", 2, sums.ms_ssim_db),
    ("SSIMULACRA 2", "SSIMULACRA 2", 1, lambda point: point.ssimulacra2),
)
_DENOISING = (("PSNR", "PSNR, RGB, dB", 2, "psnr_db"), ("SSIM", "SSIM", 4, "ssim"))
_PAIRS = "Real noise"


def titles(*, coding: bool) -> list[str]:
    """Of all charts that there can be."""
    return [title for title, *_ in _CODING] if coding else [*(title for title, *_ in _DENOISING), _PAIRS]


def charts(found: Evaluation) -> list[Chart]:
    """Set means in every metric, over bits a pixel or noise level; on Kodak beside published curves.

    Of real noise, which has no level, each picture before and after.
    """
    drawn = _coding(found) if found.of_compression else [*_denoising(found), _pairs(found)]
    return [chart for chart in drawn if chart.curves]


def names(rows: Iterable[Any]) -> list[str]:
    """Pictures that something was measured of, in their order."""
    return list(dict.fromkeys(row.picture for row in rows if row.measured is not None))


def _coding(found: Evaluation) -> list[Chart]:
    drawn = []
    for title, y, digits, quality in _CODING:
        curves = [_curve(name, points_of(found, name), quality) for name in found.settings]
        drawn.append(Chart(title, "bits per pixel", y, "bpp", digits, [curve for curve in curves if curve.x]))
    if sorted(Path(name).stem for name in names(found.rows)) == KODAK:
        published = json.loads((ASSETS / "kodak_published.json").read_text(encoding="utf-8"))
        dashed = [
            Curve(f"{curve['name']}, published", curve["bpp"], curve["psnr_db"], published=True) for curve in published
        ]
        sources = "; ".join(f"{curve['name']}: {curve['source']}" for curve in published)
        note = f"Dashed curves are not measured here but published. {sources}."
        drawn[0] = replace(drawn[0], curves=[*drawn[0].curves, *dashed], note=note)
    return drawn


def points_of(found: Evaluation, codec: str) -> list[Any]:
    """Set means of one codec."""
    return [point for point in found.points if point.codec == codec]


def _curve(name: str, points: Sequence[Any], quality: Callable[[Any], float | None]) -> Curve:
    pairs = sorted((p.bpp, level) for p in points if (level := quality(p)) is not None and math.isfinite(level))
    return Curve(name, [bpp for bpp, _ in pairs], [level for _, level in pairs])


def of_picture(found: Evaluation, picture: str, title: str) -> Chart:
    """PSNR of one picture alone."""
    rows = [row for row in found.rows if row.picture == picture and row.measured is not None]
    curves = [_curve(name, [row.measured for row in rows if row.codec == name], sums.psnr) for name in found.settings]
    kept = [curve for curve in curves if curve.x]
    return Chart(title, "bits per pixel", "PSNR, RGB, dB", "bpp", 2, kept)


def _denoising(found: Evaluation) -> list[Chart]:
    drawn = []
    for title, y, digits, name in _DENOISING:
        curves = []
        for method in found.settings:
            pairs = [(p.sigma, getattr(p, name)) for p in found.points if p.method == method and p.sigma is not None]
            kept = [(x, level) for x, level in pairs if level is not None and math.isfinite(level)]
            curves.append(Curve(method, [x for x, _ in kept], [level for _, level in kept]))
        drawn.append(Chart(title, "noise level", y, "sigma", digits, [curve for curve in curves if curve.x]))
    return drawn


def _pairs(found: Evaluation) -> Chart:
    """PSNR of each noisy picture and of what every method made of it, beside the line on which nothing has changed."""
    dots: dict[str, set[tuple[float, float]]] = {}
    for row in found.rows:
        if row.sigma is None and row.measured is not None:
            pair = row.measured.noisy_psnr_db, row.measured.psnr_db
            if all(map(math.isfinite, pair)):
                dots.setdefault(row.method, set()).add(pair)
    noisy = sorted({before for pairs in dots.values() for before, _ in pairs})
    curves = [
        Curve(name, [before for before, _ in sorted(pairs)], [after for _, after in sorted(pairs)], dots=True)
        for name, pairs in dots.items()
    ]
    note = "Each point is a picture; what is below the line of the noisy ones came out worse than it was."
    unchanged = [Curve("noisy", noisy, noisy)] if noisy else []
    return Chart(_PAIRS, "PSNR of the noisy picture, dB", "PSNR, RGB, dB", "dB", 2, [*curves, *unchanged], note)
