"""Jobs on many processes or machines: Ray Data hands them out, and each of its workers holds a model.

Ray starts workers again that die, and hands out again what they had. An output is written whole, so what was done
twice is there once.
"""

import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aecodec.devices import cores
from aecodec.errors import AecodecError, DeviceError, require
from aecodec.pictures.wanted import Warn
from aecodec.services import batch, places
from aecodec.services.batch import Work
from aecodec.services.crew import Crew
from aecodec.services.files import Engine
from aecodec.services.jobs import Job, WarnAbout
from aecodec.services.rows import Row

Batch = dict[str, Any]

SHARE = 16  # jobs handed out at once: what is done again where a worker dies, and each costs Ray some milliseconds
RETRIES = 1  # of what a worker had when it died: a file that kills every worker must not be tried for ever
STORE_BYTES = 100 << 20  # of shared memory, for names and rows; by default Ray takes a third of the machine's


@dataclass(frozen=True)
class Task:
    """What a command does with each job."""

    make: Callable[[Engine, WarnAbout], Work]  # loads a model
    weigh: Callable[[Job], int]  # bytes that a job takes
    kind: type[Row]  # of a job that was done


@dataclass(frozen=True)
class Slots:
    """Workers, and what Ray sets aside for each."""

    count: int
    engine: Engine
    cpus: int = 1
    gpus: int = 0


def run(
    jobs: list[Job], task: Task, engine: Engine, skip_existing: bool, address: str | None, warn_about: WarnAbout
) -> Generator[Row, None, None]:
    """Yield a row for each job, as they are done; those that need no work first, as no worker is asked about them.

    `address` is that of a Ray cluster; None is the one that RAY_ADDRESS names, or else this machine's processors.
    Whatever befalls a job becomes its row's error. Raises MissingExtra, DeviceError where there is no cluster, and
    AecodecError for what keeps workers from loading their model.
    """
    require("ray")
    waiting: dict[int, Job] = {}
    for number, (job, row) in enumerate(zip(jobs, batch.rehearse(jobs, skip_existing), strict=True)):
        if row.skipped or row.errors:
            yield row
        else:
            waiting[number] = job
    if not waiting:
        return
    with _connected(address):
        slots = _slots(engine)
        for share in (SHARE, 1):  # a file that kills its worker takes its neighbours along once, and then only itself
            for number, row, heard in _results(waiting, share, task, slots) if waiting else ():
                if number not in waiting:  # Ray lost what a worker had said, and asked again
                    continue
                job = waiting.pop(number)
                for warning in heard:
                    warn_about(job.name)(warning)
                yield replace(row, input=job.name, output=row.output and job.output_name)
    for job in waiting.values():
        yield Row(job.name, errors=("its worker died, each time it was tried: out of memory, most likely",))


def _results(jobs: dict[int, Job], share: int, task: Task, slots: Slots) -> Iterator[tuple[int, Row, tuple[str, ...]]]:
    """What the workers say of jobs, and of none where they died too often."""
    import ray

    items = [{"number": number, "job": _anywhere(job)} for number, job in jobs.items()]
    blocks = max(len(items) // share, min(len(items), slots.count))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a number of retries, until Ray 2.64
        results = ray.data.from_items(items, override_num_blocks=blocks).map_batches(
            _Worker,
            fn_constructor_args=(task, slots.engine),
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=slots.count, max_tasks_in_flight_per_actor=2 if share > 1 else 1),
            num_cpus=slots.cpus,
            num_gpus=slots.gpus or None,
            max_task_retries=RETRIES,
        )
    for result in results.iter_rows():
        if result["fatal"] is not None:
            raise AecodecError(result["fatal"])
        yield int(result["number"]), result["row"], tuple(result["heard"])


def _anywhere(job: Job) -> Job:
    """As a worker needs it. What was there before is refused already: an output there now is of a worker that died."""
    source = None if job.source is None else places.absolute(job.source)
    output = None if job.output is None else places.absolute(job.output)
    return replace(job, source=source, output=output, replace=True)


class _Worker:
    """Holds a model in a process of its own."""

    def __init__(self, task: Task, engine: Engine) -> None:
        self._heard: dict[str, list[str]] = {}
        self._work: Work | None = None
        self._fatal: str | None = None
        try:
            lanes = min(engine.at_once() + 1, SHARE)  # one more, as one of them waits for a store
            self._crew = Crew(lambda: lanes, task.weigh, self._warn_about)
            self._work = task.make(engine.shared(lanes), self._crew.warn_about)
        except AecodecError as error:  # to be told in the one line that it is, and not as the death of a worker
            self._fatal = str(error)

    def __call__(self, given: Batch) -> Batch:
        numbers, jobs = given["number"], list(given["job"])
        rows: list[Row] = [Row(job.name) for job in jobs]
        if self._work is not None:
            work = self._work
            self._heard.clear()
            rows = list(batch.run(jobs, lambda: work, False, traceback.print_exc, self._crew))
        heard = [tuple(self._heard.get(job.name, ())) for job in jobs]
        return {
            "number": numbers,
            "row": _objects(rows),
            "heard": _objects(heard),
            "fatal": _objects([self._fatal] * len(jobs)),
        }

    def _warn_about(self, name: str) -> Warn:
        return self._heard.setdefault(name, []).append


def _objects(values: list[Any]) -> "np.ndarray[Any, np.dtype[np.object_]]":
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


@contextmanager
def _connected(address: str | None) -> Iterator[None]:
    """To a cluster, or to processes of this machine that end with the block. Ray says nothing but errors."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a picture tool reports to nobody
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what is an error here is told as one
    import ray

    where = address or os.environ.get("RAY_ADDRESS") or "local"
    own: dict[str, Any] = (
        {"include_dashboard": False, "object_store_memory": STORE_BYTES, "num_cpus": cores()}
        if where == "local"
        else {}
    )
    terminated = signal.getsignal(signal.SIGTERM)
    try:
        with _silent():
            ray.init(where, log_to_driver=False, logging_level=logging.ERROR, **own)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise DeviceError(f"no Ray cluster at {where}: {' '.join(str(error).split())}") from error
    try:
        signal.signal(signal.SIGTERM, terminated)  # Ray's own ends the program, and what is to be kept with it
        ray._private.worker._worker_logs_enabled = False  # as Ray's debugger does: else deaths are told on stdout
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.max_errored_blocks = -1  # any number: what is missing in the end is told
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        yield
    finally:
        ray.shutdown()


@contextmanager
def _silent() -> Iterator[None]:
    """Without what libraries print from C: Ray tells that it was asked to tell less."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _slots(engine: Engine) -> Slots:
    """A worker for each GPU, or for each CPU, or as many of these as --threads says. Raises DeviceError."""
    import ray

    there = ray.cluster_resources()
    gpus, cpus = int(there.get("GPU", 0)), int(there.get("CPU", 1))
    if engine.device.startswith("cuda") and gpus == 0:
        raise DeviceError(f"--device {engine.device}: no GPU in the Ray cluster")
    if engine.device != "cpu" and gpus > 0:
        return Slots(gpus, replace(engine, device="cuda"), gpus=1)
    threads = min(engine.threads or 1, cpus)
    return Slots(max(1, cpus // threads), replace(engine, device="cpu", threads=threads), cpus=threads)
