"""What of the set of `benchmarks.synthetic` is drawn alone: a name for every picture, and how it is drawn."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.drawing import charts, flat, icons, patterns, secondhand
from benchmarks.drawing import lettering as text
from benchmarks.drawing import photographs as photo
from benchmarks.drawing.paint import BLACK, WHITE, Colour, Pixels, Rng, colour, enlarged, ink, to_bytes

Drawing = Callable[[Rng], np.ndarray]  # (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16
RED, BLUE, NAVY, CREAM, TEAL = (200, 20, 30), (20, 60, 220), (16, 24, 64), (250, 244, 225), (0, 120, 120)


class Print(NamedTuple):
    """A page of text."""

    width: int
    height: int
    face: str
    size: float
    mode: text.Mode = "smooth"
    pen: Colour = BLACK
    ground: Colour = WHITE

    def draw(self, rng: Rng) -> Pixels:
        return ink(text.page(rng, self.width, self.height, self.face, self.size, self.mode), self.pen, self.ground)


PRINTS = {
    "page-400x200": Print(400, 200, "sans", 12),
    "page-serif": Print(600, 800, "serif", 13),
    "page-stix-a4": Print(1240, 1754, "stix", 24),
    "page-cm": Print(800, 600, "computer-modern", 16),
    "page-hard": Print(640, 480, "liberation-sans", 12, "hard"),
    "page-hard-large": Print(640, 480, "stix-bold", 40, "hard"),
    "page-subpixel": Print(800, 600, "liberation-sans", 13, "subpixel"),
    "page-subpixel-dark": Print(800, 600, "mono", 13, "subpixel", (220, 220, 220), (30, 30, 30)),
    "coloured": Print(640, 400, "sans-bold", 22, pen=RED, ground=CREAM),
    "inverted": Print(640, 400, "liberation-serif", 18, pen=WHITE, ground=BLACK),
    "navy-on-teal": Print(640, 400, "stix-italic", 26, pen=NAVY, ground=TEAL),
    "low-contrast": Print(640, 400, "sans", 14, pen=(150, 150, 150), ground=(170, 170, 170)),
    "tiny": Print(512, 384, "liberation-sans", 7),
    "huge": Print(900, 500, "liberation-serif", 150),
    "red-on-blue": Print(500, 300, "sans-bold", 16, "hard", (255, 0, 0), (0, 0, 255)),
    "line": Print(300, 30, "liberation-sans", 16),
}
IN_GREY = ("page-serif", "page-stix-a4", "page-subpixel", "page-subpixel-dark")


def texts() -> dict[str, Drawing]:
    def about(rng: Rng, ground: Colour | Pixels, mode: text.Mode = "smooth") -> Pixels:
        pixels = ink(text.words_about(rng, 700, 500, "sans-bold", (10, 60), mode), colour(rng, 0, 120), ground)
        return ink(text.words_about(rng, 700, 500, "stix", (10, 90), mode), colour(rng, 0, 200), pixels)

    def gradient(rng: Rng) -> Pixels:
        return to_bytes(patterns.linear(700, 500, [colour(rng, 150), colour(rng, 150)], 0.6))

    def clouds(rng: Rng) -> Pixels:
        return patterns.grey_to_rgb(to_bytes(0.6 + 0.4 * patterns.clouds(rng, 700, 500)))

    return {
        **{f"text-{name}": given.draw for name, given in PRINTS.items()},
        **{f"text-{name}-grey": partial(_grey, PRINTS[name].draw) for name in IN_GREY},
        "text-words-flat": lambda rng: about(rng, WHITE),
        "text-words-gradient": lambda rng: about(rng, gradient(rng)),
        "text-words-clouds": lambda rng: about(rng, clouds(rng)),
        "text-words-subpixel": lambda rng: about(rng, WHITE, "subpixel"),
        "text-page-16bit": lambda rng: (
            65535 * (1 - text.page(rng, 400, 300, "serif", 15)[:, :, None].repeat(3, 2))
        ).astype(np.uint16),
    }


def _grey(draw: Drawing, rng: Rng) -> Pixels:
    return photo.luma(draw(rng))


def plots() -> dict[str, Drawing]:
    made: dict[str, Drawing] = {
        f"chart-{kind}": partial(charts.chart, width=640, height=480, kind=kind) for kind in charts.KINDS
    }
    for kind, style in (("lines", "dark_background"), ("bars", "ggplot"), ("scatter", "bmh"), ("pie", "grayscale")):
        made[f"chart-{kind}-{style.split('_')[0]}"] = partial(
            charts.chart, width=800, height=600, kind=kind, style=style
        )
    made["chart-lines-hard"] = partial(charts.chart, width=640, height=480, kind="lines", antialiased=False)
    made["chart-bars-small"] = partial(charts.chart, width=320, height=240, kind="bars")
    made["chart-four"] = partial(
        charts.dashboard, width=1200, height=900, kinds=["lines", "bars", "scatter", "heatmap"]
    )
    return made


def pixels() -> dict[str, Drawing]:
    made: dict[str, Drawing] = {}
    for side in (1, 2, 3, 7):
        made[f"checker-{side}px"] = lambda rng, side=side: patterns.checkerboard(320, 256, side)
    return {
        **made,
        "checker-1px-colour": lambda rng: patterns.checkerboard(333, 257, 1, RED, BLUE),
        "checker-1px-large": lambda rng: patterns.checkerboard(1024, 768, 1),
        "checker-transparency": lambda rng: patterns.checkerboard(640, 480, 8, (204, 204, 204), WHITE),
        "stripes-1px": lambda rng: np.tile(np.array([[[0] * 3], [[255] * 3]], np.uint8), (128, 256, 1)),
        "stripes-2.7px": lambda rng: patterns.stripes(400, 300, 2.7, 0.3),
        "stripes-31px": lambda rng: patterns.stripes(400, 300, 31, 1.1),
        "zoneplate-grey": lambda rng: patterns.zone_plate(400),
        "pixelart-sheet": lambda rng: patterns.sprites(rng, 12, 8, 16, 8),
        "pixelart-sheet-x4": lambda rng: enlarged(patterns.sprites(rng, 8, 6, 16, 6), 4),
        "pixelart-scene": lambda rng: patterns.tile_scene(rng, 20, 15),
        "pixelart-scene-x3": lambda rng: enlarged(patterns.tile_scene(rng, 16, 12), 3),
        "pixelart-scene-x8": lambda rng: enlarged(patterns.tile_scene(rng, 6, 5), 8),
        "pixelart-one-x16": lambda rng: enlarged(patterns.sprites(rng, 1, 1, 24, 5), 16),
        "noise-2colours": lambda rng: patterns.noise(rng, 256, 256, 2),
        "noise-4colours": lambda rng: patterns.noise(rng, 300, 200, 4),
        "noise-16colours": lambda rng: patterns.noise(rng, 256, 256, 16),
        "noise-4colours-uneven": lambda rng: patterns.noise(rng, 400, 300, 4, uneven=True),
        "noise-sparse": lambda rng: np.where(rng.random((300, 400, 1)) < 0.002, 255, [[[20, 20, 40]]]).astype(np.uint8),
        "noise-rgb": lambda rng: rng.integers(0, 256, (256, 256, 3)).astype(np.uint8),
        "noise-grey": lambda rng: rng.integers(0, 256, (256, 256)).astype(np.uint8),
        "noise-faint": lambda rng: rng.integers(126, 130, (256, 256, 3)).astype(np.uint8),
        "code-qr": lambda rng: patterns.matrix_code(rng, 33, 6),
        "code-qr-1px": lambda rng: patterns.matrix_code(rng, 57, 1),
        "code-qr-colour": lambda rng: ink(1 - patterns.matrix_code(rng, 41, 9) / 255, NAVY, CREAM),
        "code-bars": lambda rng: patterns.bar_code(rng, 420, 120),
        "flat-white": lambda rng: np.full((480, 640, 3), 255, np.uint8),
        "flat-colour": lambda rng: np.full((333, 500, 3), (18, 140, 201), np.uint8),
        "flat-one-odd-pixel": lambda rng: _odd(np.full((300, 300, 3), 240, np.uint8)),
        "flat-clear": lambda rng: np.zeros((128, 128, 4), np.uint8),
        "fractal-julia": lambda rng: patterns.fractal(rng, 500, 400),
        "fractal-julia-16": lambda rng: patterns.fractal(rng, 500, 400, 16),
        "line-1x500": lambda rng: rng.integers(0, 256, (500, 1, 3)).astype(np.uint8),
        "line-700x1": lambda rng: np.tile(np.arange(700, dtype=np.uint8)[None, :, None], (1, 1, 3)),
    }


def _odd(array: np.ndarray) -> np.ndarray:
    array[97, 155] = 0
    return array


def smooth() -> dict[str, Drawing]:
    def stops(rng: Rng, count: int) -> list[Colour]:
        return [colour(rng) for _ in range(count)]

    return {
        "gradient-linear": lambda rng: to_bytes(patterns.linear(512, 384, stops(rng, 2), 0.0)),
        "gradient-slanted": lambda rng: to_bytes(patterns.linear(600, 400, stops(rng, 4), 0.7)),
        "gradient-radial": lambda rng: to_bytes(patterns.radial(512, 512, stops(rng, 3))),
        "gradient-corners": lambda rng: to_bytes(patterns.corners(rng, 640, 480)),
        "gradient-hues": lambda rng: to_bytes(patterns.hues(512, 256)),
        "gradient-linear-dithered": lambda rng: patterns.dithered(rng, patterns.linear(512, 384, stops(rng, 2), 0.2)),
        "gradient-corners-dithered": lambda rng: patterns.dithered(rng, patterns.corners(rng, 640, 480)),
        "gradient-dark": lambda rng: to_bytes(patterns.linear(640, 360, [(8, 8, 12), (30, 26, 40)], 1.2)),
        "gradient-dither-16levels": lambda rng: patterns.dithered(rng, patterns.corners(rng, 400, 300), 16),
        "gradient-banded": lambda rng: patterns.banded(patterns.corners(rng, 500, 400), 12),
        "gradient-grey-ramp": lambda rng: np.tile(np.arange(256, dtype=np.uint8), (64, 1)),
        "gradient-16bit": lambda rng: (patterns.corners(rng, 400, 300) * 65535).astype(np.uint16),
        "gradient-16bit-grey": lambda rng: (patterns.clouds(rng, 400, 300, 2.5) * 65535).astype(np.uint16),
        "gradient-alpha": lambda rng: to_bytes(patterns.linear(300, 200, [(255, 0, 0, 0), (0, 0, 255, 255)], 0.3)),
        "clouds-grey": lambda rng: to_bytes(patterns.clouds(rng, 512, 384)),
        "clouds-map": lambda rng: to_bytes(patterns.ramp(patterns.clouds(rng, 512, 384), stops(rng, 6))),
        "clouds-rough": lambda rng: to_bytes(patterns.clouds(rng, 400, 300, 1.2)),
    }


def small() -> dict[str, Drawing]:
    made: dict[str, Drawing] = {
        "icon-1x1": lambda rng: np.array([[[200, 30, 90]]], np.uint8),
        "icon-1x1-alpha": lambda rng: np.array([[[200, 30, 90, 128]]], np.uint8),
        "icon-2x3": lambda rng: rng.integers(0, 256, (3, 2, 3)).astype(np.uint8),
        "icon-7x5-grey": lambda rng: rng.integers(0, 256, (5, 7)).astype(np.uint8),
        "icon-sheet": lambda rng: icons.sheet(rng, 8, 6, 48, (245, 245, 248)),
        "icon-sheet-alpha": lambda rng: icons.sheet(rng, 8, 6, 32, (0, 0, 0, 0)),
        "icon-sheet-16": lambda rng: icons.sheet(rng, 24, 16, 16, (255, 255, 255), 4),
        "icon-512": lambda rng: icons.icon(rng, 512),
        "icon-256-opaque": lambda rng: icons.opaque(rng, 256, (238, 238, 238)),
    }
    for side in (16, 24, 32, 48, 64, 128):
        for at in range(4 if side < 64 else 2):
            made[f"icon-{side}-alpha-{at}"] = partial(icons.icon, side=side, shadow=at % 2 == 0)
        made[f"icon-{side}-opaque"] = partial(icons.opaque, side=side, ground=(240, 240, 240))
        made[f"icon-{side}-favicon"] = partial(icons.pixelled, side=side, colours=8)
    return made


def flats() -> dict[str, Drawing]:
    return {
        "lineart-smooth": partial(flat.line_art, width=600, height=500),
        "lineart-hard": partial(flat.line_art, width=600, height=500, scale=1),
        "lineart-blueprint": partial(flat.line_art, width=640, height=480, ground=(20, 50, 120), pen=(230, 240, 255)),
        "plan-hard": partial(flat.plan, width=800, height=600),
        "plan-blue": partial(flat.plan, width=800, height=600, ground=(24, 60, 130), pen=(240, 240, 255)),
        "score-smooth": partial(flat.score, width=800, height=600),
        "map-smooth": partial(flat.map_of, width=800, height=600, count=40),
        "map-hard": partial(flat.map_of, width=640, height=480, count=25, antialiased=False),
        "map-large": partial(flat.map_of, width=1200, height=900, count=120),
        "labels-20": partial(flat.label_map, width=512, height=512, count=20),
        "labels-200": partial(flat.label_map, width=640, height=480, count=200),
        "shapes-smooth": partial(flat.shapes, width=600, height=450),
        "shapes-hard": partial(flat.shapes, width=600, height=450, scale=1),
        "shapes-many": partial(flat.shapes, width=500, height=500, count=400),
        "comic-smooth": partial(flat.comic, width=700, height=900),
        "comic-hard": partial(flat.comic, width=640, height=640, hard=True),
        "comic-grey": partial(_grey, partial(flat.comic, width=600, height=800)),
    }


def clear() -> dict[str, Drawing]:
    """With an alpha channel."""

    def page(rng: Rng) -> np.ndarray:
        return ink(text.page(rng, 420, 300, "liberation-sans", 14))

    return {
        "alpha-text": lambda rng: secondhand.inked(text.page(rng, 400, 200, "sans", 14), (30, 30, 160)),
        "alpha-text-black": lambda rng: secondhand.inked(text.page(rng, 300, 300, "serif", 18), BLACK),
        "alpha-window": lambda rng: secondhand.window(page(rng)),
        "alpha-sprites": lambda rng: _cut(patterns.sprites(rng, 10, 6, 16, 8)),
        "alpha-sprites-x4": lambda rng: _cut(enlarged(patterns.sprites(rng, 6, 4, 16, 6), 4)),
        "alpha-chart": lambda rng: secondhand.cut_away(charts.chart(rng, 500, 400, "bars"), WHITE),
        "alpha-shapes": lambda rng: _cut(flat.shapes(rng, 400, 300, 12)),
        "alpha-shapes-hard": lambda rng: _cut(flat.shapes(rng, 400, 300, 12, 1)),
        "alpha-clouds": lambda rng: secondhand.inked(patterns.clouds(rng, 320, 240), WHITE),
        "alpha-opaque": lambda rng: np.pad(page(rng), ((0, 0), (0, 0), (0, 1)), constant_values=255),
        "alpha-grey": lambda rng: np.stack([photo.luma(page(rng)), to_bytes(patterns.clouds(rng, 420, 300))], 2),
        "alpha-noise": lambda rng: rng.integers(0, 256, (64, 64, 4)).astype(np.uint8),
        "alpha-16bit": lambda rng: icons.icon(rng, 96).astype(np.uint16) * 257,
    }


def _cut(pixels: np.ndarray) -> np.ndarray:
    return secondhand.cut_away(pixels, tuple(int(level) for level in pixels[0, 0]))


def used() -> dict[str, Drawing]:
    """Drawn, then scaled, printed or sent."""

    def page(rng: Rng, size: int = 14) -> np.ndarray:
        return ink(text.page(rng, 640, 480, "liberation-serif", size))

    return {
        "used-text-jpeg": lambda rng: secondhand.after_jpeg(page(rng), 60),
        "used-text-jpeg-grey": lambda rng: secondhand.after_jpeg(photo.luma(page(rng)), 80),
        "used-text-shrunk": lambda rng: secondhand.scaled(page(rng, 20), 0.6),
        "used-text-enlarged": lambda rng: secondhand.scaled(page(rng, 12), 1.5),
        "used-chart-jpeg": lambda rng: secondhand.after_jpeg(charts.chart(rng, 640, 480, "lines"), 85),
        "used-sprites-enlarged": lambda rng: secondhand.scaled(patterns.sprites(rng, 8, 6, 16, 6), 2.5),
        "used-fax": lambda rng: secondhand.faxed(rng, photo.luma(page(rng, 18))),
        "used-fax-rgb": lambda rng: patterns.grey_to_rgb(secondhand.faxed(rng, photo.luma(page(rng, 22)), 0.003)),
        "relief-grey": lambda rng: secondhand.relief(patterns.clouds(rng, 480, 360, 1.9)),
        "relief-colour": lambda rng: to_bytes(
            patterns.ramp(patterns.clouds(rng, 480, 360), [(20, 60, 120), (90, 160, 70), (240, 235, 225)])
            * (0.4 + 0.6 * secondhand.relief(patterns.clouds(rng, 480, 360))[:, :, None] / 255)
        ),
    }


def drawn() -> dict[str, Drawing]:
    """All of these."""
    return {**texts(), **plots(), **pixels(), **smooth(), **small(), **flats(), **clear(), **used()}
