"""What became of every input of a large run, as a Parquet file beside the outputs: a row for each, as --json has it."""

import io
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints

from aecodec.errors import BadInput, OutputError, require
from aecodec.services import places
from aecodec.services.places import Place
from aecodec.services.rows import Row
from aecodec.services.sources import MANIFEST

Record = dict[str, Any]


def recorded(rows: Iterable[Row], folder: Place, kind: type[Row]) -> Generator[Row, None, None]:
    """Yield the rows, and write the manifest of `folder` when they end, are interrupted, or fail.

    Rows of earlier runs stay, but for those of inputs that are worked on again. `kind` is the row of the command.
    Raises OutputError where there is a manifest that cannot be read, before the first row is asked for.
    """
    require("parquet")
    earlier = read(folder / MANIFEST)
    now: list[Record] = []
    try:
        for row in rows:
            now.append(_record(row))
            yield row
    finally:
        if now:  # else nothing was begun
            with places.opened(folder / MANIFEST, replace=True) as stream:
                stream.write(_parquet(_merged(earlier, now), kind))


def read(where: Place) -> Sequence[Record]:
    """The rows of a manifest, none where there is none; raises OutputError."""
    import pyarrow
    from pyarrow import parquet

    if not places.exists(where):
        return []
    try:
        found: list[Record] = parquet.read_table(places.readable(where)).to_pylist()
    except (pyarrow.ArrowException, BadInput, OSError) as error:
        raise OutputError(f"{where} cannot be read, and is to hold this run's rows too: move it away") from error
    return found


def _record(row: Row) -> Record:
    record = asdict(row)
    errors = record.pop("errors")
    return record | {"error": "; ".join(errors) or None}


def _merged(earlier: Sequence[Record], now: Sequence[Record]) -> Iterable[Record]:
    """Those of other inputs first; an output that was skipped keeps the row of the run that wrote it."""
    written = {record["output"]: record for record in earlier if record["output"] is not None}
    inputs = {record["input"] for record in now}
    yield from (record for record in earlier if record["input"] not in inputs)
    yield from (written.get(record["output"], record) if record["skipped"] else record for record in now)


def _parquet(records: Iterable[Record], kind: type[Row]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    columns = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_(), str: pyarrow.string()}
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name != "errors"]
    types = {name: next(each for each in (hints[name], *get_args(hints[name])) if each in columns) for name in names}
    schema = pyarrow.schema([(name, columns[types[name]]) for name in names] + [("error", columns[str])])
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(records), schema=schema), out)
    return out.getvalue()
