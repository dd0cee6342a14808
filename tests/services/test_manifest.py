"""The manifest of a large run: a row for each input, over several runs."""

import math
from pathlib import Path

import pytest
from pyarrow import parquet

from aecodec.errors import OutputError
from aecodec.services import manifest, sources
from aecodec.services.rows import DenoisedRow, Row


def done(name: str, *, seconds: float = 1.0, sigma: float = 5.0) -> DenoisedRow:
    return DenoisedRow(
        input=f"in/{name}.png", output=f"out/{name}.png", width=8, height=6, bytes=99, sigma=sigma, strength=1.0,
        seconds=seconds,
    )  # fmt: skip


def record(folder: Path, *rows: Row) -> list[dict[str, object]]:
    assert list(manifest.recorded(rows, folder, DenoisedRow)) == list(rows)
    return parquet.read_table(folder / sources.MANIFEST).to_pylist()


def test_every_row_has_the_columns_of_the_command(tmp_path):
    failed = Row("in/b.png", errors=("no picture", "at all"))
    first, second = record(tmp_path / "out", done("a", sigma=math.inf), failed)
    assert list(first) == list(second)
    assert (first["input"], first["bytes"], first["sigma"], first["error"]) == ("in/a.png", 99, math.inf, None)
    assert (second["output"], second["bytes"], second["error"]) == (None, None, "no picture; at all")


def test_failures_alone_have_all_columns_of_their_types(tmp_path):
    record(tmp_path, Row("in/b.png", errors=("no picture",)))
    schema = parquet.read_schema(tmp_path / sources.MANIFEST)
    kinds = {name: str(schema.field(name).type) for name in ("input", "bytes", "sigma", "skipped", "error")}
    assert kinds == {"input": "string", "bytes": "int64", "sigma": "double", "skipped": "bool", "error": "string"}


def test_a_run_that_goes_on_keeps_what_is_known_of_finished_outputs(tmp_path):
    record(tmp_path, done("a", seconds=3.0), Row("in/b.png", errors=("no picture",)), done("z"))
    skipped = Row("in/a.png", "out/a.png", skipped=True)
    rows = record(tmp_path, skipped, done("b"), Row("in/c.png", "out/c.png", skipped=True))
    assert [(row["input"], row["seconds"], row["skipped"]) for row in rows] == [
        ("in/z.png", 1.0, False), ("in/a.png", 3.0, False), ("in/b.png", 1.0, False), ("in/c.png", None, True),
    ]  # fmt: skip


def test_an_interrupted_run_has_one_too(tmp_path):
    rows = manifest.recorded(iter([done("a"), done("b")]), tmp_path, DenoisedRow)
    next(rows)
    rows.close()
    assert parquet.read_table(tmp_path / sources.MANIFEST)["input"].to_pylist() == ["in/a.png"]


def test_a_run_that_could_not_begin_leaves_nothing(tmp_path):
    def fails():
        raise OutputError("no cluster")
        yield

    with pytest.raises(OutputError, match="no cluster"):
        next(manifest.recorded(fails(), tmp_path / "out", DenoisedRow))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_manifest_is_not_replaced(tmp_path):
    (tmp_path / sources.MANIFEST).write_bytes(b"mine")
    with pytest.raises(OutputError, match="move it away"):
        next(manifest.recorded(iter([done("a")]), tmp_path, DenoisedRow))
    assert (tmp_path / sources.MANIFEST).read_bytes() == b"mine"
