"""`aecodec models`: the manifest, shown."""

import json

import pytest

from aecodec.models import manifest
from aecodec.models.manifest import ManifestRow


def row(name: str, sha256: str) -> ManifestRow:
    return ManifestRow(
        name=name,
        kind="codec",
        file=f"{name}.safetensors",
        network_id=1,
        sha256=sha256,
        licence="Apache-2.0",
        data="pictures",
        command="aecodec train codec",
        trained="2026-01-01, CPU, 1 h",
        kmac_per_pixel={"encode": 18.25, "decode": 17.5},
        million_parameters=5.67,
        freezing_cost_percent=0.01,
        validation=[{"quality": 50, "bpp": 0.5, "psnr_db": 34.25}],
    )


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    monkeypatch.setattr(manifest, "read", lambda: [row("small", "ab" * 32), row("large", "cd" * 32)])


def test_models_lists_one_line_each(run):
    result = run("models")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{name}  codec  weights {sha * 8}  18.2 kMAC per pixel to encode, 17.5 kMAC per pixel to decode"
        "  5.67 M parameters  Apache-2.0  2026-01-01, CPU, 1 h"
        for name, sha in (("small", "ab"), ("large", "cd"))
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
    monkeypatch.setattr(manifest, "read", list)
    result = run("models")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "ships no weights" in result.stderr


def test_an_unknown_model_is_wrong_usage(run):
    result = run("models", "huge")
    assert result.exit_code == 2
    assert "there are: small, large" in result.stderr
