"""Series from files: columns of a CSV file or axes of a NumPy array, cut into windows."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput

Floats = NDArray[np.float32]


def read_series(path: Path, window: int) -> tuple[Floats, list[int]]:
    """Windows (n, steps) or (n, steps, channels), and the first step of each; raises BadInput.

    A series of (T,) or (T, C), a row of a CSV file for each step, is cut into windows that overlap by a half. An array
    (n, T, C) has windows already.
    """
    series = _csv(path) if path.suffix.lower() == ".csv" else _npy(path)
    if not np.isfinite(series).all():
        raise BadInput(f"{path}: some of the values are missing or not finite")
    if series.ndim == 3:
        return series, list(range(len(series)))
    if len(series) < window:
        raise BadInput(f"{path} has {len(series)} steps, fewer than a window's {window}")
    starts = list(range(0, len(series) - window + 1, max(window // 2, 1)))
    windows = np.stack([series[start : start + window] for start in starts])
    return windows[:, :, 0] if windows.ndim == 3 and windows.shape[2] == 1 else windows, starts


def _npy(path: Path) -> Floats:
    try:
        series = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput(f"cannot read {path}: {error}") from error
    if not isinstance(series, np.ndarray) or series.dtype.kind not in "fiu" or series.ndim not in (1, 2, 3):
        raise BadInput(f"{path} is no array of numbers (T,), (T, C) or (n, T, C)")
    return series.astype(np.float32)


def _csv(path: Path) -> Floats:
    """(T, C) of the columns whose values are all numbers; a first row that is none is a heading."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot read {path}: {error}") from error
    if rows and not any(_is_number(cell) for cell in rows[0]):
        rows = rows[1:]
    if not rows or len({len(row) for row in rows}) != 1:
        raise BadInput(f"{path} has no rows of one length")
    columns = [column for column in zip(*rows, strict=True) if all(_is_number(cell) for cell in column)]
    if not columns:
        raise BadInput(f"{path} has no column of numbers")
    return np.array(columns, np.float32).T


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
