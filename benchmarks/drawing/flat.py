"""Flat regions and lines: maps with labels, comics with halftones, line art, plans, scores, vector art."""

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.drawing.lettering import Sheet, sentence, words
from benchmarks.drawing.paint import (
    BLACK,
    WHITE,
    Colour,
    Pixels,
    Rng,
    colour,
    curve,
    grid,
    ink,
    points,
    smooth,
)
from benchmarks.drawing.patterns import clouds
from benchmarks.drawing.photographs import screen


def regions(rng: Rng, width: int, height: int, count: int) -> np.ndarray:
    """Which of `count` wavy cells a pixel is in, (H, W) of int."""
    x, y = grid(width, height)
    x, y = x + 0.12 * (clouds(rng, width, height, 1.8) - 0.5), y + 0.12 * (clouds(rng, width, height, 1.8) - 0.5)
    nearest, least = np.zeros((height, width), int), np.full((height, width), np.inf)
    for index, (left, top) in enumerate(rng.random((count, 2))):
        distance = (x - left) ** 2 + (y - top) ** 2
        nearest[distance < least] = index
        least = np.minimum(least, distance)
    return nearest


def map_of(rng: Rng, width: int, height: int, count: int, antialiased: bool = True) -> Pixels:
    """A political map: regions in pastel with borders, roads and names."""
    scale = 2 if antialiased else 1
    cells = regions(rng, width * scale, height * scale, count)
    palette = np.asarray([colour(rng, 150, 250) for _ in range(count)], np.uint8)
    painted = palette[cells].copy()
    border = (cells != np.roll(cells, 1, 0)) | (cells != np.roll(cells, 1, 1))
    painted[border] = (110, 90, 90)
    image = Image.fromarray(painted)
    draw = ImageDraw.Draw(image)
    for _ in range(count // 2):
        road = curve(points(rng, 4, width * scale, height * scale))
        draw.line(road, fill=(90, 90, 90), width=4 * scale)
        draw.line(road, fill=(250, 220, 90), width=2 * scale)
    ground = np.asarray(image.resize((width, height), Image.Resampling.BOX))
    sheet = Sheet(width, height, "smooth" if antialiased else "hard")
    for left, top in points(rng, count, width * 0.85, height * 0.95):
        sheet.write(words(rng, 1).capitalize(), left, top, "liberation-sans", int(rng.integers(10, 22)))
    return ink(sheet.coverage(), (40, 40, 60), ground)


def label_map(rng: Rng, width: int, height: int, count: int) -> Pixels:
    """Classes of pixels in strong colours, no antialiasing, as segmentation masks are."""
    return np.asarray([colour(rng) for _ in range(count)], np.uint8)[regions(rng, width, height, count)]


def line_art(rng: Rng, width: int, height: int, scale: int = 4, ground: Colour = WHITE, pen: Colour = BLACK) -> Pixels:
    """Curves, circles and spirals of one pen; scale 1 has hard edges."""

    def paint(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for _ in range(18):
            thick = int(rng.integers(1, 5)) * scale
            draw.line(curve(points(rng, 5, width * scale, height * scale)), fill=pen, width=thick)
        for left, top in points(rng, 10, width * scale, height * scale):
            radius = float(rng.integers(10, 80)) * scale
            draw.ellipse((left - radius, top - radius, left + radius, top + radius), outline=pen, width=2 * scale)
        turn = np.linspace(0, 12 * np.pi, 600)
        reach = turn / turn[-1] * min(width, height) * scale / 3
        middle = np.array([width, height]) * scale / 2
        spiral = np.stack([np.cos(turn), np.sin(turn)], 1) * reach[:, None] + middle
        draw.line([(float(x), float(y)) for x, y in spiral], fill=pen, width=scale)

    return smooth(width, height, ground, paint, scale)


def plan(rng: Rng, width: int, height: int, ground: Colour = WHITE, pen: Colour = BLACK) -> Pixels:
    """A floor plan: walls, doors, hatching and measures; one-pixel lines, hard."""

    def paint(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for _ in range(12):
            left, top = rng.integers(0, width - 120), rng.integers(0, height - 90)
            right, bottom = left + rng.integers(60, 240), top + rng.integers(50, 180)
            box = tuple(float(side) for side in (left, top, right, bottom))
            draw.rectangle(box, outline=pen, width=int(rng.integers(1, 5)))
            draw.arc((box[0], box[1], box[0] + 50, box[1] + 50), 0, 90, fill=pen)
            if rng.random() < 0.4:
                for offset in range(0, int(right - left), 6):
                    draw.line((left + offset, top, left + offset - 20, bottom), fill=pen)

    drawn = smooth(width, height, ground, paint, 1)
    sheet = Sheet(width, height, "hard")
    for left, top in points(rng, 20, width * 0.9, height * 0.95):
        sheet.write(f"{rng.random() * 20:.2f} m", left, top, "liberation-sans", 11)
    return ink(sheet.coverage(), pen, drawn)


def score(rng: Rng, width: int, height: int) -> Pixels:
    """Staves with notes, antialiased."""

    def paint(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for top in range(30, height - 60, 90):
            for line in range(5):
                y = (top + 8 * line) * scale
                draw.line((20 * scale, y, (width - 20) * scale, y), fill=BLACK, width=scale)
            for left in range(50, width - 40, 24):
                y = (top + 4 * int(rng.integers(0, 9))) * scale
                x = left * scale
                draw.ellipse((x, y - 4 * scale, x + 10 * scale, y + 4 * scale), fill=BLACK)
                draw.line((x + 10 * scale, y, x + 10 * scale, y - 28 * scale), fill=BLACK, width=scale)

    return smooth(width, height, WHITE, paint)


def shapes(rng: Rng, width: int, height: int, count: int = 40, scale: int = 4) -> Pixels:
    """Discs, boxes and triangles of flat colours over one another."""

    def paint(draw: ImageDraw.ImageDraw, scale: int) -> None:
        for left, top in points(rng, count, width * scale, height * scale):
            size = float(rng.integers(10, max(12, width // 4))) * scale
            fill = colour(rng)
            kind = int(rng.integers(3))
            if kind == 0:
                draw.ellipse((left, top, left + size, top + size), fill=fill)
            elif kind == 1:
                draw.rectangle((left, top, left + size, top + size / 2), fill=fill)
            else:
                draw.polygon([(left, top), (left + size, top + size / 3), (left + size / 3, top + size)], fill=fill)

    return smooth(width, height, colour(rng, 200), paint, scale)


def comic(rng: Rng, width: int, height: int, hard: bool = False) -> Pixels:
    """Panels of flat figures, halftone shades and balloons with text."""
    picture = np.full((height, width, 3), 255, np.uint8)
    rows, columns = 2 + height // 600, 2
    high, wide = (height - 16) // rows, (width - 16) // columns
    for row in range(rows):
        for column in range(columns):
            top, left = 16 + row * high, 16 + column * wide
            picture[top : top + high - 16, left : left + wide - 16] = panel(rng, wide - 16, high - 16, hard)
    return picture


def panel(rng: Rng, width: int, height: int, hard: bool) -> Pixels:
    drawn = shapes(rng, width, height, 6, 1 if hard else 4)
    x, y = grid(width, height)
    shade = 0.15 + 0.5 * (x if rng.random() < 0.5 else y)
    dots = screen(shade, float(rng.integers(4, 9)), np.pi / 4, 0.0 if hard else 0.15)
    sky = (drawn == drawn[0, 0]).all(2)
    drawn = np.where(sky[:, :, None], ink(dots, colour(rng, 60, 200), drawn), drawn)
    image = Image.fromarray(drawn)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((10, 10, width * 0.75, 76), radius=30, fill=WHITE, outline=BLACK, width=2)
    draw.rectangle((0, 0, width - 1, height - 1), outline=BLACK, width=3)
    sheet = Sheet(width, height, "hard" if hard else "smooth")
    sheet.fill(sentence(rng, 7).upper(), (26, 20, width * 0.7, 72), "sans-bold", 13)
    return ink(sheet.coverage(), BLACK, np.asarray(image))
