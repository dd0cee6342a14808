"""A run from pictures to weights: load, start from PCA or a checkpoint, train, validate, freeze, save."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from aecodec import devices
from aecodec.errors import OutputError, UsageError, WeightsError
from aecodec.models import weights
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SIZES, CodecConfig, from_json
from aecodec.nets.restorer import RESTORERS, Restorer, RestorerConfig, spread
from aecodec.quality import QUALITY_STEPS
from aecodec.training import checkpoint, data
from aecodec.training.degradations import stored
from aecodec.training.freeze import FreezingCost, freeze
from aecodec.training.grow import grow
from aecodec.training.loop import Progress, Schedule, Trainer, Watch
from aecodec.training.losses import psnr, rate_distortion
from aecodec.training.pca import pca_start
from aecodec.training.tasks import CodecTask, DenoiserTask
from aecodec.training.widen import widen

PCA_CROPS = 1024  # of 128 x 128: 65,536 blocks of 16 x 16 for 768 components
FREEZE_CROPS, FREEZE_SIDE = 24, 256  # at nine qualities
GROW_CROPS = 32  # of 128 x 128, to see how large features are
VALIDATION_SIDE = 512  # pixels of the centre that validation looks at while training
VALIDATION_STEPS = tuple(range(QUALITY_STEPS // 10, QUALITY_STEPS, QUALITY_STEPS // 5))
VALIDATION_SIGMAS = (15, 25, 50)  # of 255
C = TypeVar("C")


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
    size: str = "small"  # of a fresh start, a key of SIZES or RESTORERS; a resumed run keeps its own
    grow: tuple[int, int] | None = None  # of a codec: blocks at 1/8 and 1/16 that the resumed network gets, each way
    widen: str | None = None  # of a denoiser: the size that the resumed network grows to, a key of RESTORERS


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


@dataclass(frozen=True)
class TrainedDenoiser:
    """What a run gives: the weights file, and blind PSNR in dB over the validation pictures at noise levels of 255."""

    weights_id: str
    size_bytes: int
    validation: dict[int, float]


def train_codec(
    run: Run,
    *,
    report: Callable[[Progress], None],
    note: Callable[[str], None],
    report_every_s: float = 1.0,
) -> Trained:
    """Train for the run's budget, write checkpoints to OUT.checkpoint on the way and frozen weights to OUT at the end.

    Raises BadInput without pictures, WeightsError for what cannot be resumed, UsageError for a size that is none or
    a network that cannot grow so, OutputError when OUT cannot be written.
    """
    device = _device(run)
    pictures = _pictures(run, schedule_of(run, device), device, note)
    trainer = _codec_trainer(run, pictures, device)
    _spend(run, trainer, pictures, Watch(report, report_every_s))
    model = trainer.average
    assert isinstance(model, Compressor)  # what its task trains
    points = _validate(model, run.valid, device, note) if run.valid else ()
    crops = pictures.crops(FREEZE_CROPS, FREEZE_SIDE, torch.Generator().manual_seed(run.seed))
    frozen, cost = freeze(model, crops)
    content = weights.dump(frozen, cost.percent)
    checkpoint.write_atomically(run.out, content)
    return Trained(weights.identify(content).hex(), len(content), cost, points)


def train_denoiser(
    run: Run,
    *,
    report: Callable[[Progress], None],
    note: Callable[[str], None],
    report_every_s: float = 1.0,
) -> TrainedDenoiser:
    """As `train_codec`, for a denoiser; raises the same."""
    device = _device(run)
    schedule = denoiser_schedule_of(run, device)
    pictures = _pictures(run, schedule, device, note)
    trainer = _denoiser_trainer(run, schedule, device)
    _spend(run, trainer, pictures, Watch(report, report_every_s))
    model = trainer.average
    assert isinstance(model, Restorer)
    points = _validate_denoiser(model, run.valid, device, note) if run.valid else {}
    content = weights.dump_denoiser(model)
    checkpoint.write_atomically(run.out, content)
    return TrainedDenoiser(weights.identify(content).hex(), len(content), points)


def _device(run: Run) -> torch.device:
    if not run.out.parent.is_dir():
        raise OutputError(f"{run.out.parent} is not a folder to write weights to")
    return devices.select(run.device, run.threads)


def _pictures(run: Run, schedule: Schedule, device: torch.device, note: Callable[[str], None]) -> data.Pictures:
    least_side = max(math.ceil(schedule.crop / data.SMALLEST_SCALE), schedule.late_crop)
    pictures = data.load(run.data, device, least_side, note)
    note(f"{pictures.count} pictures, {pictures.megapixels:.0f} megapixels")
    return pictures


def _spend(run: Run, trainer: Trainer, pictures: data.Pictures, watch: Watch) -> None:
    """The run's budget, with checkpoints on the way and at the end."""
    kept = run.out.with_name(run.out.name + ".checkpoint")

    def save() -> None:
        checkpoint.save(kept, trainer.state())

    try:
        trainer.run(pictures, run.time_budget_s, replace(watch, save=save))
    finally:
        save()  # also when interrupted: hours are not lost to Ctrl-C


def schedule_of(run: Run, device: torch.device) -> Schedule:
    """The schedule of a codec's run on a device; raises UsageError without a time budget."""
    schedule = _schedule(run)
    if device.type == "cuda":  # two megapixels a step keep it busy
        schedule = replace(schedule, batch=32, crop=256, late_crop=512, late_batch=8)
    return _with_batch(run, schedule)


def denoiser_schedule_of(run: Run, device: torch.device) -> Schedule:
    """As `schedule_of`, for a denoiser."""
    schedule = replace(_schedule(run), batch=16, crop=64, late_crop=128, late_batch=4, late_from=0.7)
    if device.type == "cuda":
        schedule = replace(schedule, batch=64, crop=128, late_crop=256, late_batch=16)
    return _with_batch(run, schedule)


def _schedule(run: Run) -> Schedule:
    if run.time_budget_s <= 0:
        raise UsageError("a run needs a time budget above zero")
    return Schedule(run.total_time_s or run.time_budget_s)


def _with_batch(run: Run, schedule: Schedule) -> Schedule:
    return schedule if run.batch is None else replace(schedule, batch=run.batch, late_batch=max(run.batch // 4, 1))


def _chosen(size: str, sizes: Mapping[str, C]) -> C:
    if size not in sizes:
        raise UsageError(f"no network has the size {size!r}: give {' or '.join(sizes)}")
    return sizes[size]


def _denoiser_trainer(run: Run, schedule: Schedule, device: torch.device) -> Trainer:
    config = _chosen(run.widen or run.size, RESTORERS)
    torch.manual_seed(run.seed)
    if run.resume is None:
        if run.widen is not None:
            raise UsageError("only a trained network grows: name it with --resume")
        return Trainer(DenoiserTask(Restorer(config)), schedule, device, run.seed)
    if run.resume.suffix == ".safetensors":
        model = weights.read_denoiser(run.resume, torch.device("cpu")).model.requires_grad_(True)
    else:
        state = checkpoint.load(run.resume)
        model = Restorer(from_json(RestorerConfig, state["config"]))
        if run.widen is None:
            return _resumed(run, state, Trainer(DenoiserTask(model), schedule, device, run.seed))
        model.load_state_dict(state["average"])
    if run.widen is not None:
        model = widen(model, config)
    return Trainer(DenoiserTask(model), schedule, device, run.seed)


def _codec_trainer(run: Run, pictures: data.Pictures, device: torch.device) -> Trainer:
    schedule = schedule_of(run, device)
    config = _chosen(run.size, SIZES)

    def trainer(model: Compressor) -> Trainer:
        return Trainer(CodecTask(model), schedule, device, run.seed)

    draw = torch.Generator().manual_seed(run.seed)
    if run.resume is None:
        if run.grow is not None:
            raise UsageError("only a trained network grows: name it with --resume")
        torch.manual_seed(run.seed)
        model = Compressor(config)
        pca_start(model, torch.cat([pictures.crops(16, 128, draw).cpu() for _ in range(PCA_CROPS // 16)]))
        return trainer(model)
    if run.resume.suffix == ".safetensors":
        model = weights.read(run.resume, torch.device("cpu")).frozen.model.requires_grad_(True)
    else:
        state = checkpoint.load(run.resume)
        model = Compressor(from_json(CodecConfig, state["config"]))
        if run.grow is None:
            return _resumed(run, state, trainer(model))
        model.load_state_dict(state["average"])
    if run.grow is not None:
        model = grow(model, run.grow, pictures.crops(GROW_CROPS, 128, draw).cpu())
    return trainer(model)


def _resumed(run: Run, state: dict[str, Any], trainer: Trainer) -> Trainer:
    try:
        trainer.resume(state)
    except (KeyError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{run.resume} cannot be resumed: {error}") from error
    if run.total_time_s is None:
        # a chain without a stated length: what was trained before counts as done, and this budget comes on top
        trainer.schedule = replace(trainer.schedule, total=trainer.elapsed + run.time_budget_s)
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


@torch.no_grad()
def _validate_denoiser(
    model: Restorer, folder: Path, device: torch.device, note: Callable[[str], None]
) -> dict[int, float]:
    """Blind PSNR in dB of the centres of the pictures in `folder`, with noise of seed 0, rounded to 8 bits."""
    pictures = data.load([folder], device, VALIDATION_SIDE, note)
    model.eval()
    generator = torch.Generator().manual_seed(0)
    found: dict[int, list[float]] = {sigma: [] for sigma in VALIDATION_SIGMAS}
    for clean in pictures.centres(VALIDATION_SIDE):
        noise = torch.randn(clean.shape, generator=generator).to(device)
        for sigma, values in found.items():
            noisy = clean + noise * sigma / 255
            restored = stored(model.restore(noisy, spread(model.estimate(noisy))))
            values.append(float(psnr((restored - clean).square().mean())))
    return {sigma: sum(values) / len(values) for sigma, values in found.items()}
