"""Weights as they are stored: one safetensors file with network, integers, tables and configuration.

A weights file is named by the SHA-256 of its bytes; an .aec file holds the first eight bytes of it. Floats are
stored as float16. What ships is listed in `manifest`.
"""

import hashlib
import json
import math
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from aecodec import manifest
from aecodec.entropy.intnet import IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.errors import WeightsError
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig
from aecodec.nets.freeze import Frozen

FORMAT = "aecodec weights 1"
NETWORK_ID = 1  # the network of `nets/` in any of its configurations; a shape that these cannot say takes the next
ID_BYTES = 8  # of the SHA-256: enough that two weights never meet by accident


@dataclass(frozen=True)
class Weights:
    """Loaded weights on a device."""

    frozen: Frozen
    id: bytes  # the first eight bytes of the file's SHA-256
    path: Path
    freezing_cost_percent: float  # rate that freezing cost, as measured when it was done

    @property
    def config(self) -> CodecConfig:
        return self.frozen.model.config


def dump(frozen: Frozen, freezing_cost_percent: float) -> bytes:
    """The bytes of a weights file; the same for the same weights."""
    arrays = {f"model.{name}": value.half().numpy() for name, value in frozen.model.cpu().state_dict().items()}
    arrays |= {f"exact.{name}": value for name, value in frozen.integers.to_arrays().items()}
    arrays |= {f"tables.{name}": value for name, value in frozen.tables.to_arrays().items()}
    contiguous = {name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())}
    about = {
        "format": FORMAT,
        "config": frozen.model.config.to_json(),
        "freezing_cost_percent": round(freezing_cost_percent, 4),
    }
    return save(contiguous, {"aecodec": json.dumps(about)})  # one entry, as safetensors shuffles several


def identify(data: bytes) -> bytes:
    """The id of a weights file's bytes."""
    return hashlib.sha256(data).digest()[:ID_BYTES]


def parse(data: bytes, path: Path, device: torch.device) -> Weights:
    """Inverse of `dump`; raises WeightsError that names `path`."""
    try:
        arrays = load(data)
        about = _about(data)
    except (SafetensorError, ValueError, KeyError, struct.error) as error:
        raise WeightsError(f"{path} is not a weights file: {error}") from error
    if about.get("format") != FORMAT:
        raise WeightsError(f"{path} holds {about.get('format')!r}, this aecodec reads {FORMAT!r}")
    config = CodecConfig.from_json(about.get("config", ""))
    model = Compressor(config).eval().requires_grad_(False)
    try:
        floats = {name: torch.from_numpy(value).float() for name, value in _part(arrays, "model").items()}
        model.load_state_dict(floats)
    except RuntimeError as error:
        raise WeightsError(f"{path} does not fit its own configuration") from error
    model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    integers = IntegerNetwork.from_arrays(_part(arrays, "exact"), device)
    frozen = Frozen(model, integers, Tables.from_arrays(_part(arrays, "tables")))
    return Weights(frozen, identify(data), path, float(about.get("freezing_cost_percent", math.nan)))


def read(path: Path, device: torch.device) -> Weights:
    """Load a weights file; raises WeightsError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read weights {path}: {error.strerror}") from error
    return parse(data, path, device)


def find(weights_id: bytes, folder: Path | None) -> Path:
    """The weights file with this id: in `folder` (or being it) if given, else among the shipped ones."""
    for row in manifest.read():
        if row.sha256.startswith(weights_id.hex()):
            return manifest.folder() / row.file
    if folder is not None:
        candidates = [folder] if folder.is_file() else sorted(folder.glob("*.safetensors"))
        for path in candidates:
            if _file_id(path, path.stat().st_mtime_ns) == weights_id:
                return path
    where = f"neither shipped nor in {folder}" if folder else "not shipped with this version"
    raise WeightsError(f"weights {weights_id.hex()} are {where}: name the folder that has them with --weights")


@cache
def _file_id(path: Path, changed_ns: int) -> bytes:
    return identify(path.read_bytes())


def _part(arrays: dict[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(part + "."): value for name, value in arrays.items() if name.startswith(part + ".")}


def _about(data: bytes) -> dict[str, Any]:
    """What `dump` said beside the arrays; safetensors starts with the length of a JSON header, in 8 bytes."""
    (length,) = struct.unpack_from("<Q", data)
    found: dict[str, Any] = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["aecodec"])
    return found
