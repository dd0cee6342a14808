"""The loop of every measurement: what is known is not made again, and no failure ends the run."""

from collections.abc import Callable, Iterator
from pathlib import Path

from aecodec.evaluation.denoising import Row
from aecodec.evaluation.trials import Key, gather
from aecodec.services.jobs import Job
from tests.evaluation.made import restored

JOBS = [Job(Path(name), None) for name in ("a.png", "b.png")]


def run(make: Callable[[Key], Row], known: dict[Key, Row] | None = None) -> list[Row]:
    def trials(job: Job) -> Iterator[tuple[Key, Callable[[], Row]]]:
        for sigma in (15.0, 50.0):
            key = job.name, "m", sigma
            yield key, lambda key=key: make(key)

    return list(gather(JOBS, Row, trials, known or {}))


def test_what_is_known_is_not_made_again() -> None:
    known = Row("a.png", "m", 50.0, restored(30.0))
    made: list[Key] = []

    def make(key: Key) -> Row:
        made.append(key)
        return Row(*key, restored(20.0))

    rows = run(make, {known.key: known})
    assert [row.key for row in rows] == [(job.name, "m", sigma) for job in JOBS for sigma in (15.0, 50.0)]
    assert rows[1] is known
    assert known.key not in made
    assert len(made) == 3


def test_a_trial_that_fails_is_a_row_of_its_own() -> None:
    def make(key: Key) -> Row:
        if key == ("a.png", "m", 15.0):
            raise RuntimeError("out of luck")
        return Row(*key, restored(20.0))

    rows = run(make)
    assert [row.error for row in rows] == ["internal error: RuntimeError: out of luck", None, None, None]
    assert rows[0].key == ("a.png", "m", 15.0)


def test_a_job_without_trials_is_one_row() -> None:
    def trials(job: Job) -> Iterator[tuple[Key, Callable[[], Row]]]:
        yield (job.name, "m", 15.0), lambda: Row(job.name, "m", 15.0, restored(20.0))
        if job is JOBS[0]:
            raise RuntimeError("half read")

    rows = list(gather(JOBS, Row, trials, {}))
    assert [(row.picture, row.by, row.error is None) for row in rows] == [("a.png", "", False), ("b.png", "m", True)]
