"""Many files: which inputs there are, where their outputs go, and a run that a bad file does not stop."""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aecodec.errors import AecodecError, OutputError, UsageError
from aecodec.outputs import refuse_existing
from aecodec.services.files import (
    CODED_SUFFIXES,
    FORMAT_OF_SUFFIX,
    FORMAT_SUFFIX,
    PICTURE_SUFFIXES,
    Job,
    Row,
    Warn,
    Work,
    output_format,
)

SHOWN_NAMES = 3  # of what a folder holds besides its inputs


@dataclass(frozen=True)
class Selection:
    """What the user named; "-" stands for standard input or output."""

    inputs: tuple[str, ...]
    out: str | None = None
    recursive: bool = False
    files_from: str | None = None  # a list of paths, one a line
    shard: tuple[int, int] | None = None  # (i, n), 1 <= i <= n: every n-th input, starting with the i-th
    replace: bool = False  # existing outputs may be overwritten


@dataclass(frozen=True)
class Kind:
    """What a command takes from a folder and what it makes of it."""

    noun: str  # what the inputs are called in messages
    takes: frozenset[str]  # suffixes, lower case
    gives: Callable[[Path], str] | None  # input to suffix of its output; None: the command writes no files
    ignores: frozenset[str] = frozenset()  # suffixes that are passed over without a word
    mark: str = ""  # what the names of outputs get where they are pictures as the inputs are


ENCODE = Kind("picture", PICTURE_SUFFIXES, lambda path: ".aec", CODED_SUFFIXES)
EVALUATE = Kind("picture", PICTURE_SUFFIXES, None, CODED_SUFFIXES)
READ = Kind(".aec file", CODED_SUFFIXES, None, PICTURE_SUFFIXES)  # what `info` and `decode --check` do


@dataclass(frozen=True)
class Source:
    path: Path | None  # None: standard input
    folder: Path | None = None  # the named folder that it was found in
    problem: str | None = None


def plan(selection: Selection, kind: Kind, warn: Warn) -> list[Job]:
    """One job for each input, in the order named (a folder's in the order of names), of this shard only.

    Raises UsageError before anything is read or written if two inputs would write one output, or if the
    output named cannot hold what the inputs give.
    """
    sources = [_refuse_finished(source, kind) for source in _gather(selection, kind, warn)]
    if kind.gives is None:
        jobs = [Job(source.path, None, refusal=source.problem) for source in sources]
    else:
        jobs = _with_outputs(sources, selection, kind, kind.gives)
        _refuse_collisions(jobs)
        jobs = _protect_inputs(jobs)
    return _shard(jobs, selection.shard)


def plan_decoding(selection: Selection, chosen_format: str | None, warn: Warn) -> list[Job]:
    """As `plan`, for pictures in `chosen_format`, or else in the one that an output's suffix names."""
    suffix = FORMAT_SUFFIX[chosen_format or "png"]
    jobs = plan(selection, Kind(".aec file", CODED_SUFFIXES, lambda path: suffix, PICTURE_SUFFIXES), warn)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def plan_denoising(selection: Selection, chosen_format: str | None, warn: Warn) -> list[Job]:
    """As `plan`, for pictures in the format of their inputs (png where that cannot be written), or the one chosen.

    `photo.jpg` becomes `photo-denoised.jpg`, `folder/a.png` of a folder `folder-denoised/a.png`.
    """

    def suffix(path: Path) -> str:
        if chosen_format is not None:
            return FORMAT_SUFFIX[chosen_format]
        return path.suffix if path.suffix.lower() in FORMAT_OF_SUFFIX else FORMAT_SUFFIX["png"]

    jobs = plan(selection, Kind("picture", PICTURE_SUFFIXES, suffix, CODED_SUFFIXES, "-denoised"), warn)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def run(
    jobs: Iterable[Job], prepare: Callable[[], Work], skip_existing: bool, trace: Callable[[], None]
) -> Iterator[Row]:
    """Yield a row for each job. `prepare` (which may load a model) is called when the first one needs it.

    Whatever a job raises becomes its row's error; `trace` is called while an unexpected exception is handled.
    What `prepare` raises ends the run: no job could succeed.
    """
    work: Work | None = None
    for job in jobs:
        settled = _settle(job, skip_existing)
        if settled is None:
            work = work or prepare()
            yield _attempt(work, job, trace)
        else:
            yield settled


def rehearse(jobs: Iterable[Job], skip_existing: bool) -> Iterator[Row]:
    """The rows that `run` would yield, as far as can be told without reading an input."""
    return (_settle(job, skip_existing) or Row(job.name, job.output_name) for job in jobs)


def _settle(job: Job, skip_existing: bool) -> Row | None:
    """The row of a job that needs no work: impossible, or done already; None if it must be worked on."""
    try:
        if job.refusal is not None:
            raise OutputError(job.refusal)
        if job.source is not None:
            os.stat(job.source)
        if job.output is None:
            return None
        if skip_existing and job.output.is_file():
            return Row(job.name, job.output_name, skipped=True)
        if not job.replace or job.output.is_dir():
            refuse_existing(job.output)
    except (AecodecError, OSError) as error:
        return Row(job.name, errors=(reason(error),))
    return None


def reason(error: Exception) -> str:
    """One line for a user."""
    if isinstance(error, AecodecError):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, MemoryError):
        return "not enough memory"
    return f"internal error: {type(error).__name__}: {error}"


def _attempt(work: Work, job: Job, trace: Callable[[], None]) -> Row:
    try:
        return work(job)
    except (AecodecError, OSError, MemoryError) as error:
        return Row(job.name, errors=(reason(error),))
    except Exception as error:  # a bug: the other files of the run must not pay for it
        trace()
        return Row(job.name, errors=(reason(error),))


def _gather(selection: Selection, kind: Kind, warn: Warn) -> list[Source]:
    named = list(selection.inputs)
    if selection.files_from is not None:
        if selection.files_from == "-" and "-" in named:
            raise UsageError("standard input cannot be both the list of files and a file")
        named += _listed(selection.files_from)
    elif not named:
        raise UsageError(f"nothing to do: name {kind.noun}s, folders or -, or a list of them with --files-from")
    sources: dict[Path | None, Source] = {}  # an input named twice is one input
    for name in named:
        if not name or "\0" in name:
            raise UsageError(f"{name!r} cannot be the name of a file")
        if name != "-" and os.path.isdir(name):
            found = _in_folder(Path(name), kind, selection.recursive, warn)
        else:
            found = [Source(None if name == "-" else Path(name))]
        for source in found:
            key = None if source.path is None else Path(os.path.abspath(source.path))
            sources.setdefault(key, source)
    return list(sources.values())


def _listed(files_from: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if files_from == "-" else Path(files_from).read_bytes()
    except OSError as error:
        raise UsageError(f"--files-from {files_from}: {error.strerror}") from error
    return [os.fsdecode(line) for line in data.splitlines() if line.strip()]


def _in_folder(folder: Path, kind: Kind, recursive: bool, warn: Warn) -> list[Source]:
    """Hidden files and folders are not looked at; what else is passed over is named in one warning."""
    taken: list[Source] = []
    left: list[str] = []
    for root, folders, names in os.walk(folder, onerror=lambda error: taken.append(_unreadable(error, folder))):
        folders.sort()
        visible = [name for name in folders if not name.startswith(".")]
        folders[:] = [name for name in visible if recursive and not os.path.islink(os.path.join(root, name))]
        left += [name + os.sep for name in visible if name not in folders]
        for name in sorted(names):
            suffix = os.path.splitext(name)[1].lower()
            if name.startswith(".") or suffix in kind.ignores:
                continue
            if suffix in kind.takes:
                taken.append(Source(Path(root, name), folder))
            else:
                left.append(name)
    if left:
        shown = ", ".join(left[:SHOWN_NAMES]) + (", ..." if len(left) > SHOWN_NAMES else "")
        warn(str(folder), f"{len(left)} left alone: {shown}")
    if not taken:
        hint = "" if recursive else "; -r looks into the folders inside"
        taken.append(Source(folder, problem=f"no {kind.noun} in this folder{hint}"))
    return taken


def _unreadable(error: OSError, folder: Path) -> Source:
    return Source(Path(error.filename), folder, problem=f"cannot be listed: {error.strerror}")


def _refuse_finished(source: Source, kind: Kind) -> Source:
    if source.path is None or source.problem is not None or kind.gives is None or kind.mark:
        return source
    suffix = kind.gives(source.path)
    return source if source.path.suffix.lower() != suffix else replace(source, problem=f"is a {suffix} file already")


def _with_outputs(
    sources: Sequence[Source], selection: Selection, kind: Kind, suffix: Callable[[Path], str]
) -> list[Job]:
    out = selection.out
    single = len(sources) == 1 and sources[0].folder is None
    if out == "-" or (out is None and any(source.path is None for source in sources)):
        if not single:
            raise UsageError("standard input or output serves one input at a time; name an output folder with -o")
        return [Job(sources[0].path, None, refusal=sources[0].problem)]
    if out is None:
        return [_beside(source, suffix, kind.mark, selection.replace) for source in sources]
    if single and not (out.endswith(("/", os.sep)) or os.path.isdir(out)):
        return [Job(sources[0].path, Path(out), selection.replace, sources[0].problem)]
    if os.path.lexists(out) and not os.path.isdir(out):
        raise UsageError(f"-o {out} is a file, but these inputs need a folder")
    return [_inside(source, Path(out), suffix, selection.replace) for source in sources]


def _beside(source: Source, suffix: Callable[[Path], str], mark: str, replace: bool) -> Job:
    path = source.path
    if path is None or source.problem is not None:
        return Job(path, None, refusal=source.problem)
    if mark and source.folder is not None:
        named = source.folder
        folder = named if named.name not in ("", "..") else Path(os.path.abspath(named))
        if not folder.name:
            raise UsageError(f"{folder} has no name to add {mark} to; name an output folder with -o")
        return _inside(source, folder.with_name(folder.name + mark), suffix, replace)
    return Job(path, path.with_name(path.stem + mark + suffix(path)), replace)


def _inside(source: Source, out: Path, suffix: Callable[[Path], str], replace: bool) -> Job:
    if source.path is None:
        raise UsageError(f"-o {out} is a folder, but standard input has no name; name a file")
    if source.problem is not None:
        return Job(source.path, None, refusal=source.problem)
    relative = source.path.relative_to(source.folder) if source.folder else Path(source.path.name)
    return Job(source.path, out / relative.with_suffix(suffix(source.path)), replace)


def _refuse_collisions(jobs: Sequence[Job]) -> None:
    writers: dict[str, list[str]] = defaultdict(list)
    for job in jobs:
        if job.output is not None:
            writers[os.path.realpath(job.output)].append(job.name)
    for output, names in writers.items():
        if len(names) > 1:
            raise UsageError(f"{' and '.join(names)} would both be written to {output}; nothing is done")


def _protect_inputs(jobs: Sequence[Job]) -> list[Job]:
    """No output ever replaces an input of the same run, whatever was said about overwriting."""
    inputs = {os.path.realpath(job.source) for job in jobs if job.source is not None}
    return [
        replace(job, refusal=f"its output {job.output} is itself an input; name another with -o")
        if job.output is not None and os.path.realpath(job.output) in inputs
        else job
        for job in jobs
    ]


def _shard(jobs: list[Job], shard: tuple[int, int] | None) -> list[Job]:
    """Every n-th of the jobs sorted by name: machines that are given the same names need not talk."""
    if shard is None:
        return jobs
    index, count = shard
    kept = {job.name for job in sorted(jobs, key=lambda job: job.name)[index - 1 :: count]}
    return [job for job in jobs if job.name in kept]
