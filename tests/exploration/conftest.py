"""Small fitted members in files, and data to try them on."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.exploration import learning
from aecodec.exploration.inputs import Preparation


def ignore(*told: object) -> None:
    """Takes what is told and does nothing."""


def blobs(count: int, side: int, seed: int = 0) -> np.ndarray:
    """(count, side, side) of 0 ... 1: a soft blob each."""
    random = np.random.RandomState(seed)
    rows = np.arange(side)
    places = random.uniform(1, side - 1, (count, 2))
    near = [np.exp(-((rows[:, None] - y) ** 2 + (rows[None] - x) ** 2) / side) for y, x in places]
    return np.array(near, np.float32)


def write_picture(path: Path, unit: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((unit * 255).astype(np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of other sizes than samples have, in two classes; one file is none."""
    for index, blob in enumerate(blobs(16, 24)):
        write_picture(tmp_path / "in" / "good" / f"{index:02}.png", np.pad(blob, ((0, 0), (4, 4))))
    for index in range(4):
        stripes = np.tile(np.arange(24) % 2, (32, 1)).astype(np.float32)
        write_picture(tmp_path / "in" / "striped" / f"{index}.png", stripes)
    (tmp_path / "in" / "good" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "in"


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A folder as MNIST's, of 30 training and 20 test pictures."""
    for part, count in (("train", 30), ("t10k", 20)):
        images = (blobs(count, 28, count) * 255).astype(np.uint8)
        content = struct.pack(">4i", 0x803, count, 28, 28) + images.tobytes()
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
        labels = struct.pack(">2i", 0x801, count) + bytes(index % 3 for index in range(count))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    return tmp_path


def wish(family: str, data: Path | str, out: Path, **given: object) -> learning.Wish:
    settings = {"n_components": 3, "hidden_layer_sizes": (16,), "max_epochs": 5, "batch_size": 8, "random_state": 0}
    prepared = given.pop("preparation", Preparation("resized", 12, 1))
    return learning.Wish(family, str(data), out, prepared, settings | {"device": "cpu"}, **given)  # type: ignore[arg-type]


@pytest.fixture
def vae(folder: Path, tmp_path: Path) -> Path:
    """Weights of a small variational member of that folder."""
    learning.train(wish("variational", folder, tmp_path / "vae.safetensors"), ignore, ignore)
    return tmp_path / "vae.safetensors"
