"""The command line, assembled from one file a command."""

from typing import Annotated, Any

import typer

import aecodec
from aecodec.cli import anomaly, train
from aecodec.cli.console import guarded
from aecodec.cli.decode import decode
from aecodec.cli.denoise import denoise
from aecodec.cli.encode import encode
from aecodec.cli.evaluate import evaluate
from aecodec.cli.explore import explore
from aecodec.cli.info import info
from aecodec.cli.models import models
from aecodec.cli.parsing import Command, Group
from aecodec.cli.sample import sample
from aecodec.cli.thumbnail import thumbnail
from aecodec.cli.transform import transform


class Guarded(Group):
    """Every command, parsing included, runs under `guarded`."""

    def invoke(self, ctx: Any) -> Any:  # typer and click name the context's class differently
        with guarded():
            return super().invoke(ctx)


def _version(wanted: bool) -> None:
    if not wanted:
        return
    import platform
    from importlib.metadata import version

    runtimes = f"ONNX Runtime {version('onnxruntime')}, torch {version('torch')}"
    typer.echo(f"aecodec {aecodec.__version__}, Python {platform.python_version()}, {runtimes}")
    from aecodec import devices  # only now: torch takes seconds

    for line in devices.describe():
        typer.echo(line)
    raise typer.Exit


app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # an exception that gets here is a bug, and a plain traceback says most
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def aecodec_command(
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_version, is_eager=True, help="Show versions and devices."),
    ] = False,
) -> None:
    """Learned image compression, denoising, and autoencoders of all kinds. Data goes to stdout, all else to stderr.

    Exit status: 0 all good, 1 something failed, 2 wrong usage.
    """


for command in (encode, decode, denoise, info, thumbnail, evaluate, models, explore, sample, transform):
    app.command(cls=Command)(command)
app.add_typer(train.app, name="train")
app.add_typer(anomaly.app, name="anomaly")
