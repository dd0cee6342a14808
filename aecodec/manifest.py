"""The weights that ship with aecodec: `pretrained/manifest.json`, a row a file, newest first. Loads no torch."""

import json
from dataclasses import dataclass
from pathlib import Path

from aecodec.errors import WeightsError

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class ManifestRow:
    """What is known of one shipped file; `benchmarks/ship.py` writes it."""

    name: str
    file: str
    network_id: int  # as in the header of an .aec file; see `weights.NETWORK_ID`
    sha256: str
    licence: str
    data: str
    command: str
    trained: str  # date, device and time spent
    encode_kmac_per_pixel: float
    decode_kmac_per_pixel: float
    million_parameters: float
    freezing_cost_percent: float
    validation: list[dict[str, float]]  # quality, mean bits a pixel and PSNR of real files


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


def default_path() -> Path:
    """The newest shipped weights; raises WeightsError where none ship."""
    rows = read()
    if not rows:
        raise WeightsError("this build of aecodec ships no weights: name some with --weights")
    return folder() / rows[0].file
