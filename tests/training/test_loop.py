"""The loop: the loss falls, the schedule is followed, and a resumed run is the same to the bit."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from aecodec.errors import WeightsError
from aecodec.nets.compressor import Compressor
from aecodec.nets.restorer import Restorer
from aecodec.training import checkpoint
from aecodec.training.data import Pictures
from aecodec.training.loop import Progress, Schedule, Trainer, Watch
from aecodec.training.pca import pca_start
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
    schedule = Schedule(steps, by_steps=True, batch=2, crop=64, late_crop=64, late_batch=2)
    return Trainer(CodecTask(model), schedule, CPU)


def denoising_trainer(steps: int) -> Trainer:
    torch.manual_seed(0)
    schedule = Schedule(steps, by_steps=True, batch=16, crop=32, late_crop=64, late_batch=4)
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


def test_the_learning_rate_rises_falls_and_ends_low() -> None:
    schedule = Schedule(100)
    rates = [schedule.learning_rate(progress / 100) for progress in range(101)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == 1
    assert rates[-1] == pytest.approx(0.01)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04broken"])
def test_what_is_no_checkpoint_is_a_weights_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError):
        checkpoint.load(path)
