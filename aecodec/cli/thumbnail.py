"""`aecodec thumbnail`: what file managers call to show .aec files."""

from pathlib import Path
from typing import Annotated

import typer

from aecodec.cli import options

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="An .aec file.", show_default=False)]
Output = Annotated[
    Path,
    typer.Argument(
        metavar="OUTPUT",
        help="The PNG to write; one that exists must be empty, as desktops make it.",
        show_default=False,
    ),
]
Side = Annotated[int, typer.Argument(metavar="SIZE", min=1, help="The most pixels a side.", show_default=False)]


def thumbnail(
    source: Input, output: Output, size: Side, force: options.Force = False, weights: options.Weights = None
) -> None:
    """Write a small PNG of an .aec file, upright.

    Example: aecodec thumbnail photo.aec photo.png 256
    """
    from aecodec.services import thumbnails
    from aecodec.services.files import Engine

    thumbnails.write(source, output, size, engine=Engine(weights, device="cpu"), force=force)  # CUDA starts slower
