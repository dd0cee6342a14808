"""`aecodec evaluate`: how good aecodec is on these pictures, and what is used today beside it."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec import __version__
from aecodec.cli import options, values
from aecodec.cli.console import Talk
from aecodec.errors import UsageError, require
from aecodec.limits import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from aecodec.evaluation import compression, denoising
    from aecodec.evaluation.denoising import Noise
    from aecodec.evaluation.measurement import Measurement
    from aecodec.evaluation.pairing import Pairs
    from aecodec.evaluation.report import Evaluation
    from aecodec.services.jobs import Job

QUALITIES = "10,30,50,70,90"
SIGMAS = "15,25,50"

Inputs = Annotated[list[str] | None, typer.Argument(metavar="INPUT", help="Files and folders.")]
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
        help="Measured beside it: jpeg, webp, avif, jpeg2000, jxl; of denoising nlmeans, wavelet, tv.",
        show_default="none",
    ),
]
Ssimulacra2 = Annotated[
    bool, typer.Option("--ssimulacra2", help="Also SSIMULACRA 2, a second a file; needs the extra ssimulacra2.")
]
Denoise = Annotated[bool, typer.Option("--denoise", help="Measure denoising in place of compression.")]
Sigmas = Annotated[
    str | None,
    typer.Option("--sigma", metavar="N,N,...", help="Noise to add, in levels of 255.", show_default=SIGMAS),
]
Clean = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The pictures are noisy, and the clean ones are here: a_noisy.jpg and a_clean.png, or of the same names.",
    ),
]
Compare = Annotated[
    bool, typer.Option("--compare", help="The inputs are two files of --json: show what changed between them.")
]
JsonFile = Annotated[str | None, typer.Option("--json", metavar="FILE", help="All figures; - for stdout.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.html", help="One web page with curves, tables and pictures; works offline."),
]
Plots = Annotated[
    Path | None, typer.Option(metavar="DIR", help="A folder for the curves as SVG and PNG; needs the extra plots.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the run whose figures the file of --json has; it must be the same.")
]
CsvFile = Annotated[str | None, typer.Option("--csv", metavar="FILE", help="A line for each measurement.")]


# One parameter per option: that is how typer declares a command line.
def evaluate(  # noqa: PLR0913
    ctx: typer.Context,
    inputs: Inputs = None,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    quality: Qualities = None,
    against: Against = "",
    ssimulacra2: Ssimulacra2 = False,
    denoise: Denoise = False,
    sigma: Sigmas = None,
    clean: Clean = None,
    compare: Compare = False,
    json_file: JsonFile = None,
    csv_file: CsvFile = None,
    report_file: ReportFile = None,
    plots: Plots = None,
    resume: Resume = False,
    max_pixels: options.MaxPixels = None,
    force: options.Force = False,
    device: options.Device = "auto",
    batch: options.Batch = None,
    threads: options.Threads = None,
    weights: options.Weights = None,
    quiet: options.Quiet = False,
) -> None:
    """Write and read real files of every picture at every quality, and print the means.

    With --denoise: add noise to every picture at every level, remove it, and print the means.

    With --clean the noise is real. A pair has one name, in two folders; or, in one folder too, names that are the same
    but for one word. In the noisy one this may be: noisy, noise, n, real, input, in, degraded, lq. In the clean one:
    clean, mean, gt, groundtruth, truth, target, ref, reference, original, orig, hq.

    Example: aecodec evaluate photos/ --quality 30,50,70 --against jpeg,webp --json figures.json
    """
    require("evaluate")
    from aecodec.evaluation import measurement, writing
    from aecodec.pictures.wanted import Wanted
    from aecodec.services import files, jobs

    talk = Talk(quiet=quiet)
    if compare:
        _compare(inputs or [], talk)
        return
    names = list(dict.fromkeys(name.strip() for name in against.split(",") if name.strip()))
    noise: Noise | Path | None = _noise(denoise, quality, sigma, clean)
    outputs = writing.Outputs(json_file, csv_file, report_file, plots, replace=force)
    outputs.check(coding=noise is None, resume=resume)
    wanted = Wanted(max_pixels=max_pixels or DEFAULT_MAX_PIXELS)
    selection = jobs.Selection(tuple(inputs or ()), recursive=recursive, files_from=files_from, wanted=wanted)
    pictures = jobs.plan(selection, jobs.EVALUATE, talk.warn_about)
    if isinstance(noise, Path):
        pictures, noise = _pair(pictures, noise, recursive, talk)
    origin = ctx.get_parameter_source("weights")
    if denoise and origin is not None and origin.name == "ENVIRONMENT":
        weights = None  # AECODEC_WEIGHTS names a codec's
    plan = measurement.Plan(
        __version__, pictures, files.Engine(weights, device, threads, batch), names, talk.warn_about, ssimulacra2
    )
    if noise is None:
        qualities = [values.parse_quality(text) for text in (quality or QUALITIES).split(",")]
        planned = measurement.of_compression(plan, qualities)
    else:
        planned = measurement.of_denoising(plan, noise)
    rows = []
    with talk.counting(planned.expected) as advance:
        for row in measurement.run(planned, outputs.kept, resume=resume):
            rows.append(row)
            _tell(row, talk)
            advance("")
    found = planned.sum(rows, True)
    failures = outputs.write_figures(found)
    if not outputs.takes_stdout:
        _show(found, planned, talk)
    failures += outputs.write_drawings(found, planned.exhibits(rows), shlex.join(["aecodec", *sys.argv[1:]]))
    for option, message in failures:
        talk.error(option, message)
    if failures or any(row.error for row in rows):
        raise typer.Exit(1)


def _pair(pictures: "list[Job]", clean: Path, recursive: bool, talk: Talk) -> "tuple[list[Job], Pairs]":
    from aecodec.evaluation import pairing

    noisy, pairs = pairing.pair(pictures, clean, talk.warn_about, recursive=recursive)
    if len(noisy) < len(pictures):
        talk.line(f"{len(pictures) - len(noisy)} of {len(pictures)} pictures are the clean ones of others")
    return noisy, pairs


def _compare(inputs: list[str], talk: Talk) -> None:
    from aecodec.evaluation import comparing

    if len(inputs) != 2:
        raise UsageError("--compare takes two files that `aecodec evaluate --json` wrote")
    found = comparing.compare(Path(inputs[0]), Path(inputs[1]))
    talk.table(comparing.COLUMNS, comparing.table(found))
    talk.data(comparing.verdict(found))
    for path, settings in zip(inputs, found.settings, strict=True):
        talk.data(f"{path}: {settings}")


def _show(found: "Evaluation", measured: "Measurement", talk: Talk) -> None:
    from aecodec.evaluation import report

    talk.table(measured.columns, measured.table(found.points))
    settings = [f"{by}: {text}" for by, text in found.settings.items()]
    for line in (*map(report.bd_line, found.bd_rates), *settings):
        talk.data(line)


def _tell(row: "compression.Row | denoising.Row", talk: Talk) -> None:
    if row.error is not None:
        talk.error(row.picture, f"{row.by}: {row.error}" if row.by else row.error)
    if row.note is not None:
        talk.warn(row.picture, row.note)


def _noise(denoise: bool, quality: str | None, sigma: str | None, clean: Path | None) -> list[float] | Path | None:
    """Levels of noise to add, or the folder of clean pictures; None: compression is measured."""
    if not denoise:
        if sigma is not None or clean is not None:
            raise UsageError("--sigma and --clean say what noise is removed: give --denoise with them")
        return None
    if quality is not None:
        raise UsageError("--quality is of compression: leave it out with --denoise")
    if clean is None:
        return [values.parse_sigma(text) for text in (sigma or SIGMAS).split(",")]
    if sigma is not None:
        raise UsageError("--sigma adds noise, --clean says it is there already: give one of them")
    if not clean.is_dir():
        raise UsageError(f"--clean {clean}: is not a folder")
    return clean
