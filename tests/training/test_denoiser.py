"""The denoiser's recipe: pictures become weights that denoise, from whatever they start."""

import math
from pathlib import Path

import pytest

from aecodec.denoiser import Denoiser
from aecodec.errors import UsageError, WeightsError
from aecodec.models import weights
from aecodec.nets.config import RESTORERS, RestorerConfig
from aecodec.pictures.picture import from_array
from aecodec.training import checkpoint
from aecodec.training.denoiser import TrainedDenoiser, train_denoiser
from aecodec.training.loop import Progress
from aecodec.training.runs import Run
from tests.tiny import SAMPLES, TINY_RESTORER, TINY_WEIGHTS, sample


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESTORERS, "small", TINY_RESTORER)


def train(run: Run) -> tuple[TrainedDenoiser, list[Progress]]:
    """What a run gives, and its reports but those of the end, in which the estimator learns alone."""
    reports: list[Progress] = []
    trained = train_denoiser(run, report=reports.append, note=lambda line: None, report_every_s=0)
    assert trained is not None
    whole = [report for report in reports if "loss" in report.values]
    assert len(whole) < len(reports)
    return trained, whole


def test_pictures_become_a_denoiser(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    trained, reports = train(Run([SAMPLES], out, 4, device="cpu", valid=SAMPLES))
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
    _, first = train(Run([SAMPLES], out, 0.3, total_time_s=0.6, device="cpu"))
    kept = checkpoint.of(out)
    _, second = train(Run([SAMPLES], out, 60, total_time_s=0.6, resume=kept, device="cpu", force=True))
    assert second[0].step == first[-1].step + 1
    assert second[-1].progress == 1
    _, third = train(Run([SAMPLES], out, 0.3, resume=out, device="cpu", force=True))
    assert third[0].step == 1


def test_a_stable_run_and_its_branch(tmp_path: Path) -> None:
    stable = Run([SAMPLES], tmp_path / "stable", 0.3, stable=True, device="cpu")
    assert train_denoiser(stable, report=lambda progress: None, note=lambda line: None) is None
    branch = Run([SAMPLES], tmp_path / "b", math.inf, decay_s=0.3, resume=checkpoint.of(stable.out), device="cpu")
    _, reports = train(branch)
    assert reports[-1].progress == 1
    assert weights.read_denoiser(branch.out).config == TINY_RESTORER


@pytest.mark.parametrize("start", ["weights", "checkpoint"])
def test_a_denoiser_grows(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = RestorerConfig(widths=(24, 16, 16, 16), blocks=1, estimator_width=8)
    monkeypatch.setitem(RESTORERS, "medium", wide)
    out = tmp_path / "mine.safetensors"
    train(Run([SAMPLES], out, 0.3, device="cpu"))
    resume = out if start == "weights" else checkpoint.of(out)
    train(Run([SAMPLES], out, 0.3, resume=resume, grow="medium", device="cpu", force=True))
    assert weights.read_denoiser(out).config == wide
    with pytest.raises(UsageError, match="--resume"):
        train(Run([SAMPLES], out, 0.3, grow="medium", device="cpu", force=True))


def test_a_codec_is_no_start_for_a_denoiser(tmp_path: Path) -> None:
    run = Run([SAMPLES], tmp_path / "mine.safetensors", 0.3, resume=TINY_WEIGHTS, device="cpu")
    with pytest.raises(WeightsError):
        train(run)
