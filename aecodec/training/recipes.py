"""A run from pictures to weights: load, start from PCA or a checkpoint, train, validate, freeze, save."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from aecodec import devices, weights
from aecodec.errors import OutputError, UsageError, WeightsError
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import QUALITY_STEPS, CodecConfig
from aecodec.nets.freeze import FreezingCost, freeze
from aecodec.nets.pca import pca_start
from aecodec.training import checkpoint, data
from aecodec.training.loop import Progress, Schedule, Trainer, Watch
from aecodec.training.losses import psnr, rate_distortion

PCA_CROPS = 1024  # of 128 x 128: 65,536 blocks of 16 x 16 for 768 components
FREEZE_CROPS = 24  # of 256 x 256, at nine qualities
VALIDATION_SIDE = 512  # pixels of the centre that validation looks at while training
VALIDATION_STEPS = tuple(range(QUALITY_STEPS // 10, QUALITY_STEPS, QUALITY_STEPS // 5))


@dataclass(frozen=True)
class Run:
    """What the user asks of a run; None: the default of the schedule."""

    data: Sequence[Path]
    out: Path
    time_budget_s: float  # of this command
    total_time_s: float | None = None  # of a chain of resumed commands, over which the learning rate falls
    resume: Path | None = None  # a checkpoint, or weights to start from
    valid: Path | None = None
    device: str = "auto"
    threads: int | None = None
    batch: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class ValidationPoint:
    """Means over the validation pictures at one quality; the rate is the model's estimate, not a file's."""

    step: int
    bpp: float
    psnr_db: float


@dataclass(frozen=True)
class Trained:
    """What a run gives: the weights file and what freezing cost."""

    weights_id: str
    size_bytes: int
    cost: FreezingCost
    validation: tuple[ValidationPoint, ...]


def train_codec(
    run: Run,
    *,
    report: Callable[[Progress], None],
    note: Callable[[str], None],
    config: CodecConfig | None = None,
    report_every_s: float = 1.0,
) -> Trained:
    """Train for the run's budget, write checkpoints to OUT.checkpoint on the way and frozen weights to OUT at the end.

    `config` is that of a fresh start; a resumed run keeps its own. Raises BadInput without pictures, WeightsError
    for what cannot be resumed, OutputError when OUT cannot be written.
    """
    if not run.out.parent.is_dir():
        raise OutputError(f"{run.out.parent} is not a folder to write weights to")
    device = devices.select(run.device, run.threads)
    schedule = _schedule(run)
    largest_cut = math.ceil(max(schedule.crop, schedule.late_crop) / data.SMALLEST_SCALE)
    pictures = data.load(run.data, device, largest_cut, note)
    note(f"{pictures.count} pictures, {pictures.megapixels:.0f} megapixels")
    trainer = _trainer(run, schedule, config, pictures, device)
    kept = run.out.with_name(run.out.name + ".checkpoint")

    def save() -> None:
        checkpoint.save(kept, trainer.state())

    try:
        trainer.run(pictures, run.time_budget_s, Watch(report, report_every_s, save))
    finally:
        save()  # also when interrupted: hours are not lost to Ctrl-C
    points = _validate(trainer.average, run.valid, device, note) if run.valid else ()
    crops = pictures.crops(FREEZE_CROPS, schedule.late_crop, torch.Generator(device).manual_seed(run.seed))
    frozen, cost = freeze(trainer.average, crops)
    content = weights.dump(frozen, cost.percent)
    checkpoint.write_atomically(run.out, content)
    return Trained(weights.identify(content).hex(), len(content), cost, points)


def _schedule(run: Run) -> Schedule:
    if run.time_budget_s <= 0:
        raise UsageError("a run needs a time budget above zero")
    schedule = Schedule(run.total_time_s or run.time_budget_s)
    if run.batch is not None:
        schedule = replace(schedule, batch=run.batch, late_batch=max(run.batch // 2, 1))
    return schedule


def _trainer(
    run: Run, schedule: Schedule, config: CodecConfig | None, pictures: data.Pictures, device: torch.device
) -> Trainer:
    if run.resume is None:
        torch.manual_seed(run.seed)
        model = Compressor(config or CodecConfig())
        draw = torch.Generator(device).manual_seed(run.seed)
        pca_start(model, torch.cat([pictures.crops(16, 128, draw).cpu() for _ in range(PCA_CROPS // 16)]))
        return Trainer(model, schedule, device, run.seed)
    if run.resume.suffix == ".safetensors":
        model = weights.read(run.resume, torch.device("cpu")).frozen.model.requires_grad_(True)
        return Trainer(model, schedule, device, run.seed)
    state = checkpoint.load(run.resume)
    trainer = Trainer(Compressor(CodecConfig.from_json(state["config"])), schedule, device, run.seed)
    try:
        trainer.resume(state)
    except (KeyError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{run.resume} cannot be resumed: {error}") from error
    if run.total_time_s is None:
        # a chain without a stated length: what was trained before counts as done, and this budget comes on top
        trainer.schedule = replace(schedule, total=trainer.elapsed + run.time_budget_s)
    return trainer


def _validate(
    model: Compressor, folder: Path, device: torch.device, note: Callable[[str], None]
) -> tuple[ValidationPoint, ...]:
    """Estimated rate and PSNR of the centres of the pictures in `folder`, at five qualities."""
    pictures = data.load([folder], device, VALIDATION_SIDE, note)
    model.eval()
    points = []
    for step in VALIDATION_STEPS:
        results = [_measure(model, centre, step) for centre in pictures.centres(VALIDATION_SIDE)]
        bpp, psnr_db = (sum(values) / len(results) for values in zip(*results, strict=True))
        points.append(ValidationPoint(step, bpp, psnr_db))
    return tuple(points)


@torch.no_grad()
def _measure(model: Compressor, pixels: Tensor, step: int) -> tuple[float, float]:
    steps = torch.full((1,), step, device=pixels.device)
    result = rate_distortion(model.config, model(pixels, steps), pixels, steps)
    return float(result.bpp), float(psnr(result.mse))
