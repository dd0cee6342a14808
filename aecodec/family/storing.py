"""Members as files: one safetensors file with the network, the density of its latents, and all settings as JSON."""

import json
import reprlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as pack
from torch import nn

from aecodec.errors import WeightsError
from aecodec.family import settings
from aecodec.family.density import Mixture
from aecodec.limits import MAX_WEIGHTS_BYTES
from aecodec.outputs import write_whole

FORMAT = "aecodec family 1"
MAX_VALUES = 1 << 28  # of a sample: more than any file of ours
DENSITY = ("weights", "means", "factors")


class Member(Protocol):
    """As far as files know of an `Autoencoder`."""

    network_: Any
    mixture_: Mixture
    sample_shape_: tuple[int, ...]
    n_components: int

    def _build(self) -> nn.Module:
        """A network of the settings that holds nothing yet."""


M = TypeVar("M", bound=Member)


def save(member: Member, path: Path, *, half: bool) -> None:
    """Write a fitted member; raises as `dump` does, and OutputError."""
    write_whole(path, dump(member, half=half))


def dump(member: Member, *, half: bool = False, about: dict[str, Any] | None = None) -> bytes:
    """The bytes of a member's file, the same for the same member; `about` is what else it tells.

    Raises WeightsError for what is not finite, or cannot be held in float16.
    """
    kind = np.float16 if half else np.float32
    arrays = {f"network.{name}": value.numpy() for name, value in member.network_.state_dict().items()}
    arrays |= {f"mixture.{name}": getattr(member.mixture_, name) for name in DENSITY}
    with np.errstate(over="ignore"):
        stored = {name: np.ascontiguousarray(value.astype(kind)) for name, value in sorted(arrays.items())}
    for name, value in stored.items():
        if not np.isfinite(value).all():
            raise WeightsError(f"some of the numbers of {name} are not finite{' in float16' if half else ''}")
    told = {
        "format": FORMAT,
        "member": type(member).__name__,
        "settings": {field.name: _plain(getattr(member, field.name)) for field in fields(member)},  # type: ignore[arg-type]
        "sample_shape": member.sample_shape_,
        "about": about or {},
    }
    return pack(stored, {"aecodec": json.dumps(told, sort_keys=True)})


def halve(member: Member) -> None:
    """Round a fitted member's numbers to float16, as `dump` stores them."""
    member.network_.half().float()
    parts = (getattr(member.mixture_, name).astype(np.float16).astype(np.float32) for name in DENSITY)
    member.mixture_ = Mixture(*parts)


def _plain(value: object) -> object:
    """A setting as JSON has it; a generator of random numbers is not kept."""
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool | tuple | list) else None


def read(path: Path, kinds: Mapping[str, type[M]]) -> tuple[M, dict[str, Any]]:
    """The member, one of these classes by their names, and what else its file tells.

    Raises WeightsError for what is no file of ours, of another class, or does not fit its own settings.
    """
    try:
        if path.stat().st_size > MAX_WEIGHTS_BYTES:
            raise WeightsError(f"{path}: not a member's file: {path.stat().st_size:,} bytes are too many")
        with safe_open(path, "numpy") as opened:
            told = json.loads((opened.metadata() or {}).get("aecodec", "null"))
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118, it is no dict
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    except (SafetensorError, ValueError, RecursionError) as error:
        raise WeightsError(f"{path}: not a member of the autoencoder family") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise WeightsError(f"{path}: not a member of the autoencoder family")
    if told.get("member") not in kinds:
        raise WeightsError(f"{path}: holds {reprlib.repr(told.get('member'))}, no {' or '.join(kinds)}")
    try:
        member = _member(kinds[told["member"]], told, arrays)
    except (ValueError, TypeError, KeyError, RuntimeError, AttributeError) as error:
        raise WeightsError(f"{path}: damaged: {str(error).splitlines()[0][:200]}") from error
    about = told.get("about")
    return member, about if isinstance(about, dict) else {}


def _member(kind: type[M], told: dict[str, Any], arrays: dict[str, np.ndarray]) -> M:
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told["settings"].items()
    }
    member = kind(**given)
    settings.check(member)
    shape = told["sample_shape"]
    if not isinstance(shape, list) or not 1 <= len(shape) <= 3 or not all(isinstance(n, int) and n > 0 for n in shape):
        raise ValueError(f"samples of shape {shape} cannot be")
    if np.prod(shape, dtype=float) > MAX_VALUES:
        raise ValueError(f"samples of shape {shape} are too large")
    for name, value in arrays.items():
        if value.dtype not in (np.float16, np.float32) or not np.isfinite(value).all():
            raise ValueError(f"{name} is of {value.dtype}, or not finite")
    member.sample_shape_ = tuple(shape)
    vars(member).update(n_features_in_=int(np.prod(shape)), _n_features_out=member.n_components)
    tensors = {
        name.removeprefix("network."): torch.from_numpy(value.astype(np.float32))
        for name, value in arrays.items()
        if name.startswith("network.")
    }
    with torch.device("meta"):  # no memory is taken for more than the file has
        network = member._build()
    network.load_state_dict(tensors, assign=True)
    member.network_ = network.eval().requires_grad_(False)
    member.mixture_ = Mixture(*(arrays[f"mixture.{name}"].astype(np.float32) for name in DENSITY))
    return member
