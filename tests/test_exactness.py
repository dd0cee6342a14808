"""A file decodes everywhere: what one setting of a machine writes, every other reads, with the same symbols.

The matrix of docs/design.md, "The exact path": ONNX Runtime and PyTorch, threads, batch, memory format, compiled or
not, instruction set of the libraries, and CUDA where there is one, each against ONNX Runtime in this process, in both
directions. Pixels may differ by one level, since means and synthesis are floating point.
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

from aecodec.codec.codec import Codec, Target
from aecodec.executors.with_onnx import OnnxCodec
from aecodec.pictures.picture import from_array
from tests.exactness_probe import symbols_hash
from tests.tiny import TINY_WEIGHTS, sample

QUALITY = 60
BASE = {
    "quality": QUALITY,
    "device": "cpu",
    "threads": 1,
    "batch": 1,
    "executor": "torch",
    "channels_last": True,
    "compiled": False,
}
SETTINGS: dict[str, dict[str, object]] = {
    "onnx, two threads": {**BASE, "executor": "onnx", "threads": 2},
    "onnx, batches": {**BASE, "executor": "onnx", "batch": 3},
    "torch": BASE,
    "torch, two threads": {**BASE, "threads": 2},
    "torch, batches": {**BASE, "batch": 3},
    "torch, memory format": {**BASE, "channels_last": False},
    "torch, compiled": {**BASE, "compiled": True},
    "torch, instruction set": BASE,
    "cuda": {**BASE, "device": "cuda"},
}
OLD_MACHINE = {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}


@pytest.mark.parametrize("name", SETTINGS)
def test_each_side_reads_what_the_other_wrote(name: str, tmp_path: Path) -> None:
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device on this machine")
    if "compiled" in name and shutil.which("c++") is None:
        pytest.skip("torch.compile needs a C++ compiler")
    agree(name, TINY_WEIGHTS, tmp_path)


@pytest.mark.parametrize("name", ["onnx, two threads", "torch, batches", "torch, instruction set"])
def test_details_are_exact_too(name: str, detailed_weights: Path, tmp_path: Path) -> None:
    agree(name, detailed_weights, tmp_path)


def agree(name: str, weights: Path, tmp_path: Path) -> None:
    codec = Codec.load(weights, device="cpu", batch=2)
    assert isinstance(codec.executor, OnnxCodec)
    picture = np.tile(sample("city"), (2, 3, 1))[:1100, :1330]  # above 1.3 megapixels: several tiles
    np.save(tmp_path / "picture.npy", picture)
    base = codec.encode(from_array(picture), Target("quality", QUALITY)).data
    (tmp_path / "base.aec").write_bytes(base)

    seen = probe(name, weights, tmp_path)

    other = (tmp_path / "other.aec").read_bytes()
    assert seen == {"base": symbols_hash(codec, base), "other": symbols_hash(codec, other)}
    close(np.load(tmp_path / "there.npy"), codec.decode(base).picture.pixels)
    close(np.load(tmp_path / "here.npy"), codec.decode(other).picture.pixels)


def probe(name: str, weights: Path, folder: Path) -> dict[str, str]:
    """Hashes that the other process saw."""
    environment = os.environ | (OLD_MACHINE if "instruction set" in name else {})
    command = [sys.executable, "-m", "tests.exactness_probe", str(weights), str(folder)]
    done = subprocess.run(
        [*command, json.dumps(SETTINGS[name])], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    hashes: dict[str, str] = json.loads(done.stdout)
    return hashes


def close(first: np.ndarray, second: np.ndarray) -> None:
    difference = np.abs(first.astype(int) - second.astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01
