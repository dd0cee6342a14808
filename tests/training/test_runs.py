"""A run: what is refused before the first step, how it is scheduled, and what is kept however it ends."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from aecodec.codec.codec import Codec, Target
from aecodec.errors import AecodecError, BadInput, DeviceError, OutputError, UsageError, WeightsError
from aecodec.models import weights
from aecodec.nets.config import RESTORERS, SIZES
from aecodec.nets.transform import CELL_VALUES
from aecodec.pictures.picture import from_array
from aecodec.quality import QUALITY_STEPS
from aecodec.training import checkpoint, codec, data, runs
from aecodec.training.codec import CodecRecipe, Trained, train_codec
from aecodec.training.denoiser import train_denoiser
from aecodec.training.loop import Progress, Trainer, Watch
from aecodec.training.runs import Run
from tests.tiny import SAMPLES, TINY, TINY_RESTORER, TINY_WEIGHTS, sample

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "small", TINY)
    monkeypatch.setitem(RESTORERS, "small", TINY_RESTORER)
    monkeypatch.setattr(codec, "PCA_CROPS", 64)
    monkeypatch.setattr(codec, "FREEZE_CROPS", 2)
    monkeypatch.setattr(codec, "TRIAL_CROPS", 1)
    monkeypatch.setattr(runs, "monotonic", lambda: 0.0)  # all of a budget is for training


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "mine.safetensors"


class Told:
    """Trains a tiny codec on the samples, and keeps what was reported and noted."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.notes: list[str] = []
        self.at: Callable[[Progress], None] = lambda progress: None

    def __call__(self, out: Path, budget_s: float = 0.3, **options: Any) -> Trained | None:
        def report(progress: Progress) -> None:
            self.reports.append(progress)
            self.at(progress)

        given: dict[str, Any] = {"data": [SAMPLES], "device": "cpu", "batch": 2, **options}
        run = Run(out=out, time_budget_s=budget_s, **given)
        return train_codec(run, report=report, note=self.notes.append, report_every_s=0)


@pytest.fixture
def train() -> Told:
    return Told()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the training pictures fails the test."""
    forbid_reading(monkeypatch)


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    read = data.load

    def load(folders: list[Path], *rest: Any) -> data.Pictures:
        assert folders != [SAMPLES], "read before all else was checked"
        return read(folders, *rest)

    monkeypatch.setattr(data, "load", load)


def kept(out: Path) -> dict[str, Any]:
    return checkpoint.load(checkpoint.of(out))


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"budget_s": 0}, UsageError),
        ({"learning_rate": 0}, UsageError),
        ({"learning_rate": math.nan}, UsageError),
        ({"stable": True, "total_time_s": 60}, UsageError),
        ({"stable": True, "decay_s": 60, "resume": TINY_WEIGHTS}, UsageError),
        ({"decay_s": 60}, UsageError),
        ({"decay_s": 60, "resume": TINY_WEIGHTS}, UsageError),
        ({"decay_s": 60, "resume": TINY_WEIGHTS, "grow": "2,1"}, UsageError),
        ({"size": "huge"}, UsageError),
        ({"grow": "2,1"}, UsageError),
        ({"grow": "2", "resume": TINY_WEIGHTS}, UsageError),
        ({"grow": "0,1", "resume": TINY_WEIGHTS}, UsageError),
        ({"grow": "detail", "resume": TINY_WEIGHTS}, UsageError),
        ({"grow": "details"}, UsageError),
        ({"resume": Path("nowhere.checkpoint")}, WeightsError),
        ({"valid": Path("nowhere")}, BadInput),
        ({"leave_out": Path("nowhere")}, BadInput),
        ({"device": "cuda:99"}, DeviceError),
    ],
)
def test_what_cannot_work_is_refused_before_pictures_are_read(
    change: dict[str, Any], error: type[AecodecError], out: Path, train: Told
) -> None:
    with pytest.raises(error):
        train(out, **change)
    assert list(out.parent.iterdir()) == []


@pytest.mark.usefixtures("unread")
def test_outputs_are_refused_before_pictures_are_read(
    tmp_path: Path, train: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match="not a folder"):
        train(tmp_path / "nowhere" / "mine.safetensors")
    with pytest.raises(OutputError, match="is a folder"):
        train(tmp_path, force=True)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="not a folder to write"):
        train(tmp_path / "mine.safetensors")


def test_pictures_that_are_named_are_not_trained_on(tmp_path: Path, out: Path, train: Told) -> None:
    names = tmp_path / "names.txt"
    names.write_text("dog.png\n")
    train(out)
    train(out, leave_out=names, force=True)
    counts = [int(note.split()[0]) for note in train.notes if " pictures, " in note]
    assert counts == [counts[0], counts[0] - 1]


def test_without_pictures_there_is_nothing_to_train_on(tmp_path: Path, out: Path, train: Told) -> None:
    with pytest.raises(BadInput, match="no picture"):
        train(out, data=[tmp_path])


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    "older", ["mine.safetensors", "mine.safetensors.checkpoint", "mine.safetensors.checkpoint.previous"]
)
@pytest.mark.parametrize("resume", [None, TINY_WEIGHTS])
def test_what_an_earlier_run_left_is_not_lost(older: str, resume: Path | None, out: Path, train: Told) -> None:
    (out.parent / older).write_bytes(b"weeks of work")
    with pytest.raises(OutputError, match=older):
        train(out, resume=resume)
    assert (out.parent / older).read_bytes() == b"weeks of work"
    with pytest.raises(AssertionError, match="checked"):
        train(out, resume=resume, force=True)


def test_an_interrupted_fresh_start_leaves_an_earlier_checkpoint(out: Path, train: Told) -> None:
    train(out)
    out.unlink()
    before = checkpoint.of(out).read_bytes()
    train.at = interrupt
    with pytest.raises(OutputError, match="--resume"):
        train(out)
    assert checkpoint.of(out).read_bytes() == before


def interrupt(progress: Progress) -> None:
    raise KeyboardInterrupt


def test_what_was_learned_survives_an_interruption(out: Path, train: Told) -> None:
    train.at = lambda progress: interrupt(progress) if progress.step == 3 else None
    with pytest.raises(KeyboardInterrupt):
        train(out, math.inf, stable=True)
    assert kept(out)["counters"]["step"] == 3
    assert "--decay" in train.notes[-1], "a stable run says what became of it, also then"
    assert not out.exists()


@pytest.mark.parametrize("when", ["on the way", "at the end"])
def test_weights_that_are_not_finite_never_take_a_checkpoints_place(
    when: str, out: Path, train: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(self: Trainer, pictures: data.Pictures, budget_s: float, watch: Watch) -> None:
        for _ in range(3):
            self.train_step(pictures)
        watch.save()
        next(self.model.parameters()).data[0] = math.nan
        self.train_step(pictures)
        if when == "on the way":
            watch.save()

    monkeypatch.setattr(Trainer, "run", run)
    with pytest.raises(WeightsError, match=r"no longer finite.*mine\.safetensors\.checkpoint is from before"):
        train(out, 60)
    assert kept(out)["counters"]["step"] == 3
    assert all(value.isfinite().all() for value in kept(out)["model"].values())
    assert not out.exists()


def test_a_full_disk_ends_nothing_and_is_told_once(out: Path, train: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []

    def full(path: Path, replace: bool) -> None:
        tried.append(path)
        raise OutputError(f"cannot write {path}: No space left on device")

    def run(self: Trainer, pictures: data.Pictures, budget_s: float, watch: Watch) -> None:
        for _ in range(3):
            self.train_step(pictures)
            watch.save()

    monkeypatch.setattr(Trainer, "run", run)
    with monkeypatch.context() as disk:
        disk.setattr(checkpoint, "opened", full)
        assert train(out) is not None
        assert len(tried) == 4
        assert len([note for note in train.notes if "No space left" in note]) == 1
        assert {path.name for path in out.parent.iterdir()} == {out.name}
        with pytest.raises(OutputError, match="No space left"):
            train(out.with_name("stable"), stable=True)  # of which nothing else is kept


def test_memory_that_ends_is_one_line_and_the_checkpoint_is_kept(
    out: Path, train: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(self: Trainer, *rest: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Trainer, "run", ends)
    with pytest.raises(DeviceError, match="--batch"):
        train(out)
    assert kept(out)["counters"]["step"] == 0


def test_validation_pictures_that_cannot_be_used_cost_no_training(tmp_path: Path, out: Path, train: Told) -> None:
    with pytest.raises(BadInput, match="512 pixels"):
        train(out, valid=tmp_path)
    assert train.reports == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes when pictures are read (40 s) and, a crop, when freezing is tried (1 s)."""
    now = [1000.0]
    read, freeze = data.load, codec.freeze

    def load(*given: Any) -> data.Pictures:
        now[0] += 40
        return read(*given)

    def frozen(model: Any, crops: torch.Tensor) -> Any:
        now[0] += len(crops)
        return freeze(model, crops)

    monkeypatch.setattr(runs, "monotonic", lambda: now[0])
    monkeypatch.setattr(data, "load", load)
    monkeypatch.setattr(codec, "freeze", frozen)
    monkeypatch.setattr(codec, "FREEZE_CROPS", 15)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("options", "budget_s", "trained_s", "total_s"),
    [
        ({}, 100, 100 - 10 - 40 - 2 - 15, 100 - 10 - 40 - 2 - 15),
        ({"stable": True}, 100, 100 - 10 - 40, math.inf),
        ({}, 30, 3, 3),  # a tenth, however long all else takes
        ({"total_time_s": 300}, 100, 100, 300),
        ({}, math.inf, math.inf, math.inf),
    ],
)
def test_the_budget_is_of_all_that_the_command_does(
    options: dict[str, Any],
    budget_s: float,
    trained_s: float,
    total_s: float,
    out: Path,
    train: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[tuple[float, float]] = []

    def run(self: Trainer, pictures: data.Pictures, budget_s: float, watch: Watch) -> None:
        found.append((budget_s, self.schedule.total))

    monkeypatch.setattr(Trainer, "run", run)
    train(out, budget_s, begun=990.0, **options)
    assert found == [(pytest.approx(trained_s), pytest.approx(total_s))]
    told = [note for note in train.notes if note.startswith("trains for ")]
    assert len(told) == (trained_s != budget_s)
    assert all((": that is beyond the budget" in note) == (budget_s == 30) for note in told)


def test_a_network_that_cannot_be_frozen_yet_is_trained(
    out: Path, train: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    freeze = codec.freeze

    def fails_at_first(model: Any, crops: torch.Tensor) -> Any:
        tried.append(len(crops))
        if len(tried) == 1:
            raise WeightsError("too large to freeze")
        return freeze(model, crops)

    monkeypatch.setattr(codec, "freeze", fails_at_first)
    assert train(out) is not None
    assert tried == [codec.TRIAL_CROPS, codec.FREEZE_CROPS]


def test_small_sums_are_not_shown_as_nothing(tmp_path: Path, out: Path, train: Told) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(sample()[:400, :400]).save(folder / "a.png")
    train(out, data=[folder])
    assert "1 pictures, 0.16 megapixels" in train.notes
    assert [runs._amount(value) for value in (0.004, 9.94, 10.4, 1234.5)] == ["0.004", "9.9", "10", "1,234"]


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("option", "given"), [("--data", {"data": [SAMPLES, Path("nowhere")]}), ("--valid", {"valid": Path("nowhere")})]
)
def test_a_folder_that_is_missing_is_named(option: str, given: dict[str, Any], out: Path, train: Told) -> None:
    with pytest.raises(BadInput, match=f"{option} nowhere does not exist"):
        train(out, **given)
    with pytest.raises(BadInput, match=r"--data .*dog\.png is no folder"):
        train(out, data=[SAMPLES / "dog.png"])


def test_a_chain_goes_on_where_the_last_command_stopped(out: Path, train: Told) -> None:
    train(out, 0.4, total_time_s=1.2)
    steps = kept(out)["counters"]["step"]
    train.reports.clear()
    train(out, 60, total_time_s=1.2, resume=checkpoint.of(out), force=True)
    assert train.reports[0].step == steps + 1
    assert train.reports[0].progress > 0.3
    assert train.reports[-1].progress == 1


def test_a_stable_run_keeps_only_its_checkpoint_and_goes_on(out: Path, train: Told) -> None:
    assert train(out, stable=True) is None
    assert {path.name for path in out.parent.iterdir()} == {"mine.safetensors.checkpoint"}
    first = kept(out)["counters"]
    assert train(out, stable=True, resume=checkpoint.of(out)) is None
    assert kept(out)["counters"]["step"] > first["step"]
    assert kept(out)["counters"]["elapsed"] > first["elapsed"] + 0.25
    assert {progress.progress for progress in train.reports} == {0}


@pytest.mark.parametrize("rate", [None, 3e-4])
def test_a_branch_makes_weights_and_leaves_the_stable_run_alone(rate: float | None, out: Path, train: Told) -> None:
    stable = out.with_name("stable")
    train(stable, stable=True, learning_rate=rate)
    before = checkpoint.of(stable).read_bytes()
    reached = kept(stable)
    train.reports.clear()
    trained = train(out, math.inf, decay_s=0.5, resume=checkpoint.of(stable))
    assert trained is not None
    assert weights.read(out).config == TINY
    assert train.reports[0].step == reached["counters"]["step"] + 1
    assert train.reports[0].progress < 0.5
    assert train.reports[-1].progress == 1
    highest = reached["optimisers"][0]["param_groups"][0]["lr"]
    assert kept(out)["branch"] == {"start": reached["counters"]["elapsed"], "highest": highest}
    assert kept(out)["optimisers"][0]["param_groups"][0]["lr"] < highest / 2
    assert checkpoint.of(stable).read_bytes() == before


@pytest.mark.usefixtures("as_photographs")
def test_a_network_gets_details_goes_on_and_becomes_weights(
    out: Path, train: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    stable = out.with_name("stable")
    train(stable, stable=True, resume=TINY_WEIGHTS, grow="details")
    train(stable, stable=True, resume=checkpoint.of(stable))
    trained = train(out, math.inf, decay_s=0.5, resume=checkpoint.of(stable))
    assert trained is not None
    assert abs(trained.cost.percent) < 1
    made = weights.read(out)
    assert made.config == replace(TINY, details=CELL_VALUES, lambda_rise=codec.LAMBDA_RISE)
    assert made.config.lambda_of(QUALITY_STEPS) == pytest.approx(2)
    assert made.network_id == weights.DETAILED
    basis = kept(stable)["model"]["synthesis.details.basis"]
    assert (made.frozen.values["synthesis.details.basis"] == basis.half().numpy()).all()
    picture = from_array(sample()[:100, :90])
    shown = Codec.load(out, device="cpu")
    without = Codec.load(TINY_WEIGHTS, device="cpu").encode(picture, Target("quality", 100))
    assert shown.encode(picture, Target("quality", 100)).psnr_db > without.psnr_db + 3
    forbid_reading(monkeypatch)
    with pytest.raises(UsageError, match="details already"):
        train(out.with_name("again"), resume=out, grow="details")


def test_an_interrupted_branch_goes_on(out: Path, train: Told) -> None:
    stable = out.with_name("stable")
    train(stable, stable=True)
    train(out, 0.2, decay_s=0.6, resume=checkpoint.of(stable))
    first = kept(out)
    train.reports.clear()
    train(out, math.inf, decay_s=0.6, resume=checkpoint.of(out), force=True)
    assert train.reports[0].step == first["counters"]["step"] + 1
    assert train.reports[0].progress > 0.3
    assert kept(out)["branch"] == first["branch"]


def test_a_branch_never_writes_over_its_stable_run(out: Path, train: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    train(out, stable=True)
    forbid_reading(monkeypatch)
    for force in (False, True):
        with pytest.raises(UsageError, match="leaves alone"):
            train(out, decay_s=1, resume=checkpoint.of(out), force=force)
        link = out.with_name("link")
        link.unlink(missing_ok=True)
        link.symlink_to(checkpoint.of(out))
        with pytest.raises(UsageError, match="leaves alone"):
            train(out, decay_s=1, resume=link, force=force)


def test_a_checkpoint_of_the_other_kind_is_refused(out: Path, train: Told) -> None:
    train(out, stable=True)
    run = Run([SAMPLES], out.with_name("other"), 0.3, resume=checkpoint.of(out), device="cpu")
    with pytest.raises(WeightsError):
        train_denoiser(run, report=lambda progress: None, note=lambda line: None)


def test_the_batch_of_the_user_is_the_batch_of_the_run(out: Path) -> None:
    run = Run([SAMPLES], out, 60, batch=12)
    crops = runs.schedule_of(run, CodecRecipe(), CPU).crops
    assert (crops.batch, crops.late_batch) == (12, 3)
