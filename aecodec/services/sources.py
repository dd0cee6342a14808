"""Which inputs there are: what the user named, one by one, in folders and in lists."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aecodec.errors import UsageError
from aecodec.pictures.wanted import FIRST, Wanted, Warn
from aecodec.services import places
from aecodec.services.places import Place

MANIFEST = "manifest.parquet"  # what a large run leaves beside its outputs, and no later one takes for an input
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
    keep_suffix: bool = False  # an output's suffix goes behind that of its picture: a.jpg.aec
    wanted: Wanted = FIRST  # of each input
    all_pages: bool = False  # a job for each page of an input


@dataclass(frozen=True)
class Kind:
    """What a command takes from a folder and what it makes of it."""

    noun: str  # what the inputs are called in messages
    takes: frozenset[str]  # suffixes, lower case
    gives: Callable[[Place], str] | None  # input to suffix of its output; None: the command writes no files
    ignores: frozenset[str] = frozenset()  # suffixes that are passed over without a word
    mark: str = ""  # what the names of outputs get where they are pictures as the inputs are


@dataclass(frozen=True)
class Source:
    path: Place | None  # None: standard input
    folder: Place | None = None  # the named folder that it was found in
    problem: str | None = None


def gather(selection: Selection, kind: Kind, warn_about: WarnAbout) -> list[Source]:
    """All inputs in the order named, each once. Raises UsageError where nothing is named, or what cannot be."""
    named = list(selection.inputs)
    if selection.files_from is not None:
        if selection.files_from == "-" and "-" in named:
            raise UsageError("standard input cannot be both the list of files and a file")
        named += _listed(selection.files_from)
    elif not named:
        raise UsageError(f"nothing to do: name {kind.noun}s, folders or -, or a list of them with --files-from")
    sources: dict[str | None, Source] = {}  # an input named twice is one input
    for name in named:
        if not name or "\0" in name:
            raise UsageError(f"{name!r} cannot be the name of a file")
        where = None if name == "-" else places.place(name)
        if where is not None and places.is_folder(where):
            found = _in_folder(where, kind, selection.recursive, warn_about(str(where)))
        else:
            found = [Source(where)]
        for source in found:
            key = None if source.path is None else str(places.absolute(source.path))
            sources.setdefault(key, source)
    return list(sources.values())


def _listed(files_from: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if files_from == "-" else Path(files_from).read_bytes()
    except OSError as error:
        raise UsageError(f"--files-from {files_from}: {error.strerror}") from error
    return [os.fsdecode(line) for line in data.splitlines() if line.strip()]


def _in_folder(folder: Place, kind: Kind, recursive: bool, warn: Warn) -> list[Source]:
    """Hidden files and folders are not looked at; what else is passed over is named in one warning."""
    taken: list[Source] = []
    left: list[str] = []
    for root, folders, names in places.walk(folder, lambda error: taken.append(_unreadable(error, folder))):
        folders.sort()
        visible = [name for name in folders if not name.startswith(".")]
        folders[:] = [name for name in visible if recursive and not (root / name).is_symlink()]
        left += [name + os.sep for name in visible if name not in folders]
        for name in sorted(names):
            suffix = os.path.splitext(name)[1].lower()
            if name.startswith(".") or name == MANIFEST or suffix in kind.ignores:
                continue
            if suffix in kind.takes:
                taken.append(Source(root / name, folder))
            else:
                left.append(name)
    if left:
        shown = ", ".join(left[:SHOWN_NAMES]) + (", ..." if len(left) > SHOWN_NAMES else "")
        warn(f"{len(left)} left alone: {shown}")
    if not taken:
        hint = "" if recursive else "; -r looks into the folders inside"
        taken.append(Source(folder, problem=f"no {kind.noun} in this folder{hint}"))
    return taken


def _unreadable(error: OSError, folder: Place) -> Source:
    return Source(Path(error.filename), folder, problem=f"cannot be listed: {error.strerror}")
