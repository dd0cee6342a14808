"""A measurement as a whole, of compression or of denoising: what takes part, what is kept while it goes on, its sum."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from aecodec.errors import OutputError, require
from aecodec.evaluation import baselines, classical, compression, denoising, gallery, report, sums
from aecodec.evaluation.denoising import Noise
from aecodec.evaluation.gallery import Exhibit
from aecodec.evaluation.pairing import Pairs
from aecodec.evaluation.report import Evaluation
from aecodec.evaluation.trials import Key
from aecodec.outputs import opened
from aecodec.services.files import Engine
from aecodec.services.jobs import Job, WarnAbout

KEEP_EVERY_S = 10.0  # seconds of work that a killed run loses
KEEP_SHARE = 20  # and this many times what keeping takes, if that is more: of a million rows that is a minute


@dataclass(frozen=True)
class Plan:
    """What any measurement needs to know."""

    version: str  # of aecodec
    jobs: Sequence[Job]
    engine: Engine
    against: Sequence[str]  # names of what is measured beside it
    warn_about: WarnAbout
    ssimulacra2: bool = False  # of compression


@dataclass(frozen=True)
class Measurement:
    """What is to be measured; rows and points are those of `compression` or `denoising`."""

    expected: int  # rows
    row: type[Any]
    rows: Callable[[Mapping[Key, Any]], Iterator[Any]]  # given those that are known
    sum: Callable[[Sequence[Any], bool], Evaluation]  # of rows, and whether they are all
    columns: tuple[str, ...]
    table: Callable[[Sequence[Any]], list[tuple[str, ...]]]  # of points
    exhibits: Callable[[Sequence[Any]], Iterator[Exhibit]]  # of rows


def of_compression(plan: Plan, qualities: Sequence[float]) -> Measurement:
    """aecodec at some qualities, and the codecs that the plan names; raises UsageError and MissingExtra for these."""
    if plan.ssimulacra2:
        require("ssimulacra2")
    chosen = [baselines.baseline(name) for name in plan.against]  # first: loading the codec takes seconds
    contenders = [compression.own_contender(plan.engine.load(), qualities), *chosen]
    settings = {contender.name: contender.settings for contender in contenders}

    def total(rows: Sequence[compression.Row], complete: bool) -> Evaluation:
        points, bd_rates = sums.points(rows), sums.bd_rates(rows)
        return Evaluation(plan.version, compression.DEFINITIONS, settings, rows, points, bd_rates, complete)

    return Measurement(
        compression.rows_expected(len(plan.jobs), contenders),
        compression.Row,
        lambda known: compression.measure(plan.jobs, contenders, plan.warn_about, known, plan.ssimulacra2),
        total,
        report.COLUMNS,
        report.table,
        lambda rows: gallery.coded(plan.jobs, rows, contenders),
    )


def of_denoising(plan: Plan, noise: Noise) -> Measurement:
    """aecodec's denoiser and the methods that the plan names; of `Pairs`, none is told the noise level."""
    chosen = [classical.method(name) for name in plan.against]
    own = denoising.own_methods(plan.engine.load_denoiser(plan.engine.weights), told=not isinstance(noise, Pairs))
    methods = [*own, *chosen]
    settings = {method.name: method.settings for method in methods}

    def total(rows: Sequence[denoising.Row], complete: bool) -> Evaluation:
        points = denoising.points(rows)
        return Evaluation(plan.version, denoising.DEFINITIONS, settings, rows, points, (), complete)

    return Measurement(
        denoising.rows_expected(len(plan.jobs), methods, noise),
        denoising.Row,
        lambda known: denoising.measure(plan.jobs, methods, noise, plan.warn_about, known),
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

    def keep() -> None:
        """Also what an earlier run measured and this one has not come to yet."""
        if kept is not None:
            reached = {row.key for row in rows}
            found = [*rows, *(row for key, row in known.items() if key not in reached)]
            with opened(kept, replace=True) as stream:
                stream.write(report.to_json(measurement.sum(found, False)).encode())

    due = monotonic() + KEEP_EVERY_S
    try:
        for row in measurement.rows(known):
            rows.append(row)
            yield row
            start = monotonic()
            if start >= due:
                with suppress(OutputError):  # a full disk may have room later; else the end says so
                    keep()
                due = monotonic() + max(KEEP_EVERY_S, KEEP_SHARE * (monotonic() - start))
    except BaseException:
        keep()
        raise
