"""Photographs of the training folder, and what few colours, dithers, screens and captions make of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.drawing.lettering import Sheet, sentence
from benchmarks.drawing.paint import Pixels, Rng, Unit, ink

BAYER = np.array([[0, 32, 8, 40, 2, 34, 10, 42], [48, 16, 56, 24, 50, 18, 58, 26], [12, 44, 4, 36, 14, 46, 6, 38],
                  [60, 28, 52, 20, 62, 30, 54, 22], [3, 35, 11, 43, 1, 33, 9, 41], [51, 19, 59, 27, 49, 17, 57, 25],
                  [15, 47, 7, 39, 13, 45, 5, 37], [63, 31, 55, 23, 61, 29, 53, 21]])  # fmt: skip


class Photographs:
    """Files that photographs are cut from."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def cut(self, rng: Rng, width: int, height: int) -> Pixels:
        """A part (height, width, 3) of one of them, shrunk by 0.4 to 1, or enlarged where it is too small."""
        with Image.open(self.paths[int(rng.integers(len(self.paths)))]) as opened:
            image = opened.convert("RGB")
        scale = max(width / image.width, height / image.height, 0.4 + 0.6 * rng.random())
        size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
        image = image.resize(size, Image.Resampling.LANCZOS)
        left, top = int(rng.integers(size[0] - width + 1)), int(rng.integers(size[1] - height + 1))
        return np.asarray(image.crop((left, top, left + width, top + height)))


def luma(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).convert("L"))


def floyd_steinberg(pixels: Pixels) -> Pixels:
    """Black and white (H, W), errors diffused."""
    return np.asarray(Image.fromarray(pixels).convert("1").convert("L"))


def ordered(pixels: Pixels) -> Pixels:
    """Black and white (H, W) by Bayer's matrix of 8 x 8."""
    height, width = pixels.shape[:2]
    threshold = np.tile((BAYER + 0.5) * 4, (height // 8 + 1, width // 8 + 1))[:height, :width]
    return np.where(luma(pixels) > threshold, 255, 0).astype(np.uint8)


def screen(level: Unit, period: float, angle: float, softness: float = 0.0) -> Unit:
    """Halftone dots of a level 0 ... 1 (H, W); softness 0 is black and white, more is antialiased."""
    y, x = np.mgrid[: level.shape[0], : level.shape[1]]
    turned = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    waves = (np.cos(2 * np.pi * turned[0] / period) + np.cos(2 * np.pi * turned[1] / period)) / 4 + 0.5
    if softness == 0:
        return (level > waves).astype(np.float64)
    return np.clip((level - waves) / softness + 0.5, 0, 1)


def printed(pixels: Pixels, period: float, softness: float) -> Pixels:
    """As newspapers print colour: a turned screen for each of cyan, magenta and yellow."""
    unit = pixels / 255
    angles = np.deg2rad([15, 75, 0])
    screens = [screen(unit[:, :, at], period, angle, softness) for at, angle in enumerate(angles)]
    return np.rint(np.stack(screens, -1) * 255).astype(np.uint8)


def few_colours(pixels: Pixels, colours: int, dither: bool) -> Pixels:
    """A palette of its own, as GIF files have it."""
    kind = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    image = Image.fromarray(pixels)
    palette = image.quantize(colours, Image.Quantize.MEDIANCUT)
    return np.asarray(image.quantize(colours, palette=palette, dither=kind).convert("RGB"))


def web_safe(pixels: Pixels) -> Pixels:
    """The 216 colours of old browsers, errors diffused."""
    image = Image.fromarray(pixels).convert("P", palette=Image.Palette.WEB, dither=Image.Dither.FLOYDSTEINBERG)
    return np.asarray(image.convert("RGB"))


def captioned(rng: Rng, pixels: Pixels, face: str, size: int) -> Pixels:
    """White text with a black rim near the lower edge, as subtitles are."""
    height, width = pixels.shape[:2]
    sheet, rim = Sheet(width, height), Sheet(width, height)
    text = sentence(rng, 6)
    top = height - 2.2 * size
    for dx in (-2, -1, 0, 1, 2):
        for dy in (-2, -1, 0, 1, 2):
            rim.write(text, width / 12 + dx, top + dy, face, size)
    sheet.write(text, width / 12, top, face, size)
    return ink(sheet.coverage(), (255, 255, 255), ink(rim.coverage(), (0, 0, 0), pixels))


def sixteen_bits(rng: Rng, pixels: Pixels) -> np.ndarray:
    """uint16 with low bits that are noise, as a camera's are."""
    return (pixels.astype(np.uint16) * 257) ^ rng.integers(0, 64, pixels.shape).astype(np.uint16)
