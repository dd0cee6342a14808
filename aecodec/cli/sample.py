"""`aecodec sample`: new samples, the way between two pictures, what each latent does."""

from pathlib import Path
from typing import Annotated

import typer

from aecodec.cli import options, samples
from aecodec.cli.console import Talk
from aecodec.errors import UsageError, require

Picture = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="A .png, or a .gif that moves.")]
Count = Annotated[int, typer.Option("-n", "--count", metavar="N", min=1, max=4096, help="New samples.")]
Between = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        "--between", metavar="FILE FILE", help="The way from one picture to another, in place of new samples."
    ),
]
Traverse = Annotated[bool, typer.Option("--traverse", help="What each latent does, in place of new samples.")]
Steps = Annotated[int, typer.Option(metavar="N", min=2, max=256, help="Of a way or a traversal.")]


# One parameter per option: that is how typer declares a command line.
def sample(  # noqa: PLR0913
    out: Picture = Path("sample.png"),
    weights: samples.Weights = None,
    count: Count = 64,
    between: Between = None,
    traverse: Traverse = False,
    steps: Steps = 9,
    seed: samples.Seed = 0,
    device: options.Device = "auto",
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Make samples up, or move through the latents.

    Example: aecodec sample -n 64 -o digits.png
    """
    require("family")
    if between is not None and traverse:
        raise UsageError("--between and --traverse exclude each other: give one of them")
    from aecodec.exploration import sampling

    talk = Talk(quiet=quiet)
    samples.use(device, threads)
    asked = sampling.Asked(count, seed, traverse, between, steps)
    told, size = sampling.write(out, weights, asked, device, force, talk.line)
    talk.line(f"{out}  {size:,} bytes  {told}")
