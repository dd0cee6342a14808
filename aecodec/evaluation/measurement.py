"""A measurement as a whole, of compression or of denoising: what takes part, what is kept while it goes on, its sum."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from aecodec import metrics
from aecodec.evaluation import baselines, classical, gallery, report, sums
from aecodec.evaluation import compression as evaluate
from aecodec.evaluation import denoising as evaluate_denoising
from aecodec.evaluation.compression import Key
from aecodec.evaluation.gallery import Exhibit
from aecodec.evaluation.report import Evaluation
from aecodec.outputs import opened
from aecodec.services.files import Engine
from aecodec.services.jobs import Job

KEEP_EVERY_S = 10.0  # seconds of work that a killed run loses at most

Warn = Callable[[str, str], None]


@dataclass(frozen=True)
class Plan:
    """What any measurement needs to know."""

    version: str  # of aecodec
    jobs: Sequence[Job]
    engine: Engine
    against: Sequence[str]  # names of what is measured beside it
    warn: Warn
    ssimulacra2: bool = False  # of compression


@dataclass(frozen=True)
class Measurement:
    """What is to be measured; rows and points are those of `evaluate` or `evaluate_denoising`."""

    expected: int  # rows
    row: type[Any]
    rows: Callable[[Mapping[Key, Any]], Iterator[Any]]  # given those that are known
    sum: Callable[[Sequence[Any], bool], Evaluation]  # of rows, and whether they are all
    columns: tuple[str, ...]
    table: Callable[[Sequence[Any]], list[tuple[str, ...]]]  # of points
    exhibits: Callable[[Sequence[Any]], Iterator[Exhibit]]  # of rows


def compression(plan: Plan, qualities: Sequence[float]) -> Measurement:
    """aecodec at some qualities, and the codecs that the plan names; raises UsageError and MissingExtra for these."""
    if plan.ssimulacra2:
        metrics.ssimulacra2(np.zeros((16, 16)), np.zeros((16, 16)), peak=255)  # or say that it is not installed
    chosen = [baselines.baseline(name) for name in plan.against]  # first: loading the codec takes seconds
    contenders = [evaluate.own_contender(plan.engine.load(), qualities), *chosen]
    settings = {contender.name: contender.settings for contender in contenders}

    def total(rows: Sequence[evaluate.Row], complete: bool) -> Evaluation:
        points, bd_rates = sums.points(rows), sums.bd_rates(rows)
        return Evaluation(plan.version, evaluate.DEFINITIONS, settings, rows, points, bd_rates, complete)

    return Measurement(
        evaluate.rows_expected(len(plan.jobs), contenders),
        evaluate.Row,
        lambda known: evaluate.measure(plan.jobs, contenders, plan.warn, known, plan.ssimulacra2),
        total,
        report.COLUMNS,
        report.table,
        lambda rows: gallery.coded(plan.jobs, rows, contenders),
    )


def denoising(plan: Plan, noise: Sequence[float] | Path) -> Measurement:
    """aecodec's denoiser and the methods that the plan names; `noise` as in `evaluate_denoising.measure`."""
    chosen = [classical.method(name) for name in plan.against]
    own = evaluate_denoising.own_methods(
        plan.engine.load_denoiser(plan.engine.weights), told=not isinstance(noise, Path)
    )
    methods = [*own, *chosen]
    settings = {method.name: method.settings for method in methods}

    def total(rows: Sequence[evaluate_denoising.Row], complete: bool) -> Evaluation:
        points = evaluate_denoising.points(rows)
        return Evaluation(plan.version, evaluate_denoising.DEFINITIONS, settings, rows, points, (), complete)

    return Measurement(
        evaluate_denoising.rows_expected(len(plan.jobs), methods, noise),
        evaluate_denoising.Row,
        lambda known: evaluate_denoising.measure(plan.jobs, methods, noise, plan.warn, known),
        total,
        report.DENOISING_COLUMNS,
        report.denoising_table,
        lambda rows: gallery.denoised(plan.jobs, noise, methods),
    )


def run(measurement: Measurement, kept: Path | None, *, resume: bool) -> Iterator[Any]:
    """Every row as it comes. What there is is written to `kept` on the way, and when the run is interrupted.

    `resume`: go on with what `kept` has, if there is such a file. Raises BadInput when it is something else.
    """
    known: dict[Key, Any] = {}
    if resume and kept is not None and kept.exists():
        known = {row.key: row for row in report.read_rows(kept, measurement.row, measurement.sum([], False))}
    rows: list[Any] = []

    def all_there_is() -> list[Any]:
        """Also what an earlier run measured and this one has not come to yet."""
        reached = {row.key for row in rows}
        return [*rows, *(row for key, row in known.items() if key not in reached)]

    saved, complete = monotonic(), False
    try:
        for row in measurement.rows(known):
            rows.append(row)
            yield row
            if kept is not None and monotonic() - saved >= KEEP_EVERY_S:
                _keep(kept, measurement.sum(all_there_is(), False))
                saved = monotonic()
        complete = True
    finally:
        if kept is not None:
            _keep(kept, measurement.sum(rows if complete else all_there_is(), complete))


def _keep(path: Path, found: Evaluation) -> None:
    with opened(path, replace=True) as stream:
        stream.write(report.to_json(found).encode())
