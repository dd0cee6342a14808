"""`aecodec train codec` and `train denoiser`: weights from a user's own pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from aecodec.cli import options
from aecodec.cli.console import Talk
from aecodec.errors import require

if TYPE_CHECKING:
    from aecodec.training.loop import Progress
    from aecodec.training.recipes import Run

T = TypeVar("T")

LOG_EVERY_S = 30.0  # where no terminal shows every second

app = typer.Typer(no_args_is_help=True, help="Train weights on your own pictures.")

Data = Annotated[list[Path], typer.Option(metavar="FOLDER", help="Pictures to train on; may be given several times.")]
OutFile = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The weights file to write.")]
Budget = Annotated[
    float, typer.Option(metavar="TIME", parser=options.parse_duration, help="How long: 90s, 9m or 1.5h.")
]
TotalTime = Annotated[
    float | None,
    typer.Option(
        metavar="TIME",
        parser=options.parse_duration,
        help="Of a chain of resumed commands, over which the learning rate falls; else each adds its budget.",
    ),
]
Resume = Annotated[Path | None, typer.Option(metavar="FILE", help="A checkpoint or weights to go on from.")]
Valid = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Pictures to measure on at the end.")]
BatchSize = Annotated[
    int | None, typer.Option("--batch", min=1, help="Crops in a step.", show_default="as the device likes")
]
Size = Annotated[
    str, typer.Option(metavar="small|base", help="Network of a fresh start: for hours on a CPU, or for a GPU.")
]
Grow = Annotated[  # text: typer would take a pair for an option of two values
    str | None,
    typer.Option(
        metavar="FINE,COARSE", help="Go on in a deeper network: blocks at 1/8 and 1/16, each way; needs --resume."
    ),
]
DenoiserSize = Annotated[
    str, typer.Option(metavar="small|medium|base", help="Network of a fresh start: for hours on a CPU, or for a GPU.")
]
Widen = Annotated[
    str | None,
    typer.Option("--grow", metavar="medium|base", help="Go on in a wider network; needs --resume."),
]
Seed = Annotated[int, typer.Option(help="Of all that is drawn at random.")]


# One parameter per option: that is how typer declares a command line.
@app.command()
def codec(  # noqa: PLR0913
    data: Data,
    out: OutFile = Path("codec.safetensors"),
    time_budget: Budget = "30m",  # type: ignore[assignment]  # typer parses defaults too
    total_time: TotalTime = None,
    resume: Resume = None,
    size: Size = "small",
    grow: Grow = None,
    valid: Valid = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    batch: BatchSize = None,
    seed: Seed = 0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a codec and freeze it into a weights file; checkpoints go to OUT.checkpoint on the way.

    Example: aecodec train codec --data photos/ --time-budget 9m -o mine.safetensors
    """
    require("train")
    from aecodec.outputs import refuse_existing

    if not force:
        refuse_existing(out)
    from aecodec.training import recipes

    talk = Talk(quiet=quiet)
    run = recipes.Run(
        data,
        out,
        time_budget,
        total_time_s=total_time,
        resume=resume,
        valid=valid,
        device=device,
        threads=threads,
        batch=batch,
        seed=seed,
        size=size,
        grow=options.parse_blocks(grow),
    )
    trained = _watched(recipes.train_codec, run, talk)
    for point in trained.validation:
        talk.line(f"validation  step {point.step}  {point.bpp:.3f} bpp  {point.psnr_db:.2f} dB")
    cost = f"freezing cost {trained.cost.percent:.2f} %"
    talk.line(f"{out}  {trained.size_bytes:,} bytes  weights {trained.weights_id}  {cost}")


# One parameter per option: that is how typer declares a command line.
@app.command()
def denoiser(  # noqa: PLR0913
    data: Data,
    out: OutFile = Path("denoiser.safetensors"),
    time_budget: Budget = "30m",  # type: ignore[assignment]  # typer parses defaults too
    total_time: TotalTime = None,
    resume: Resume = None,
    size: DenoiserSize = "small",
    grow: Widen = None,
    valid: Valid = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    batch: BatchSize = None,
    seed: Seed = 0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a denoiser on clean pictures; checkpoints go to OUT.checkpoint on the way.

    Example: aecodec train denoiser --data photos/ --time-budget 9m -o mine.safetensors
    """
    require("train")
    from aecodec.outputs import refuse_existing

    if not force:
        refuse_existing(out)
    from aecodec.training import recipes

    talk = Talk(quiet=quiet)
    run = recipes.Run(
        data,
        out,
        time_budget,
        total_time_s=total_time,
        resume=resume,
        valid=valid,
        device=device,
        threads=threads,
        batch=batch,
        seed=seed,
        size=size,
        widen=grow,
    )
    trained = _watched(recipes.train_denoiser, run, talk)
    for sigma, decibels in trained.validation.items():
        talk.line(f"validation  sigma {sigma}  {decibels:.2f} dB")
    talk.line(f"{out}  {trained.size_bytes:,} bytes  weights {trained.weights_id}")


def _watched(train: Callable[..., T], run: "Run", talk: Talk) -> T:
    """What training gives, its progress shown."""
    with talk.gauge() as show:
        return train(
            run,
            report=lambda progress: show(progress.progress, _line(progress)),
            note=talk.line,
            report_every_s=1.0 if talk.live else LOG_EVERY_S,
        )


def _line(now: "Progress") -> str:
    values = "  ".join(f"{name} {value:.4f}" for name, value in now.values.items())
    return f"step {now.step}  {values}  {now.megapixels_per_s:.2f} MP/s  {_duration(now.time_left_s)} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
