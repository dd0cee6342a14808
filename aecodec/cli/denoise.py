"""`aecodec denoise`: noisy pictures to clean ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import options, values
from aecodec.cli.console import Talk
from aecodec.limits import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from aecodec.services.batch import Work
    from aecodec.services.jobs import WarnAbout
    from aecodec.services.rows import DenoisedRow

Sigma = Annotated[
    float | None,
    typer.Option(
        metavar="N",
        parser=values.parse_sigma,
        help="The noise's standard deviation in levels of 255.",
        show_default="as estimated",
    ),
]
Format = Annotated[
    options.Format | None,
    typer.Option(
        "--format",
        metavar="|".join(options.Format),
        help="Of the outputs.",
        show_default="the input's; of stdin png",
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A denoiser's weights file.", rich_help_panel="Machine", show_default="the shipped one"
    ),
]


# One parameter per option: that is how typer declares a command line.
def denoise(  # noqa: PLR0913
    inputs: options.Inputs = None,
    out: options.Out = None,
    sigma: Sigma = None,
    strength: options.Strength = None,
    picture_format: Format = None,
    output_quality: options.OutputQuality = None,
    page: options.Page = None,
    all_pages: options.AllPages = False,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    shard: options.Shard = None,
    force: options.Force = False,
    skip_existing: options.SkipExisting = False,
    keep_suffix: options.KeepSuffix = False,
    max_pixels: options.MaxPixels = None,
    dry_run: options.DryRun = False,
    run_by: options.RunEngine = options.RunBy.LOCAL,
    address: options.Address = None,
    device: options.Device = "auto",
    batch_size: options.Batch = None,
    threads: options.Threads = None,
    weights: Weights = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> None:
    """Remove noise: `img.png` becomes `img-denoised.png`, `folder/` becomes `folder-denoised/`.

    Example: aecodec denoise holiday/ --strength 0.8
    """
    talk = Talk(quiet=quiet, verbose=verbose, as_json=as_json)
    options.refuse_clashes(out=out, inputs=inputs, as_json=as_json, force=force, skip_existing=skip_existing)
    from aecodec.pictures.wanted import Wanted
    from aecodec.services import denoising, files, jobs, running, weighing
    from aecodec.services.cluster import Task
    from aecodec.services.rows import DenoisedRow

    part, wanted = values.parse_shard(shard), Wanted(page, max_pixels or DEFAULT_MAX_PIXELS)
    selection = jobs.Selection(
        tuple(inputs or ()), out, recursive, files_from, part, force, keep_suffix, wanted, all_pages
    )
    planned = jobs.plan_denoising(selection, picture_format, talk.warn_about)
    if output_quality is not None:
        jobs.refuse_idle_quality(planned, picture_format)
    engine = files.Engine(None, device, threads, batch_size)
    removal = 1.0 if strength is None else strength
    settings = denoising.DenoiseOptions(sigma, removal, picture_format, weights, output_quality)
    how = running.How(out, skip_existing, dry_run, run_by == options.RunBy.RAY, address)

    def make(engine: files.Engine, warn_about: "WarnAbout") -> "Work":
        return denoising.denoiser(engine, settings, warn_about)

    task = Task(make, weighing.of_picture, DenoisedRow)
    rows = running.rows(planned, task, engine, how, talk.warn_about, talk.trace)
    talk.report(rows, len(planned), DenoisedRow, lambda row: talk.line(_line(row, told=sigma is not None)))


def _line(row: "DenoisedRow", *, told: bool) -> str:
    noise = f"sigma {row.sigma:.1f}" + ("" if told else " (estimated)")
    return f"{row.input} -> {row.output}  {row.width}x{row.height}  {noise}  {row.seconds:.1f} s"
