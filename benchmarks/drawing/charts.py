"""Charts as matplotlib draws them: lines, bars, points, heat maps, pies, histograms, contours, surfaces."""

from collections.abc import Callable

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.drawing.lettering import words
from benchmarks.drawing.paint import Pixels, Rng
from benchmarks.drawing.patterns import clouds

DPI = 100
STYLES = ("default", "ggplot", "dark_background", "seaborn-v0_8-whitegrid", "bmh", "grayscale")


def lines(rng: Rng, axes: Axes) -> None:
    for index in range(int(rng.integers(1, 6))):
        style = str(rng.choice(["-", "--", "-.", ":"]))
        axes.plot(np.cumsum(rng.normal(size=120)), style, label=words(rng, 1), marker="o" if index == 0 else None)
    axes.legend()
    axes.grid(True)


def bars(rng: Rng, axes: Axes) -> None:
    labels = [f"{words(rng, 1)} {at}" for at in range(7)]
    bottom = np.zeros(7)
    for _ in range(int(rng.integers(1, 4))):
        heights = rng.random(7) * 10
        axes.bar(labels, heights, bottom=bottom, label=words(rng, 1), edgecolor="black")
        bottom += heights
    axes.tick_params(axis="x", rotation=30)
    axes.legend()


def scatter(rng: Rng, axes: Axes) -> None:
    count = int(rng.integers(80, 1500))
    x, y = rng.normal(size=(2, count))
    axes.scatter(x, y + 0.6 * x, c=rng.random(count), s=rng.random(count) * 60, alpha=0.7, cmap="viridis")


def heat_map(rng: Rng, axes: Axes) -> None:
    rows, columns = rng.integers(6, 30, 2)
    axes.imshow(rng.random((rows, columns)), cmap=str(rng.choice(["magma", "coolwarm", "Blues"])), aspect="auto")
    if rows * columns < 200:
        for row in range(rows):
            for column in range(columns):
                axes.text(column, row, f"{rng.random():.1f}", ha="center", va="center", fontsize=7)


def pie(rng: Rng, axes: Axes) -> None:
    count = int(rng.integers(3, 9))
    axes.pie(rng.random(count) + 0.1, labels=[words(rng, 1) for _ in range(count)], autopct="%1.1f%%")


def histogram(rng: Rng, axes: Axes) -> None:
    for _ in range(2):
        axes.hist(rng.normal(rng.normal() * 2, 1, 2000), bins=50, alpha=0.6)


def contours(rng: Rng, axes: Axes) -> None:
    field = clouds(rng, 80, 60, 2.5)
    filled = axes.contourf(field, levels=12, cmap="terrain")
    axes.contour(field, levels=12, colors="black", linewidths=0.6)
    axes.figure.colorbar(filled, ax=axes)


def spectrogram(rng: Rng, axes: Axes) -> None:
    signal = np.sin(np.cumsum(0.2 + 0.1 * np.sin(np.arange(8000) / 700))) + 0.3 * rng.normal(size=8000)
    axes.specgram(signal, NFFT=128, noverlap=64)


KINDS: dict[str, Callable[[Rng, Axes], None]] = {
    "lines": lines,
    "bars": bars,
    "scatter": scatter,
    "heatmap": heat_map,
    "pie": pie,
    "histogram": histogram,
    "contours": contours,
    "spectrogram": spectrogram,
}


def chart(rng: Rng, width: int, height: int, kind: str, style: str = "default", antialiased: bool = True) -> Pixels:
    """One chart (height, width, 3) with a title and named axes."""
    return dashboard(rng, width, height, [kind], style, antialiased)


def dashboard(
    rng: Rng, width: int, height: int, kinds: list[str], style: str = "default", antialiased: bool = True
) -> Pixels:
    """Several charts side by side, two in a row."""
    smooth = {"lines.antialiased": antialiased, "patch.antialiased": antialiased, "text.antialiased": antialiased}
    with matplotlib.style.context([style, smooth]):
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="tight")
        target = FigureCanvasAgg(figure)
        columns = min(2, len(kinds))
        for index, kind in enumerate(kinds):
            axes = figure.add_subplot(-(-len(kinds) // columns), columns, index + 1)
            axes.set_title(words(rng, 3))
            if kind != "pie":
                axes.set_xlabel(words(rng, 2))
                axes.set_ylabel(words(rng, 1))
            KINDS[kind](rng, axes)
        target.draw()
        return np.asarray(target.buffer_rgba())[:, :, :3].copy()
