"""A run from pictures to a weights file that encodes, and chains of runs."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from aecodec.codec.codec import Codec, Target
from aecodec.denoiser import Denoiser
from aecodec.errors import BadInput, OutputError, UsageError, WeightsError
from aecodec.models import weights
from aecodec.nets.config import SIZES
from aecodec.nets.restorer import RESTORERS, RestorerConfig
from aecodec.pictures.picture import from_array
from aecodec.training import checkpoint, recipes
from aecodec.training.loop import Progress
from tests.tiny import SAMPLES, TINY, TINY_RESTORER, TINY_WEIGHTS, sample


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "small", TINY)
    monkeypatch.setitem(RESTORERS, "small", TINY_RESTORER)


def train(run: recipes.Run) -> tuple[recipes.Trained, list[Progress]]:
    reports: list[Progress] = []
    trained = recipes.train_codec(run, report=reports.append, note=lambda line: None, report_every_s=0)
    return trained, reports


def test_pictures_become_weights_that_encode(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    trained, reports = train(recipes.Run([SAMPLES], out, 3, device="cpu", batch=2, valid=SAMPLES))
    assert reports[-1].progress == 1
    assert trained.weights_id == weights.identify(out.read_bytes()).hex()
    assert trained.size_bytes == out.stat().st_size
    assert abs(trained.cost.percent) < 0.5
    assert [point.bpp for point in trained.validation] == sorted(point.bpp for point in trained.validation)
    codec = Codec.load(out, device="cpu")
    data = codec.encode(from_array(sample()[:100, :100]), Target("quality", 60)).data
    assert codec.decode(data).picture.pixels.shape == (100, 100, 3)


def test_a_chain_goes_on_where_the_last_command_stopped(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    first = recipes.Run([SAMPLES], out, 1, total_time_s=3, device="cpu", batch=2)
    train(first)
    kept = tmp_path / "mine.safetensors.checkpoint"
    steps = checkpoint.load(kept)["counters"]["step"]
    _, reports = train(recipes.Run([SAMPLES], out, 60, total_time_s=3, resume=kept, device="cpu", batch=2))
    assert reports[0].step == steps + 1
    assert reports[0].progress > 0.3
    assert reports[-1].progress == 1


def test_weights_alone_can_be_gone_on_from(tmp_path: Path) -> None:
    run = recipes.Run([SAMPLES], tmp_path / "mine.safetensors", 0.5, resume=TINY_WEIGHTS, device="cpu", batch=2)
    _, reports = train(run)
    assert reports[0].step == 1
    assert weights.read(run.out, torch.device("cpu")).config == TINY


@pytest.mark.parametrize("start", ["weights", "checkpoint"])
def test_a_trained_network_grows(start: str, tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    resume = TINY_WEIGHTS
    if start == "checkpoint":
        train(recipes.Run([SAMPLES], out, 0.5, device="cpu", batch=2))
        resume = tmp_path / "mine.safetensors.checkpoint"
    train(recipes.Run([SAMPLES], out, 0.5, resume=resume, grow=(2, 1), device="cpu", batch=2))
    assert weights.read(out, torch.device("cpu")).config.synthesis_blocks == (2, 1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"data": "nowhere"}, BadInput),
        ({"out": "nowhere/mine.safetensors"}, OutputError),
        ({"resume": "nowhere.pt"}, WeightsError),
        ({"time_budget_s": 0}, UsageError),
        ({"size": "huge"}, UsageError),
        ({"grow": (2, 1)}, UsageError),
    ],
)
def test_what_cannot_work_says_so(change: dict[str, Any], error: type[Exception], tmp_path: Path) -> None:
    given: dict[str, Any] = {"data": SAMPLES, "out": "mine.safetensors", "time_budget_s": 1} | change
    given["data"], given["out"] = [tmp_path / given["data"]], tmp_path / given["out"]
    if "resume" in given:
        given["resume"] = tmp_path / given["resume"]
    with pytest.raises(error):
        train(recipes.Run(**given, device="cpu"))


def train_denoiser(run: recipes.Run) -> tuple[recipes.TrainedDenoiser, list[Progress]]:
    reports: list[Progress] = []
    trained = recipes.train_denoiser(run, report=reports.append, note=lambda line: None, report_every_s=0)
    return trained, reports


def test_pictures_become_a_denoiser(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    trained, reports = train_denoiser(recipes.Run([SAMPLES], out, 4, device="cpu", valid=SAMPLES))
    assert reports[-1].progress == 1
    assert trained.weights_id == weights.identify(out.read_bytes()).hex()
    assert list(trained.validation) == [15, 25, 50]
    levels = list(trained.validation.values())
    assert levels == sorted(levels, reverse=True)
    assert trained.validation[50] > 10 * math.log10((255 / 50) ** 2), "better than the noise"
    clean = Denoiser.load(out, device="cpu").denoise(from_array(sample()[:100, :100])).picture
    assert clean.pixels.shape == (100, 100, 3)


def test_a_denoiser_goes_on_from_checkpoints_and_weights(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    _, first = train_denoiser(recipes.Run([SAMPLES], out, 1, total_time_s=2, device="cpu"))
    kept = tmp_path / "mine.safetensors.checkpoint"
    _, second = train_denoiser(recipes.Run([SAMPLES], out, 60, total_time_s=2, resume=kept, device="cpu"))
    assert second[0].step == first[-1].step + 1
    assert second[-1].progress == 1
    _, third = train_denoiser(recipes.Run([SAMPLES], out, 0.5, resume=out, device="cpu"))
    assert third[0].step == 1


@pytest.mark.parametrize("start", ["weights", "checkpoint"])
def test_a_denoiser_grows(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = RestorerConfig(widths=(24, 16, 16, 16), blocks=1, estimator_width=8)
    monkeypatch.setitem(RESTORERS, "medium", wide)
    out = tmp_path / "mine.safetensors"
    train_denoiser(recipes.Run([SAMPLES], out, 0.5, device="cpu"))
    resume = out if start == "weights" else tmp_path / "mine.safetensors.checkpoint"
    train_denoiser(recipes.Run([SAMPLES], out, 0.5, resume=resume, widen="medium", device="cpu"))
    assert weights.read_denoiser(out, torch.device("cpu")).model.config == wide
    with pytest.raises(UsageError, match="--resume"):
        train_denoiser(recipes.Run([SAMPLES], out, 0.5, widen="medium", device="cpu"))


def test_a_codec_is_no_start_for_a_denoiser(tmp_path: Path) -> None:
    run = recipes.Run([SAMPLES], tmp_path / "mine.safetensors", 0.5, resume=TINY_WEIGHTS, device="cpu")
    with pytest.raises(WeightsError):
        train_denoiser(run)
