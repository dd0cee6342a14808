"""Tables in Markdown, and how long something takes."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

LONG_S = 10.0  # an action that takes longer is run once, and has no warm-up of its own


@dataclass
class Table:
    """Rows of cells under headings; columns but the first `left` are numbers."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    left: int = 1

    def add(self, *cells: object) -> None:
        self.rows.append(cells)

    def markdown(self) -> str:
        rule = ["---" if index < self.left else "---:" for index in range(len(self.columns))]
        lines = [self.columns, rule, *([str(cell) for cell in row] for row in self.rows)]
        return "\n".join([f"### {self.title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""])


def median_s(action: Callable[[], object], runs: int) -> float:
    """Median seconds of so many runs after a warm-up."""
    start = perf_counter()
    action()
    first = perf_counter() - start
    if first > LONG_S:
        return first
    times = []
    for _ in range(runs):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return statistics.median(times)


def ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}"
