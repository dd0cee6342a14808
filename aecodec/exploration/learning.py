"""A member fitted to what a user names: progress, learning curves as TensorBoard events and as a picture, the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from aecodec.errors import BadInput, UsageError
from aecodec.exploration import inputs, weights
from aecodec.exploration.inputs import Data, Preparation
from aecodec.family.estimator import Autoencoder
from aecodec.family.registry import named
from aecodec.outputs import opened, refuse_existing
from aecodec.training.loop import Progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVE_SIZE = 7, 4.6  # inches
DOTS_PER_INCH = 120
SEQUENTIAL = ("recurrent", "attention")


class Writer(Protocol):
    """Of TensorBoard's events, as far as it is used here."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Wish:
    """What a user asks of `train FAMILY`; settings None are the member's own."""

    family: str
    data: str
    out: Path
    preparation: Preparation | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    tensorboard: Path | None = None
    replace: bool = False

    @property
    def curves(self) -> Path:
        return self.out.with_suffix(".png")


@dataclass
class Curves:
    """Values by name as they were reported, over steps."""

    steps: list[int] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, now: Progress) -> None:
        self.steps.append(now.step)
        for name, value in now.values.items():
            self.values.setdefault(name, []).append(value)


def train(
    wish: Wish, report: Callable[[Progress], None], note: Callable[[str], None]
) -> tuple[Autoencoder, Data, Preparation, int]:
    """The fitted member, what it was fitted to, and the bytes of its file, at OUT with the curves beside it.

    Raises UsageError for settings that cannot be, BadInput for such data, OutputError before anything is read where
    OUT exists.
    """
    if not wish.replace:
        refuse_existing(wish.out)
        refuse_existing(wish.curves)
    member = configured(wish.family, wish.settings)
    data = inputs.read(wish.data, wish.preparation, note)
    refuse_misfits(wish.family, data.preparation)
    curves = fit(member, data, report, wish.tensorboard)
    size = weights.write(member, wish.out, data.preparation, replace=wish.replace, data=wish.data)
    if curves.steps:
        with opened(wish.curves, replace=wish.replace) as stream:
            drawn(curves, wish.family).savefig(stream, format="png", dpi=DOTS_PER_INCH)
    return member, data, data.preparation, size


def configured(family: str, settings: Mapping[str, Any]) -> Autoencoder:
    """A member that is not fitted; raises UsageError for names of none of its settings."""
    kind = named(family)
    known = kind().get_params()
    for name in settings:
        if name not in known:
            own = ", ".join(sorted(set(known) - set(Autoencoder().get_params()))) or "none"
            raise UsageError(f"{family} has no setting {name!r}; beside the shared ones it has: {own}")
    member: Autoencoder = kind(**settings)
    return member


def refuse_misfits(family: str, preparation: Preparation) -> None:
    """Raises UsageError for pictures where series are wanted; dense members take any sample."""
    if (preparation.kind == "series") < (family in SEQUENTIAL):
        raise UsageError(f"{family} autoencoders are of series (.csv, .npy), and these are pictures")


def fit(member: Autoencoder, data: Data, report: Callable[[Progress], None], tensorboard: Path | None = None) -> Curves:
    """Fit and keep what was reported; raises BadInput where the data and the settings do not go together."""
    curves = Curves()
    writer = _writer(tensorboard) if tensorboard else None

    def both(now: Progress) -> None:
        curves.add(now)
        for name, value in now.values.items():
            if writer is not None:
                writer.add_scalar(f"train/{name}", value, now.step)
        report(now)

    try:
        member.fit(data.samples, report=both)
    except ValueError as error:
        raise BadInput(str(error)) from error
    finally:
        if writer is not None:
            writer.close()
    return curves


def _writer(folder: Path) -> Writer:
    from tensorboardX import SummaryWriter

    made: Writer = SummaryWriter(str(folder))
    return made


def drawn(curves: Curves, title: str) -> "Figure":
    """A panel for the loss and one for what it is made of."""
    from matplotlib.figure import Figure  # without pyplot: no window, no global state

    figure = Figure(figsize=CURVE_SIZE, layout="constrained")
    parts = [["loss"], [name for name in curves.values if name != "loss"]]
    panels = [names for names in parts if names]
    for index, names in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), index + 1)
        for name in names:
            axes.plot(curves.steps, curves.values[name], label=name, linewidth=1.5)
        axes.set(xlabel="step", title=title if index == 0 else "parts")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    return figure
