"""How a command's jobs are run: by threads here, by Ray, or not at all but told."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from aecodec.errors import UsageError
from aecodec.services import batch, cluster, manifest, places
from aecodec.services.cluster import Task
from aecodec.services.crew import Crew
from aecodec.services.files import Engine
from aecodec.services.jobs import Job, WarnAbout
from aecodec.services.places import Place
from aecodec.services.rows import Row


@dataclass(frozen=True)
class How:
    """What the user said of the run."""

    out: str | None
    skip_existing: bool = False
    dry_run: bool = False
    ray: bool = False
    address: str | None = None  # of a Ray cluster


def rows(
    jobs: list[Job], task: Task, engine: Engine, how: How, warn_about: WarnAbout, trace: Callable[[], None]
) -> Generator[Row, None, None]:
    """A row for each job, of the task's kind where it was done; in order but for Ray, which also leaves a manifest.

    Raises UsageError for what Ray cannot serve, and as `batch.run` and `cluster.run` when the first row is asked for.
    """
    if how.address is not None and not how.ray:
        raise UsageError("--address is that of a Ray cluster: give --engine ray too")
    if how.ray:
        folder = _folder(jobs, how.out)
    if how.dry_run:
        return batch.rehearse(jobs, how.skip_existing)
    if how.ray:
        worked = cluster.run(jobs, task, engine, how.skip_existing, how.address, warn_about)
        return manifest.recorded(worked, folder, task.kind)
    crew = Crew(engine.at_once, task.weigh, warn_about)
    return batch.run(
        jobs, lambda: task.make(engine.shared(crew.lanes), crew.warn_about), how.skip_existing, trace, crew
    )


def _folder(jobs: list[Job], out: str | None) -> Place:
    folder = None if out is None or out == "-" else places.place(out)
    if folder is None or any(job.output == folder for job in jobs):
        raise UsageError(
            "--engine ray writes into a folder, and a manifest of what it did beside: name one with -o, a new one with"
            " a / at its end"
        )
    return folder
