"""The weights that ship with aecodec: `pretrained/manifest.json`, a row a file, newest first."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aecodec.errors import WeightsError

Kind = Literal["codec", "denoiser", "autoencoder"]

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class ManifestRow:
    """What is known of one shipped file; `benchmarks/ship.py` writes it."""

    name: str
    kind: Kind
    file: str
    sha256: str
    licence: str
    data: str
    command: str
    trained: str  # date, device and time spent
    kmac_per_pixel: dict[str, float]  # of each thing that the network does
    million_parameters: float
    validation: list[dict[str, float]]  # of a codec quality, mean bits a pixel and PSNR of real files
    network_id: int | None = None  # of a codec, as in the header of an .aec file; see `weights.NETWORK_IDS`
    freezing_cost_percent: float | None = None  # of a codec


def folder() -> Path:
    """Where shipped weights lie: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "pretrained"
    return inside if inside.is_dir() else _PACKAGE.parent / "pretrained"


def read() -> list[ManifestRow]:
    """All rows; raises WeightsError when the manifest is missing or damaged."""
    path = folder() / "manifest.json"
    try:
        return [ManifestRow(**row) for row in json.loads(path.read_text())]
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{path} is missing or damaged: reinstall aecodec") from error


def default_path(kind: Kind, name: str | None = None) -> Path:
    """The newest shipped weights of a kind, and of that name if one is given; raises WeightsError where none ship."""
    for row in read():
        if row.kind == kind and name in (None, row.name):
            return folder() / row.file
    raise WeightsError(f"this build of aecodec ships no weights of a {kind}: name some with --weights")
