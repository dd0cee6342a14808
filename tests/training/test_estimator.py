"""The estimator learns alone, from what was gathered of many pictures."""

import pytest
import torch

from aecodec.nets.restorer import ENERGIES, Estimator
from aecodec.training import data, estimator
from aecodec.training.loop import Progress, Watch
from aecodec.training.losses import relative_error
from tests.tiny import SAMPLES

CPU = torch.device("cpu")


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> data.Pictures:
    monkeypatch.setattr(estimator, "SIDE", 64)
    return data.load([SAMPLES], CPU, 64, lambda line: None)


def test_what_is_gathered_is_what_is_seen_and_what_spoils(pictures: data.Pictures) -> None:
    torch.manual_seed(0)
    seen, true = estimator.gather(pictures, 0.5, torch.Generator().manual_seed(0))
    assert seen.shape == (len(seen), ENERGIES, 4, 4)
    assert true.shape == (len(seen), 2, 4, 4)
    assert len(seen) % estimator.GATHERED_AT_ONCE == 0
    assert float(true.min()) == 0, "some are clean"
    finest = seen[:, :9].float().square().mean((1, 2, 3))  # white noise shows there
    assert torch.corrcoef(torch.stack([finest, true[:, 0].mean((1, 2))]))[0, 1] > 0.7


def test_no_more_is_gathered_than_memory_has(pictures: data.Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimator, "MOST_CROPS", 16)
    seen, _ = estimator.gather(pictures, 60, torch.Generator().manual_seed(0))
    assert len(seen) == 16


def test_it_learns_the_level(pictures: data.Pictures) -> None:
    torch.manual_seed(0)
    student = Estimator(8)
    held_out = estimator.gather(pictures, 0.5, torch.Generator().manual_seed(9))

    def error() -> float:
        with torch.no_grad():
            return float(relative_error(student(held_out[0].float()) / 255, held_out[1] / 255**2))

    before = error()
    reports: list[Progress] = []
    estimator.teach(student, pictures, 3.0, 0, Watch(reports.append, 0))
    assert error() < 0.8 * before
    assert reports[-1].progress == 1
    assert reports[-1].values["level error"] < reports[0].values["level error"]
