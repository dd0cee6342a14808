"""What all drawings are made of: colours, coverage laid over a ground, and pictures drawn large and shrunk."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Rng = np.random.Generator
Pixels = NDArray[np.uint8]  # (H, W), (H, W, 3) or (H, W, 4)
Unit = NDArray[np.float64]  # the same shapes, 0 ... 1
Colour = tuple[int, ...]

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
SUPER = 4  # how much larger a drawing is made whose edges are to be smooth


def colour(rng: Rng, low: int = 0, high: int = 256) -> Colour:
    """RGB, each from `low` to below `high`."""
    return tuple(int(level) for level in rng.integers(low, high, 3))


def pair(rng: Rng) -> tuple[Colour, Colour]:
    """A dark and a light colour, in this order or the other: ink and ground."""
    both = colour(rng, 0, 100), colour(rng, 170, 256)
    return both if rng.random() < 0.6 else (both[1], both[0])


def to_bytes(unit: Unit) -> Pixels:
    rounded: Pixels = np.rint(np.clip(unit, 0, 1) * 255).astype(np.uint8)
    return rounded


def ink(coverage: Unit, foreground: Colour = BLACK, ground: Colour | Pixels = WHITE) -> Pixels:
    """Colour (H, W, 3) where the coverage, (H, W) or one for each channel (H, W, 3), is 1; the ground where it is 0."""
    if coverage.ndim == 2:
        coverage = coverage[:, :, None]
    below = np.broadcast_to(np.asarray(ground, np.float64) / 255, (*coverage.shape[:2], 3))
    return to_bytes(below + (np.asarray(foreground) / 255 - below) * coverage)


def canvas(width: int, height: int, ground: Colour = WHITE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB" if len(ground) == 3 else "RGBA", (width, height), ground)
    return image, ImageDraw.Draw(image)


def smooth(
    width: int, height: int, ground: Colour, paint: Callable[[ImageDraw.ImageDraw, int], None], scale: int = SUPER
) -> Pixels:
    """What `paint(draw, scale)` draws at `scale` times the size, shrunk: antialiased. At scale 1 edges are hard."""
    image, draw = canvas(width * scale, height * scale, ground)
    paint(draw, scale)
    return np.asarray(image.resize((width, height), Image.Resampling.BOX) if scale > 1 else image)


def grid(width: int, height: int) -> tuple[Unit, Unit]:
    """Columns and rows of every pixel's middle, (H, W), 0 ... 1 over the picture."""
    y, x = np.mgrid[0.5:height, 0.5:width]
    return x / width, y / height


def enlarged(pixels: Pixels, factor: int) -> Pixels:
    """Each pixel as a square of `factor` pixels."""
    large: Pixels = pixels.repeat(factor, 0).repeat(factor, 1)
    return large


def pasted(ground: Pixels, *pieces: tuple[Pixels, int, int]) -> Pixels:
    """A copy of the ground with pieces (RGB, left, top) on it, cut where they reach beyond."""
    result = ground.copy()
    for piece, left, top in pieces:
        room = result[top : top + piece.shape[0], left : left + piece.shape[1]]
        room[:] = piece[: room.shape[0], : room.shape[1]]
    return result


def points(rng: Rng, count: int, width: float, height: float) -> Sequence[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in rng.random((count, 2)) * (width, height)]


def curve(knots: Sequence[tuple[float, float]], steps: int = 24) -> list[tuple[float, float]]:
    """Points of a smooth line through the knots (Catmull-Rom)."""
    given = np.asarray([knots[0], *knots, knots[-1]], np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(given, given[1:], given[2:], given[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return [(float(x), float(y)) for x, y in np.concatenate(pieces)]
