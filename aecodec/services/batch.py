"""Many files: a run that a bad one does not stop."""

import os
from collections.abc import Callable, Iterable, Iterator

from aecodec.errors import AecodecError, OutputError
from aecodec.outputs import refuse_existing
from aecodec.services.jobs import Job
from aecodec.services.rows import Row

Work = Callable[[Job], Row]


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
        return Row(job.name, errors=(job.part + reason(error),))
    except Exception as error:  # a bug: the other files of the run must not pay for it
        trace()
        return Row(job.name, errors=(job.part + reason(error),))
