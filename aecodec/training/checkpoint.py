"""Checkpoints: all that a run needs to go on as if it had not stopped, in two generations, each whole or not there."""

import io
import os
from pathlib import Path
from typing import Any

import torch

from aecodec.errors import WeightsError
from aecodec.outputs import opened

KEYS = {"config", "model", "average", "optimisers", "random", "random_device", "generator", "counters"}


def of(out: Path) -> Path:
    """Where a run that makes the weights `out` keeps its checkpoint."""
    return out.with_name(out.name + ".checkpoint")


def previous(path: Path) -> Path:
    """The generation before."""
    return path.with_name(path.name + ".previous")


def save(path: Path, state: dict[str, Any]) -> None:
    """Write `state`: tensors, numbers, strings, and containers of them; what was at `path` becomes the one before.

    Raises OutputError, and then both are as they were.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with opened(path, replace=True) as stream:
        stream.write(buffer.getbuffer())
        stream.flush()
        os.fsync(stream.fileno())  # a full disk shows here at the latest, before anything is renamed
        if path.exists():
            _keep(path)


def _keep(path: Path) -> None:
    """Have it as the one before too; it stays until the new one takes its place: a run may be killed at any moment."""
    spare = path.with_name(path.name + ".keeping")
    spare.unlink(missing_ok=True)
    try:
        os.link(path, spare)
    except OSError:  # of a file system without links
        os.replace(path, previous(path))
    else:
        os.replace(spare, previous(path))
        spare.unlink(missing_ok=True)  # where both were the same file already, nothing was moved


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote, on the CPU; data only, never code. Raises WeightsError, which names what is left."""
    try:
        return _read(path)
    except WeightsError as error:
        if not previous(path).exists():
            raise
        raise WeightsError(f"{error}; the one before it is {previous(path)}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"cannot read checkpoint {path}: {error.strerror or error}") from error
    except Exception as error:  # of many kinds, which share no narrower base
        raise WeightsError(f"{path} is damaged or no checkpoint of aecodec") from error
    if not isinstance(state, dict) or not state.keys() >= KEYS:
        raise WeightsError(f"{path} is damaged or no checkpoint of aecodec")
    return state
