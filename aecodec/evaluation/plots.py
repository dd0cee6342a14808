"""The curves of an evaluation as SVG and PNG files, for papers and slides; drawn by matplotlib."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aecodec.evaluation.charts import Chart
from aecodec.outputs import opened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 7, 4.6  # inches
DOTS_PER_INCH = 150  # of PNG
FORMATS = ("svg", "png")


def paths(title: str, folder: Path) -> dict[Path, str]:
    """The files that a chart of this title is written to, and the format of each."""
    name = re.sub(r"[^a-z0-9]+", "-", title.lower())
    return {folder / f"{name}.{kind}": kind for kind in FORMATS}


def write(charts: list[Chart], folder: Path, *, replace: bool) -> list[Path]:
    """A file of each chart in each format; raises OutputError for one that exists already. Needs matplotlib."""
    written = []
    for chart in charts:
        figure = _figure(chart)
        for path, kind in paths(chart.title, folder).items():
            with opened(path, replace=replace) as stream:
                figure.savefig(stream, format=kind, dpi=DOTS_PER_INCH)
            written.append(path)
    return written


def _figure(chart: Chart) -> "Figure":
    from matplotlib.figure import Figure  # without pyplot: no window, no global state

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    for index, curve in enumerate(chart.curves):
        style = "--" if curve.published else "o" if curve.dots else "-o"
        width, marker = (1.2, 3) if index else (2.5, 5)
        axes.plot(curve.x, curve.y, style, linewidth=width, markersize=marker, label=curve.name)
    axes.set(xlabel=chart.x, ylabel=chart.y, title=chart.title)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return figure
