"""What the user named, as a list of jobs: which inputs there are, and where the output of each goes."""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aecodec.errors import BadInput, LimitExceeded, MissingExtra, UsageError
from aecodec.pictures.imagefile import SUFFIXES, WRITERS
from aecodec.pictures.picture import Warn
from aecodec.pictures.wanted import FIRST, Wanted
from aecodec.services.pages import outputs_of_pages

FORMAT_SUFFIX = {name: writer.suffixes[0] for name, writer in WRITERS.items()}
FORMAT_OF_SUFFIX = {suffix: name for name, writer in WRITERS.items() for suffix in writer.suffixes}
PICTURE_SUFFIXES = SUFFIXES | frozenset(FORMAT_OF_SUFFIX)
CODED_SUFFIXES = frozenset({".aec"})
SHOWN_NAMES = 3  # of what a folder holds besides its inputs

WarnAbout = Callable[[str], Warn]  # name of an input to what takes warnings about it


@dataclass(frozen=True)
class Selection:
    """What the user named; "-" stands for standard input or output."""

    inputs: tuple[str, ...]
    out: str | None = None
    recursive: bool = False
    files_from: str | None = None  # a list of paths, one a line
    shard: tuple[int, int] | None = None  # (i, n), 1 <= i <= n: every n-th input, starting with the i-th
    replace: bool = False  # existing outputs may be overwritten
    wanted: Wanted = FIRST  # of each input
    all_pages: bool = False  # a job for each page of an input


@dataclass(frozen=True)
class Job:
    """One input and where its output goes."""

    source: Path | None  # None: standard input
    output: Path | None  # None: standard output, or no output at all, as the command has it
    replace: bool = False  # an existing output may be overwritten
    refusal: str | None = None  # why this job cannot be done; known before the run
    wanted: Wanted = FIRST  # of the input

    @property
    def name(self) -> str:
        return "-" if self.source is None else str(self.source)

    @property
    def part(self) -> str:
        """What goes before an error: which page of the input it is about, if the user named one or all."""
        return "" if self.wanted.page is None else f"page {self.wanted.page}: "

    @property
    def output_name(self) -> str:
        return "-" if self.output is None else str(self.output)


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


def plan(selection: Selection, kind: Kind, warn_about: WarnAbout) -> list[Job]:
    """One job for each input, in the order named (a folder's in the order of names), of this shard only.

    Raises UsageError before anything is read or written if two inputs would write one output, or if the
    output named cannot hold what the inputs give.
    """
    sources = [_refuse_finished(source, kind) for source in _gather(selection, kind, warn_about)]
    if kind.gives is None:
        jobs = [Job(source.path, None, refusal=source.problem, wanted=selection.wanted) for source in sources]
    else:
        jobs = _paged(_with_outputs(sources, selection, kind, kind.gives), selection)
        _refuse_collisions(jobs)
        jobs = _protect_inputs(jobs)
    return _shard(jobs, selection.shard)


def plan_decoding(selection: Selection, chosen_format: str | None, warn_about: WarnAbout) -> list[Job]:
    """As `plan`, for pictures in `chosen_format`, or else in the one that an output's suffix names."""
    suffix = FORMAT_SUFFIX[chosen_format or "png"]
    jobs = plan(selection, Kind(".aec file", CODED_SUFFIXES, lambda path: suffix, PICTURE_SUFFIXES), warn_about)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def plan_denoising(selection: Selection, chosen_format: str | None, warn_about: WarnAbout) -> list[Job]:
    """As `plan`, for pictures in the format of their inputs (png where that cannot be written), or the one chosen.

    `photo.jpg` becomes `photo-denoised.jpg`, `folder/a.png` of a folder `folder-denoised/a.png`.
    """

    def suffix(path: Path) -> str:
        if chosen_format is not None:
            return FORMAT_SUFFIX[chosen_format]
        return path.suffix if path.suffix.lower() in FORMAT_OF_SUFFIX else FORMAT_SUFFIX["png"]

    jobs = plan(selection, Kind("picture", PICTURE_SUFFIXES, suffix, CODED_SUFFIXES, "-denoised"), warn_about)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def output_format(output: Path | None, chosen: str | None) -> str:
    """`chosen`, else what the suffix of `output` names, else png. Raises UsageError for an unknown suffix."""
    if chosen is not None or output is None:
        return chosen or "png"
    if output.suffix.lower() not in FORMAT_OF_SUFFIX:
        known = " ".join(sorted(FORMAT_OF_SUFFIX))
        raise UsageError(f"{output}: no format has the suffix '{output.suffix}'; use --format or one of {known}")
    return FORMAT_OF_SUFFIX[output.suffix.lower()]


def refuse_idle_quality(jobs: Sequence[Job], chosen_format: str | None) -> None:
    """Raises UsageError for a quality of outputs where none of them has a format with one."""
    formats = {output_format(job.output, chosen_format) for job in jobs if job.refusal is None}
    if formats and all(WRITERS[name].at_quality is None for name in formats):
        lossy = ", ".join(name for name, writer in WRITERS.items() if writer.at_quality is not None)
        raise UsageError(f"--output-quality is of {lossy}; {' and '.join(sorted(formats))} have none: leave it out")


def _gather(selection: Selection, kind: Kind, warn_about: WarnAbout) -> list[Source]:
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
            folder = Path(name)
            found = _in_folder(folder, kind, selection.recursive, warn_about(str(folder)))
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
        warn(f"{len(left)} left alone: {shown}")
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


def _paged(jobs: Sequence[Job], selection: Selection) -> list[Job]:
    """With what is wanted; if that is all pages, a job for each: `a.tif` of 12 pages to `a-01.aec` ... `a-12.aec`."""
    jobs = [replace(job, wanted=selection.wanted) for job in jobs]
    if not selection.all_pages:
        return jobs
    if selection.wanted.page is not None:
        raise UsageError("--page and --all-pages exclude each other: give one of them")
    return [page for job in jobs for page in ([job] if job.refusal is not None else _pages(job))]


def _pages(job: Job) -> list[Job]:
    try:
        pages = outputs_of_pages(job.source, job.output)
    except (BadInput, LimitExceeded, MissingExtra) as error:
        return [replace(job, refusal=str(error))]
    return [replace(job, output=output, wanted=replace(job.wanted, page=page)) for page, output in pages]


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
    """Every n-th of the inputs sorted by name: machines that are given the same names need not talk."""
    if shard is None:
        return jobs
    index, count = shard
    kept = set(sorted({job.name for job in jobs})[index - 1 :: count])  # all pages of a file go together
    return [job for job in jobs if job.name in kept]
