"""Samples as pictures to look at: thumbnails, grids, and moving ones; series are drawn as lines."""

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

LINE_HEIGHT = 64  # pixels of a series' thumbnail
INK = 40  # of 255, of its line
FRAME_MS = 80  # of an animation


def thumbnail(sample: Floats, series: bool, span: tuple[float, float] = (0.0, 1.0)) -> Bytes:
    """(H, W, 3) of a picture of 0 ... 1, or of a series whose values are within `span`."""
    if series:
        return _line(sample, span)
    pixels = (np.clip(sample, 0, 1) * 255).round().astype(np.uint8)
    return np.ascontiguousarray(
        np.broadcast_to(pixels if pixels.ndim == 3 else pixels[:, :, None], (*pixels.shape[:2], 3))
    )


def _line(sample: Floats, span: tuple[float, float]) -> Bytes:
    values = sample if sample.ndim == 2 else sample[:, None]
    width = max(len(values), LINE_HEIGHT)
    canvas = np.full((LINE_HEIGHT, width, 3), 255, np.uint8)
    low, high = span
    places = np.interp(np.arange(width), np.linspace(0, width - 1, len(values)), np.arange(len(values)))
    for channel in values.T:
        level = (np.interp(places, np.arange(len(channel)), channel) - low) / max(high - low, 1e-9)
        rows = ((1 - np.clip(level, 0, 1)) * (LINE_HEIGHT - 1)).round().astype(int)
        for column, (row, before) in enumerate(zip(rows, np.r_[rows[:1], rows[:-1]], strict=True)):
            canvas[min(row, before) : max(row, before) + 1, column] = INK
    return canvas


def grid(rows: Sequence[Sequence[Bytes]], gap: int = 2, scale: int = 1) -> Bytes:
    """Thumbnails of one size as a table on white."""
    height, width = rows[0][0].shape[:2]
    columns = max(len(row) for row in rows)
    whole = np.full((len(rows) * (height + gap) + gap, columns * (width + gap) + gap, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            top, left = gap + i * (height + gap), gap + j * (width + gap)
            whole[top : top + height, left : left + width] = cell
    return whole.repeat(scale, 0).repeat(scale, 1)


def in_rows(cells: Sequence[Bytes], columns: int | None = None) -> list[Sequence[Bytes]]:
    """Rows of so many thumbnails, by default about as many rows as columns; the last may be shorter."""
    columns = columns or math.ceil(math.sqrt(len(cells)))
    return [cells[start : start + columns] for start in range(0, len(cells), columns)]


def enlarged(side: int, wanted: int = 96) -> int:
    """By how much thumbnails of so many pixels are made larger to be seen."""
    return max(round(wanted / side), 1)


def png(pixels: Bytes) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def webp(pixels: Bytes) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "WEBP", quality=85)
    return stream.getvalue()


def gif(frames: Sequence[Bytes]) -> bytes:
    """Forwards and back, for ever."""
    stream = io.BytesIO()
    pictures = [Image.fromarray(frame) for frame in [*frames, *frames[-2:0:-1]]]
    pictures[0].save(stream, "GIF", save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0)
    return stream.getvalue()
