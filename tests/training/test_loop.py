"""The loop: the loss falls, the schedule is followed, and a resumed run is the same to the bit."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from aecodec.errors import WeightsError
from aecodec.nets.compressor import Compressor, Reconstruction
from aecodec.nets.restorer import Restorer
from aecodec.training import checkpoint
from aecodec.training.data import Pictures
from aecodec.training.loop import Progress, Trainer, Watch
from aecodec.training.pca import pca_start
from aecodec.training.schedule import Crops, Schedule, stable
from aecodec.training.tasks import CodecTask, DenoiserTask
from tests.tiny import TINY, TINY_RESTORER, crops, sample

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures([torch.from_numpy(sample(name).copy()) for name in ("dog", "city")], CPU)


def trainer(steps: int) -> Trainer:
    torch.manual_seed(0)
    model = Compressor(TINY)
    pca_start(model, crops(8, 128))
    schedule = Schedule(steps, Crops(batch=2, side=64, late_batch=2, late_side=64), by_steps=True)
    return Trainer(CodecTask(model), schedule, CPU)


def denoising_trainer(steps: int) -> Trainer:
    torch.manual_seed(0)
    schedule = Schedule(steps, Crops(batch=16, side=32, late_batch=4, late_side=64), late_from=0.7, by_steps=True)
    return Trainer(DenoiserTask(Restorer(TINY_RESTORER)), schedule, CPU)


def test_the_loss_of_one_crop_falls() -> None:
    reports: list[Progress] = []
    only = Pictures([torch.from_numpy(sample()[:64, :64].copy())], CPU)
    trainer(60).run(only, 60, Watch(reports.append, 0))
    assert len(reports) == 60
    assert reports[-1].progress == 1
    first, last = (sum(report.values["loss"] for report in part) for part in (reports[:10], reports[-10:]))
    assert last < first


def test_a_denoiser_learns_to_denoise(pictures: Pictures) -> None:
    reports: list[Progress] = []
    denoising_trainer(150).run(pictures, 120, Watch(reports.append, 0))
    assert list(reports[0].values) == ["loss", "dB", "level error"]
    for name in ("loss", "level error"):
        first, last = (sum(report.values[name] for report in part) for part in (reports[:10], reports[-10:]))
        assert last < 0.8 * first, name


@pytest.mark.parametrize("trainer", [trainer, denoising_trainer])
def test_a_resumed_run_is_the_same_to_the_bit(
    trainer: Callable[[int], Trainer], pictures: Pictures, tmp_path: Path
) -> None:
    whole = trainer(12)
    whole.run(pictures, 60, Watch(lambda progress: None))
    first = trainer(12)
    for _ in range(5):
        first.train_step(pictures)
    checkpoint.save(tmp_path / "c.pt", first.state())
    second = trainer(12)
    second.resume(checkpoint.load(tmp_path / "c.pt"))
    second.run(pictures, 60, Watch(lambda progress: None))
    assert second.step == whole.step == 12
    for name, value in whole.state()["average"].items():
        assert torch.equal(value, second.state()["average"][name]), name


def test_what_is_compiled_is_before_the_clock_starts(pictures: Pictures) -> None:
    """Every kind of step is met once, in the state that training has, and nothing has moved."""
    warmed, met = trainer(10), list[tuple[tuple[int, ...], bool, bool]]()
    warmed.schedule = replace(warmed.schedule, crops=Crops(batch=2, side=64, late_batch=1, late_side=128))
    model = warmed.task.model
    assert isinstance(model, Compressor)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    drawn = warmed.generator.get_state()

    def compiling(pixels: torch.Tensor, step: torch.Tensor) -> Reconstruction:
        met.append((tuple(pixels.shape), model.noisy, model.training))
        found: Reconstruction = model(pixels, step)
        return found

    warmed.warm_up(pictures)
    assert not met, "nothing is compiled here"
    model.eval()
    warmed.forward = compiling
    warmed.warm_up(pictures)
    assert met == [((2, 3, 64, 64), True, True), ((1, 3, 128, 128), True, True), ((1, 3, 128, 128), False, True)]
    assert torch.equal(warmed.generator.get_state(), drawn)
    assert (warmed.step, warmed.elapsed, warmed.pixels) == (0, 0, 0)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_numbers_too_small_to_matter_cost_no_time() -> None:
    torch.set_flush_denormal(False)
    small = torch.tensor([1e-30])
    assert float(small * 1e-10) > 0
    trainer(1)
    assert float(small * 1e-10) == 0


def test_a_loss_that_is_not_finite_ends_the_run(pictures: Pictures) -> None:
    broken, reports = trainer(60), list[Progress]()

    def report(progress: Progress) -> None:
        reports.append(progress)
        if progress.step == 5:
            next(broken.model.parameters()).data[0] = math.nan

    with pytest.raises(WeightsError, match="loss is no longer finite at step 6"):
        broken.run(pictures, 60, Watch(report, 0))
    assert len(reports) == 5


@pytest.mark.parametrize("part", ["model", "average"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_that_are_not_finite_are_found(part: str, value: float) -> None:
    checked = trainer(1)
    checked.check()
    *_, last = getattr(checked, part).parameters()
    last.data.view(-1)[-1] = value
    with pytest.raises(WeightsError, match="no longer finite"):
        checked.check()


def test_a_stable_run_ends_with_its_budget_only(pictures: Pictures) -> None:
    forever, reports = trainer(1), list[Progress]()
    forever.schedule = stable(Crops(batch=2, side=64, late_batch=1, late_side=32))
    saves: list[int] = []
    forever.run(pictures, 3, Watch(reports.append, 0, lambda: saves.append(forever.step), 0.1))  # s; busy machines too
    assert forever.step == len(reports) > 1
    assert forever.pixels == forever.step * 2 * 64 * 64, "no late crops"
    assert isinstance(forever.task.model, Compressor)
    assert forever.task.model.noisy
    assert reports[-1].time_left_s < 3
    assert len(saves) > 1
