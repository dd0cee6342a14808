"""Options that several commands share, each declared once."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aecodec.cli import values
from aecodec.errors import UsageError
from aecodec.limits import DEFAULT_MAX_PIXELS


class RunBy(StrEnum):
    LOCAL = "local"
    RAY = "ray"


class Format(StrEnum):
    PNG = "png"
    TIFF = "tiff"
    PPM = "ppm"
    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"
    JXL = "jxl"
    BMP = "bmp"


def refuse_clashes(
    *, out: str | None, inputs: list[str] | None, as_json: bool, force: bool, skip_existing: bool
) -> None:
    """Raises UsageError for combinations of the shared options that cannot be served."""
    if force and skip_existing:
        raise UsageError("--force and --skip-existing exclude each other: give one of them")
    if out == "-" or (out is None and "-" in (inputs or ())):
        if as_json:
            raise UsageError("--json and the output cannot both go to standard output; name a file with -o")
        if _stdout_is_terminal():
            raise UsageError("standard output is a terminal; redirect it or name a file with -o")


def _stdout_is_terminal() -> bool:
    return sys.stdout.isatty()


_RUN = "Which files"
_MACHINE = "Machine"
_TALK = "Output"

Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="INPUT", help="Files, folders, URLs of either, or - for standard input.")
]
Out = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="OUT", help="A file for one input, else a folder, or a URL; - for standard output."
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        metavar="0..1", parser=values.parse_strength, help="How much of the noise to remove.", show_default="1"
    ),
]
OutputQuality = Annotated[
    int | None,
    typer.Option(
        metavar="1..100",
        parser=values.parse_output_quality,
        help="Of JPEG and AVIF, and of WebP and JPEG XL, which it makes lossy.",
        show_default="95; WebP and JPEG XL without loss",
    ),
]
Recursive = Annotated[
    bool,
    typer.Option("-r", "--recursive", help="Look into the folders inside folders.", rich_help_panel=_RUN),
]
FilesFrom = Annotated[
    str | None,
    typer.Option(metavar="LIST", help="Also the paths in this file (or -), one a line.", rich_help_panel=_RUN),
]
Shard = Annotated[  # text: typer would take a pair for an option of two values
    str | None,
    typer.Option(
        metavar="I/N",
        help="Only every N-th input of the list sorted by name, starting with the I-th (from 1).",
        rich_help_panel=_RUN,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Overwrite outputs that exist; never an input.", rich_help_panel=_RUN)
]
SkipExisting = Annotated[
    bool, typer.Option("--skip-existing", help="Leave out inputs whose output exists.", rich_help_panel=_RUN)
]
KeepSuffix = Annotated[
    bool,
    typer.Option(
        "--keep-suffix",
        help="Put an output's suffix behind the input's, as in a.jpg.aec: tells a.jpg and a.png apart.",
        rich_help_panel=_RUN,
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        parser=values.parse_pixels,
        help="Refuse larger pictures, before memory is taken (400M, 1G).",
        rich_help_panel=_RUN,
        show_default=f"{DEFAULT_MAX_PIXELS:,}",
    ),
]
Page = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Of files of several pages or frames, from 1.", show_default="the first"),
]
AllPages = Annotated[
    bool, typer.Option("--all-pages", help="Each page or frame on its own: scan.tif to scan-1.aec, scan-2.aec.")
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what would be written, and write nothing.", rich_help_panel=_RUN),
]
RunEngine = Annotated[
    RunBy,
    typer.Option(
        "--engine",
        metavar="|".join(RunBy),
        help="What runs many inputs: ray takes all CPUs or GPUs of this machine or a cluster, and writes"
        " manifest.parquet into the output folder.",
        rich_help_panel=_MACHINE,
        show_default="local",
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Of a Ray cluster, for --engine ray.",
        rich_help_panel=_MACHINE,
        show_default="RAY_ADDRESS, else this machine",
    ),
]
Device = Annotated[
    str,
    typer.Option(
        metavar="DEVICE", parser=values.parse_device, help="auto, cpu, cuda, cuda:N.", rich_help_panel=_MACHINE
    ),
]
Batch = Annotated[
    int | None,
    typer.Option(
        "--batch", metavar="N", min=1, help="Tiles computed at a time.", rich_help_panel=_MACHINE, show_default="auto"
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "-j", "--threads", metavar="N", min=1, help="CPU threads.", rich_help_panel=_MACHINE, show_default="all"
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        envvar="AECODEC_WEIGHTS",
        help="A weights file, or a folder of them.",
        rich_help_panel=_MACHINE,
        show_default="the shipped ones",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON object per input on standard output.", rich_help_panel=_TALK)
]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Show where internal errors come from.", rich_help_panel=_TALK)
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.", rich_help_panel=_TALK)]
