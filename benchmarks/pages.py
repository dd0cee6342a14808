"""Pages to train on: text in many fonts, charts, icons, gradients, maps, screenshots, with photographs and without.

    python -m benchmarks.pages OUT TRAIN [--count 300] [--seed 1]

OUT is a folder for PNG files of 384 to 1280 pixels a side, TRAIN the folder of the packs, of which the photographs
come; those that training leaves out stay out, which `benchmarks.synthetic` uses. Both share their drawing code and
differ in seeds: no picture is in both. Page number N is the same for every count; what is there already stays.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.drawing import browser, charts, flat, icons, layouts, lettering, patterns, photographs, webpages
from benchmarks.drawing.browser import Page
from benchmarks.drawing.paint import WHITE, Pixels, Rng, colour, ink, pair, to_bytes
from benchmarks.drawing.photographs import Photographs
from benchmarks.sharp import HELD_OUT
from benchmarks.synthetic import generator, save

LEAST, MOST = 384, 1024  # pixels a side; screenshots are wider
Drawing = Callable[[Rng, Photographs, int, int], Pixels]


def text(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """A page in one font; half of them black on white."""
    pen, ground = ((0, 0, 0), WHITE) if rng.random() < 0.5 else pair(rng)
    mode = lettering.MODES[int(rng.choice(3, p=[0.7, 0.1, 0.2]))]
    size = round(float(9 * 2 ** rng.exponential(0.8)))
    return ink(lettering.page(rng, width, height, lettering.face(rng), min(size, 72), mode), pen, ground)


def words(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """Words of many sizes on a gradient, on clouds or on a photograph."""
    below = [
        lambda: to_bytes(gradient(rng, width, height)),
        lambda: to_bytes(patterns.ramp(patterns.clouds(rng, width, height), [colour(rng) for _ in range(3)])),
        lambda: photos.cut(rng, width, height),
    ][int(rng.integers(3))]()
    for _ in range(int(rng.integers(1, 4))):
        written = lettering.words_about(rng, width, height, lettering.face(rng), (10, 90))
        below = ink(written, colour(rng), below)
    return below


def gradient(rng: Rng, width: int, height: int) -> np.ndarray:
    stops = [colour(rng) for _ in range(int(rng.integers(2, 5)))]
    kind = int(rng.integers(3))
    if kind == 0:
        return patterns.linear(width, height, stops, float(rng.random() * np.pi))
    return patterns.radial(width, height, stops) if kind == 1 else patterns.corners(rng, width, height)


def smooth(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """A gradient, rounded or dithered."""
    unit = gradient(rng, width, height)
    return to_bytes(unit) if rng.random() < 0.5 else patterns.dithered(rng, unit)


def chart(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    kinds = [str(kind) for kind in rng.choice(list(charts.KINDS), int(rng.choice([1, 1, 2, 4])))]
    return charts.dashboard(rng, width, height, kinds, str(rng.choice(charts.STYLES)))


def icon_sheet(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    side = int(rng.choice([24, 32, 48, 64, 96]))
    across, down = (-(-length // (side + 12)) for length in (width, height))
    return icons.sheet(rng, across, down, side, pair(rng)[1])


def drawing(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """Flat colours and lines."""
    count = int(rng.integers(10, 120))
    return [
        lambda: flat.map_of(rng, width, height, count),
        lambda: flat.shapes(rng, width, height, count),
        lambda: flat.line_art(rng, width, height, ground=(255, 255, 255), pen=colour(rng, 0, 120)),
        lambda: flat.comic(rng, width, height),
        lambda: flat.score(rng, width, height),
    ][int(rng.integers(5))]()


def layout(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """Text beside photographs."""
    made = [
        lambda: layouts.magazine(rng, photos, width, height, lettering.face(rng)),
        lambda: layouts.report(rng, photos, width, height),
        lambda: layouts.slide(rng, photos, width, height),
        lambda: layouts.viewer(rng, photos, width, height),
        lambda: layouts.watermarked(rng, photos.cut(rng, width, height)),
        lambda: photographs.captioned(rng, photos.cut(rng, width, height), "sans-bold", int(rng.integers(18, 44))),
    ][int(rng.integers(6))]()
    return layouts.scan(rng, made, float(rng.normal())) if rng.random() < 0.15 else made


KINDS: dict[str, tuple[Drawing, float]] = {  # and how many of them, of 1 without the screenshots
    "text": (text, 0.25),
    "words": (words, 0.15),
    "smooth": (smooth, 0.05),
    "chart": (chart, 0.15),
    "icons": (icon_sheet, 0.1),
    "drawing": (drawing, 0.1),
    "layout": (layout, 0.2),
}
SCREENS = 0.2  # of all


def screen(rng: Rng, photos: Photographs) -> Page:
    dark = bool(rng.random() < 0.4)
    plain = (webpages.table, webpages.code, webpages.dashboard, webpages.icons, webpages.terminal, webpages.chat)
    pictured = (webpages.article, webpages.shop)
    at = int(rng.integers(len(plain) + 2 * len(pictured)))
    html = plain[at](rng, dark=dark) if at < len(plain) else pictured[at % len(pictured)](rng, photos, dark=dark)
    density = 2 if rng.random() < 0.25 else 1
    return Page(html, int(rng.integers(720, 1281)) // 2 * 2, int(rng.integers(500, 961)) // 2 * 2, density)


def numbered(seed: int, count: int) -> Iterator[tuple[str, str, Rng]]:
    """File name, kind and generator of every page."""
    kinds, shares = list(KINDS), np.array([share for _, share in KINDS.values()])
    for number in range(count):
        rng = generator(f"page {number}", seed)
        chosen = "screen" if rng.random() < SCREENS else str(rng.choice(kinds, p=shares / shares.sum()))
        yield f"{chosen}-{seed}-{number:05}.png", chosen, rng


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    held_out = set(HELD_OUT.read_text().split())
    files = sorted(given.train.glob("*/*.avif"))
    photos = Photographs([path for path in files if path.relative_to(given.train).as_posix() not in held_out])
    screens: dict[Path, Page] = {}
    for name, kind, rng in numbered(given.seed, given.count):
        path = given.out / name
        if path.exists():
            continue
        if kind == "screen":
            screens[path] = screen(rng, photos)
            continue
        width, height = (int(side) for side in rng.integers(LEAST, MOST + 1, 2))
        save(path, KINDS[kind][0](rng, photos, width, height))
    lacking = browser.missing()
    if lacking:
        print(lacking)
        return
    for path, pixels in zip(screens, browser.shots(screens.values()), strict=True):
        save(path, pixels)


if __name__ == "__main__":
    main()
