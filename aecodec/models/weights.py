"""Weights as they are stored: one safetensors file with a network, its configuration and, of a codec, what is exact.

A weights file is named by the SHA-256 of its bytes; an .aec file holds the first eight bytes of it. Floats are
stored as float16. What ships is listed in `manifest`.
"""

import hashlib
import json
import math
import reprlib
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import nn

from aecodec.entropy.intnet import NAMES, IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.errors import WeightsError
from aecodec.limits import MAX_WEIGHTS_BYTES
from aecodec.models import manifest
from aecodec.models.frozen import Frozen
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig, from_json
from aecodec.nets.prior import SCALES
from aecodec.nets.restorer import Restorer, RestorerConfig
from aecodec.quality import KNOTS

CODEC_FORMAT = "aecodec weights 1"
DENOISER_FORMAT = "aecodec denoiser 1"
# Wire ids of networks, which .aec files name and never reuse; a shape that no configuration can say takes the next.
PLAIN, DETAILED = 1, 2  # the network of `nets/` without and with details, whose tiles begin with a byte that says so
NETWORK_IDS = (PLAIN, DETAILED)
MOST_PERCENT = 1e6  # that freezing may be said to have cost; more is nonsense
MAX_MESSAGE = 200  # characters of what is wrong with a file, which may quote it
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

    @property
    def network_id(self) -> int:
        """Which of `NETWORK_IDS` files with these weights name."""
        return DETAILED if self.config.details else PLAIN


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
    halves = {f"{part}.{name}": value.half().numpy() for name, value in model.cpu().state_dict().items()}
    _refuse_infinite(halves)
    return halves


def _refuse_infinite(halves: dict[str, np.ndarray]) -> None:
    """Raises WeightsError, which names the tensor: what it would spoil would be taken for the picture's fault."""
    for name, value in halves.items():
        if not np.isfinite(value).all():
            raise WeightsError(f"some of the numbers of {name} are not finite")


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
    with _named(path):
        config = from_json(CodecConfig, about.get("config"))
        model = _filled(lambda: Compressor(config), arrays, device)
        integers = IntegerNetwork.from_arrays(_part(arrays, "exact"), device)
        tables = Tables.from_arrays(_part(arrays, "tables"))
        _check_exact_path(config, model, integers, tables)
    cost = about.get("freezing_cost_percent")
    percent = float(cost) if isinstance(cost, int | float) and abs(cost) <= MOST_PERCENT else math.nan
    return Weights(Frozen(model, integers, tables), identify(data), path, percent)


def _check_exact_path(config: CodecConfig, model: Compressor, integers: IntegerNetwork, tables: Tables) -> None:
    """Raise WeightsError unless the integer network and the tables are those of the float network beside them."""
    for name, layer in zip(NAMES, integers.layers, strict=True):
        shape = tuple(getattr(model.prior.scales, name).weight.shape)
        if layer.weight.shape != shape:
            raise WeightsError(f"layer {name!r} of the exact network has shape {layer.weight.shape}, not {shape}")
    wanted = SCALES + KNOTS * config.hyper
    if tables.count != wanted:
        raise WeightsError(f"there are {tables.count} probability tables in place of {wanted}")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Puts the file's name before what is wrong with it, in one short line."""
    try:
        yield
    except WeightsError as error:
        raise WeightsError(f"{path}: {shorten(str(error), MAX_MESSAGE, placeholder=' ...')}") from error


def _load(data: bytes, path: Path, kind: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    with _named(path):
        try:
            arrays = load(data)
            about = _about(data)
        except (SafetensorError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
            raise WeightsError(f"not a weights file: {error}") from error
        if about.get("format") != kind:
            raise WeightsError(f"not {kind!r}, but {reprlib.repr(about.get('format'))}")
    return arrays, about


def _filled(make: Callable[[], M], arrays: dict[str, np.ndarray], device: torch.device) -> M:
    """The network with its floats; no memory is taken for more than the file has, whatever its configuration says."""
    halves = _part(arrays, "model")
    for name, value in halves.items():
        if value.dtype != np.float16:
            raise WeightsError(f"{name} is of {value.dtype}, not of float16")
    _refuse_infinite(halves)
    values = {name: torch.from_numpy(value).float() for name, value in halves.items()}
    with torch.device("meta"):
        model = make()
    try:
        model.load_state_dict(values, assign=True)
    except RuntimeError as error:
        raise WeightsError("does not fit its own configuration") from error
    ready: M = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return ready


def read(path: Path, device: torch.device) -> Weights:
    """Load a codec's weights file; raises WeightsError."""
    return parse(_bytes(path), path, device)


def read_denoiser(path: Path, device: torch.device) -> DenoiserWeights:
    """Load a denoiser's weights file; raises WeightsError."""
    data = _bytes(path)
    arrays, about = _load(data, path, DENOISER_FORMAT)
    with _named(path):
        config = from_json(RestorerConfig, about.get("config"))
        model = _filled(lambda: Restorer(config), arrays, device)
    return DenoiserWeights(model, identify(data), path)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if not _may_be_weights(path):
            reason = f"{size:,} bytes are too many" if path.is_file() else "it is no file"
            raise WeightsError(f"{path}: not a weights file: {reason}")
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"cannot read weights {path}: {error.strerror}") from error


def _may_be_weights(path: Path) -> bool:
    """A file of no more bytes than ours have: folders hold weights of other programs too."""
    return path.is_file() and path.stat().st_size <= MAX_WEIGHTS_BYTES


def find(weights_id: bytes, folder: Path | None) -> Path:
    """The weights file with this id: in `folder` (or being it) if given, else among the shipped ones."""
    for row in manifest.read():
        if row.kind == "codec" and row.sha256.startswith(weights_id.hex()):
            return manifest.folder() / row.file
    if folder is not None:
        candidates = [folder] if folder.is_file() else sorted(folder.glob("*.safetensors"))
        for path in filter(_may_be_weights, candidates):
            if _file_id(path, path.stat().st_mtime_ns) == weights_id:
                return path
    where = f"neither shipped nor in {folder}" if folder else "not shipped with this version"
    raise WeightsError(f"weights {weights_id.hex()} are {where}: name the folder that has them with --weights")


@cache
def _file_id(path: Path, changed_ns: int) -> bytes:
    return identify(_bytes(path))


def _part(arrays: dict[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(part + "."): value for name, value in arrays.items() if name.startswith(part + ".")}


def _about(data: bytes) -> dict[str, Any]:
    """What `dump` said beside the arrays; safetensors starts with the length of a JSON header, in 8 bytes."""
    (length,) = struct.unpack_from("<Q", data)
    found = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["aecodec"])
    if not isinstance(found, dict):
        raise ValueError("what it says of itself is no JSON object")
    return found
