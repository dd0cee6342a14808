"""Which clean picture belongs to each noisy one, told by their names.

Words of a name end at `_`, `-`, `.` and blanks, and case does not matter. A pair has the same name; or names that are
the same once one word of `NOISY` is set aside in the noisy one, one word of `CLEAN` in the clean one, or both. So it is
with folders: those inside the folder of clean pictures are the last ones of the noisy picture's path, but for one such
word in each.

    scene_3_real.jpg       scene_3_mean.jpg
    12/NOISY_SRGB_010.png  12/GT_SRGB_010.png
    12/noisy/1.png         12/clean/1.png
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aecodec.errors import BadInput, UsageError
from aecodec.services.jobs import EVALUATE, Job, Selection, WarnAbout, plan

NOISY = frozenset({"noisy", "noise", "n", "real", "input", "in", "degraded", "lq"})
CLEAN = frozenset(
    {"clean", "mean", "gt", "groundtruth", "truth", "target", "ref", "reference", "original", "orig", "hq"}
)
SHOWN_NAMES = 3  # of clean pictures that one noisy picture could belong to

Words = tuple[str, ...]  # of one name
Folders = tuple[Words, ...]
Name = tuple[Folders, Folders]  # of the folders, and of the file: none if its one word is set aside


@dataclass(frozen=True)
class Pairs:
    """Noisy pictures and the clean ones that their names match, of which there should be one each."""

    folder: Path  # of the clean pictures
    matching: Mapping[Path, Sequence[Path]]

    def clean(self, noisy: Path) -> Path:
        """The clean picture of a noisy one; raises BadInput unless there is exactly one."""
        found = self.matching.get(noisy, ())
        if not found:
            raise BadInput(f"no clean picture of this name in {self.folder} (but for a word as noisy, real, clean, gt)")
        if len(found) > 1:
            shown = ", ".join(map(str, found[:SHOWN_NAMES])) + (", ..." if len(found) > SHOWN_NAMES else "")
            raise BadInput(f"{len(found)} clean pictures have its name: {shown}")
        return found[0]


def pair(
    jobs: Sequence[Job], folder: Path, warn_about: WarnAbout, *, recursive: bool = False
) -> tuple[list[Job], Pairs]:
    """The jobs of noisy pictures, and what belongs to each in `folder` (and the folders inside, if `recursive`).

    Left out are jobs of pictures without a clean one that are the clean one of another job: where both lie in one
    folder, both are inputs. Raises UsageError for a folder without a picture.
    """
    listed = plan(Selection((str(folder),), recursive=recursive), EVALUATE, warn_about)
    clean = [job.source for job in listed if isinstance(job.source, Path) and job.refusal is None]
    if not clean:
        raise UsageError(f"--clean {folder}: {listed[0].refusal}")
    noisy = [job.source for job in jobs if isinstance(job.source, Path) and job.refusal is None]
    matching = match(noisy, clean, folder)
    partners = {_place(path) for found in matching.values() for path in found}
    only_clean = {path for path, found in matching.items() if not found and _place(path) in partners}
    return [job for job in jobs if job.source not in only_clean], Pairs(folder, matching)


def match(noisy: Iterable[Path], clean: Iterable[Path], folder: Path) -> dict[Path, list[Path]]:
    """For each noisy picture the clean ones, all inside `folder`, of its name.

    Of several those count that have the very same name, in another folder; and of these, those that have most folders
    in common with it.
    """
    by_name: dict[Name, list[Path]] = defaultdict(list)
    depth = 0
    for path in clean:
        folders = path.relative_to(folder).parent.parts
        depth = max(depth, len(folders))
        for name in _names(folders, path.stem, CLEAN):
            by_name[name].append(path)
    return {path: _matching(path, by_name, depth) for path in noisy}


def _matching(noisy: Path, by_name: Mapping[Name, Sequence[Path]], depth: int) -> list[Path]:
    parents = Path(os.path.abspath(noisy)).parts[1:-1]
    common: dict[Path, int] = {}  # and how many folders it has in common
    for length in range(min(depth + 1, len(parents)) + 1):  # one may be set aside
        for name in _names(parents[len(parents) - length :], noisy.stem, NOISY):
            for path in by_name.get(name, ()):
                common[path] = max(common.get(path, 0), len(name[0]))
    elsewhere = {path for path in common if _place(path).parent != _place(noisy).parent}
    others = {path for path in common if path in elsewhere or _words(path.stem) != _words(noisy.stem)}
    chosen = {path for path in elsewhere if path.stem == noisy.stem} or others
    most = max((common[path] for path in chosen), default=0)
    return sorted(path for path in chosen if common[path] == most)


def _names(folders: Iterable[str], stem: str, roles: frozenset[str]) -> set[Name]:
    """What is left of a name when at most one word of `roles` is set aside in the folders, and one in the file."""
    above, own = tuple(_words(folder) for folder in folders), (_words(stem),)
    return {(some, rest) for some in _set_aside(above, roles) for rest in _set_aside(own, roles)}


def _set_aside(names: Folders, roles: frozenset[str]) -> Iterator[Folders]:
    """The names as they are, and without each word of `roles` in turn; a name of that word alone goes with it."""
    yield names
    for at, words in enumerate(names):
        for index, word in enumerate(words):
            if word in roles:
                rest = words[:index] + words[index + 1 :]
                yield names[:at] + ((rest,) if rest else ()) + names[at + 1 :]


def _words(name: str) -> Words:
    return tuple(word for word in re.split(r"[_\-.\s]+", name.casefold()) if word)


def _place(path: Path) -> Path:
    """Where a file is, by whatever way it was named; a link is where it lies, not where it leads."""
    return path.parent.resolve() / path.name
