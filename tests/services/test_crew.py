"""Jobs at once: order, memory, warnings, and how a run ends before its time. No test waits for time to pass."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from aecodec.executors.interruption import heed
from aecodec.services import crew as crews
from aecodec.services.crew import Crew
from tests.warned import keep, refuse

PATIENCE_S = 20  # of a test that fails


def crew(lanes: int, most_bytes: int = 1 << 30, told: list[tuple[str, str]] | None = None) -> Crew:
    made = Crew(
        lambda: lanes, lambda job: pytest.fail("not asked"), keep(told) if told is not None else refuse, most_bytes
    )
    made.muster([None] * lanes)
    return made


def alive() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, crews._Hand)]


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    assert alive() == []


def await_(event: threading.Event) -> None:
    assert event.wait(PATIENCE_S)


def test_results_come_in_order_though_the_last_is_done_first():
    done = [threading.Event() for _ in range(3)]
    ends: list[int] = []

    def do(task: int) -> int:
        if task + 1 < len(done):
            await_(done[task + 1])
        ends.append(task)
        done[task].set()
        return 10 * task

    assert list(crew(3).results(iter(range(3)), lambda task: 1, do)) == [0, 10, 20]
    assert ends == [2, 1, 0]


def test_there_are_no_more_lanes_than_jobs_nor_than_may_be():
    seen: list[int] = []

    def waiting() -> Iterator[Any]:
        for number in range(100):
            seen.append(number)
            yield None

    made = crew(4)
    made.muster(waiting())
    assert made.lanes == 4
    assert len(seen) <= 5  # of a million files nobody waits for the last
    made.muster([None] * 2)
    assert made.lanes == 2


@pytest.fixture
def hand_waits(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a thread of a crew waits for room."""
    waits = threading.Event()

    class Watched(threading.Condition):  # type: ignore[misc]
        def wait(self, timeout: float | None = None) -> bool:
            if isinstance(threading.current_thread(), crews._Hand):
                waits.set()
            return super().wait(timeout)

    monkeypatch.setattr(crews, "Condition", Watched)
    return waits


@pytest.mark.parametrize("sizes", [(6, 6, 1), (100, 1, 1), (1, 100, 1)])
def test_what_runs_together_takes_no_more_than_the_bound_and_what_takes_more_runs_alone(sizes, hand_waits):
    lock = threading.Lock()
    running: list[int] = []
    together: list[int] = []

    def do(task: int) -> None:
        with lock:
            running.append(sizes[task])
            together.append(sum(running))
            assert len(running) == 1 or sum(running) <= 10
        if task == 0:
            await_(hand_waits)  # the next does not fit beside this one
        with lock:
            running.remove(sizes[task])

    assert len(list(crew(3, 10).results(iter(range(3)), sizes.__getitem__, do))) == 3
    assert together[0] == sizes[0]


def test_small_ones_run_together_within_the_bound():
    meeting = threading.Barrier(3)
    list(crew(3, 10).results(iter(range(3)), lambda task: 3, lambda task: meeting.wait(PATIENCE_S)))


def test_warnings_are_told_before_the_result_they_belong_to_whoever_was_first():
    told: list[tuple[str, str]] = []
    made = crew(2, told=told)
    second = threading.Event()

    def do(task: int) -> int:
        if task == 0:
            await_(second)
        made.warn_about("ab"[task])(f"odd {task}")
        made.warn_about("ab"[task])("more")
        second.set()
        return task

    results = made.results(iter(range(2)), lambda task: 1, do)
    assert next(results) == 0
    assert told == [("a", "odd 0"), ("a", "more")]
    assert next(results) == 1
    assert told[2:] == [("b", "odd 1"), ("b", "more")]
    results.close()


def test_outside_of_the_crew_warnings_are_told_at_once():
    told: list[tuple[str, str]] = []
    crew(2, told=told).warn_about("a")("odd")
    assert told == [("a", "odd")]


def endless(began: threading.Event) -> None:
    """What stops as networks do."""
    began.set()
    while True:
        heed()


@pytest.mark.parametrize("leave", [lambda results: results.close(), lambda results: results.throw(KeyboardInterrupt)])
def test_left_early_no_task_begins_and_those_that_run_stop(leave: Callable[[Any], None]):
    began = [threading.Event() for _ in range(3)]

    def do(task: int) -> None:
        if task > 0:
            endless(began[task])  # a fourth has no place in the list

    results = crew(2).results(iter(range(100)), lambda task: 1, do)
    assert next(results) is None
    await_(began[1])
    await_(began[2])
    with suppress(KeyboardInterrupt):
        leave(results)
    assert alive() == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_what_is_no_matter_of_a_job_ends_the_run(error: type[BaseException]):
    began = threading.Event()

    def do(task: int) -> None:
        if task == 0:
            endless(began)
        await_(began)
        raise error

    with pytest.raises(error):
        list(crew(2).results(iter(range(9)), lambda task: 1, do))


@pytest.mark.parametrize("where", ["tasks", "weigh"])
def test_what_finds_or_weighs_tasks_may_fail(where: str):
    def tasks() -> Iterator[int]:
        yield 0
        if where == "tasks":
            raise KeyError("tasks")
        yield 1

    def weigh(task: int) -> int:
        if task == 1:
            raise KeyError("weigh")
        return 1

    with pytest.raises(KeyError, match=where):
        list(crew(2).results(tasks(), weigh, lambda task: task))
