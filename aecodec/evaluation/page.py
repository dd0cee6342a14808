"""An evaluation as one web page that needs nothing else: figures, curves and crops, from the parts in `assets`."""

import base64
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from aecodec.evaluation import report, sums
from aecodec.evaluation.charts import ASSETS, charts, names, of_picture, points_of
from aecodec.evaluation.denoising import Restored
from aecodec.evaluation.gallery import Exhibit
from aecodec.evaluation.naming import short_names
from aecodec.evaluation.report import Evaluation
from aecodec.evaluation.templates import Templates
from aecodec.evaluation.trials import OWN

LIBRARIES = ("torch", "numpy", "pillow", "imagecodecs", "scikit-image")


def page(found: Evaluation, exhibits: Sequence[Exhibit], command: str) -> str:
    """The page of a run; `command` is what started it."""
    coding = found.of_compression
    drawn = charts(found)
    measured = names(found.rows)
    called = short_names([*map(Path, measured), *(exhibit.path for exhibit in exhibits)])
    titles = {name: called[Path(name)] for name in measured}
    pictures = {title: of_picture(found, name, title) for name, title in titles.items()} if coding else {}
    data = {
        "charts": [asdict(chart) for chart in drawn],
        "pictures": {name: asdict(chart) for name, chart in pictures.items()},
        "exhibits": [_exhibit(exhibit, called[exhibit.path]) for exhibit in exhibits],
    }
    templates = Templates([ASSETS])
    return templates.filled(
        "report.html",
        data,
        title="aecodec: denoising" if not coding else "aecodec: compression",
        subtitle=_subtitle(found),
        summary=_summary(found, coding=coding),
        matrices=_matrices(found) if coding else [],
        charts=drawn,
        curves="" if any(curve.dots for chart in drawn for curve in chart.curves) else "Means over the pictures.",
        each=None if coding else _each(found, titles),
        columns=report.COLUMNS if coding else report.DENOISING_COLUMNS,
        table=(report.table if coding else report.denoising_table)(found.points),
        exhibits=[called[exhibit.path] for exhibit in exhibits],
        gallery=_gallery(coding=coding),
        command=command,
        machine=_machine(found),
        settings=found.settings.items(),
        definitions=found.definitions.items(),
        style=templates.asset("uplot.min.css", "report.css"),
        library=templates.asset("uplot.min.js"),
        script=templates.asset("report.js"),
    )


def _subtitle(found: Evaluation) -> str:
    count = len(names(found.rows))
    state = "" if found.complete else "; the run was interrupted, and these are its first figures"
    return f"{count} picture{'s' if count != 1 else ''}, aecodec {found.version}{state}"


def _machine(found: Evaluation) -> list[tuple[str, str]]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        ("machine", f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores"),
        ("versions", f"aecodec {found.version}, Python {platform.python_version()}, {libraries}"),
        ("written", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
    ]


def _gallery(*, coding: bool) -> str:
    if coding:
        return (
            "The middle of each picture, lossless. Every codec is shown at its quality whose file is nearest in size to"
            " aecodec's; sizes and decibels are of the whole picture. Move the divider by mouse, touch or arrow keys."
        )
    return "The middle of each picture, lossless. Move the divider by mouse, touch or arrow keys."


# --- compression ---


def _matrices(found: Evaluation) -> list[dict[str, Any]]:
    measured = [row for row in found.rows if row.measured is not None]
    codecs = [name for name in found.settings if points_of(found, name)]
    matrices = []
    for title, quality in (("PSNR", sums.psnr), ("MS-SSIM", sums.ms_ssim_db)):
        kept = measured if quality is sums.psnr else sums.having_ms_ssim(measured)
        cells = {test: [_bd_cell(kept, test, anchor, quality) for anchor in codecs] for test in codecs}
        rows = [{"name": test, "cells": line} for test, line in cells.items()]
        heading = f"BD-rate by {title}: bits of the row's codec against the column's, at equal quality"
        matrices.append({"title": heading, "corner": "codec", "names": codecs, "rows": rows})
    return [*matrices, _speed(found, codecs)]


def _bd_cell(rows: Sequence[Any], test: str, anchor: str, quality: Callable[[Any], float | None]) -> dict[str, str]:
    percent = None if test == anchor else sums.bd(rows, test, anchor, quality)
    if percent is None:
        return {"text": "", "kind": ""}
    return {"text": f"{percent:+.1f} %", "kind": "better" if percent < 0 else "worse"}


def _speed(found: Evaluation, codecs: Sequence[str]) -> dict[str, Any]:
    """Medians over all files; each file was timed once, the model loaded and everything warm."""
    rows = []
    for name in codecs:
        files = [row.measured for row in found.rows if row.codec == name and row.measured is not None]
        seconds = [median(file.encode_s for file in files), median(file.decode_s for file in files)]
        megapixels = median(file.width * file.height / 1e6 for file in files)
        cells = [f"{1000 * s:.0f} ms" for s in seconds] + [f"{megapixels / max(s, 1e-9):.1f} MP/s" for s in seconds]
        rows.append({"name": name, "cells": [{"text": cell, "kind": ""} for cell in cells]})
    title = "Speed, median over all files, in one process after warming up"
    return {"title": title, "corner": "codec", "names": ["encode", "decode", "encode", "decode"], "rows": rows}


def _summary(found: Evaluation, *, coding: bool) -> list[str]:
    if not coding:
        return _denoising_summary(found)
    sentences = []
    for rate in found.bd_rates:
        if rate.psnr_percent is not None:
            less = "fewer" if rate.psnr_percent < 0 else "more"
            text = f"At equal PSNR {OWN} needs {abs(rate.psnr_percent):.1f} % {less} bits than {rate.anchor}"
            if rate.gain_db is not None:
                better = "better" if rate.gain_db > 0 else "worse"
                text += f"; at equal bits it is {abs(rate.gain_db):.2f} dB {better}"
            sentences.append(f"{text}.")
    return sentences or ["Name other codecs with --against, and they are compared here."]


# --- denoising ---


def _denoising_summary(found: Evaluation) -> list[str]:
    sentences = []
    for own in found.points:
        if own.method != OWN:
            continue
        others = [p for p in found.points if p.sigma == own.sigma and not p.method.startswith(OWN)]
        level = "real noise" if own.sigma is None else f"noise of sigma {own.sigma:g}"
        text = f"From {level} ({own.noisy_psnr_db:.2f} dB) {OWN} restores {own.psnr_db:.2f} dB"
        if others:
            best = max(others, key=lambda point: point.psnr_db)
            gap = own.psnr_db - best.psnr_db
            text += f", {abs(gap):.2f} dB {'more' if gap > 0 else 'less'} than {best.method}"
        sentences.append(f"{text}. Pictures that came out worse than they were: {own.worse} of {own.pictures}.")
    return sentences


def _each(found: Evaluation, titles: Mapping[str, str]) -> dict[str, Any] | None:
    """A line for each picture and noise level that aecodec restored; None without any."""
    measured = {(row.picture, row.sigma, row.method): row.measured for row in found.rows if row.measured is not None}
    others = [name for name in found.settings if name != OWN]
    own = [(picture, sigma, result) for (picture, sigma, method), result in measured.items() if method == OWN]
    rows = []
    for picture, sigma, result in sorted(own, key=lambda line: (line[1] or 0, _gain(line[2]))):
        rivals = [measured.get((picture, sigma, name)) for name in others]
        rows.append({"name": titles[picture], "cells": _each_cells(sigma, result, rivals)})
    names = ["sigma", "noisy dB", f"{OWN} dB", "change", "SSIM", "estimate", *(f"{name} dB" for name in others)]
    title = f"What {OWN} makes of each picture, the least gain first."
    return {"title": title, "corner": "picture", "names": names, "rows": rows} if rows else None


def _each_cells(sigma: float | None, own: Restored, rivals: Sequence[Restored | None]) -> list[dict[str, str]]:
    gain = _gain(own)
    texts = [
        *("real" if sigma is None else f"{sigma:g}", f"{own.noisy_psnr_db:.2f}", f"{own.psnr_db:.2f}", f"{gain:+.2f}"),
        *(report.cell(own.ssim), report.estimate_cell(own.estimate)),
        *("" if rival is None else f"{rival.psnr_db:.2f}" for rival in rivals),
    ]
    cells = [{"text": text, "kind": ""} for text in texts]
    cells[3]["kind"] = "better" if gain > 0 else "worse" if gain < 0 else ""
    return cells


def _gain(restored: Restored) -> float:
    """In dB; 0 for what was and is without any noise."""
    same = restored.psnr_db == restored.noisy_psnr_db
    return 0.0 if same else restored.psnr_db - restored.noisy_psnr_db


def _exhibit(exhibit: Exhibit, title: str) -> dict[str, Any]:
    panels = [
        {"name": panel.name, "caption": panel.caption, "webp": base64.b64encode(panel.webp).decode()}
        for panel in exhibit.panels
    ]
    return {"title": title, "size": exhibit.size, "panels": panels}
