"""`aecodec evaluate`: how good aecodec is on these pictures, and the codecs of today beside it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec import __version__
from aecodec.cli import options
from aecodec.cli.console import Talk
from aecodec.errors import UsageError

if TYPE_CHECKING:
    from aecodec.services.report import Evaluation

Qualities = Annotated[
    str, typer.Option("-q", "--quality", metavar="Q,Q,...", help="Qualities of aecodec to measure, 1 ... 100.")
]
Against = Annotated[str, typer.Option(metavar="NAME,...", help="Codecs to measure beside it: jpeg, webp, avif.")]
JsonFile = Annotated[str | None, typer.Option("--json", metavar="FILE", help="All figures; - for stdout.")]
CsvFile = Annotated[str | None, typer.Option("--csv", metavar="FILE", help="A line for each file measured.")]


# One parameter per option: that is how typer declares a command line.
def evaluate(  # noqa: PLR0913
    inputs: options.Inputs = None,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    quality: Qualities = "10,30,50,70,90",
    against: Against = "",
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

    Example: aecodec evaluate photos/ --quality 30,50,70 --against jpeg,webp --json figures.json
    """
    from aecodec.services import baselines, report
    from aecodec.services import batch as batches
    from aecodec.services import evaluate as measuring
    from aecodec.services.outputs import opened, refuse_existing

    talk = Talk(quiet=quiet)
    qualities = [options.parse_quality(text) for text in quality.split(",")]
    names = dict.fromkeys(name.strip() for name in against.split(",") if name.strip())
    chosen = [baselines.baseline(name) for name in names]
    files = {name: to for name, to in (("json", json_file), ("csv", csv_file)) if to is not None}
    if list(files.values()).count("-") > 1:
        raise UsageError("--json and --csv cannot both go to standard output")
    for to in files.values():
        if to != "-" and not force:
            refuse_existing(Path(to))
    selection = batches.Selection(tuple(inputs or ()), recursive=recursive, files_from=files_from)
    jobs = batches.plan(selection, batches.EVALUATE, talk.warn)
    from aecodec.codec import Codec

    codec = Codec.load(weights, device=device, threads=threads, batch=batch)
    contenders = [measuring.own_contender(codec, qualities), *chosen]
    rows = []
    with talk.counting(measuring.rows_expected(len(jobs), contenders)) as advance:
        for row in measuring.measure(jobs, contenders, talk.warn):
            rows.append(row)
            if row.error is not None:
                talk.error(row.picture, f"{row.codec}: {row.error}" if row.codec else row.error)
            if row.note is not None:
                talk.warn(row.picture, row.note)
            advance()
    points = measuring.points(rows)
    found = report.Evaluation(
        __version__,
        {contender.name: contender.settings for contender in contenders},
        rows,
        points,
        measuring.bd_rates(rows),
    )
    for name, to in files.items():
        with opened(None if to == "-" else Path(to), replace=force) as stream:
            stream.write((report.to_json if name == "json" else report.to_csv)(found).encode())
    if "-" not in files.values():
        _show(found, talk)
    if any(row.error for row in rows):
        raise typer.Exit(1)


def _show(found: "Evaluation", talk: Talk) -> None:
    from aecodec.services import report

    talk.table(report.COLUMNS, report.table(found.points))
    for rate in found.bd_rates:
        talk.data(report.bd_line(rate))
    for name, settings in found.settings.items():
        talk.data(f"{name}: {settings}")
