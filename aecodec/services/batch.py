"""Many files: a run that a bad one does not stop."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from traceback import clear_frames

from aecodec.errors import AecodecError, OutputError
from aecodec.services import places
from aecodec.services.crew import Crew
from aecodec.services.jobs import Job
from aecodec.services.rows import Row

Work = Callable[[Job], Row]


def run(
    jobs: Iterable[Job],
    prepare: Callable[[], Work],
    skip_existing: bool,
    trace: Callable[[], None],
    crew: Crew | None = None,
) -> Generator[Row, None, None]:
    """Yield a row for each job, in their order; several are worked on at once where there is a crew for that.

    `prepare` (which may load a model, for as many `lanes` as the crew has by then) is called when the first job needs
    it. Whatever a job raises becomes its row's error; `trace` is called while an unexpected exception is handled. What
    `prepare` raises ends the run: no job could succeed.
    """
    waiting = iter(jobs)
    for job in waiting:
        settled = _settle(job, skip_existing)
        if settled is None:
            yield from _work([job, *waiting], prepare, skip_existing, trace, crew)
        else:
            yield settled


def _work(
    jobs: Sequence[Job],
    prepare: Callable[[], Work],
    skip_existing: bool,
    trace: Callable[[], None],
    crew: Crew | None,
) -> Generator[Row, None, None]:
    """The rows of jobs of which one at least must be worked on; each is looked at once more at its turn."""
    if crew is not None:
        crew.muster(job for job in jobs if _settle(job, skip_existing) is None)
    work = prepare()
    looked_at = ((job, _settle(job, skip_existing)) for job in jobs)
    if crew is None or crew.lanes == 1:
        for job, settled in looked_at:
            yield _told(settled or _attempt(work, job), job, trace)
        return
    weigh = crew.weigh
    results = crew.results(
        looked_at,
        lambda task: 0 if task[1] else weigh(task[0]),
        lambda task: (task[0], task[1] or _attempt(work, task[0])),
    )
    with closing(results):
        for job, outcome in results:
            yield _told(outcome, job, trace)


def rehearse(jobs: Iterable[Job], skip_existing: bool) -> Generator[Row, None, None]:
    """The rows that `run` would yield, as far as can be told without reading an input."""
    return (_settle(job, skip_existing) or Row(job.name, job.output_name) for job in jobs)


def _settle(job: Job, skip_existing: bool) -> Row | None:
    """The row of a job that needs no work: impossible, or done already; None if it must be worked on."""
    try:
        if job.refusal is not None:
            raise OutputError(job.refusal)
        if job.source is not None:
            places.size(job.source)
        if job.output is None:
            return None
        if skip_existing and places.is_file(job.output):
            return Row(job.name, job.output_name, skipped=True)
        if not job.replace or places.is_folder(job.output):
            places.refuse_existing(job.output)
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


def _attempt(work: Work, job: Job) -> Row | Exception:
    """The row of a job, of one that failed too; an exception that nobody expects."""
    try:
        return work(job)
    except (AecodecError, OSError, MemoryError) as error:
        return Row(job.name, errors=(job.part + reason(error),))
    except Exception as error:  # a bug: the other files of the run must not pay for it
        clear_frames(error.__traceback__)  # which hold the picture, and this may have to wait for its turn
        return error


def _told(outcome: Row | Exception, job: Job, trace: Callable[[], None]) -> Row:
    if isinstance(outcome, Row):
        return outcome
    try:
        raise outcome
    except Exception:
        trace()
    return Row(job.name, errors=(job.part + reason(outcome),))
