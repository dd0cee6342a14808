"""Short names of pictures: of each path as much of its end as tells it from the others."""

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path


def short_names(*runs: Iterable[Path]) -> dict[Path, str]:
    """The shortest end of each path, in whole names, that no other path of its run has.

    Paths of two runs get the same name where they end alike: the pictures may have moved in between.
    """
    alike: dict[str, list[set[Path]]] = {}
    for index, run in enumerate(runs):
        for path in run:
            alike.setdefault(path.name, [set() for _ in runs])[index].add(path)
    found: dict[Path, str] = {}
    for groups in alike.values():
        length = _distinct_length(groups)
        found |= {path: _end(path, length) for group in groups for path in group}
    return found


def _distinct_length(groups: Sequence[set[Path]]) -> int:
    """The least number of names by whose ends the paths of every group differ."""
    return next(
        length for length in count(1) if all(len({_end(p, length) for p in group}) == len(group) for group in groups)
    )


def _end(path: Path, length: int) -> str:
    return str(Path(*path.parts[-length:]))
