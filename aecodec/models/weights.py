"""Weights as they are stored: one safetensors file with a network, its configuration and, of a codec, what is exact.

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
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import nn

from aecodec.entropy.intnet import IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.errors import WeightsError
from aecodec.models import manifest
from aecodec.models.frozen import Frozen
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig
from aecodec.nets.restorer import Restorer, RestorerConfig

CODEC_FORMAT = "aecodec weights 1"
DENOISER_FORMAT = "aecodec denoiser 1"
NETWORK_ID = 1  # the network of `nets/` in any of its configurations; a shape that these cannot say takes the next
ID_BYTES = 8  # of the SHA-256: enough that two weights never meet by accident

M = TypeVar("M", bound=nn.Module)


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


@dataclass(frozen=True)
class DenoiserWeights:
    """A loaded denoiser on a device."""

    model: Restorer
    id: bytes
    path: Path


def dump(frozen: Frozen, freezing_cost_percent: float) -> bytes:
    """The bytes of a codec's weights file; the same for the same weights."""
    arrays = _halves("model", frozen.model)
    arrays |= {f"exact.{name}": value for name, value in frozen.integers.to_arrays().items()}
    arrays |= {f"tables.{name}": value for name, value in frozen.tables.to_arrays().items()}
    config = frozen.model.config.to_json()
    return _save(arrays, CODEC_FORMAT, config, freezing_cost_percent=round(freezing_cost_percent, 4))


def dump_denoiser(model: Restorer) -> bytes:
    """The bytes of a denoiser's weights file; the same for the same weights."""
    return _save(_halves("model", model), DENOISER_FORMAT, model.config.to_json())


def _halves(part: str, model: nn.Module) -> dict[str, np.ndarray]:
    return {f"{part}.{name}": value.half().numpy() for name, value in model.cpu().state_dict().items()}


def _save(arrays: dict[str, np.ndarray], kind: str, config: str, **more: float) -> bytes:
    contiguous = {name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())}
    about = {"format": kind, "config": config, **more}
    return save(contiguous, {"aecodec": json.dumps(about)})  # one entry, as safetensors shuffles several


def identify(data: bytes) -> bytes:
    """The id of a weights file's bytes."""
    return hashlib.sha256(data).digest()[:ID_BYTES]


def parse(data: bytes, path: Path, device: torch.device) -> Weights:
    """Inverse of `dump`; raises WeightsError that names `path`."""
    arrays, about = _load(data, path, CODEC_FORMAT)
    config = CodecConfig.from_json(about.get("config", ""))
    model = _filled(Compressor(config), arrays, path, device)
    integers = IntegerNetwork.from_arrays(_part(arrays, "exact"), device)
    frozen = Frozen(model, integers, Tables.from_arrays(_part(arrays, "tables")))
    return Weights(frozen, identify(data), path, float(about.get("freezing_cost_percent", math.nan)))


def _load(data: bytes, path: Path, kind: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        arrays = load(data)
        about = _about(data)
    except (SafetensorError, ValueError, KeyError, struct.error) as error:
        raise WeightsError(f"{path} is not a weights file: {error}") from error
    if about.get("format") != kind:
        raise WeightsError(f"{path} holds {about.get('format')!r}, not {kind!r}")
    return arrays, about


def _filled(model: M, arrays: dict[str, np.ndarray], path: Path, device: torch.device) -> M:
    try:
        model.load_state_dict({name: torch.from_numpy(value).float() for name, value in _part(arrays, "model").items()})
    except RuntimeError as error:
        raise WeightsError(f"{path} does not fit its own configuration") from error
    ready: M = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return ready


def read(path: Path, device: torch.device) -> Weights:
    """Load a codec's weights file; raises WeightsError."""
    return parse(_bytes(path), path, device)


def read_denoiser(path: Path, device: torch.device) -> DenoiserWeights:
    """Load a denoiser's weights file; raises WeightsError."""
    data = _bytes(path)
    arrays, about = _load(data, path, DENOISER_FORMAT)
    model = Restorer(RestorerConfig.from_json(about.get("config", "")))
    return DenoiserWeights(_filled(model, arrays, path, device), identify(data), path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read weights {path}: {error.strerror}") from error


def find(weights_id: bytes, folder: Path | None) -> Path:
    """The weights file with this id: in `folder` (or being it) if given, else among the shipped ones."""
    for row in manifest.read():
        if row.kind == "codec" and row.sha256.startswith(weights_id.hex()):
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
