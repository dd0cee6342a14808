"""Latents as a table for other tools: a NumPy array with names, or a Parquet file."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from aecodec.errors import UsageError, require
from aecodec.exploration import inputs, weights
from aecodec.exploration.inputs import Data, Floats, Note
from aecodec.outputs import refuse_existing, write_whole

FORMATS = (".npz", ".npy", ".parquet")


def transform(
    named: str, weights_path: Path | None, out: Path, device: str, replace: bool, note: Note
) -> tuple[int, int, int]:
    """Rows, columns and bytes that were written; raises UsageError, OutputError, BadInput, WeightsError."""
    check(out)
    if not replace:
        refuse_existing(out)
    trained = weights.read(weights_path, "variational", device)
    data = inputs.read(named, trained.preparation, note)
    features = trained.member.transform(data.samples)
    write(out, features, data, list(trained.member.get_feature_names_out()), replace=replace)
    return *features.shape, out.stat().st_size


def check(path: Path) -> None:
    """Raises UsageError for another suffix than those of `FORMATS`, MissingExtra."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"-o {path}: features are written as {', '.join(FORMATS)}")
    if path.suffix.lower() == ".parquet":
        require("parquet")


def write(path: Path, features: Floats, data: Data, columns: list[str], *, replace: bool) -> None:
    """.npy: features (n, K) alone. .npz: also names, and labels where there are any. .parquet: a column for each.

    Raises OutputError.
    """
    kind = path.suffix.lower()
    content = io.BytesIO()
    if kind == ".npy":
        np.save(content, features)
    elif kind == ".npz":
        named: dict[str, Any] = {"features": features, "names": np.array(data.names)}
        if data.labels is not None:
            named["labels"] = np.array(data.labels)
        np.savez(content, **named)
    else:
        _parquet(content, features, data, columns)
    write_whole(path, content.getvalue(), replace=replace)


def _parquet(content: io.BytesIO, features: Floats, data: Data, columns: list[str]) -> None:
    import pyarrow
    from pyarrow import parquet

    table: dict[str, object] = {"name": data.names}
    if data.labels is not None:
        table["label"] = data.labels
    table |= {name: features[:, index] for index, name in enumerate(columns)}
    parquet.write_table(pyarrow.table(table), content)
