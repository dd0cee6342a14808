"""The codec's recipe: pictures become a weights file that encodes, from whatever it starts."""

import math
from pathlib import Path

import pytest

from aecodec.codec.codec import Codec, Target
from aecodec.models import weights
from aecodec.nets.config import SIZES
from aecodec.pictures.picture import from_array
from aecodec.training import checkpoint, codec
from aecodec.training.codec import Trained, train_codec
from aecodec.training.loop import Progress
from aecodec.training.runs import Run
from tests.tiny import SAMPLES, TINY, TINY_WEIGHTS, sample


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "small", TINY)


def train(run: Run) -> tuple[Trained, list[Progress]]:
    reports: list[Progress] = []
    trained = train_codec(run, report=reports.append, note=lambda line: None, report_every_s=0)
    assert trained is not None
    return trained, reports


def test_pictures_become_weights_that_encode(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    trained, reports = train(Run([SAMPLES], out, 3, device="cpu", batch=2, valid=SAMPLES))
    assert reports[-1].progress == 1
    assert trained.weights_id == weights.identify(out.read_bytes()).hex()
    assert trained.size_bytes == out.stat().st_size
    assert abs(trained.cost.percent) < 0.5
    assert [point.bpp for point in trained.validation] == sorted(point.bpp for point in trained.validation)
    loaded = Codec.load(out, device="cpu")
    data = loaded.encode(from_array(sample()[:100, :100]), Target("quality", 60)).data
    assert loaded.decode(data).picture.pixels.shape == (100, 100, 3)


def test_weights_alone_can_be_gone_on_from(tmp_path: Path) -> None:
    run = Run([SAMPLES], tmp_path / "mine.safetensors", 0.5, resume=TINY_WEIGHTS, device="cpu", batch=2)
    _, reports = train(run)
    assert reports[0].step == 1
    assert weights.read(run.out).config == TINY


@pytest.mark.parametrize("start", ["weights", "checkpoint"])
def test_a_trained_network_grows(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "PCA_CROPS", 64)
    out = tmp_path / "mine.safetensors"
    resume = TINY_WEIGHTS
    if start == "checkpoint":
        first = Run([SAMPLES], tmp_path / "first", 0.3, stable=True, device="cpu", batch=2)
        assert train_codec(first, report=lambda progress: None, note=lambda line: None) is None
        resume = checkpoint.of(first.out)
    _, reports = train(Run([SAMPLES], out, 0.3, resume=resume, grow="2,1", device="cpu", batch=2))
    assert reports[0].step == 1
    assert math.isfinite(reports[-1].values["loss"])
    assert weights.read(out).config.synthesis_blocks == (2, 1)
