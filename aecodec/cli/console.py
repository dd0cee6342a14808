"""How commands talk: data to stdout, the rest to stderr, progress, errors as a line and an exit code."""

import gc
import json
import math
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from functools import partial
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import typer

from aecodec.errors import AecodecError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from aecodec.pictures.wanted import Warn
    from aecodec.services.rows import Row

R = TypeVar("R", bound="Row")

LOG_EVERY_S = 30.0  # of a long run, where no terminal shows every second


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what a user can cause into a line on stderr and an exit code; anything else is a bug.

    A scheduler's SIGTERM ends a command as Ctrl-C does: half-written files go, training keeps its checkpoint.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except AecodecError as error:
        _err(f"aecodec: {error}")
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError:
        raise  # typer knows what to do
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _err(f"aecodec: {where}{error.strerror or error}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        _err("aecodec: interrupted")
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)


class Talk:
    """What one run of a command says, as its --quiet, --verbose and --json want it."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, as_json: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._json = as_json
        self._warned: set[tuple[str, str]] = set()
        self._heard: dict[str, list[str]] = {}  # warnings by input, until its row is shown
        self._err: Callable[[str], None] = _err

    def line(self, text: str) -> None:
        """For people, who read it on stderr."""
        if not self._quiet:
            self._err(text)

    def warn(self, where: str, message: str) -> None:
        if (where, message) not in self._warned:
            self._warned.add((where, message))
            if self._json:
                self._heard.setdefault(where, []).append(message)
            self.line(f"aecodec: {where}: warning: {message}")

    def warn_about(self, where: str) -> "Warn":
        """What takes warnings about one input."""
        return partial(self.warn, where)

    def error(self, where: str, message: str) -> None:
        self._err(f"aecodec: {where}: {message}")

    def data(self, text: str) -> None:
        """What was asked for, on stdout."""
        typer.echo(printable(text))

    def record(self, fields: Mapping[str, object]) -> None:
        """One JSON object on stdout; JSON has no infinity, which becomes the string "inf"."""
        typer.echo(json.dumps({name: _finite(value) for name, value in fields.items()}))

    def trace(self) -> None:
        """Call while handling an unexpected exception."""
        if self._verbose:
            for line in traceback.format_exc().splitlines():
                self._err(line)

    def report(self, rows: Generator["Row", None, None], total: int, kind: type[R], done: Callable[[R], None]) -> None:
        """Show each row as it comes, one of the command's own `kind` by `done`; exit 1 at the end if any failed.

        With --json every row has the fields of `kind`, null where it failed or needed no work.
        """
        if total > 1:
            gc.enable()
        failed, worked, pixels = 0, 0, 0
        start = monotonic()
        with self.counting(total) as advance, closing(rows):  # or Ctrl-C, heard here, would not reach those who work
            for row in rows:
                self._show(row, kind, done)
                failed += bool(row.errors)
                if row.width is not None and row.height is not None:
                    worked, pixels = worked + 1, pixels + row.width * row.height
                seconds = max(monotonic() - start, 1e-3)
                advance(f"{worked / seconds:.2f} pictures/s, {pixels / 1e6 / seconds:.2f} MP/s")
        if failed and total > 1:
            self.line(f"aecodec: {failed} of {total} failed")
        if failed:
            raise typer.Exit(1)

    def _show(self, row: "Row", kind: type[R], done: Callable[[R], None]) -> None:
        for message in row.errors:
            self.error(row.input, message)
        if self._json:
            shown = dict.fromkeys(field.name for field in fields(kind)) | asdict(row)
            del shown["errors"]
            warnings = self._heard.pop(row.input, [])
            self.record({**shown, "warnings": warnings, "error": "; ".join(row.errors) or None})
        elif row.skipped:
            self.line(f"{row.input} -> {row.output}  skipped: exists already")
        elif isinstance(row, kind):  # also one with errors: a damaged picture was painted all the same
            done(row)
        elif not row.errors:
            self.line(f"{row.input} -> {row.output}  (not written)")  # --dry-run

    @property
    def live(self) -> bool:
        """Whether there is a terminal to draw on."""
        return not self._quiet and sys.stderr.isatty()

    @contextmanager
    def gauge(self) -> Iterator[Callable[[float, str], None]]:
        """Yields what shows how far a long task is (0 ... 1) and a line about it: a bar, or a log's lines."""
        if not self.live:
            yield lambda done, text: self.line(text)
            return
        with self._bar(1.0) as (bar, task):
            yield lambda done, text: bar.update(task, completed=done, description=text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Cells under headings on stdout, numbers to the right; as wide as it needs where no terminal bounds it."""
        from rich import box
        from rich.console import Console
        from rich.table import Table

        shown = Table(*columns, box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
        for column in shown.columns[1:]:
            column.justify = "right"
        for row in rows:
            shown.add_row(*map(printable, row))
        console = Console(markup=False, highlight=False)
        if not console.is_terminal:  # a file or a pipe has no width that could cut a line
            console.width = console.measure(shown, options=console.options.update(width=1000)).maximum
        console.print(shown)

    @contextmanager
    def counting(self, total: int) -> Iterator[Callable[[str], None]]:
        """Yields what moves on a bar and says how fast; there on a terminal if there is something to wait for."""
        if not self.live or total < 2:
            yield lambda pace: None
            return
        with self._bar(total) as (bar, task):
            finished = count(1)
            yield lambda pace: bar.update(task, advance=1, description=f"{next(finished)} of {total}  {pace}".strip())

    @contextmanager
    def _bar(self, total: float) -> "Iterator[tuple[Progress, TaskID]]":
        from rich.console import Console  # here: most runs show no bar
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
            self._err = lambda text: console.print(printable(text), markup=False, highlight=False, soft_wrap=True)
            try:
                yield bar, bar.add_task("", total=total)
            finally:
                self._err = _err


def printable(text: str) -> str:
    """`text` as one line that any terminal can show: names may hold line breaks, escapes or stray bytes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def decibels(value: float) -> str:
    return "lossless" if math.isinf(value) else f"{value:.2f} dB"


def _err(text: str) -> None:
    typer.echo(printable(text), err=True)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
