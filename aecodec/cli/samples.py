"""Options of the commands that learn from samples, each declared once, and how their values are read."""

import ast
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aecodec.errors import UsageError

if TYPE_CHECKING:
    from aecodec.exploration.inputs import Preparation
    from aecodec.training.loop import Progress

Show = Callable[[float, str], None]
Report = Callable[["Progress"], None]

_DATA = "A folder of pictures, a series (.csv, .npy), mnist:PATH, mnist-test:PATH, or the same of cifar10."
_SAMPLES = "Samples"

TrainData = Annotated[str, typer.Option("--data", metavar="DATA", help=_DATA)]
Data = Annotated[str, typer.Argument(metavar="DATA", help=_DATA)]
Weights = Annotated[
    Path | None,
    typer.Option("--weights", metavar="FILE", help="Of `train` or `anomaly fit`.", show_default="the shipped ones"),
]
Limit = Annotated[int, typer.Option(metavar="N", min=4, help="Samples at most, drawn at random.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of all that is drawn at random.")]
Components = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Latents.", show_default="of FAMILY, mostly 30")
]
Hidden = Annotated[
    str | None,
    typer.Option(metavar="N,N,...", help="Widths of the hidden layers.", show_default="of FAMILY, mostly 512,256"),
]
Epochs = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="How often each sample is seen.", show_default="10")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting of FAMILY, as its class has it: loss=bce, activation=elu, beta=4; may be given several times.",
    ),
]
Side = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=4,
        max=512,
        help="Pixels a side of a sample of a folder.",
        rich_help_panel=_SAMPLES,
        show_default="64",
    ),
]
Patches = Annotated[
    bool,
    typer.Option(
        "--patches",
        help="Cut pictures into patches, in place of cropping and resizing each.",
        rich_help_panel=_SAMPLES,
    ),
]
Grey = Annotated[bool, typer.Option("--grey", help="Of pictures in colour take luma.", rich_help_panel=_SAMPLES)]
Window = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=4, help="Steps of a window of a series.", rich_help_panel=_SAMPLES, show_default="64"
    ),
]


def gathered(
    components: int | None, hidden: str | None, epochs: int | None, settings: Sequence[str] | None
) -> dict[str, Any]:
    """Settings by name that were given; raises UsageError for what is none."""
    given: dict[str, Any] = {"n_components": components, "max_epochs": epochs}
    if hidden is not None:
        try:
            given["hidden_layer_sizes"] = tuple(int(width) for width in hidden.split(",") if width.strip())
        except ValueError:
            raise UsageError(f"--hidden {hidden}: give widths such as 512,256") from None
    for text in settings or ():
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--set {text}: give NAME=VALUE, for example loss=bce")
        given[name] = _value(value)
    return {name: value for name, value in given.items() if value is not None}


def _value(text: str) -> object:
    """A number, True or False, or a tuple as Python writes it; else the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def preparation(side: int | None, patches: bool, grey: bool, window: int | None) -> "Preparation | None":
    """None where nothing was asked for; raises UsageError for what cannot go together."""
    from aecodec.exploration import inputs

    if window is not None:
        if side is not None or patches or grey:
            raise UsageError("--window is of series, --side, --patches and --grey are of pictures: give one kind")
        return inputs.Preparation("series", window, 1)
    if side is None and not patches and not grey:
        return None
    return inputs.Preparation("patches" if patches else "resized", side or inputs.SIDE, 1 if grey else 3)


def use(device: str, threads: int | None) -> None:
    """Raises DeviceError for a device that does not exist."""
    from aecodec import devices

    devices.select(device, threads)


def command_line() -> str:
    """What was typed, as a page shows it."""
    return shlex.join(["aecodec", *sys.argv[1:]])
