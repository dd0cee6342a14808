"""Checkpoints: two generations, whole or not there, and read without trust."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from aecodec.errors import OutputError, WeightsError
from aecodec.training import checkpoint


def state(step: int) -> dict[str, Any]:
    return {**dict.fromkeys(checkpoint.KEYS), "counters": {"step": step}, "model": {"w": torch.full((3,), float(step))}}


def step_of(path: Path) -> int:
    return int(checkpoint.load(path)["counters"]["step"])


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    path = checkpoint.of(tmp_path / "mine.safetensors")
    for step in (1, 2, 3):
        checkpoint.save(path, state(step))
    assert step_of(path) == 3
    assert step_of(checkpoint.previous(path)) == 2
    assert sorted(tmp_path.iterdir()) == [path, checkpoint.previous(path)]


def test_what_is_read_is_what_was_saved(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c", state(5))
    assert torch.equal(checkpoint.load(tmp_path / "c")["model"]["w"], torch.full((3,), 5.0))


def test_there_is_one_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also between the change of generations and the new one, where a run was once killed."""
    path = tmp_path / "c"
    for step in (1, 2):
        checkpoint.save(path, state(step))
    keep = checkpoint._keep

    def killed(kept: Path) -> None:
        keep(kept)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "_keep", killed)
        with pytest.raises(KeyboardInterrupt):
            checkpoint.save(path, state(3))
    assert (step_of(path), step_of(checkpoint.previous(path))) == (2, 2)
    for step in (4, 5):
        checkpoint.save(path, state(step))
    assert (step_of(path), step_of(checkpoint.previous(path))) == (5, 4)
    assert sorted(tmp_path.iterdir()) == [path, checkpoint.previous(path)]


def test_without_links_the_newest_two_are_kept_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    for step in (1, 2, 3):
        checkpoint.save(tmp_path / "c", state(step))
    assert (step_of(tmp_path / "c"), step_of(checkpoint.previous(tmp_path / "c"))) == (3, 2)


def test_a_full_disk_leaves_both_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c"
    for step in (1, 2):
        checkpoint.save(path, state(step))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        checkpoint.save(path, state(3))
    assert (step_of(path), step_of(checkpoint.previous(path))) == (2, 1)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04broken", None])
def test_what_is_no_checkpoint_is_a_weights_error(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "c"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        checkpoint.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_half_a_checkpoint_is_a_weights_error(tmp_path: Path) -> None:
    torch.save({"config": "{}"}, tmp_path / "c")
    with pytest.raises(WeightsError, match="no checkpoint"):
        checkpoint.load(tmp_path / "c")


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes()[:500]), Path.unlink])
def test_the_one_before_is_named_where_the_newest_is_lost(damage: Any, tmp_path: Path) -> None:
    for step in (1, 2):
        checkpoint.save(tmp_path / "c", state(step))
    damage(tmp_path / "c")
    with pytest.raises(WeightsError, match=r"the one before it is .*c\.previous"):
        checkpoint.load(tmp_path / "c")
    assert step_of(tmp_path / "c.previous") == 1
