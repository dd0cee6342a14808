"""Several jobs at once, a thread each: what becomes of them comes in their order, and memory is bounded in bytes."""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Condition, Lock, current_thread
from typing import Generic, TypeVar

from aecodec import devices
from aecodec.executors.interruption import Stoppable
from aecodec.pictures.wanted import Warn
from aecodec.services.jobs import Job, WarnAbout

SHARE = 2  # of the memory, one part in so many, for jobs that run
HEARD_EVERY_S = 1.0  # at the latest: Windows tells a thread that waits nothing of Ctrl-C

T = TypeVar("T")
R = TypeVar("R")
Told = tuple[str, str]  # name of an input, and a warning about it


class Crew:
    """How many jobs run at once, in how much memory, and who hears their warnings.

    `at_once` says how many may, `weigh` how many bytes one takes; a job of more than `most_bytes` runs alone.
    """

    def __init__(
        self,
        at_once: Callable[[], int],
        weigh: Callable[[Job], int],
        warn_about: WarnAbout,
        most_bytes: int | None = None,
    ) -> None:
        self.lanes = 1
        self.weigh = weigh
        self._at_once = at_once
        self._tell = warn_about
        self._most_bytes = most_bytes

    def muster(self, waiting: Iterable[Job]) -> None:
        """Have as many lanes as those jobs need, and no more than may be."""
        self.lanes = max(1, sum(1 for _ in islice(waiting, self._at_once())))

    def warn_about(self, name: str) -> Warn:
        """What takes warnings about an input, from work of this crew too: they are told when its job's turn comes."""

        def warn(message: str) -> None:
            hand = current_thread()
            if isinstance(hand, _Hand):
                hand.told.append((name, message))
            else:
                self._tell(name)(message)

        return warn

    def results(self, tasks: Iterator[T], weigh: Callable[[T], int], do: Callable[[T], R]) -> Generator[R, None, None]:
        """What `do` makes of each task, in their order; `tasks` is asked in the threads, one at a time.

        Left early, also by Ctrl-C, no task begins any more; those that run stop at their next call of a network.
        Whatever but `do` fails, or what it raises, is raised here.
        """
        most = devices.memory() // SHARE if self._most_bytes is None else self._most_bytes
        board: _Board[T, R] = _Board(tasks, weigh, most)
        hands = [_Hand(board, do) for _ in range(self.lanes)]
        for hand in hands:
            hand.start()
        try:
            for done in board.in_order():
                for name, message in done.told:
                    self._tell(name)(message)
                yield done.result
        finally:
            for hand in hands:
                hand.stopping = True
            board.close()
            for hand in hands:
                hand.join()


@dataclass(frozen=True)
class _Done(Generic[R]):
    result: R
    told: list[Told]


class _Board(Generic[T, R]):
    """What threads of a crew share: which tasks are next, how much runs, and what is done."""

    def __init__(self, tasks: Iterator[T], weigh: Callable[[T], int], most: int) -> None:
        self._tasks = tasks
        self._weigh = weigh
        self._most = most
        self._taking = Lock()
        self._changed = Condition()
        self._taken = 0  # tasks
        self._running: dict[int, int] = {}  # bytes, by the number of a task
        self._done: dict[int, _Done[R]] = {}
        self._closed = False  # nothing is taken any more
        self._failure: BaseException | None = None

    def take(self) -> tuple[int, T] | None:
        """The next task and its number, once there is room for it; None at the end."""
        with self._taking:  # one at a time, so that a large task is not passed by for ever
            if self._closed:
                return None
            try:
                task = next(self._tasks)
            except StopIteration:
                self.close()
                return None
            size = self._weigh(task)
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._has_room(size))
                if self._closed:
                    return None
                number = self._taken
                self._taken += 1
                self._running[number] = size
                return number, task

    def _has_room(self, size: int) -> bool:
        held = sum(self._running.values())
        return held == 0 or held + size <= self._most

    def put(self, number: int, done: _Done[R]) -> None:
        with self._changed:
            del self._running[number]
            self._done[number] = done
            self._changed.notify_all()

    def close(self, failure: BaseException | None = None) -> None:
        with self._changed:
            self._closed = True
            self._failure = self._failure or failure
            self._changed.notify_all()

    def in_order(self) -> Iterator[_Done[R]]:
        """What is done, as soon as all before it is; raises a failure at once."""
        number = 0
        while True:
            with self._changed:
                while not (self._failure or number in self._done or (self._closed and number == self._taken)):
                    self._changed.wait(HEARD_EVERY_S)
                if self._failure is not None:
                    raise self._failure
                if number not in self._done:
                    return
                done = self._done.pop(number)
            yield done
            number += 1


class _Hand(Stoppable, Generic[T, R]):
    """A thread of a crew."""

    def __init__(self, board: _Board[T, R], do: Callable[[T], R]) -> None:
        super().__init__()
        self.told: list[Told] = []
        self._board = board
        self._do = do

    def run(self) -> None:
        try:
            while (taken := self._board.take()) is not None:
                number, task = taken
                self.told = []
                self._board.put(number, _Done(self._do(task), self.told))
        except BaseException as error:  # not of a file: what else but the whole run could it end?
            self._board.close(error)
