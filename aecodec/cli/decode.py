"""`aecodec decode`: .aec files to pictures."""

from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import options, values
from aecodec.cli.console import Talk
from aecodec.errors import UsageError
from aecodec.limits import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from aecodec.services.batch import Work
    from aecodec.services.jobs import WarnAbout
    from aecodec.services.rows import DecodedRow

Format = Annotated[
    options.Format | None,
    typer.Option(
        "--format",
        metavar="|".join(options.Format),
        help="Kind of picture to write.",
        show_default="what the suffix of -o says, else png",
    ),
]
Crop = Annotated[
    str | None,
    typer.Option(metavar="X,Y,W,H", help="Only this part, in pixels as stored."),
]
KeepGoing = Annotated[
    bool,
    typer.Option("--keep-going", help="Paint what a damaged file still has, name what is lost, and exit 1."),
]
Check = Annotated[bool, typer.Option("--check", help="Read everything, write nothing, and say what is damaged.")]


# One parameter per option: that is how typer declares a command line.
def decode(  # noqa: PLR0913
    inputs: options.Inputs = None,
    out: options.Out = None,
    picture_format: Format = None,
    output_quality: options.OutputQuality = None,
    crop: Crop = None,
    keep_going: KeepGoing = False,
    check: Check = False,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    shard: options.Shard = None,
    force: options.Force = False,
    skip_existing: options.SkipExisting = False,
    max_pixels: options.MaxPixels = None,
    dry_run: options.DryRun = False,
    run_by: options.RunEngine = options.RunBy.LOCAL,
    address: options.Address = None,
    device: options.Device = "auto",
    batch_size: options.Batch = None,
    threads: options.Threads = None,
    weights: options.Weights = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> None:
    """Decode .aec files: `img.aec` and `img.png.aec` become `img.png`, `img.jpg.aec` becomes `img.jpg.png`.

    Example: aecodec decode photo.aec -o photo.tiff
    """
    talk = Talk(quiet=quiet, verbose=verbose, as_json=as_json)
    if check and (out or picture_format or output_quality or crop or skip_existing):
        raise UsageError("--check writes nothing: leave out -o, --format, --output-quality, --crop and --skip-existing")
    if check and (run_by == options.RunBy.RAY or address is not None):
        raise UsageError("--check runs on this machine alone: leave out --engine and --address")
    if not check:
        options.refuse_clashes(out=out, inputs=inputs, as_json=as_json, force=force, skip_existing=skip_existing)
    from aecodec.pictures.wanted import Wanted
    from aecodec.services import files, jobs, running, weighing
    from aecodec.services.cluster import Task
    from aecodec.services.rows import DecodedRow

    part, wanted = values.parse_shard(shard), Wanted(max_pixels=max_pixels or DEFAULT_MAX_PIXELS)
    selection = jobs.Selection(tuple(inputs or ()), out, recursive, files_from, part, force, wanted=wanted)
    engine = files.Engine(weights, device, threads, batch_size)
    if check:
        planned = jobs.plan(selection, jobs.READ, talk.warn_about)
        task = Task(lambda engine, warn_about: files.checker(engine), weighing.of_coded, DecodedRow)
        rows = running.rows(planned, task, engine, running.How(out), talk.warn_about, talk.trace)
        talk.report(rows, len(planned), DecodedRow, lambda row: _verdict(row, talk))
        return
    settings = files.DecodeOptions(picture_format, values.parse_crop(crop), keep_going, output_quality)
    planned = jobs.plan_decoding(selection, picture_format, talk.warn_about)
    if output_quality is not None:
        jobs.refuse_idle_quality(planned, picture_format)
    how = running.How(out, skip_existing, dry_run, run_by == options.RunBy.RAY, address)

    def make(engine: files.Engine, warn_about: "WarnAbout") -> "Work":
        return files.decoder(engine, settings, warn_about)

    task = Task(make, weighing.of_coded, DecodedRow)
    rows = running.rows(planned, task, engine, how, talk.warn_about, talk.trace)
    talk.report(rows, len(planned), DecodedRow, lambda row: talk.line(_line(row)))


def _line(row: "DecodedRow") -> str:
    return f"{row.input} -> {row.output}  {row.width}x{row.height}  quality {row.quality:g}  {row.seconds:.1f} s"


def _verdict(row: "DecodedRow", talk: Talk) -> None:
    if not row.errors:
        talk.line(f"{row.input}: ok  {row.width}x{row.height}  quality {row.quality:g}  {row.seconds:.1f} s")
