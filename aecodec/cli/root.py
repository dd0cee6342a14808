"""What every command hangs on: the program itself, its version, and how its errors end."""

from typing import Annotated, Any

import typer

import aecodec
from aecodec.cli.console import guarded
from aecodec.cli.parsing import Group


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


def program() -> typer.Typer:
    """The program, without any command."""
    app = typer.Typer(
        cls=Guarded,
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # an exception that gets here is a bug, and a plain traceback says most
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(aecodec_command)
    return app


def aecodec_command(
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_version, is_eager=True, help="Show versions and devices."),
    ] = False,
) -> None:
    """Learned image compression, denoising, and autoencoders of all kinds. Data goes to stdout, all else to stderr.

    Exit status: 0 all good, 1 something failed, 2 wrong usage.
    """
