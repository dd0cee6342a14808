"""The commands of the autoencoder family: what a user types and is told, and one line for every mistake."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aecodec.cli.autoencoder import FAMILY
from aecodec.cli.train import KINDS
from aecodec.family.registry import MEMBERS
from tests.cli.conftest import Run, png

SMALL = ["--hidden", "8", "--components", "2", "--epochs", "2", "--side", "8", "--set", "batch_size=4", "-j", "1"]


@pytest.fixture
def photos(make: Callable[..., Path]) -> Path:
    for index in range(6):
        make(f"photos/good/{index}.png", data=png(20 + index, 31 - index))
    return make("photos/odd/a.png").parent.parent


def test_the_names_are_those_of_the_members() -> None:
    assert tuple(MEMBERS) == FAMILY
    assert set(FAMILY).isdisjoint(kind.name for kind in KINDS)


def test_training_and_what_follows(run: Run, photos: Path, tmp_path: Path) -> None:
    done = run("train", "variational", "--data", "photos", *SMALL, "-o", "v.safetensors", "--tensorboard", "events")
    assert done.exit_code == 0, done.stderr
    assert "7 samples, pictures as squares of 8x8 pixels, RGB" in done.stderr
    assert "0:00 left" in done.stderr
    assert (tmp_path / "v.png").exists()
    assert list((tmp_path / "events").iterdir())
    for line, names in (
        (("explore", "photos", "-o", "e.html"), ("e.html", "e-map-pca.png")),
        (("sample", "-n", "4", "-o", "s.png"), ("s.png",)),
        (("sample", "--traverse", "-o", "t.gif"), ("t.gif",)),
        (("sample", "--between", "photos/good/0.png", "photos/odd/a.png", "-o", "b.png"), ("b.png",)),
        (("transform", "photos", "-o", "f.npz"), ("f.npz",)),
    ):
        done = run(*line, "--weights", "v.safetensors", "-j", "1")
        assert done.exit_code == 0, done.stderr
        for name in names:
            assert (tmp_path / name).exists()
            assert name in done.stderr
        again = run(*line, "--weights", "v.safetensors", "-j", "1")
        assert again.exit_code == 1
        assert "--force" in again.stderr
    with np.load(tmp_path / "f.npz") as stored:
        assert stored["features"].shape == (7, 2)


def test_anomalies_are_scored(run: Run, photos: Path, tmp_path: Path) -> None:
    done = run(
        "anomaly", "fit", "--data", "photos", *SMALL, "--family", "deep", "--quantile", "0.9", "-o", "a.safetensors"
    )
    assert done.exit_code == 0, done.stderr
    assert "threshold" in done.stderr
    done = run(
        "anomaly", "score", "photos", "--weights", "a.safetensors", "--json", "a.json", "--csv", "a.csv", "-j", "1"
    )
    assert done.exit_code == 0, done.stderr
    assert "good/0.png" in done.stdout
    assert "AUROC" in done.stderr
    assert len(json.loads((tmp_path / "a.json").read_text())["samples"]) == 7


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("train deepest --data photos", 2, "No such command"),
        ("train autoencoder deepest --data photos", 2, "no autoencoder is called 'deepest'"),
        ("train deep --data nowhere", 1, "nowhere does not exist"),
        ("train deep --data photos --hidden a,b", 2, "--hidden a,b"),
        ("train deep --data photos --set beta", 2, "--set beta: give NAME=VALUE"),
        ("train deep --data photos --set beta=1", 2, "deep has no setting 'beta'"),
        ("train deep --data photos --set loss=l3", 1, "loss='l3'"),
        ("train deep --data photos --window 9 --patches", 2, "--window is of series"),
        ("train deep --data photos --patches --side 60", 1, "no picture of at least 60 pixels"),
        ("train recurrent --data photos", 2, "are of series"),
        ("train deep --data photos --device cuda:9", 1, "does not exist"),
        ("explore photos --weights photos/odd/a.png", 1, "not a member"),
        ("explore photos --method umap", 2, "--method umap"),
        ("sample --between a b --traverse", 2, "exclude each other"),
        ("sample -o a.jpg", 2, "a .png or a .gif"),
        ("transform photos -o a.xls", 2, ".parquet"),
        ("anomaly fit --data photos --quantile 1.5", 2, "--quantile 1.5"),
        ("anomaly score photos --report a.txt", 2, "name it .html"),
    ],
)
def test_mistakes_are_one_line(run: Run, photos: Path, line: str, code: int, words: str) -> None:
    done = run(*line.split())
    assert done.exit_code == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_extra_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from aecodec import errors

    monkeypatch.setitem(errors.EXTRAS, "family", ("no_such_module",))
    for line in (
        "explore x",
        "sample",
        "transform x",
        "anomaly score x",
        "anomaly fit --data x",
        "train deep --data x",
    ):
        done = run(*line.split())
        assert done.exit_code == 1
        assert "aecodec[family]" in done.stderr
