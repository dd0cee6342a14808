"""Maps and verdicts as web pages that need nothing else, in the manner of the evaluation's report."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup

from aecodec.evaluation.charts import ASSETS as SHARED
from aecodec.exploration import mosaics
from aecodec.exploration.anomalies import Measures, Threshold, Verdict
from aecodec.exploration.heat import overlaid
from aecodec.exploration.maps import Exploration
from aecodec.exploration.sampling import span_of
from aecodec.exploration.weights import Trained

ASSETS = Path(__file__).parent / "assets"
COLUMNS = 32  # of a sheet of thumbnails
SHOWN_PAIRS = 12  # samples beside what comes back
SHOWN_EFFECTS = 24  # latents
SHOWN_VERDICTS = 120  # worst first; more would make the page slow
THUMBNAIL = 64  # pixels at most of a sample on the map


def exploration_page(found: Exploration, trained: Trained, command: str) -> str:
    """The page of `aecodec explore`."""
    cells = thumbnails(found)
    sheets = [mosaics.grid(_rows(part), gap=0) for part in cells]
    height, width = cells[0][0].shape[:2]
    data = {
        "maps": [{"name": each.name, "places": each.places.astype(float).round(4).tolist()} for each in found.maps],
        "neighbours": found.neighbours.tolist(),
        "names": found.data.names,
        "labels": found.data.labels,
        "errors": found.errors.astype(float).round(4).tolist(),
        "sheet": {"columns": COLUMNS, "width": width, "height": height},
        "sheets": [_uri(sheet) for sheet in sheets],
    }
    return _rendered(
        "explore.html",
        data,
        title="aecodec: explore",
        subtitle=f"{len(found.data):,} samples, {trained.preparation}; {type(trained.member).__name__} of "
        f"{trained.member.n_components} latents ({trained.path.name})",
        maps=[(each.name, f"{each.trustworthiness:.3f}") for each in found.maps],
        classes=sorted(set(found.data.labels or [])),
        pairs=_uri(pairs(found)),
        effects=[
            {"latent": effect.latent, "change": f"{effect.change:.3f}", "picture": _uri(row)}
            for effect, row in zip(found.effects[:SHOWN_EFFECTS], effect_rows(found), strict=True)
        ],
        mean_error=f"{float(found.errors.mean()):.4f}",
        command=command,
    )


def thumbnails(found: Exploration) -> tuple[list[mosaics.Bytes], list[mosaics.Bytes]]:
    """Of all samples, and of what comes back."""
    series = found.data.preparation.kind == "series"
    span = span_of(found.data.samples) if series else (0.0, 1.0)
    stride = max(-(-found.data.samples.shape[1] // THUMBNAIL), 1) if not series else 1
    parts = found.data.samples, found.reconstructed
    if stride > 1:
        parts = tuple(_shrunk(part, stride) for part in parts)  # type: ignore[assignment]
    originals, back = ([mosaics.thumbnail(sample, series, span) for sample in part] for part in parts)
    return originals, back


def _shrunk(samples: np.ndarray, stride: int) -> np.ndarray:
    """Means over squares of `stride` pixels; what is left at the edges goes."""
    count, height, width = len(samples), samples.shape[1] // stride, samples.shape[2] // stride
    cut = samples[:, : height * stride, : width * stride]
    means: np.ndarray = cut.reshape(count, height, stride, width, stride, *samples.shape[3:]).mean((2, 4))
    return means


def pairs(found: Exploration) -> mosaics.Bytes:
    """Samples over what comes back; the first half as they come, the others those that come back worst."""
    originals, back = thumbnails(found)
    count = min(SHOWN_PAIRS, len(originals))
    worst = np.argsort(-found.errors)[: count // 2].tolist()
    chosen = [*np.linspace(0, len(originals) - 1, count - len(worst)).astype(int).tolist(), *worst]
    scale = mosaics.enlarged(originals[0].shape[0], 64)
    return mosaics.grid([[originals[i] for i in chosen], [back[i] for i in chosen]], scale=scale)


def effect_rows(found: Exploration) -> list[mosaics.Bytes]:
    """A row of pictures for each latent that is shown."""
    series = found.data.preparation.kind == "series"
    shown = found.effects[:SHOWN_EFFECTS]
    span = span_of(np.concatenate([effect.samples for effect in shown])) if series else (0.0, 1.0)
    rows = [[mosaics.thumbnail(sample, series, span) for sample in effect.samples] for effect in shown]
    scale = mosaics.enlarged(rows[0][0].shape[0], 56)
    return [mosaics.grid([row], scale=scale) for row in rows]


def _rows(cells: Sequence[mosaics.Bytes]) -> list[Sequence[mosaics.Bytes]]:
    return [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]


def anomaly_page(
    verdicts: Sequence[Verdict], measured: Measures | None, threshold: Threshold, trained: Trained, command: str
) -> str:
    """The page of `aecodec anomaly score`, the worst first."""
    ordered = sorted(verdicts, key=lambda verdict: -verdict.score)
    series = trained.preparation.kind == "series"
    span = span_of(np.concatenate([verdict.shown.ravel() for verdict in ordered])) if series else (0.0, 1.0)
    shown = [
        {
            "name": verdict.name,
            "label": verdict.label or "",
            "score": f"{verdict.score:.5g}",
            "anomalous": verdict.anomalous,
            "plain": _uri(plain),
            "heat": _uri(heat),
        }
        for verdict in ordered[:SHOWN_VERDICTS]
        for plain, heat in [overlaid(verdict, series, span)]
    ]
    called = sum(verdict.anomalous for verdict in verdicts)
    return _rendered(
        "anomaly.html",
        {},
        title="aecodec: anomalies",
        subtitle=f"{len(verdicts):,} samples, {trained.preparation}; "
        f"{type(trained.member).__name__} ({trained.path.name})",
        summary=f"{called:,} of {len(verdicts):,} are above the threshold {threshold.score:.5g}, the "
        f"{threshold.quantile:g} quantile of normal samples that were held out.",
        measured=None if measured is None else measured.to_json(),
        verdicts=shown,
        left=len(verdicts) - len(shown),
        command=command,
    )


def _uri(pixels: mosaics.Bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(mosaics.webp(pixels)).decode()}"


def _rendered(template: str, data: dict[str, Any], **given: Any) -> str:
    loader = ChoiceLoader([FileSystemLoader(ASSETS), FileSystemLoader(SHARED)])
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True)
    style = (SHARED / "report.css").read_text(encoding="utf-8") + _asset("exploration.css")
    script = _asset(template.replace(".html", ".js"))
    shown = json.dumps(data, allow_nan=False).replace("</", "<\\/")
    return environment.get_template(template).render(
        style=_safe(style), script=_safe(script), data=_safe(shown), **given
    )


def _safe(text: str) -> Markup:
    """Text of ours, which is style, script or JSON already."""
    return Markup(text)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
