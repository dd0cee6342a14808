"""Weights as they are stored: one safetensors file with a network, its configuration and, of a codec, what is exact.

A weights file is named by the SHA-256 of its bytes; an .aec file holds the first eight bytes of it. Floats are
stored as float16. What ships is listed in `manifest`.
"""

import hashlib
import json
import math
import reprlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from aecodec.entropy.intnet import NAMES, IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.errors import WeightsError
from aecodec.limits import MAX_WEIGHTS_BYTES
from aecodec.models import manifest
from aecodec.models.frozen import Frozen, Values
from aecodec.nets.config import SCALES, CodecConfig, RestorerConfig, current_name, from_json
from aecodec.quality import KNOTS

if TYPE_CHECKING:
    from torch import nn

    from aecodec.nets.restorer import Restorer

CODEC_FORMAT = "aecodec weights 1"
DENOISER_FORMAT = "aecodec denoiser 1"
# Wire ids of networks, which .aec files name and never reuse; a shape that no configuration can say takes the next.
PLAIN, DETAILED = 1, 2  # the network of `nets/` without and with details, whose tiles begin with a byte that says so
NETWORK_IDS = (PLAIN, DETAILED)
MOST_PERCENT = 1e6  # that freezing may be said to have cost; more is nonsense
MAX_MESSAGE = 200  # characters of what is wrong with a file, which may quote it
NOT_FINITE = np.uint16(0x7C00)  # bits of a float16 that are all set in infinities and NaN, and in nothing else
ID_BYTES = 8  # of the SHA-256: enough that two weights never meet by accident


@dataclass(frozen=True)
class Weights:
    """A codec's weights, as they were read."""

    frozen: Frozen
    id: bytes  # the first eight bytes of the file's SHA-256
    path: Path
    freezing_cost_percent: float  # rate that freezing cost, as measured when it was done

    @property
    def config(self) -> CodecConfig:
        return self.frozen.config

    @property
    def network_id(self) -> int:
        """Which of `NETWORK_IDS` files with these weights name."""
        return DETAILED if self.config.details else PLAIN


@dataclass(frozen=True)
class DenoiserWeights:
    """A denoiser's weights, as they were read."""

    config: RestorerConfig
    values: Values
    id: bytes
    path: Path


def dump(frozen: Frozen, freezing_cost_percent: float) -> bytes:
    """The bytes of a codec's weights file; the same for the same weights."""
    arrays: dict[str, np.ndarray] = {f"model.{name}": value for name, value in frozen.values.items()}
    arrays |= {f"exact.{name}": value for name, value in frozen.integers.to_arrays().items()}
    arrays |= {f"tables.{name}": value for name, value in frozen.tables.to_arrays().items()}
    config = frozen.config.to_json()
    return _save(arrays, CODEC_FORMAT, config, freezing_cost_percent=round(freezing_cost_percent, 4))


def dump_denoiser(model: "Restorer") -> bytes:
    """The bytes of a denoiser's weights file; the same for the same weights."""
    arrays: dict[str, np.ndarray] = {f"model.{name}": value for name, value in halves(model).items()}
    return _save(arrays, DENOISER_FORMAT, model.config.to_json())


def halves(model: "nn.Module") -> Values:
    """All that a network has learned, as it is stored; raises WeightsError for what is not finite."""
    values = {name: value.half().numpy() for name, value in model.cpu().state_dict().items()}
    _refuse_infinite(values)
    return values


def _refuse_infinite(values: Values) -> None:
    """Raises WeightsError, which names the tensor: what it would spoil would be taken for the picture's fault."""
    for name, value in values.items():
        bits = value.view(np.uint16)  # of integers this is asked in a fifth of the time
        if ((bits & NOT_FINITE) == NOT_FINITE).any():
            raise WeightsError(f"some of the numbers of {name} are not finite")


def _save(arrays: dict[str, np.ndarray], kind: str, config: str, **more: float) -> bytes:
    contiguous = {name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())}
    about = {"format": kind, "config": config, **more}
    return save(contiguous, {"aecodec": json.dumps(about)})  # one entry, as safetensors shuffles several


def identify(data: bytes) -> bytes:
    """The id of a weights file's bytes."""
    return hashlib.sha256(data).digest()[:ID_BYTES]


def parse(data: bytes, path: Path) -> Weights:
    """Inverse of `dump`; raises WeightsError that names `path`."""
    arrays, about = _load(data, path, CODEC_FORMAT)
    with named(path):
        config = from_json(CodecConfig, about.get("config"))
        values = {current_name(name): value for name, value in _values(arrays).items()}
        integers = IntegerNetwork.from_arrays(_part(arrays, "exact"), np.asarray)
        tables = Tables.from_arrays(_part(arrays, "tables"))
        frozen = Frozen(config, values, integers, tables)
        _check_exact_path(frozen)
    cost = about.get("freezing_cost_percent")
    percent = float(cost) if isinstance(cost, int | float) and abs(cost) <= MOST_PERCENT else math.nan
    return Weights(frozen, identify(data), path, percent)


def _check_exact_path(frozen: Frozen) -> None:
    """Raise WeightsError unless the integer network and the tables are those of the float network beside them."""
    for name, layer in zip(NAMES, frozen.integers.layers, strict=True):
        beside = frozen.values.get(f"prior.scales.{name}.weight")
        if beside is None or layer.weight.shape != beside.shape:
            shape = "that of none" if beside is None else beside.shape
            raise WeightsError(f"layer {name!r} of the exact network has shape {layer.weight.shape}, not {shape}")
    wanted = SCALES + KNOTS * frozen.config.hyper
    if frozen.tables.count != wanted:
        raise WeightsError(f"there are {frozen.tables.count} probability tables in place of {wanted}")


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Puts the file's name before what is wrong with it, in one short line."""
    try:
        yield
    except WeightsError as error:
        raise WeightsError(f"{path}: {shorten(str(error), MAX_MESSAGE, placeholder=' ...')}") from error


def _load(data: bytes, path: Path, kind: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    with named(path):
        try:
            arrays = load(data)
            about = _about(data)
        except (SafetensorError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
            raise WeightsError(f"not a weights file: {error}") from error
        if about.get("format") != kind:
            raise WeightsError(f"not {kind!r}, but {reprlib.repr(about.get('format'))}")
    return arrays, about


def _values(arrays: dict[str, np.ndarray]) -> Values:
    """The floats of a network; whether they fit its configuration is seen where it is made (`executors`)."""
    values = _part(arrays, "model")
    for name, value in values.items():
        if value.dtype != np.float16:
            raise WeightsError(f"{name} is of {value.dtype}, not of float16")
    _refuse_infinite(values)
    return values


def read(path: Path) -> Weights:
    """Load a codec's weights file; raises WeightsError."""
    return parse(_bytes(path), path)


def read_denoiser(path: Path) -> DenoiserWeights:
    """Load a denoiser's weights file; raises WeightsError."""
    data = _bytes(path)
    arrays, about = _load(data, path, DENOISER_FORMAT)
    with named(path):
        return DenoiserWeights(from_json(RestorerConfig, about.get("config")), _values(arrays), identify(data), path)


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
