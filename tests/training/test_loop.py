"""The loop: the loss falls, the schedule is followed, and a resumed run is the same to the bit."""

from pathlib import Path

import pytest
import torch

from aecodec.errors import WeightsError
from aecodec.nets.compressor import Compressor
from aecodec.nets.pca import pca_start
from aecodec.training import checkpoint
from aecodec.training.data import Pictures
from aecodec.training.loop import Progress, Schedule, Trainer, Watch
from tests.tiny import TINY, crops, sample

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures([torch.from_numpy(sample(name).copy()) for name in ("dog", "city")], CPU)


def trainer(steps: int) -> Trainer:
    torch.manual_seed(0)
    model = Compressor(TINY)
    pca_start(model, crops(8, 128))
    schedule = Schedule(steps, by_steps=True, batch=2, crop=64, late_crop=64, late_batch=2)
    return Trainer(model, schedule, CPU)


def test_the_loss_of_one_crop_falls() -> None:
    reports: list[Progress] = []
    only = Pictures([torch.from_numpy(sample()[:64, :64].copy())], CPU)
    trainer(60).run(only, 60, Watch(reports.append, 0))
    assert len(reports) == 60
    assert reports[-1].progress == 1
    first, last = (sum(report.loss for report in part) for part in (reports[:10], reports[-10:]))
    assert last < first


def test_a_resumed_run_is_the_same_to_the_bit(pictures: Pictures, tmp_path: Path) -> None:
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
    assert rates[-1] == pytest.approx(schedule.rate / 100)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04broken"])
def test_what_is_no_checkpoint_is_a_weights_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError):
        checkpoint.load(path)
