"""`aecodec encode`: pictures to .aec files."""

from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import options, values
from aecodec.cli.console import Talk, decibels
from aecodec.errors import UsageError
from aecodec.limits import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from aecodec.codec.ratecontrol import Kind
    from aecodec.services.batch import Work
    from aecodec.services.jobs import WarnAbout
    from aecodec.services.rows import EncodedRow


Quality = Annotated[
    float | None,
    typer.Option(
        "-q",
        "--quality",
        metavar="1..100",
        parser=values.parse_quality,
        help="In steps of 1/16.",
        show_default="50",
    ),
]
Bpp = Annotated[
    float | None,
    typer.Option(metavar="B", parser=values.parse_bpp, help="At most B bits per pixel, as near as can be."),
]
MaxBytes = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=values.parse_size, help="At most N bytes (20000, 20k, 20KiB, 1.5M), as near as can be."
    ),
]
Psnr = Annotated[
    float | None,
    typer.Option(metavar="DB", parser=values.parse_psnr, help="The smallest file of at least DB decibels."),
]
Lossless = Annotated[
    bool, typer.Option("--lossless", help="Keep every sample, those under alpha 0 too. Needs no weights.")
]
Effort = Annotated[
    int,
    typer.Option(
        metavar="0..9",
        parser=values.parse_effort,
        help="Above 0: smaller, no worse, slower to write.",
        show_default="0",
    ),
]
Strip = Annotated[
    frozenset[str] | None,
    typer.Option(
        metavar="all|" + ",".join(values.METADATA),
        parser=values.parse_strip,
        help="Leave metadata out; dpi is the resolution, colour what PNG says of it beside a profile.",
        show_default=False,
    ),
]
AutoOrient = Annotated[
    bool, typer.Option("--auto-orient", help="Turn pixels upright, as EXIF says; the rest of EXIF stays.")
]
Resize = Annotated[
    str | None,
    typer.Option(
        metavar="WxH|Wx|xH|P%",
        help="Scale to W by H pixels, to one of them in proportion, or to P percent, after all that turns or cleans"
        " the picture. A Lanczos filter on samples as stored; dpi stays.",
        show_default=False,
    ),
]
Exact = Annotated[bool, typer.Option("--exact", help="Keep the colours of fully transparent pixels.")]
Denoise = Annotated[bool, typer.Option("--denoise", help="Remove noise first: it is the most expensive thing to keep.")]
Verify = Annotated[bool, typer.Option("--verify", help="Decode each finished file with a fresh decoder and compare.")]


# One parameter per option: that is how typer declares a command line.
def encode(  # noqa: PLR0913
    inputs: options.Inputs = None,
    out: options.Out = None,
    quality: Quality = None,
    bpp: Bpp = None,
    max_bytes: MaxBytes = None,
    psnr: Psnr = None,
    lossless: Lossless = False,
    effort: Effort = "0",  # type: ignore[assignment]  # typer parses defaults too
    denoise: Denoise = False,
    strength: options.Strength = None,
    strip: Strip = None,
    auto_orient: AutoOrient = False,
    resize: Resize = None,
    exact: Exact = False,
    verify: Verify = False,
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
    weights: options.Weights = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> None:
    """Encode pictures: `img.png` becomes `img.aec`.

    Example: aecodec encode photo.jpg holiday/ -o coded/ --bpp 0.5
    """
    talk = Talk(quiet=quiet, verbose=verbose, as_json=as_json)
    from aecodec.codec.ratecontrol import Target

    given: dict[Kind, float | None] = {"quality": quality, "bpp": bpp, "max_bytes": max_bytes, "psnr": psnr}
    given["lossless"] = 1.0 if lossless else None
    target = Target.of(given, lambda kind: f"--{kind.replace('_', '-')}")
    options.refuse_clashes(out=out, inputs=inputs, as_json=as_json, force=force, skip_existing=skip_existing)
    size = values.parse_resize(resize)
    if strength is not None and not denoise:
        raise UsageError("--strength says how much of the noise --denoise removes: give both")
    from aecodec.pictures.resizing import Size
    from aecodec.pictures.wanted import Wanted
    from aecodec.services import files, jobs, running, weighing
    from aecodec.services.cluster import Task
    from aecodec.services.rows import EncodedRow

    part, wanted = values.parse_shard(shard), Wanted(page, max_pixels or DEFAULT_MAX_PIXELS)
    selection = jobs.Selection(
        tuple(inputs or ()), out, recursive, files_from, part, force, keep_suffix, wanted, all_pages
    )
    planned = jobs.plan_encoding(selection, talk.warn_about)
    engine = files.Engine(weights, device, threads, batch_size)
    cleaning = (1.0 if strength is None else strength) if denoise else None
    settings = files.EncodeOptions(
        target, effort, exact, strip or frozenset(), verify, cleaning, auto_orient, size and Size(*size)
    )
    how = running.How(out, skip_existing, dry_run, run_by == options.RunBy.RAY, address)

    def make(engine: files.Engine, warn_about: "WarnAbout") -> "Work":
        return files.encoder(engine, settings, warn_about)

    task = Task(make, weighing.of_picture, EncodedRow)
    rows = running.rows(planned, task, engine, how, talk.warn_about, talk.trace)
    talk.report(rows, len(planned), EncodedRow, lambda row: talk.line(_line(row)))


def _line(row: "EncodedRow") -> str:
    measured = "" if row.lossless == 1 else f"  {decibels(row.psnr_db)}"
    return (
        f"{row.input} -> {row.output}  {row.bytes:,} bytes  {row.bpp:.3f} bpp  {_kept(row)}"
        f"{measured}  {row.seconds:.1f} s{_gain(row)}{_removed(row)}"
    )


def _kept(row: "EncodedRow") -> str:
    if row.lossless == 1:
        return "lossless"
    return f"quality {row.quality:g}" + (f", {100 * row.lossless:.0f} % of it lossless" if row.lossless else "")


def _removed(row: "EncodedRow") -> str:
    return "" if row.sigma is None else f"  noise of sigma {row.sigma:.1f} removed"


def _gain(row: "EncodedRow") -> str:
    """What an effort above 0 was good for."""
    if row.plain_bytes is None or row.plain_psnr_db is None:
        return ""
    percent = 100 * (row.bytes / row.plain_bytes - 1)
    more_db = 0.0 if row.psnr_db == row.plain_psnr_db else row.psnr_db - row.plain_psnr_db  # both may be infinite
    return f"  effort {row.effort}: {percent:+.1f} % bytes, {more_db:+.2f} dB"
