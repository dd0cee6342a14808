"""`aecodec transform`: features of samples for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from aecodec.cli import options, samples
from aecodec.cli.console import Talk
from aecodec.errors import require

Table = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="A .npz or .npy of NumPy, or a .parquet (extra parquet).")
]


# One parameter per option: that is how typer declares a command line.
def transform(
    data: samples.Data,
    out: Table = Path("features.npz"),
    weights: samples.Weights = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the latents of samples: a row for each, with its name and, of folders of classes, its class.

    Example: aecodec transform photos/ --weights mine.safetensors -o features.parquet
    """
    require("family")
    from aecodec.exploration import features

    talk = Talk(quiet=quiet)
    samples.use(device, threads)
    rows, columns, size = features.transform(data, weights, out, device, force, talk.line)
    talk.line(f"{out}  {size:,} bytes  {rows:,} samples of {columns} features")
