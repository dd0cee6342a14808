"""The loop of every measurement: each picture is read once, each trial of it made once, and no failure ends the run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from aecodec.errors import BadInput
from aecodec.pictures.picture import Picture
from aecodec.services.batch import reason
from aecodec.services.files import read_picture
from aecodec.services.jobs import Job, WarnAbout

OWN = "aecodec"  # its name beside what it is measured against
Key = tuple[str, str, float | None]  # picture, codec or method, quality or noise level: what a trial is
R = TypeVar("R")


def gather(
    jobs: Iterable[Job],
    row: Callable[..., R],
    trials: Callable[[Job], Iterable[tuple[Key, Callable[[], R]]]],
    known: Mapping[Key, R],
) -> Iterator[R]:
    """A row for each trial of each job; what is `known` from an earlier run is not made again.

    `row` makes one of a key and an `error`. A job whose trials cannot be listed, as its picture cannot be read, is one
    row with an error.
    """
    for job in jobs:
        try:
            listed = list(trials(job))
        except Exception as error:  # a bug at worst: the other pictures of the run must not pay for it
            yield row(job.name, "", None, error=reason(error))
            continue
        for key, make in listed:
            yield known.get(key) or _attempt(row, key, make)


def _attempt(row: Callable[..., R], key: Key, make: Callable[[], R]) -> R:
    try:
        return make()
    except Exception as error:  # libraries raise nearly anything; hours of measuring must not end with one file
        return row(*key, error=reason(error))


def read(job: Job, warn_about: WarnAbout) -> tuple[Path, Picture]:
    """The picture of a job, which must be a file; raises AecodecError."""
    if not isinstance(job.source, Path):
        raise BadInput("evaluate measures files: name one in place of standard input or a URL")
    if job.refusal is not None:
        raise BadInput(job.refusal)
    return job.source, read_picture(job, warn_about(job.name))
