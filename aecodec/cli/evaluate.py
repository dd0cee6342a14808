"""`aecodec evaluate`: how good aecodec is on these pictures, and what is used today beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aecodec import __version__
from aecodec.cli import options
from aecodec.cli.console import Talk
from aecodec.errors import UsageError

if TYPE_CHECKING:
    from aecodec.services.evaluate import Row
    from aecodec.services.files import Engine, Job
    from aecodec.services.report import Evaluation

QUALITIES = "10,30,50,70,90"
SIGMAS = "15,25,50"

Qualities = Annotated[
    str | None,
    typer.Option(
        "-q",
        "--quality",
        metavar="Q,Q,...",
        help="Qualities of aecodec to measure, 1 ... 100.",
        show_default=QUALITIES,
    ),
]
Against = Annotated[
    str,
    typer.Option(
        metavar="NAME,...",
        help="Measured beside it: jpeg, webp, avif; of denoising nlmeans, wavelet, tv.",
        show_default="none",
    ),
]
Denoise = Annotated[bool, typer.Option("--denoise", help="Measure denoising in place of compression.")]
Sigmas = Annotated[
    str | None,
    typer.Option("--sigma", metavar="N,N,...", help="Noise to add, in levels of 255.", show_default=SIGMAS),
]
Clean = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="The pictures are noisy, and these are the clean ones of the same names."),
]
JsonFile = Annotated[str | None, typer.Option("--json", metavar="FILE", help="All figures; - for stdout.")]
CsvFile = Annotated[str | None, typer.Option("--csv", metavar="FILE", help="A line for each measurement.")]


@dataclass(frozen=True)
class _Measurement:
    """What is to be measured, and what is made of it."""

    expected: int  # rows
    rows: Iterator[Any]  # of services.evaluate or services.evaluate_denoising
    summary: Callable[[list[Any]], "Evaluation"]
    show: Callable[["Evaluation", Talk], None]


# One parameter per option: that is how typer declares a command line.
def evaluate(  # noqa: PLR0913
    ctx: typer.Context,
    inputs: options.Inputs = None,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    quality: Qualities = None,
    against: Against = "",
    denoise: Denoise = False,
    sigma: Sigmas = None,
    clean: Clean = None,
    json_file: JsonFile = None,
    csv_file: CsvFile = None,
    force: options.Force = False,
    device: options.Device = "auto",
    batch: options.Batch = None,
    threads: options.Threads = None,
    weights: options.Weights = None,
    quiet: options.Quiet = False,
) -> None:
    """Write and read real files of every picture at every quality, and print the means.

    With --denoise: add noise to every picture at every level, remove it, and print the means.

    Example: aecodec evaluate photos/ --quality 30,50,70 --against jpeg,webp --json figures.json
    """
    from aecodec.services import batch as batches
    from aecodec.services import files, report
    from aecodec.services.outputs import opened, refuse_existing

    talk = Talk(quiet=quiet)
    names = list(dict.fromkeys(name.strip() for name in against.split(",") if name.strip()))
    noise = _noise(denoise, quality, sigma, clean)
    figures = {name: to for name, to in (("json", json_file), ("csv", csv_file)) if to is not None}
    if list(figures.values()).count("-") > 1:
        raise UsageError("--json and --csv cannot both go to standard output")
    for to in figures.values():
        if to != "-" and not force:
            refuse_existing(Path(to))
    selection = batches.Selection(tuple(inputs or ()), recursive=recursive, files_from=files_from)
    jobs = batches.plan(selection, batches.EVALUATE, talk.warn)
    origin = ctx.get_parameter_source("weights")
    if denoise and origin is not None and origin.name == "ENVIRONMENT":
        weights = None  # AECODEC_WEIGHTS names a codec's
    engine = files.Engine(weights, device, threads, batch)
    if noise is None:
        measurement = _compression(jobs, engine, quality or QUALITIES, names, talk)
    else:
        measurement = _denoising(jobs, engine, noise, names, talk)
    rows = _measured(measurement, talk)
    found = measurement.summary(rows)
    for name, to in figures.items():
        with opened(None if to == "-" else Path(to), replace=force) as stream:
            stream.write((report.to_json if name == "json" else report.to_csv)(found).encode())
    if "-" not in figures.values():
        measurement.show(found, talk)
        for name, settings in found.settings.items():
            talk.data(f"{name}: {settings}")
    if any(row.error for row in rows):
        raise typer.Exit(1)


def _noise(denoise: bool, quality: str | None, sigma: str | None, clean: Path | None) -> list[float] | Path | None:
    """Levels of noise to add, or the folder of clean pictures; None: compression is measured."""
    if not denoise:
        if sigma is not None or clean is not None:
            raise UsageError("--sigma and --clean say what noise is removed: give --denoise with them")
        return None
    if quality is not None:
        raise UsageError("--quality is of compression: leave it out with --denoise")
    if clean is None:
        return [options.parse_sigma(text) for text in (sigma or SIGMAS).split(",")]
    if sigma is not None:
        raise UsageError("--sigma adds noise, --clean says it is there already: give one of them")
    if not clean.is_dir():
        raise UsageError(f"--clean {clean}: is not a folder")
    return clean


def _compression(jobs: "list[Job]", engine: "Engine", quality: str, against: list[str], talk: Talk) -> _Measurement:
    from aecodec.services import baselines, evaluate, report

    qualities = [options.parse_quality(text) for text in quality.split(",")]
    chosen = [baselines.baseline(name) for name in against]
    contenders = [evaluate.own_contender(engine.load(), qualities), *chosen]

    def summary(rows: list[Any]) -> "Evaluation":
        settings = {contender.name: contender.settings for contender in contenders}
        points, bd_rates = evaluate.points(rows), evaluate.bd_rates(rows)
        return report.Evaluation(__version__, evaluate.DEFINITIONS, settings, rows, points, bd_rates)

    def show(found: "Evaluation", talk: Talk) -> None:
        talk.table(report.COLUMNS, report.table(found.points))
        for rate in found.bd_rates:
            talk.data(report.bd_line(rate))

    expected = evaluate.rows_expected(len(jobs), contenders)
    return _Measurement(expected, _noting(evaluate.measure(jobs, contenders, talk.warn), talk), summary, show)


def _noting(rows: "Iterator[Row]", talk: Talk) -> "Iterator[Row]":
    for row in rows:
        if row.note is not None:
            talk.warn(row.picture, row.note)
        yield row


def _denoising(
    jobs: "list[Job]", engine: "Engine", noise: list[float] | Path, against: list[str], talk: Talk
) -> _Measurement:
    from aecodec.services import classical, report
    from aecodec.services import evaluate_denoising as evaluate

    chosen = [classical.method(name) for name in against]
    own = evaluate.own_methods(engine.load_denoiser(engine.weights), told=not isinstance(noise, Path))
    methods = [*own, *chosen]

    def summary(rows: list[Any]) -> "Evaluation":
        settings = {method.name: method.settings for method in methods}
        return report.Evaluation(__version__, evaluate.DEFINITIONS, settings, rows, evaluate.points(rows))

    def show(found: "Evaluation", talk: Talk) -> None:
        talk.table(report.DENOISING_COLUMNS, report.denoising_table(found.points))

    expected = evaluate.rows_expected(len(jobs), methods, noise)
    return _Measurement(expected, evaluate.measure(jobs, methods, noise, talk.warn), summary, show)


def _measured(measurement: _Measurement, talk: Talk) -> list[Any]:
    """All rows, each failure told as it happens."""
    rows = []
    with talk.counting(measurement.expected) as advance:
        for row in measurement.rows:
            rows.append(row)
            if row.error is not None:
                talk.error(row.picture, f"{row.by}: {row.error}" if row.by else row.error)
            advance("")
    return rows
