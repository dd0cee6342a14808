"""Checkpoints: everything a run needs to go on as if it had not stopped, written atomically."""

import io
import os
import secrets
from pathlib import Path
from typing import Any

import torch

from aecodec.errors import OutputError, WeightsError


def save(path: Path, state: dict[str, Any]) -> None:
    """Write `state`: tensors, numbers, strings, and containers of them."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(path, buffer.getvalue())


def write_atomically(path: Path, content: bytes) -> None:
    """Write so that a reader sees the old file or the whole new one; raises OutputError."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            temporary.write_bytes(content)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote, on the CPU; loads data only, never code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise WeightsError(f"cannot read checkpoint {path}: {error}") from error
    except Exception as error:  # pickle.UnpicklingError and friends share no narrower base
        raise WeightsError(f"{path} is not a checkpoint of aecodec") from error
    if not isinstance(state, dict) or "config" not in state:
        raise WeightsError(f"{path} is not a checkpoint of aecodec")
    return state
