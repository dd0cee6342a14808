"""Where an evaluation goes: what could fail is checked before the work, and one failing output spoils no other."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aecodec.errors import OutputError, UsageError, require
from aecodec.evaluation import charts, plots, report
from aecodec.evaluation.gallery import Exhibit
from aecodec.evaluation.report import Evaluation
from aecodec.outputs import refuse_existing, write_whole
from aecodec.services.batch import reason

Failure = tuple[str, str]  # the option and what went wrong
Step = tuple[str, Callable[[], object]]  # the option and what serves it


@dataclass(frozen=True)
class Outputs:
    """Files, "-" for standard output, or None."""

    json: str | None
    csv: str | None
    report: Path | None
    plots: Path | None
    replace: bool  # files that exist

    @property
    def kept(self) -> Path | None:
        """What holds the figures of a run that still goes on."""
        return None if self.json in (None, "-") else Path(self.json)

    @property
    def takes_stdout(self) -> bool:
        return "-" in (self.json, self.csv)

    def check(self, *, coding: bool, resume: bool) -> None:
        """Raise before anything is measured: UsageError, MissingExtra, OutputError for what could not be written."""
        if self.json == self.csv == "-":
            raise UsageError("--json and --csv cannot both go to standard output")
        if resume and self.kept is None:
            raise UsageError("--resume goes on with a file: name it with --json")
        files = [Path(to) for to in (self.json, self.csv, self.report) if to is not None and to != "-"]
        if len({path.resolve() for path in files}) < len(files):
            raise UsageError("--json, --csv and --report go to files of their own")
        if self.plots is not None:
            require("plots")
            files += [path for title in charts.titles(coding=coding) for path in plots.paths(title, self.plots)]
        for path in files:
            _refuse_unwritable(path)
            if not self.replace and not (resume and path == self.kept):
                refuse_existing(path)

    def write_figures(self, found: Evaluation) -> list[Failure]:
        """As JSON and CSV."""
        return list(_failures(self._figures(found)))

    def _figures(self, found: Evaluation) -> Iterator[Step]:
        texts = (("--json", self.json, report.to_json), ("--csv", self.csv, report.to_csv))
        for option, to, text in sorted(texts, key=lambda given: given[1] == "-"):  # who reads stdout may go away
            if to is not None:
                path = None if to == "-" else Path(to)
                replace = self.replace or path == self.kept
                yield option, partial(_write, path, partial(text, found), replace=replace)

    def write_drawings(self, found: Evaluation, exhibits: Iterable[Exhibit], command: str) -> list[Failure]:
        """The curves as files and the page; `exhibits` and `command` are for that."""
        return list(_failures(self._drawings(found, exhibits, command)))

    def _drawings(self, found: Evaluation, exhibits: Iterable[Exhibit], command: str) -> Iterator[Step]:
        if self.plots is not None:
            yield "--plots", partial(plots.write, charts.charts(found), self.plots, replace=self.replace)
        if self.report is not None:
            yield (
                "--report",
                partial(_write, self.report, partial(_page, found, exhibits, command), replace=self.replace),
            )


def _failures(steps: Iterable[Step]) -> Iterator[Failure]:
    """Every step is taken, whatever becomes of those before it."""
    for name, step in steps:
        try:
            step()
        except BrokenPipeError:
            raise  # nobody reads standard output any more, which is no failure
        except Exception as error:  # libraries raise nearly anything; what was measured must not end with one output
            yield name, reason(error)


def _write(path: Path | None, text: Callable[[], str], *, replace: bool) -> None:
    write_whole(path, text().encode(), replace=replace)


def _page(found: Evaluation, exhibits: Iterable[Exhibit], command: str) -> str:
    from aecodec.evaluation.page import page  # here: most runs want none

    return page(found, list(exhibits), command)


def _refuse_unwritable(path: Path) -> None:
    """Raises OutputError if the folder that a file is to be in is not one, or is closed to this user."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder")
    if not folder.is_dir():
        raise OutputError(f"cannot write {path}: {folder} is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {path}: no permission to write into {folder}")
