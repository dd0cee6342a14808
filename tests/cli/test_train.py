"""`aecodec train`: its options reach the recipes, and progress and results reach stderr."""

import math
import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import typer

from aecodec.cli import train
from aecodec.errors import BadInput
from aecodec.training import codec, denoiser
from aecodec.training.runs import Run, schedule_of


@pytest.fixture
def runs(monkeypatch):
    """The runs that were started; each reports once and ends."""
    started: list[Run] = []

    def train_codec(run, *, report, note, report_every_s):
        started.append(run)
        if run.data == [Path("empty")]:
            raise BadInput("no picture in empty")
        note("7 pictures, 3 megapixels")
        assert report_every_s == 30
        if run.stable:
            report(
                SimpleNamespace(
                    step=5, progress=0, values={"loss": 1.5}, megapixels_per_s=0.75, time_left_s=run.time_budget_s
                )
            )
            return None
        report(
            SimpleNamespace(
                step=100,
                progress=0.5,
                values={"loss": 1.25, "bpp": 0.5, "dB": 31.5},
                megapixels_per_s=0.75,
                time_left_s=3725.0,
            )
        )
        points = (SimpleNamespace(step=158, bpp=0.25, psnr_db=30.0),)
        return SimpleNamespace(
            weights_id="ab" * 8, size_bytes=1234567, cost=SimpleNamespace(percent=0.125), validation=points
        )

    def train_denoiser(run, *, report, note, report_every_s):
        started.append(run)
        return SimpleNamespace(weights_id="cd" * 8, size_bytes=7654321, validation={15: 33.5, 50: 27.25})

    monkeypatch.setattr(codec, "train_codec", train_codec)
    monkeypatch.setattr(denoiser, "train_denoiser", train_denoiser)
    return started


def test_options_reach_the_recipe(run, runs):
    arguments = (
        "--data a --data b --time-budget 9m -o w.safetensors --total-time 1h --resume c --valid v --batch 4 --grow 3,2"
        " --learning-rate 5e-4 --force --leave-out names.txt"
    )
    assert run("train", "codec", *arguments.split(), "--device", "cpu", "--seed", "7", "-j", "2").exit_code == 0
    assert runs == [
        Run(
            [Path("a"), Path("b")],
            Path("w.safetensors"),
            540.0,
            total_time_s=3600.0,
            resume=Path("c"),
            leave_out=Path("names.txt"),
            valid=Path("v"),
            device="cpu",
            threads=2,
            batch=4,
            seed=7,
            grow="3,2",
            learning_rate=5e-4,
            force=True,
        )
    ]


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("9m", 540), ("1.5h", 5400)])
def test_durations(run, runs, text, seconds):
    run("train", "codec", "--data", "a", "--time-budget", text)
    assert runs[0].time_budget_s == seconds


@pytest.mark.parametrize("option", ["--time-budget", "--total-time", "--decay"])
@pytest.mark.parametrize("text", ["0", "-3m", "soon", "3d"])
def test_a_bad_duration_is_wrong_usage_of_its_own_option(run, runs, option, text):
    result = run("train", "codec", "--data", "a", f"{option}={text}")
    assert result.exit_code == 2
    assert result.stderr == f"aecodec: {option} {text}: give a duration such as 90s, 9m or 1.5h\n"
    assert runs == []


def test_the_budget_begins_before_torch_is_imported(run, runs):
    before = time.monotonic()
    run("train", "codec", "--data", "a")
    assert before <= runs[0].begun <= time.monotonic()


@pytest.mark.parametrize(("kind", "recipe"), [("codec", codec.CodecRecipe()), ("denoiser", denoiser.DenoiserRecipe())])
def test_help_says_how_large_pictures_must_be(kind, recipe):
    state = {"counters": {"elapsed": 0.0}, "branch": {"start": 0.0, "highest": 1e-3}}
    usual, stable, branch = (
        [
            str(schedule_of(Run([], Path("w"), 60, **options), recipe, torch.device(device), state).largest_side)
            for device in ("cpu", "cuda")
        ]
        for options in ({}, {"stable": True}, {"decay_s": 9.0})
    )
    (option,) = [each for each in typer.main.get_group(train.app).commands[kind].params if each.name == "data"]
    assert re.findall(r"\d+", option.help) == usual + stable + (branch if branch != usual else [])


def test_the_size_of_a_fresh_start(run, runs):
    run("train", "codec", "--data", "a", "--size", "base")
    assert runs[0].size == "base"


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ((), 1800),
        (("--stable",), math.inf),
        (("--stable", "--time-budget", "9m"), 540),
        (("--decay", "40m"), math.inf),
        (("--decay", "40m", "--time-budget", "9m"), 540),
    ],
)
def test_the_budget_is_half_an_hour_or_what_the_schedule_takes(run, runs, options, seconds):
    assert run("train", "codec", "--data", "a", *options).exit_code == 0
    assert runs[0].time_budget_s == seconds
    assert runs[0].stable is ("--stable" in options)
    assert runs[0].decay_s == (2400 if "--decay" in options else None)


def test_a_run_without_an_end_shows_no_time_left_and_no_weights(run, runs):
    result = run("train", "codec", "--data", "a", "--stable")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == ["7 pictures, 3 megapixels", "step 5  loss 1.5000  0.75 MP/s"]


def test_progress_and_result_are_lines_on_standard_error(run, runs):
    result = run("train", "codec", "--data", "a")
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "7 pictures, 3 megapixels",
        "step 100  loss 1.2500  bpp 0.5000  dB 31.5000  0.75 MP/s  1:02:05 left",
        "validation  step 158  0.250 bpp  30.00 dB",
        "codec.safetensors  1,234,567 bytes  weights abababababababab  freezing cost 0.12 %",
    ]


def test_what_the_recipe_refuses_is_one_line(run, runs):
    result = run("train", "codec", "--data", "empty")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: no picture in empty\n"


def test_a_denoiser_is_trained_with_the_same_options(run, runs):
    options = "--data a -o w.safetensors --time-budget 9m --total-time 1h --resume c --valid v --batch 4 --grow medium"
    result = run("train", "denoiser", *options.split(), "--device", "cpu", "--seed", "7", "-j", "2")
    assert result.exit_code == 0
    assert runs == [
        Run(
            [Path("a")],
            Path("w.safetensors"),
            540.0,
            total_time_s=3600.0,
            resume=Path("c"),
            valid=Path("v"),
            device="cpu",
            threads=2,
            batch=4,
            seed=7,
            grow="medium",
        )
    ]
    assert result.stderr.splitlines() == [
        "validation  sigma 15  33.50 dB",
        "validation  sigma 50  27.25 dB",
        "w.safetensors  7,654,321 bytes  weights cdcdcdcdcdcdcdcd",
    ]
