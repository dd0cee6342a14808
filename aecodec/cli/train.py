"""`aecodec train`: weights of a codec, a denoiser or any autoencoder from a user's own data."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from aecodec.cli import options, values
from aecodec.cli.autoencoder import FAMILY, autoencoder
from aecodec.cli.console import LOG_EVERY_S, Talk
from aecodec.cli.parsing import Group
from aecodec.errors import require

if TYPE_CHECKING:
    from aecodec.training.loop import Progress
    from aecodec.training.runs import Run

T = TypeVar("T")

DEFAULT_BUDGET_S = 1800.0


class Families(Group):
    """`train variational` is `train autoencoder variational`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["autoencoder", *args] if args and args[0] in FAMILY else args)


app = typer.Typer(cls=Families, no_args_is_help=True, help="Train weights on your own pictures or series.")

OutFile = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The weights file to write.")]
Budget = Annotated[
    float | None,
    typer.Option(
        metavar="TIME",
        parser=values.duration("--time-budget"),
        help="How long this command takes: 90s, 9m or 1.5h. With --total-time or --decay, how long it trains.",
        show_default="30m; all of --decay; with --stable for ever",
    ),
]
TotalTime = Annotated[
    float | None,
    typer.Option(
        metavar="TIME",
        parser=values.duration("--total-time"),
        help="Of a chain of resumed commands, over which the learning rate falls; else each adds its budget.",
    ),
]
Stable = Annotated[
    bool, typer.Option("--stable", help="Train until stopped, at one learning rate; keep OUT.checkpoint, no weights.")
]
Decay = Annotated[
    float | None,
    typer.Option(
        metavar="TIME",
        parser=values.duration("--decay"),
        help="Make weights of a stable run's checkpoint (--resume): in this time the learning rate falls to nothing.",
    ),
]
LearningRate = Annotated[
    float | None, typer.Option(metavar="RATE", help="The highest one.", show_default="0.001, stable 0.0006")
]
Resume = Annotated[Path | None, typer.Option(metavar="FILE", help="A checkpoint or weights to go on from.")]
LeaveOut = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Names of pictures not to train on, one a line, as they are below their FOLDER."),
]
Valid = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Pictures to measure on at the end, of at least 512 pixels a side."),
]
BatchSize = Annotated[
    int | None, typer.Option("--batch", metavar="N", min=1, help="Crops in a step.", show_default="as the device likes")
]
Seed = Annotated[int, typer.Option(metavar="N", help="Of all that is drawn at random.")]


@dataclass(frozen=True)
class Kind:
    """In what the two commands differ."""

    name: str
    help: str
    least: str  # sides of pictures
    sizes: str
    growth: str
    grows: str
    train: "Callable[[Run, Talk], Iterator[str]]"  # gives lines about the result


def _codec(run: "Run", talk: Talk) -> Iterator[str]:
    from aecodec.training.codec import train_codec

    trained = _watched(train_codec, run, talk)
    if trained is not None:
        for point in trained.validation:
            yield f"validation  step {point.step}  {point.bpp:.3f} bpp  {point.psnr_db:.2f} dB"
        cost = f"freezing cost {trained.cost.percent:.2f} %"
        yield f"{run.out}  {trained.size_bytes:,} bytes  weights {trained.weights_id}  {cost}"


def _denoiser(run: "Run", talk: Talk) -> Iterator[str]:
    from aecodec.training.denoiser import train_denoiser

    trained = _watched(train_denoiser, run, talk)
    if trained is not None:
        for sigma, decibels in trained.validation.items():
            yield f"validation  sigma {sigma}  {decibels:.2f} dB"
        yield f"{run.out}  {trained.size_bytes:,} bytes  weights {trained.weights_id}"


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
    left = f"  {_duration(now.time_left_s)} left" if math.isfinite(now.time_left_s) else ""
    return f"step {now.step}  {values}  {now.megapixels_per_s:.2f} MP/s{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


# As long as its options are many.
def _command(kind: Kind) -> Callable[..., None]:
    # One parameter per option: that is how typer declares a command line.
    def command(  # noqa: PLR0913
        data: Annotated[
            list[Path],
            typer.Option(
                metavar="FOLDER", help=f"Pictures to train on, at least {kind.least}; may be given several times."
            ),
        ],
        out: OutFile = Path(f"{kind.name}.safetensors"),
        time_budget: Budget = None,
        total_time: TotalTime = None,
        stable: Stable = False,
        decay: Decay = None,
        learning_rate: LearningRate = None,
        resume: Resume = None,
        size: Annotated[
            str, typer.Option(metavar=kind.sizes, help="Network of a fresh start: for hours on a CPU, or for a GPU.")
        ] = "small",
        grow: Annotated[
            str | None, typer.Option(metavar=kind.growth, help=f"Go on in a {kind.grows}; needs --resume.")
        ] = None,
        leave_out: LeaveOut = None,
        valid: Valid = None,
        device: options.Device = "auto",
        threads: options.Threads = None,
        batch: BatchSize = None,
        seed: Seed = 0,
        force: options.Force = False,
        quiet: options.Quiet = False,
    ) -> None:
        begun = monotonic()  # importing torch is of the budget
        require("train")
        from aecodec.training.runs import Run

        talk = Talk(quiet=quiet)
        run = Run(
            data,
            out,
            time_budget or (math.inf if stable or decay else DEFAULT_BUDGET_S),
            total_time_s=total_time,
            stable=stable,
            decay_s=decay,
            learning_rate=learning_rate,
            resume=resume,
            leave_out=leave_out,
            valid=valid,
            device=device,
            threads=threads,
            batch=batch,
            seed=seed,
            size=size,
            grow=grow,
            force=force,
            begun=begun,
        )
        for line in kind.train(run, talk):
            talk.line(line)

    return command


KINDS = (
    Kind(
        name="codec",
        help="Train a codec and freeze it into a weights file; checkpoints go to OUT.checkpoint on the way.",
        least="384 pixels a side, on CUDA 192 (with --stable 128 and 192, with --decay 256 and 192)",
        sizes="small|base",
        growth="FINE,COARSE|details",
        grows="deeper network (blocks at 1/8 and 1/16, each way) or one with details, for more than 40 dB",
        train=_codec,
    ),
    Kind(
        name="denoiser",
        help="Train a denoiser on clean pictures; checkpoints go to OUT.checkpoint on the way.",
        least="128 pixels a side, on CUDA 192 (with --stable 64 and 192)",
        sizes="small|medium|base",
        growth="medium|base",
        grows="wider network",
        train=_denoiser,
    ),
)
for kind in KINDS:
    example = f"Example: aecodec train {kind.name} --data photos/ --time-budget 9m -o mine.safetensors"
    app.command(kind.name, help=f"{kind.help}\n\n{example}")(_command(kind))
app.command()(autoencoder)
