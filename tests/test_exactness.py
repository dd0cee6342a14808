"""A file decodes everywhere: written under any setting, read under every other, with the same symbols.

The matrix of DESIGN section 4: threads, batch, memory format, compiled or not, instruction set of the libraries, and
CUDA where there is one. Pixels may differ by one level, since means and synthesis are floating point.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.tiny import sample

BASE = {"threads": 1, "batch": 1, "channels_last": True, "compiled": False, "quality": 60.0}
SETTINGS = {
    "base": BASE,
    "threads": {**BASE, "threads": 2},
    "batch": {**BASE, "batch": 3},
    "memory format": {**BASE, "channels_last": False},
    "compiled": {**BASE, "compiled": True},
    "instruction set": BASE,
    "cuda": {**BASE, "device": "cuda"},
}
OLD_MACHINE = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}


def probe(name: str, action: str, weights: Path, source: Path, target: Path) -> str:
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device on this machine")
    if name == "compiled" and shutil.which("c++") is None:
        pytest.skip("torch.compile needs a C++ compiler")
    environment = os.environ | (OLD_MACHINE if name == "instruction set" else {})
    command = [sys.executable, "-m", "tests.exactness_probe", action, *map(str, (weights, source, target))]
    done = subprocess.run(
        [*command, json.dumps(SETTINGS[name])], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Path) -> dict[str, Path]:
    """One picture of several tiles and shapes, to be written under each setting on demand."""
    folder = tmp_path_factory.mktemp("exactness")
    picture = folder / "picture.npy"
    np.save(picture, np.tile(sample("city"), (2, 3, 1))[:1100, :1330])  # above 1.3 megapixels: 4 tiles
    return {"picture": picture, "folder": folder, "weights": tiny_weights}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_one_setting_writes_every_other_reads(name: str, written: dict[str, Path]) -> None:
    folder, weights = written["folder"], written["weights"]
    base = folder / "base.aec"
    if not base.exists():
        probe("base", "encode", weights, written["picture"], base)
    there = probe(name, "decode", weights, base, folder / "there.npy")
    assert there == probe("base", "decode", weights, base, folder / "base.npy")
    close(folder / "there.npy", folder / "base.npy")
    other = folder / "other.aec"
    probe(name, "encode", weights, written["picture"], other)
    assert probe("base", "decode", weights, other, folder / "back.npy") == probe(
        name, "decode", weights, other, folder / "there.npy"
    )
    close(folder / "there.npy", folder / "back.npy")


def close(first: Path, second: Path) -> None:
    difference = np.abs(np.load(first).astype(int) - np.load(second).astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01
