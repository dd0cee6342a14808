"""`aecodec explore`: where samples lie among the latents, how they come back, what each latent does."""

from pathlib import Path
from typing import Annotated

import typer

from aecodec.cli import options, samples
from aecodec.cli.console import Talk
from aecodec.errors import require

Page = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="FILE.html", help="The page; pictures of its parts are written beside it."),
]
Method = Annotated[
    str, typer.Option(metavar="NAME,NAME", help="How latents come to two dimensions: pca, tsne, or both.")
]


# One parameter per option: that is how typer declares a command line.
def explore(  # noqa: PLR0913
    data: samples.Data,
    out: Page = Path("explore.html"),
    weights: samples.Weights = None,
    method: Method = "pca,tsne",
    limit: samples.Limit = 1000,
    seed: samples.Seed = 0,
    device: options.Device = "auto",
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Map samples by their latents: one web page that works offline, and its pictures as PNG.

    Example: aecodec explore photos/ --weights mine.safetensors -o map.html
    """
    require("family")
    from aecodec.exploration import atlas

    talk = Talk(quiet=quiet)
    samples.use(device, threads)
    wish = atlas.Wish(data, weights, out, method, limit, seed, device, force)
    for path, size in atlas.write(wish, samples.command_line(), talk.line):
        talk.line(f"{path}  {size:,} bytes")
