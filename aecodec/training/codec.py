"""The codec's recipe: from principal components, or what was trained before, to frozen weights."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aecodec.errors import UsageError, WeightsError
from aecodec.executors import modules
from aecodec.models import weights
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SIZES, CodecConfig, from_json
from aecodec.nets.transform import CELL_VALUES
from aecodec.outputs import write_whole
from aecodec.quality import QUALITY_STEPS
from aecodec.training import runs
from aecodec.training.data import Pictures
from aecodec.training.extend import extend, extended
from aecodec.training.freeze import FreezingCost, freeze
from aecodec.training.grow import grow, grown
from aecodec.training.loop import Progress, Watch
from aecodec.training.losses import psnr, rate_distortion
from aecodec.training.pca import pca_start
from aecodec.training.runs import Origin, Run
from aecodec.training.schedule import Crops
from aecodec.training.tasks import CodecTask

PCA_CROPS = 1024  # of 128 x 128: 65,536 blocks of 16 x 16 for 768 components
LAMBDA_RISE = 5.0  # of a network with details: lambda is 2 at quality 100
FREEZE_CROPS, FREEZE_SIDE = 24, 256  # at nine qualities
TRIAL_CROPS = 4  # to see how long freezing takes
GROW_CROPS = 32  # of 128 x 128, to see how large features are
VALIDATION_STEPS = tuple(range(QUALITY_STEPS // 10, QUALITY_STEPS, QUALITY_STEPS // 5))


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
    run: Run, *, report: Callable[[Progress], None], note: Callable[[str], None], report_every_s: float = 1.0
) -> Trained | None:
    """Frozen weights at OUT, or None of a stable run, which keeps its checkpoint only; raises as `runs.train` does."""
    return runs.train(run, CodecRecipe(), Watch(report, report_every_s), note)


class CodecRecipe:
    """A `Recipe`. Grows to other numbers of blocks at 1/8 and at 1/16, each way: "3,2"; or by "details"."""

    late_from = 0.8

    def crops(self, run: Run, device: torch.device) -> Crops:
        if device.type == "cuda":  # a step of one megapixel leaves three quarters of an H200 idle
            # and each other size would take a minute to compile; of this one pictures of 512 can still be shrunk
            return Crops(batch=112, side=192, late_batch=112, late_side=192)
        if run.decay_s is not None:  # what was measured with branches; pictures of 512 pixels can still be shrunk
            return Crops(batch=8, side=128, late_batch=4, late_side=256)
        return Crops(batch=8, side=128, late_batch=2, late_side=384)

    def origin(self, run: Run) -> Origin:
        config = runs.chosen(run.size, SIZES)
        draw = torch.Generator().manual_seed(run.seed)

        def from_components(pictures: Pictures) -> CodecTask:
            torch.manual_seed(run.seed)
            model = Compressor(config)
            pca_start(model, _blocks(pictures, draw))
            return CodecTask(model)

        if run.resume is None:
            return Origin(from_components)
        model, state = runs.resumed(
            run.resume,
            lambda path: modules.compressor(weights.read(path).frozen),
            lambda shape: Compressor(from_json(CodecConfig, shape)),
        )
        if run.grow is None:
            return Origin(lambda pictures: CodecTask(model), state)
        if run.grow == "details":
            detailed = extended(model.config, CELL_VALUES, LAMBDA_RISE)
            return Origin(lambda pictures: CodecTask(extend(model, detailed, _blocks(pictures, draw))))
        deeper = grown(model.config, _depth(run.grow))
        return Origin(lambda pictures: CodecTask(grow(model, deeper, pictures.crops(GROW_CROPS, 128, draw).cpu())))

    def reserve(self, run: Run, model: nn.Module, pictures: Pictures, centres: Sequence[Tensor]) -> float:
        assert isinstance(model, Compressor)
        crops = pictures.crops(TRIAL_CROPS, FREEZE_SIDE, torch.Generator().manual_seed(run.seed))
        validating_s = len(centres) * runs.timed(lambda: _validate(model, centres[:1])) if centres else 0.0
        try:
            return validating_s + FREEZE_CROPS / TRIAL_CROPS * runs.timed(lambda: freeze(model, crops))
        except WeightsError:  # as it is, it cannot be frozen: training may mend that
            return validating_s

    def finish(self, run: Run, model: nn.Module, pictures: Pictures, centres: Sequence[Tensor]) -> Trained:
        assert isinstance(model, Compressor)  # what its task trains
        points = _validate(model, centres) if centres else ()
        crops = pictures.crops(FREEZE_CROPS, FREEZE_SIDE, torch.Generator().manual_seed(run.seed))
        frozen, cost = freeze(model, crops)
        content = weights.dump(frozen, cost.percent)
        write_whole(run.out, content)
        return Trained(weights.identify(content).hex(), len(content), cost, points)


def _blocks(pictures: Pictures, draw: torch.Generator) -> Tensor:
    """Crops (N, 3, 128, 128) with enough blocks of 16x16 pixels for their principal components."""
    return torch.cat([pictures.crops(16, 128, draw).cpu() for _ in range(PCA_CROPS // 16)])


def _depth(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+),(\d+)", text)
    if match is None:
        raise UsageError(f"--grow {text}: give details, or two numbers of blocks, for example 3,2")
    return int(match[1]), int(match[2])


def _validate(model: Compressor, centres: Sequence[Tensor]) -> tuple[ValidationPoint, ...]:
    """Estimated rate and PSNR at five qualities."""
    model.eval()
    points = []
    for step in VALIDATION_STEPS:
        results = [_measure(model, centre, step) for centre in centres]
        bpp, psnr_db = (sum(values) / len(results) for values in zip(*results, strict=True))
        points.append(ValidationPoint(step, bpp, psnr_db))
    return tuple(points)


@torch.no_grad()
def _measure(model: Compressor, centre: Tensor, step: int) -> tuple[float, float]:
    pixels = centre.to(next(model.parameters()).device)
    steps = torch.full((1,), step, device=pixels.device)
    result = rate_distortion(model.config, model(pixels, steps), pixels, steps)
    return float(result.bpp), float(psnr(result.mse))
