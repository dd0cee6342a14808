"""A run, whatever it trains: what the user asks, what is refused before its first step, how its hours are kept."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from aecodec import devices
from aecodec.errors import OutputError, UsageError, WeightsError
from aecodec.nets.compressor import Compressor
from aecodec.nets.restorer import Restorer
from aecodec.outputs import refuse_existing
from aecodec.training import checkpoint, data, schedule
from aecodec.training.loop import Trainer, Watch
from aecodec.training.schedule import Crops, Schedule
from aecodec.training.tasks import Task

VALIDATION_SIDE = 512  # pixels of the centre that validation looks at while training
LEAST_SHARE = 0.1  # of the budget is for training, however long all else takes

C = TypeVar("C")
M = TypeVar("M", Compressor, Restorer)
T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
Note = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What the user asks of a run; None: the default of the schedule."""

    data: Sequence[Path]
    out: Path
    time_budget_s: float  # of this command; of its training alone in a chain of a stated length, or in a branch
    total_time_s: float | None = None  # of a chain of resumed commands, over which the learning rate falls
    stable: bool = False  # goes on until it is stopped, and keeps checkpoints only
    decay_s: float | None = None  # of a branch that makes weights of a stable run's checkpoint
    learning_rate: float | None = None  # the highest
    resume: Path | None = None  # a checkpoint, or weights to start from
    leave_out: Path | None = None  # a file with names of pictures in `data` that are not to be trained on
    valid: Path | None = None
    device: str = "auto"
    threads: int | None = None
    batch: int | None = None
    seed: int = 0
    size: str = "small"  # of a fresh start; a resumed run keeps its own
    grow: str | None = None  # what the resumed network becomes, as its recipe reads it
    force: bool = False  # what is at `out` may be replaced, an earlier run's checkpoint too
    begun: float | None = field(default=None, compare=False)  # by time.monotonic(); None: when `train` is called


@dataclass(frozen=True)
class Origin:
    """Where a run starts."""

    task: Callable[[data.Pictures], Task]  # with a network that is not yet trained, or not yet in this shape
    state: dict[str, Any] | None = None  # of the checkpoint with which it goes on as if it had not stopped


class Recipe(Protocol[T_co]):
    """How one kind of model is trained and what becomes of it."""

    late_from: float  # large crops, of a run of a given time

    def crops(self, run: Run, device: torch.device) -> Crops: ...

    def origin(self, run: Run) -> Origin:
        """Reads what is resumed. Raises UsageError for sizes and growth that cannot be, WeightsError."""

    def reserve(self, run: Run, model: nn.Module, pictures: data.Pictures, centres: Sequence[Tensor]) -> float:
        """Seconds that `finish` will take, reckoned from a part of it that is done now."""

    def finish(self, run: Run, model: nn.Module, pictures: data.Pictures, centres: Sequence[Tensor]) -> T_co:
        """Validate on the centres (1, 3, H, W) and write the weights to OUT; `model` is the averaged one."""


def train(run: Run, recipe: Recipe[T], watch: Watch, note: Note) -> T | None:
    """Train for the run's budget, with checkpoints at OUT.checkpoint, and finish; a stable run has nothing to finish.

    All that can be refused is, before the first step and mostly before pictures are read: UsageError for options that
    cannot be served, OutputError for an OUT that exists or cannot be written, WeightsError for what cannot be resumed,
    BadInput for folders that are none or have no pictures. Later: WeightsError when the loss is no longer finite,
    DeviceError when memory ends. The budget is of all that this does, unless a chain or a branch has a stated length.
    """
    begun = monotonic() if run.begun is None else run.begun
    _refuse_options(run)
    _refuse_outputs(run)
    data.refuse_missing("--data", run.data)
    data.refuse_missing("--valid", [run.valid] if run.valid else [])
    device = devices.select(run.device, run.threads, exact=False)
    origin = recipe.origin(run)
    planned = schedule_of(run, recipe, device, origin.state)
    held_out = data.names(run.leave_out) if run.leave_out else ()
    centres = _centres(run.valid, note) if run.valid else ()
    pictures = data.load(run.data, device, planned.largest_side, note, held_out)
    note(f"{pictures.count} pictures, {_amount(pictures.megapixels)} megapixels")
    trainer = Trainer(origin.task(pictures), planned, device, run.seed, note)
    if origin.state is not None:
        _resume(run, trainer, origin.state)
    with devices.memory_errors():
        trainer.warm_up(pictures)
    budget_s = run.time_budget_s
    if run.total_time_s is None and run.decay_s is None and math.isfinite(budget_s):
        with devices.memory_errors():
            reserve_s = 0.0 if run.stable else recipe.reserve(run, trainer.average, pictures, centres)
        budget_s = _for_training(budget_s, monotonic() - begun, reserve_s, note)
        trainer.schedule = replace(planned, total=planned.total - run.time_budget_s + budget_s)
    _spend(run, trainer, pictures, watch, note, budget_s)
    return None if run.stable else recipe.finish(run, trainer.average, pictures, centres)


def _for_training(budget_s: float, spent_s: float, reserve_s: float, note: Note) -> float:
    """Seconds of the budget that are left to train, between what was spent before and what comes after."""
    left_s = max(budget_s - spent_s - reserve_s, LEAST_SHARE * budget_s)
    beyond = "" if left_s + spent_s + reserve_s <= budget_s * (1 + 1e-9) else ": that is beyond the budget"
    note(
        f"trains for {_amount(left_s)} of {_amount(budget_s)} s: {_amount(spent_s)} s went into the start, "
        f"about {_amount(reserve_s)} s will go into the end{beyond}"
    )
    return left_s


def _amount(value: float) -> str:
    """Without digits that do not matter, and never 0 for what is none."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes when it has been done before."""
    work()
    began = monotonic()
    work()
    return monotonic() - began


def _refuse_options(run: Run) -> None:
    """Raises UsageError for what cannot be served together."""
    if not run.time_budget_s > 0:
        raise UsageError("a run needs a time budget above zero")
    if run.learning_rate is not None and not 0 < run.learning_rate < math.inf:
        raise UsageError("a learning rate is above zero")
    if sum((run.stable, run.decay_s is not None, run.total_time_s is not None)) > 1:
        raise UsageError("--stable, --decay and --total-time exclude each other: give one of them")
    if run.grow is not None and run.resume is None:
        raise UsageError("only a trained network grows: name it with --resume")
    if run.decay_s is not None and (run.resume is None or run.grow is not None):
        raise UsageError("--decay makes weights of a stable run as it is: name its checkpoint with --resume")


def _refuse_outputs(run: Run) -> None:
    """Raises OutputError where nothing can be written, or something would be lost."""
    folder, kept = run.out.parent, checkpoint.of(run.out)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f"{folder} is not a folder to write weights to")
    if run.out.is_dir() or kept.is_dir():
        raise OutputError(f"{run.out} or {kept} is a folder; name a file with -o")
    if run.force:
        return
    if not run.stable:
        refuse_existing(run.out)
    lost = [] if _goes_on_in(run, kept) else [path for path in (kept, checkpoint.previous(kept)) if path.exists()]
    if lost:
        remedy = "go on with it by --resume, name another file with -o, or lose it by --force"
        raise OutputError(f"{lost[0]} is of another run: {remedy}")


def _goes_on_in(run: Run, kept: Path) -> bool:
    """Whether the checkpoint that is resumed is the one that will be written."""
    return run.resume is not None and run.resume.resolve() in (kept.resolve(), checkpoint.previous(kept).resolve())


def schedule_of(run: Run, recipe: Recipe[T], device: torch.device, state: dict[str, Any] | None = None) -> Schedule:
    """How the run is spent; `state` of the checkpoint that it goes on from. Raises UsageError."""
    crops = recipe.crops(run, device)
    if run.batch is not None:
        crops = replace(crops, batch=run.batch, late_batch=max(run.batch // 4, 1))
    elapsed = state["counters"]["elapsed"] if state is not None else 0.0
    if run.stable:
        return schedule.stable(crops, run.learning_rate or schedule.STABLE_RATE)
    if run.decay_s is not None:
        if state is None:
            raise UsageError(f"{run.resume} is not a stable run's checkpoint, which --decay needs")
        begun = state.get("branch")  # an interrupted branch goes on
        if begun is None and _goes_on_in(run, checkpoint.of(run.out)):
            raise UsageError(f"--decay would write over {run.resume}, which it leaves alone: name another file with -o")
        begun = begun or {"start": elapsed, "highest": state["optimisers"][0]["param_groups"][0]["lr"]}
        return schedule.decay(run.decay_s, crops, run.learning_rate or begun["highest"], begun["start"])
    # a chain without a stated length: what was trained before counts as done, and this budget comes on top
    total = run.total_time_s or elapsed + run.time_budget_s
    return Schedule(total, crops, highest=run.learning_rate or schedule.HIGHEST_RATE, late_from=recipe.late_from)


def chosen(size: str, sizes: Mapping[str, C]) -> C:
    """Raises UsageError for a size that is none."""
    if size not in sizes:
        raise UsageError(f"no network has the size {size!r}: give {' or '.join(sizes)}")
    return sizes[size]


def resumed(
    path: Path, of_weights: Callable[[Path], M], of_shape: Callable[[str], M]
) -> tuple[M, dict[str, Any] | None]:
    """The trained network in weights or in a checkpoint, and the checkpoint's state. Raises WeightsError."""
    if path.suffix == ".safetensors":
        return of_weights(path).requires_grad_(True), None
    state = checkpoint.load(path)
    model = of_shape(state["config"])
    try:
        model.load_state_dict(state["average"])
    except RuntimeError as error:
        raise WeightsError(f"{path} is a checkpoint of another kind of network") from error
    return model, state


def _resume(run: Run, trainer: Trainer, state: dict[str, Any]) -> None:
    try:
        trainer.resume(state)
    except (KeyError, RuntimeError, ValueError, TypeError) as error:
        raise WeightsError(f"{run.resume} cannot be resumed: {error}") from error


def _centres(folder: Path, note: Note) -> list[Tensor]:
    return list(data.load([folder], torch.device("cpu"), VALIDATION_SIDE, note).centres(VALIDATION_SIDE))


def _spend(run: Run, trainer: Trainer, pictures: data.Pictures, watch: Watch, note: Note, budget_s: float) -> None:
    """Train for so long, with checkpoints on the way and at the end, also when it is interrupted."""
    kept = _Kept(run, trainer, note)
    try:
        with devices.memory_errors():
            trainer.run(pictures, budget_s, replace(watch, save=kept.save))
        kept.save()
    except WeightsError as error:
        where = f"{kept.path} is from before" if kept.path.exists() else "no checkpoint was written yet"
        raise WeightsError(f"{error}: {where}; try a lower --learning-rate") from error
    except BaseException:
        kept.save()  # hours are not lost to Ctrl-C
        raise
    finally:
        if run.stable and kept.step is not None:
            note(f"{kept.path}  step {kept.step}  no weights yet: --decay 40m --resume {kept.path} makes them")
    if run.stable and kept.failure is not None:
        raise kept.failure


class _Kept:
    """A run's checkpoint. A save that fails, as on a full disk, is told once and ends nothing."""

    def __init__(self, run: Run, trainer: Trainer, note: Note) -> None:
        self.path = checkpoint.of(run.out)
        self.trainer, self.note = trainer, note
        planned = trainer.schedule
        self.branch = {"start": planned.start, "highest": planned.highest} if run.decay_s is not None else None
        self.step: int | None = None  # of the newest one that this run wrote
        self.failure: OutputError | None = None

    def save(self) -> None:
        """Raises WeightsError for weights that are not finite, which never take the place of good ones."""
        self.trainer.check()
        try:
            checkpoint.save(self.path, {**self.trainer.state(), "branch": self.branch})
        except OutputError as error:
            if self.failure is None:
                self.note(f"warning: {error}; training goes on")
            self.failure = error
        else:
            self.step, self.failure = self.trainer.step, None
