"""The denoiser's recipe: from a network that knows nothing, or what was trained before, to weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aecodec.executors import modules
from aecodec.models import weights
from aecodec.nets.config import RESTORERS, RestorerConfig, from_json
from aecodec.nets.restorer import Restorer
from aecodec.outputs import write_whole
from aecodec.training import estimator, runs
from aecodec.training.data import Pictures
from aecodec.training.degradations import stored
from aecodec.training.loop import Progress, Watch
from aecodec.training.losses import psnr
from aecodec.training.runs import Origin, Run
from aecodec.training.schedule import Crops
from aecodec.training.tasks import DenoiserTask
from aecodec.training.widen import widen

VALIDATION_SIGMAS = (15, 25, 50)  # of 255
UNWATCHED = Watch(lambda progress: None)


@dataclass(frozen=True)
class TrainedDenoiser:
    """What a run gives: the weights file, and blind PSNR in dB over the validation pictures at noise levels of 255."""

    weights_id: str
    size_bytes: int
    validation: dict[int, float]


def train_denoiser(
    run: Run, *, report: Callable[[Progress], None], note: Callable[[str], None], report_every_s: float = 1.0
) -> TrainedDenoiser | None:
    """Weights at OUT, or None of a stable run, which keeps its checkpoint only; raises as `runs.train` does."""
    watch = Watch(report, report_every_s)
    return runs.train(run, DenoiserRecipe(watch), watch, note)


class DenoiserRecipe:
    """A `Recipe`. Grows to a wider network, named as sizes are: "medium". At the end the estimator learns alone."""

    late_from = 0.7

    def __init__(self, watch: Watch = UNWATCHED) -> None:
        self.watch = watch  # of that end

    def crops(self, run: Run, device: torch.device) -> Crops:
        if device.type == "cuda":
            return Crops(batch=48, side=192, late_batch=48, late_side=192)  # of one size: see the codec's recipe
        return Crops(batch=16, side=64, late_batch=4, late_side=128)

    def origin(self, run: Run) -> Origin:
        config = runs.chosen(run.grow or run.size, RESTORERS)
        torch.manual_seed(run.seed)
        if run.resume is None:
            fresh = Restorer(config)
            return Origin(lambda pictures: DenoiserTask(fresh))
        model, state = runs.resumed(
            run.resume,
            lambda path: modules.restorer(weights.read_denoiser(path)),
            lambda shape: Restorer(from_json(RestorerConfig, shape)),
        )
        if run.grow is None:
            return Origin(lambda pictures: DenoiserTask(model), state)
        wide = widen(model, config)
        return Origin(lambda pictures: DenoiserTask(wide))

    def reserve(self, run: Run, model: nn.Module, pictures: Pictures, centres: Sequence[Tensor]) -> float:
        assert isinstance(model, Restorer)
        validating_s = len(centres) * runs.timed(lambda: _validate(model, centres[:1])) if centres else 0.0
        return validating_s + _teaching_s(run)

    def finish(self, run: Run, model: nn.Module, pictures: Pictures, centres: Sequence[Tensor]) -> TrainedDenoiser:
        assert isinstance(model, Restorer)  # what its task trains
        estimator.teach(model.estimator, pictures, _teaching_s(run), run.seed, self.watch)
        points = _validate(model, centres) if centres else {}
        content = weights.dump_denoiser(model)
        write_whole(run.out, content)
        return TrainedDenoiser(weights.identify(content).hex(), len(content), points)


def _teaching_s(run: Run) -> float:
    """Of the estimator alone, in seconds."""
    spans = (run.time_budget_s, run.total_time_s, run.decay_s)
    return estimator.SHARE * min(span for span in spans if span is not None)


@torch.no_grad()
def _validate(model: Restorer, centres: Sequence[Tensor]) -> dict[int, float]:
    """Blind PSNR in dB, with noise of seed 0, rounded to 8 bits."""
    model.eval()
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(0)
    found: dict[int, list[float]] = {sigma: [] for sigma in VALIDATION_SIGMAS}
    for centre in centres:
        clean = centre.to(device)
        noise = torch.randn(centre.shape, generator=generator).to(device)
        for sigma, values in found.items():
            noisy = clean + noise * sigma / 255
            restored = stored(model.denoise(noisy, model.estimate(noisy)))
            values.append(float(psnr((restored - clean).square().mean())))
    return {sigma: sum(values) / len(values) for sigma, values in found.items()}
