"""Labelled sets from disk: MNIST as its four IDX files, CIFAR-10 as torchvision reads it. Nothing is downloaded."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

MAGIC = {3: 0x803, 1: 0x801}  # of IDX files with bytes, by their number of axes
PARTS = {"train": "train", "test": "t10k"}


def mnist(folder: Path, part: str = "train") -> tuple[Floats, Labels]:
    """Digits (n, 28, 28) of 0 ... 1 and labels (n,) of the part `train` or `test`; raises BadInput.

    The files are those of Yann LeCun's page, packed by gzip or not, in `folder` or in MNIST/raw below it.
    """
    images = _idx(_found(folder, f"{PARTS[part]}-images-idx3-ubyte"), 3)
    labels = _idx(_found(folder, f"{PARTS[part]}-labels-idx1-ubyte"), 1)
    if len(images) != len(labels):
        raise BadInput(f"{folder}: {len(images)} pictures and {len(labels)} labels do not belong together")
    return (images / np.float32(255)).astype(np.float32), labels.astype(np.int64)


def _found(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz", folder / "MNIST" / "raw" / name):
        if path.is_file():
            return path
    raise BadInput(f"{folder} has no {name} or {name}.gz")


def _idx(path: Path, axes: int) -> NDArray[Any]:
    """Bytes of an IDX file: a magic number, a length for each axis (big-endian, 32 bits), the values."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise BadInput(f"cannot read {path}: {error}") from error
    header = np.frombuffer(data[: 4 * (axes + 1)], ">i4")
    if len(header) != axes + 1 or header[0] != MAGIC[axes]:
        raise BadInput(f"{path} is no IDX file of {axes} axes")
    values = np.frombuffer(data, np.uint8, offset=4 * (axes + 1))
    if values.size != np.prod(header[1:], dtype=np.int64):
        raise BadInput(f"{path} is truncated")
    return values.reshape(header[1:])


def cifar10(folder: Path, part: str = "train") -> tuple[Floats, Labels]:
    """Pictures (n, 32, 32, 3) of 0 ... 1 and labels (n,) of `folder`/cifar-10-batches-py; raises BadInput."""
    from torchvision.datasets import CIFAR10

    try:
        found = CIFAR10(str(folder), train=part == "train", download=False)
    except (RuntimeError, OSError, ValueError) as error:
        raise BadInput(f"{folder} has no CIFAR-10 as torchvision keeps it (cifar-10-batches-py)") from error
    return (found.data / np.float32(255)).astype(np.float32), np.asarray(found.targets, np.int64)
