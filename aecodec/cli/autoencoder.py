"""`aecodec train FAMILY`: a member of the autoencoder family from a user's own data."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import options, samples
from aecodec.cli.console import LOG_EVERY_S, Talk
from aecodec.errors import require

if TYPE_CHECKING:
    from aecodec.training.loop import Progress

FAMILY = (  # the names of `family.registry`, which imports torch; a test holds them equal
    "linear",
    "plain",
    "deep",
    "convolutional",
    "denoising",
    "sparse",
    "contractive",
    "regularised",
    "variational",
    "adversarial",
    "ganomaly",
    "recurrent",
    "attention",
)

Family = Annotated[str, typer.Argument(metavar="FAMILY", help=f"One of {', '.join(FAMILY)}.")]
OutFile = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help="The weights file to write.", show_default="FAMILY.safetensors"),
]
TensorBoard = Annotated[
    Path | None,
    typer.Option("--tensorboard", metavar="DIR", help="Learning curves as TensorBoard events; needs the extra of it."),
]


# One parameter per option: that is how typer declares a command line.
def autoencoder(  # noqa: PLR0913
    family: Family,
    data: samples.TrainData,
    out: OutFile = None,
    components: samples.Components = None,
    hidden: samples.Hidden = None,
    epochs: samples.Epochs = None,
    settings: samples.Settings = None,
    side: samples.Side = None,
    patches: samples.Patches = False,
    grey: samples.Grey = False,
    window: samples.Window = None,
    tensorboard: TensorBoard = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    seed: samples.Seed = 0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Train an autoencoder: `aecodec train FAMILY` is short for `aecodec train autoencoder FAMILY`.

    Learning curves are drawn beside the weights, as OUT with the suffix .png.

    Example: aecodec train variational --data mnist:mnist/ --set beta=4 -o vae.safetensors
    """
    require("family")
    if tensorboard is not None:
        require("tensorboard")
    from aecodec.exploration import learning

    talk = Talk(quiet=quiet)
    wish = learning.Wish(
        family,
        data,
        out or Path(f"{family}.safetensors"),
        samples.preparation(side, patches, grey, window),
        samples.gathered(components, hidden, epochs, settings) | {"random_state": seed, "device": device},
        tensorboard,
        force,
    )
    samples.use(device, threads)
    with talk.gauge() as show:
        member, fitted, _, size = learning.train(wish, shown(talk, show), talk.line)
    mean = member.score(fitted.few(2000, seed).samples)
    talk.line(f"{wish.out}  {size:,} bytes  {member.n_components} latents  mean score {mean:.4g}  curves {wish.curves}")


def shown(talk: Talk, show: samples.Show) -> samples.Report:
    """What is told of the progress: on a terminal as it comes, in a log now and then."""
    last = -math.inf

    def report(now: "Progress") -> None:
        nonlocal last
        from time import monotonic

        if talk.live or now.progress >= 1 or monotonic() - last >= LOG_EVERY_S:
            last = monotonic()
            show(now.progress, line(now))

    return report


def line(now: "Progress") -> str:
    values = "  ".join(f"{name} {value:.4g}" for name, value in now.values.items())
    minutes, seconds = divmod(round(now.time_left_s), 60)
    return f"step {now.step}  {values}  {minutes}:{seconds:02} left"
