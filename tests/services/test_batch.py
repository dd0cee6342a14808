"""A run over many files that goes on."""

import signal
import threading
import traceback
from pathlib import Path

import pytest

from aecodec import outputs
from aecodec.errors import BadInput, WeightsError
from aecodec.executors.interruption import heed
from aecodec.services import batch
from aecodec.services.crew import Crew
from aecodec.services.jobs import Job
from aecodec.services.rows import Row
from tests.warned import refuse

LANES = [1, 2]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"x")


def jobs_of(*names: str, replace: bool = False) -> list[Job]:
    touch(*names)
    return [Job(Path(name), Path(name).with_suffix(".aec"), replace) for name in names]


def run(jobs, work, *, skip_existing=False, crew=None) -> list[Row]:
    return list(batch.run(jobs, lambda: work, skip_existing, lambda: None, crew))


def crew(lanes: int, warn_about=refuse) -> Crew:
    return Crew(lambda: lanes, lambda job: 1, warn_about)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BadInput("not a picture"), "not a picture"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (MemoryError(), "not enough memory"),
        (KeyError("x"), "internal error: KeyError: 'x'"),
    ],
)
@pytest.mark.parametrize("lanes", LANES)
def test_an_error_is_a_row_and_the_run_goes_on(lanes, error, message):
    def work(job):
        if job.name == "a.png":
            raise error
        return Row(job.name)

    rows = run(jobs_of("a.png", "b.png", "c.png"), work, crew=crew(lanes))
    assert rows == [Row("a.png", errors=(message,)), Row("b.png"), Row("c.png")]


@pytest.mark.parametrize("lanes", LANES)
def test_an_interruption_ends_the_run(lanes):
    def work(job):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(jobs_of("a.png", "b.png"), work, crew=crew(lanes))


@pytest.mark.parametrize("lanes", LANES)
def test_rows_are_in_the_order_of_jobs_and_what_needs_no_work_has_its_place(lanes):
    touch("b.aec", "d.aec")
    jobs = [*jobs_of("a.png", "b.png", "c.png", "d.png"), Job(Path("missing.png"), Path("missing.aec"))]
    rows = run(jobs, lambda job: Row(job.name), skip_existing=True, crew=crew(lanes))
    assert [row.input for row in rows] == ["a.png", "b.png", "c.png", "d.png", "missing.png"]
    assert [row.skipped for row in rows] == [False, True, False, True, False]
    assert rows[-1].errors == ("No such file or directory",)


@pytest.mark.parametrize("lanes", LANES)
def test_a_bug_is_traced_where_the_run_was_asked_for_at_its_row(lanes):
    traced: list[tuple[object, ...]] = []
    seen: list[Row] = []

    def work(job):
        if job.name == "b.png":
            raise KeyError(job.name)
        return Row(job.name)

    def trace():
        text = traceback.format_exc()
        traced.append((threading.current_thread(), len(seen), "in work" in text, "KeyError: 'b.png'" in text))

    for row in batch.run(jobs_of("a.png", "b.png", "c.png"), lambda: work, False, trace, crew(lanes)):
        seen.append(row)
    assert traced == [(threading.main_thread(), 1, True, True)]


def test_the_model_is_loaded_once_for_as_many_as_need_it():
    lanes: list[int] = []
    touch("b.aec", "c.aec")
    of_three = crew(3)

    def prepare():
        lanes.append(of_three.lanes)
        return lambda job: Row(job.name)

    assert len(list(batch.run(jobs_of("a.png", "b.png", "c.png"), prepare, True, lambda: None, of_three))) == 3
    assert lanes == [1], "the only picture gets all threads"
    Path("c.aec").unlink()
    list(batch.run(jobs_of("a.png", "b.png", "c.png"), prepare, True, lambda: None, of_three))
    assert lanes == [1, 2]


def test_only_work_is_weighed():
    weighed: list[str] = []
    touch("b.aec")
    of_two = Crew(lambda: 2, lambda job: weighed.append(job.name) or 1, refuse)
    run(jobs_of("a.png", "b.png", "c.png"), lambda job: Row(job.name), skip_existing=True, crew=of_two)
    assert weighed == ["a.png", "c.png"]


def test_left_early_a_run_leaves_no_half_file():
    began = threading.Barrier(3)

    def work(job):
        with outputs.opened(job.output, replace=False) as stream:
            stream.write(b"half")
            began.wait(20)
            while True:
                heed()

    rows = batch.run(jobs_of("a.png", "b.png", "c.png"), lambda: work, False, lambda: None, crew(2))
    waiting = threading.Thread(target=began.wait, args=(20,))
    waiting.start()

    def ctrl_c():
        waiting.join()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=ctrl_c).start()
        with pytest.raises(KeyboardInterrupt):
            next(rows)
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(path.name for path in Path().iterdir()) == ["a.png", "b.png", "c.png"]


def test_the_model_is_loaded_only_for_work_and_its_failure_ends_the_run():
    def prepare():
        raise WeightsError("none")

    touch("a.aec")
    (row,) = batch.run(jobs_of("a.png"), prepare, True, lambda: None)
    assert row == Row("a.png", "a.aec", skipped=True)
    (row,) = batch.run([Job(Path("missing.png"), Path("missing.aec"))], prepare, False, lambda: None)
    assert row == Row("missing.png", errors=("No such file or directory",))
    with pytest.raises(WeightsError):
        list(batch.run(jobs_of("b.png"), prepare, False, lambda: None))


def test_an_existing_output_is_looked_for_at_its_turn():
    def work(job):
        touch("b.aec")
        return Row(job.name)

    first, second = run(jobs_of("a.png", "b.png"), work)
    assert first.errors == ()
    assert "exists already" in second.errors[0]


def test_a_folder_in_the_way_is_refused_even_with_force():
    Path("a.aec").mkdir()
    (row,) = run(jobs_of("a.png", replace=True), pytest.fail)
    assert row.errors == ("a.aec is a folder; name a file with -o",)


def test_a_rehearsal_gives_the_rows_that_need_no_work():
    touch("b.aec")
    rows = list(batch.rehearse(jobs_of("a.png", "b.png"), skip_existing=True))
    assert rows == [Row("a.png", "a.aec"), Row("b.png", "b.aec", skipped=True)]
