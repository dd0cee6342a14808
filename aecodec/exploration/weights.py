"""Members with what they know of their data: files that a user names, and those that ship."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecodec.errors import WeightsError
from aecodec.exploration.inputs import Preparation
from aecodec.family import registry, storing
from aecodec.family.estimator import Autoencoder
from aecodec.models import manifest
from aecodec.outputs import write_whole

SHIPPED = {"variational": "mnist-vae", "ganomaly": "mnist-ganomaly"}


@dataclass(frozen=True)
class Trained:
    """A fitted member, how its samples are made, and what else its file tells."""

    member: Autoencoder
    preparation: Preparation
    about: dict[str, Any]
    path: Path


def read(path: Path | None, default: str, device: str) -> Trained:
    """The member in `path`, or the shipped one of the kind `default`; raises WeightsError."""
    path = path or manifest.default_path("autoencoder", SHIPPED[default])
    member, about = registry.read(path)
    member.device = device
    told = about.get("preparation")
    try:
        preparation = Preparation(**told) if isinstance(told, dict) else None
    except TypeError as error:
        raise WeightsError(f"{path}: does not say how its samples are made") from error
    if preparation is None or preparation.shape != member.sample_shape_:
        raise WeightsError(
            f"{path}: does not say how its samples are made; `aecodec train` and `anomaly fit` write that"
        )
    return Trained(member, preparation, about, path)


def write(member: Autoencoder, path: Path, preparation: Preparation, *, replace: bool, **about: Any) -> int:
    """Bytes that were written, with numbers in float16; raises OutputError, WeightsError."""
    content = storing.dump(member, half=True, about={"preparation": preparation.to_json(), **about})
    write_whole(path, content, replace=replace)
    return len(content)
