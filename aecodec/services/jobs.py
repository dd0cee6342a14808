"""What the user named, as a list of jobs: which inputs there are, and where the output of each goes."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aecodec.errors import BadInput, LimitExceeded, MissingExtra, UsageError
from aecodec.pictures.formats import SUFFIXES, WRITTEN
from aecodec.pictures.wanted import FIRST, Wanted
from aecodec.services import places
from aecodec.services.pages import outputs_of_pages
from aecodec.services.places import Place, is_device
from aecodec.services.sources import Kind, Selection, Source, WarnAbout, gather

__all__ = [
    "CODED_SUFFIXES",
    "ENCODE",
    "EVALUATE",
    "FORMAT_OF_SUFFIX",
    "FORMAT_SUFFIX",
    "PICTURE_SUFFIXES",
    "READ",
    "Job",
    "Kind",
    "Selection",
    "WarnAbout",
    "output_format",
    "plan",
    "plan_decoding",
    "plan_denoising",
    "plan_encoding",
    "refuse_idle_quality",
]

FORMAT_SUFFIX = {name: kind.suffixes[0] for name, kind in WRITTEN.items()}
FORMAT_OF_SUFFIX = {suffix: name for name, kind in WRITTEN.items() for suffix in kind.suffixes}
PICTURE_SUFFIXES = SUFFIXES | frozenset(FORMAT_OF_SUFFIX)
CODED_SUFFIXES = frozenset({".aec"})


@dataclass(frozen=True)
class Job:
    """One input and where its output goes."""

    source: Place | None  # None: standard input
    output: Place | None  # None: standard output, or no output at all, as the command has it
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


ENCODE = Kind("picture", PICTURE_SUFFIXES, lambda path: ".aec", CODED_SUFFIXES)
EVALUATE = Kind("picture", PICTURE_SUFFIXES, None, CODED_SUFFIXES)
READ = Kind(".aec file", CODED_SUFFIXES, None, PICTURE_SUFFIXES)  # what `info` and `decode --check` do


def plan(selection: Selection, kind: Kind, warn_about: WarnAbout) -> list[Job]:
    """One job for each input, in the order named (a folder's in the order of names), of this shard only.

    Raises UsageError before anything is read or written if two inputs would write one output, or if the
    output named cannot hold what the inputs give.
    """
    sources = [_refuse_finished(source, kind) for source in gather(selection, kind, warn_about)]
    if kind.gives is None:
        jobs = [Job(source.path, None, refusal=source.problem, wanted=selection.wanted) for source in sources]
    else:
        jobs = _paged(_with_outputs(sources, selection, kind, kind.gives), selection)
        _refuse_collisions(jobs, keep_suffix_helps=kind.takes == PICTURE_SUFFIXES and not selection.keep_suffix)
        jobs = _protect_inputs(jobs)
    return _shard(jobs, selection.shard)


def plan_encoding(selection: Selection, warn_about: WarnAbout) -> list[Job]:
    """As `plan`, for .aec files; raises UsageError for the name of a picture as an output, and warns of other names."""
    jobs = plan(selection, ENCODE, warn_about)
    for output in (job.output for job in jobs if job.output is not None):
        suffix = output.suffix.lower()
        if suffix in PICTURE_SUFFIXES:
            raise UsageError(f"-o {output}: {suffix} is the suffix of a picture, but what is written is an .aec file")
        if suffix not in CODED_SUFFIXES and not is_device(output):
            warn_about(str(output))("has not the suffix .aec, by which files are found in folders")
    return jobs


def plan_decoding(selection: Selection, chosen_format: str | None, warn_about: WarnAbout) -> list[Job]:
    """As `plan`, for pictures in `chosen_format`, or else in the one that an output's suffix names.

    `photo.aec` becomes `photo.png`, and so does `photo.png.aec`; `photo.jpg.aec` becomes `photo.jpg.png`.
    """
    name = chosen_format or "png"

    def suffix(path: Place) -> str:
        return "" if FORMAT_OF_SUFFIX.get(Path(path.stem).suffix.lower()) == name else FORMAT_SUFFIX[name]

    jobs = plan(selection, Kind(".aec file", CODED_SUFFIXES, suffix, PICTURE_SUFFIXES), warn_about)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def plan_denoising(selection: Selection, chosen_format: str | None, warn_about: WarnAbout) -> list[Job]:
    """As `plan`, for pictures in the format of their inputs (png where that cannot be written), or the one chosen.

    `photo.jpg` becomes `photo-denoised.jpg`, `folder/a.png` of a folder `folder-denoised/a.png`.
    """

    def suffix(path: Place) -> str:
        if chosen_format is not None:
            return FORMAT_SUFFIX[chosen_format]
        return path.suffix if path.suffix.lower() in FORMAT_OF_SUFFIX else FORMAT_SUFFIX["png"]

    jobs = plan(selection, Kind("picture", PICTURE_SUFFIXES, suffix, CODED_SUFFIXES, "-denoised"), warn_about)
    for job in jobs:
        output_format(job.output, chosen_format)
    return jobs


def output_format(output: Place | None, chosen: str | None) -> str:
    """`chosen`, else what the suffix of `output` names, else (of a stream or device) png.

    Raises UsageError for an unknown suffix, and for that of an .aec file whatever was chosen.
    """
    if output is None or is_device(output):
        return chosen or "png"
    suffix = output.suffix.lower()
    if suffix in CODED_SUFFIXES:
        raise UsageError(f"-o {output}: {suffix} is the suffix of a coded file, but what is written is a picture")
    if chosen is None and suffix not in FORMAT_OF_SUFFIX:
        known = " ".join(sorted(FORMAT_OF_SUFFIX))
        named = f"no format has the suffix '{output.suffix}'" if suffix else "its name has no suffix to tell the format"
        raise UsageError(f"{output}: {named}; use --format or one of {known}")
    return chosen or FORMAT_OF_SUFFIX[suffix]


def refuse_idle_quality(jobs: Sequence[Job], chosen_format: str | None) -> None:
    """Raises UsageError for a quality of outputs where none of them has a format with one."""
    formats = {output_format(job.output, chosen_format) for job in jobs if job.refusal is None}
    if formats and not any(WRITTEN[name].lossy for name in formats):
        lossy = ", ".join(name for name, kind in WRITTEN.items() if kind.lossy)
        raise UsageError(f"--output-quality is of {lossy}; {' and '.join(sorted(formats))} have none: leave it out")


def _refuse_finished(source: Source, kind: Kind) -> Source:
    if source.path is None or source.problem is not None or kind.gives is None or kind.mark:
        return source
    suffix = kind.gives(source.path)
    return source if source.path.suffix.lower() != suffix else replace(source, problem=f"is a {suffix} file already")


def _with_outputs(
    sources: Sequence[Source], selection: Selection, kind: Kind, suffix: Callable[[Place], str]
) -> list[Job]:
    out = selection.out
    single = len(sources) == 1 and sources[0].folder is None
    if out == "-" or (out is None and any(source.path is None for source in sources)):
        if not single:
            raise UsageError("standard input or output serves one input at a time; name an output folder with -o")
        return [Job(sources[0].path, None, refusal=sources[0].problem)]
    if out is None:
        return [_beside(source, suffix, kind.mark, selection) for source in sources]
    target = places.place(out)
    if single and not (out.endswith(("/", os.sep)) or places.is_folder(target)):
        return [Job(sources[0].path, target, selection.replace, sources[0].problem)]
    if places.exists(target) and not places.is_folder(target):
        raise UsageError(f"-o {out} is a file, but these inputs need a folder")
    return [_inside(source, target, suffix, selection) for source in sources]


def _beside(source: Source, suffix: Callable[[Place], str], mark: str, selection: Selection) -> Job:
    path = source.path
    if path is None or source.problem is not None:
        return Job(path, None, refusal=source.problem)
    if mark and source.folder is not None:
        named = source.folder
        folder = named if named.name not in ("", "..") else places.absolute(named)
        if not folder.name:
            raise UsageError(f"{folder} has no name to add {mark} to; name an output folder with -o")
        return _inside(source, folder.with_name(folder.name + mark), suffix, selection)
    return Job(path, path.with_name(_name(path, suffix(path), mark, selection.keep_suffix)), selection.replace)


def _inside(source: Source, out: Place, suffix: Callable[[Place], str], selection: Selection) -> Job:
    if source.path is None:
        raise UsageError(f"-o {out} is a folder, but standard input has no name; name a file")
    if source.problem is not None:
        return Job(source.path, None, refusal=source.problem)
    within = source.path.parts[len(source.folder.parts) : -1] if source.folder else ()
    name = _name(source.path, suffix(source.path), "", selection.keep_suffix)
    return Job(source.path, out.joinpath(*within, name), selection.replace)


def _name(path: Place, suffix: str, mark: str, keep_suffix: bool) -> str:
    kept = path.suffix if keep_suffix and path.suffix.lower() != suffix.lower() else ""
    return path.stem + mark + kept + suffix


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


def _refuse_collisions(jobs: Sequence[Job], *, keep_suffix_helps: bool) -> None:
    writers: dict[str, list[str]] = defaultdict(list)
    for job in jobs:
        if job.output is not None:
            writers[places.identity(job.output)].append(job.name)
    for output, names in writers.items():
        if len(names) > 1:
            differ = len({os.path.basename(name) for name in names}) == len(names)
            remedy = " (--keep-suffix tells them apart)" if keep_suffix_helps and differ else ""
            raise UsageError(f"{' and '.join(names)} would both be written to {output}; nothing is done{remedy}")


def _protect_inputs(jobs: Sequence[Job]) -> list[Job]:
    """No output ever replaces an input of the same run, whatever was said about overwriting."""
    inputs = {places.identity(job.source) for job in jobs if job.source is not None}
    return [
        replace(job, refusal=f"its output {job.output} is itself an input; name another with -o")
        if job.output is not None and places.identity(job.output) in inputs
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
