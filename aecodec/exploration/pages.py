"""Maps and verdicts as web pages that need nothing else, in the manner of the evaluation's report."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aecodec.evaluation.charts import ASSETS as SHARED
from aecodec.evaluation.templates import Templates
from aecodec.exploration import mosaics
from aecodec.exploration.anomalies import Measures, Threshold, Verdict
from aecodec.exploration.heat import overlaid
from aecodec.exploration.maps import Exploration
from aecodec.exploration.sampling import drawn, span_of
from aecodec.exploration.weights import Trained

ASSETS = Path(__file__).parent / "assets"
COLUMNS = 32  # of a sheet of thumbnails
SHOWN_PAIRS = 12  # samples beside what comes back
SHOWN_EFFECTS = 24  # latents
SHOWN_VERDICTS = 120  # worst first; more would make the page slow
THUMBNAIL = 64  # pixels at most of a sample on the map


@dataclass(frozen=True)
class Pictures:
    """What is shown of an exploration: thumbnails of all samples and of what comes back, some of them in pairs, and a
    row for each latent that is shown."""

    originals: list[mosaics.Bytes]
    back: list[mosaics.Bytes]
    pairs: mosaics.Bytes
    effects: list[mosaics.Bytes]


def pictured(found: Exploration) -> Pictures:
    originals, back = _thumbnails(found)
    return Pictures(originals, back, _pairs(found, originals, back), _effect_rows(found))


def exploration_page(found: Exploration, shown: Pictures, trained: Trained, command: str) -> str:
    """The page of `aecodec explore`."""
    sheets = [mosaics.grid(mosaics.in_rows(part, COLUMNS), gap=0) for part in (shown.originals, shown.back)]
    height, width = shown.originals[0].shape[:2]
    data = {
        "maps": [{"name": each.name, "places": each.places.astype(float).round(4).tolist()} for each in found.maps],
        "neighbours": found.neighbours.tolist(),
        "names": found.data.names,
        "labels": found.data.labels,
        "errors": found.errors.astype(float).round(4).tolist(),
        "sheet": {"columns": COLUMNS, "width": width, "height": height},
        "sheets": [_uri(sheet) for sheet in sheets],
    }
    return _filled(
        "explore.html",
        data,
        title="aecodec: explore",
        subtitle=f"{len(found.data):,} samples, {trained.preparation}; {type(trained.member).__name__} of "
        f"{trained.member.n_components} latents ({trained.path.name})",
        maps=[(each.name, f"{each.trustworthiness:.3f}") for each in found.maps],
        classes=sorted(set(found.data.labels or [])),
        pairs=_uri(shown.pairs),
        effects=[
            {"latent": effect.latent, "change": f"{effect.change:.3f}", "picture": _uri(row)}
            for effect, row in zip(found.effects[:SHOWN_EFFECTS], shown.effects, strict=True)
        ],
        mean_error=f"{float(found.errors.mean()):.4f}",
        command=command,
    )


def _thumbnails(found: Exploration) -> tuple[list[mosaics.Bytes], list[mosaics.Bytes]]:
    """Of all samples, and of what comes back."""
    series = found.data.preparation.kind == "series"
    span = span_of(found.data.preparation, [found.data.samples])
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


def _pairs(found: Exploration, originals: list[mosaics.Bytes], back: list[mosaics.Bytes]) -> mosaics.Bytes:
    """Samples over what comes back; the first half as they come, the others those that come back worst."""
    count = min(SHOWN_PAIRS, len(originals))
    worst = np.argsort(-found.errors)[: count // 2].tolist()
    chosen = [*np.linspace(0, len(originals) - 1, count - len(worst)).astype(int).tolist(), *worst]
    scale = mosaics.enlarged(originals[0].shape[0], 64)
    return mosaics.grid([[originals[i] for i in chosen], [back[i] for i in chosen]], scale=scale)


def _effect_rows(found: Exploration) -> list[mosaics.Bytes]:
    """A row of pictures for each latent that is shown."""
    rows = drawn(found.data.preparation, [effect.samples for effect in found.effects[:SHOWN_EFFECTS]])
    scale = mosaics.enlarged(rows[0][0].shape[0], 56)
    return [mosaics.grid([row], scale=scale) for row in rows]


def anomaly_page(
    verdicts: Sequence[Verdict], measured: Measures | None, threshold: Threshold, trained: Trained, command: str
) -> str:
    """The page of `aecodec anomaly score`; verdicts are the worst first."""
    series = trained.preparation.kind == "series"
    span = span_of(trained.preparation, (verdict.shown for verdict in verdicts))
    shown = [
        {
            "name": verdict.name,
            "label": verdict.label or "",
            "score": f"{verdict.score:.5g}",
            "anomalous": verdict.anomalous,
            "plain": _uri(plain),
            "heat": _uri(heat),
        }
        for verdict in verdicts[:SHOWN_VERDICTS]
        for plain, heat in [overlaid(verdict, series, span)]
    ]
    called = sum(verdict.anomalous for verdict in verdicts)
    return _filled(
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


def _filled(template: str, data: dict[str, Any], **given: Any) -> str:
    """In the style of the report; the script is called as the template is."""
    templates = Templates([ASSETS, SHARED])
    style = templates.asset("report.css", "exploration.css")
    script = templates.asset(template.replace(".html", ".js"))
    return templates.filled(template, data, style=style, script=script, **given)
