"""What an evaluation found, as JSON, as CSV and as the cells of a table; measures nothing."""

import csv
import io
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from aecodec.errors import BadInput
from aecodec.evaluation import denoising, sums

# Short, so that a table fits a terminal of 80 columns; "x raw" is how many times smaller than the samples.
COLUMNS = ("codec", "q", "bpp", "PSNR dB", "SSIM", "MS-SSIM", "x raw", "x input", "enc s", "dec s")
DENOISING_COLUMNS = ("method", "sigma", "noisy dB", "PSNR dB", "worse", "SSIM", "estimate", "s/MP")


@dataclass(frozen=True)
class Evaluation:
    """Everything that a run measured."""

    version: str  # of aecodec
    definitions: Mapping[str, str]  # of what was measured
    settings: Mapping[str, str]  # of each codec or method
    rows: Sequence[Any]  # of `compression` or `denoising`
    points: Sequence[Any]
    bd_rates: Sequence[sums.BdRate] = ()
    complete: bool = True  # else the run was interrupted, or still goes on

    @property
    def of_compression(self) -> bool:
        """Else it is of denoising."""
        return "bpp" in self.definitions


def to_json(evaluation: Evaluation) -> str:
    """Strict JSON: an infinite PSNR, of identical pictures, becomes the string "inf"."""
    whole = {
        "aecodec": evaluation.version,
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "definitions": dict(evaluation.definitions),
        "complete": evaluation.complete,
        "settings": dict(evaluation.settings),
        "rows": [_plain(_flat(row)) for row in evaluation.rows],
        "points": [_plain(asdict(point)) for point in evaluation.points],
        "bd_rates": [asdict(rate) for rate in evaluation.bd_rates],
    }
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def read_rows(path: Path, kind: type[Any], now: Evaluation) -> list[Any]:
    """The rows of an earlier run that can be taken over: without an error, of this version and the same settings.

    One that lacks a figure which is measured today is not: it is measured again.
    Raises BadInput for what `to_json` did not write, or of another kind of evaluation.
    """
    try:
        whole = json.loads(path.read_text())
        version, earlier = whole["aecodec"], whole["settings"]
        rows = [_stored(kind, row) for row in whole["rows"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} holds no evaluation of this kind to go on with") from error
    same = {name for name, text in now.settings.items() if version == now.version and earlier.get(name) == text}
    return [row for row in rows if (row.measured or row.note) and row.by in same]


def to_csv(evaluation: Evaluation) -> str:
    """A header and a line for each row."""
    text = io.StringIO()
    rows = [_plain(_flat(row)) for row in evaluation.rows]
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def table(points: Sequence[sums.Point]) -> list[tuple[str, ...]]:
    """A line of cells, as in `COLUMNS`, for each codec and quality."""
    return [
        (
            point.codec,
            f"{point.quality:g}",
            f"{point.bpp:.3f}",
            "lossless" if math.isinf(point.psnr_db) else f"{point.psnr_db:.2f}",
            cell(point.ssim),
            cell(point.ms_ssim),
            f"{point.ratio_raw:.1f}",
            f"{point.ratio_input:.1f}",
            f"{point.encode_s:.3f}",
            f"{point.decode_s:.3f}",
        )
        for point in points
    ]


def denoising_table(points: Sequence[denoising.Point]) -> list[tuple[str, ...]]:
    """A line of cells, as in `DENOISING_COLUMNS`, for each noise level and method."""
    return [
        (
            point.method,
            "real" if point.sigma is None else f"{point.sigma:g}",
            f"{point.noisy_psnr_db:.2f}",
            f"{point.psnr_db:.2f}",
            f"{point.worse} of {point.pictures}",
            cell(point.ssim),
            estimate_cell(point.estimate),
            f"{point.seconds_per_megapixel:.2f}",
        )
        for point in points
    ]


def bd_line(rate: sums.BdRate) -> str:
    parts = [
        f"{'n/a' if value is None else f'{value:+.1f} %'} ({metric})"
        for metric, value in (
            ("PSNR", rate.psnr_percent),
            ("luma PSNR", rate.luma_percent),
            ("MS-SSIM", rate.ms_ssim_percent),
        )
    ]
    gain = "n/a" if rate.gain_db is None else f"{rate.gain_db:+.2f} dB"
    return f"BD-rate of aecodec against {rate.anchor}: {', '.join(parts)}; BD-PSNR {gain}"


def value(stored: Any) -> Any:
    """A value of a row as it was before `to_json` made strict JSON of it."""
    return math.inf if stored == "inf" else stored


def _flat(row: Any) -> dict[str, object]:
    """The fields of a row with the figures that were measured in their place; None each where nothing was."""
    found: dict[str, object] = {}
    for name, content in asdict(row).items():
        figures = content or dict.fromkeys(field.name for field in fields(row.MEASURED))
        found |= figures if name == "measured" else {name: content}
    return found


def _stored(kind: type[Any], flat: Mapping[str, Any]) -> Any:
    """The row that `_flat` made this of; nothing is measured of one that lacks a figure."""
    given = {name: value(stored) for name, stored in flat.items()}
    figures = {field.name: given.pop(field.name, None) for field in fields(kind.MEASURED)}
    whole = all(figures[field.name] is not None for field in fields(kind.MEASURED) if field.default is MISSING)
    return kind(**given, measured=kind.MEASURED(**figures) if whole else None)


def estimate_cell(level: float | None) -> str:
    """Of a noise level in levels of 255."""
    return "told" if level is None else f"{level:.1f}"


def cell(value: float | None) -> str:
    """Of a measure between 0 and 1."""
    return "n/a" if value is None else f"{value:.4f}"


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Infinity as the string "inf", and no number as None."""
    return {
        name: value if not isinstance(value, float) or math.isfinite(value) else ("inf" if math.isinf(value) else None)
        for name, value in values.items()
    }
