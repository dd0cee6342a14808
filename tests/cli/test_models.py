"""`aecodec models`: the manifest, shown."""

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Row:
    name: str
    sha256: str
    licence: str = "Apache-2.0"
    trained: str = "2026-01-01, CPU, 1 h"
    validation: list[dict[str, float]] = field(
        default_factory=lambda: [{"quality": 50, "bpp": 0.5, "psnr_db": 34.25}]
    )


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    made = ModuleType("aecodec.weights")
    vars(made)["manifest"] = lambda: [Row("small", "ab" * 32), Row("large", "cd" * 32)]
    monkeypatch.setitem(sys.modules, "aecodec.weights", made)
    monkeypatch.setattr("aecodec.weights", made, raising=False)  # in case the real one was imported before


def test_models_lists_one_line_each(run):
    result = run("models")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"small  weights {'ab' * 8}  Apache-2.0  2026-01-01, CPU, 1 h",
        f"large  weights {'cd' * 8}  Apache-2.0  2026-01-01, CPU, 1 h",
    ]


def test_one_model_is_shown_in_full(run):
    result = run("models", "large")
    assert "cd" * 32 in result.stdout
    assert "small" not in result.stdout
    assert "34.25" in result.stdout.splitlines()[-1]


def test_models_as_json(run):
    rows = [json.loads(line) for line in run("models", "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == ["small", "large"]
    assert rows[0]["validation"] == [{"quality": 50, "bpp": 0.5, "psnr_db": 34.25}]


def test_a_version_without_weights_says_so(run, monkeypatch):
    monkeypatch.setattr("aecodec.weights.manifest", list)
    result = run("models")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "ships no weights" in result.stderr


def test_an_unknown_model_is_wrong_usage(run):
    result = run("models", "huge")
    assert result.exit_code == 2
    assert "there are: small, large" in result.stderr
