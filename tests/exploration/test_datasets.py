"""Sets from disk: IDX files, packed or not, and what is none."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from aecodec.errors import BadInput
from aecodec.exploration import datasets


def test_mnist_is_read_packed_and_plain(digits: Path) -> None:
    images, labels = datasets.mnist(digits, "train")
    assert images.shape == (30, 28, 28)
    assert images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1
    assert labels[:4].tolist() == [0, 1, 2, 0]
    assert datasets.mnist(digits, "test")[0].shape == (20, 28, 28)


def test_mnist_as_torchvision_unpacks_it(digits: Path) -> None:
    raw = digits / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (digits / "train-labels-idx1-ubyte").rename(raw / "train-labels-idx1-ubyte")
    assert len(datasets.mnist(digits)[1]) == 30


def test_damaged_files_are_named(digits: Path, tmp_path: Path) -> None:
    labels = digits / "train-labels-idx1-ubyte"
    whole = labels.read_bytes()
    for content, words in ((whole[:-1], "truncated"), (b"\0" * 20, "no IDX file"), (b"", "no IDX file")):
        labels.write_bytes(content)
        with pytest.raises(BadInput, match=words):
            datasets.mnist(digits)
    labels.write_bytes(whole[:4] + (29).to_bytes(4, "big") + whole[8:-1])
    with pytest.raises(BadInput, match="30 pictures and 29 labels"):
        datasets.mnist(digits)
    (digits / "train-images-idx3-ubyte.gz").write_bytes(b"not packed")
    with pytest.raises(BadInput, match="cannot read"):
        datasets.mnist(digits)
    with pytest.raises(BadInput, match="has no train-images"):
        datasets.mnist(tmp_path / "nowhere")


def test_cifar_is_read_as_torchvision_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="has no CIFAR-10"):
        datasets.cifar10(tmp_path)
    from torchvision.datasets import CIFAR10

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    batch = {"data": np.arange(2 * 3072, dtype=np.int64).reshape(2, 3072).astype(np.uint8), "labels": [3, 7]}
    for name, _ in CIFAR10.train_list:
        (folder / name).write_bytes(pickle.dumps(batch))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    monkeypatch.setattr(CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda path, md5=None: True)
    images, labels = datasets.cifar10(tmp_path)
    assert images.shape == (10, 32, 32, 3)
    assert labels.tolist() == [3, 7] * 5
