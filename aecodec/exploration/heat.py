"""A verdict to look at: the sample, and over it where it differs from what the member makes of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.exploration import mosaics
from aecodec.exploration.anomalies import Verdict

SIDE = 224  # pixels at most that a picture is shown with
SMALLEST = 112  # that small ones are made larger to
# Black through red and yellow to white, opaque where it glows: anchors of levels 0 ... 1 of RGB.
ANCHORS = np.array([[0.2, 0.0, 0.3], [0.8, 0.1, 0.2], [1.0, 0.6, 0.0], [1.0, 1.0, 0.6]])
OPACITY = 0.75
COLD, FULL = 0.6, 2.5  # heat that is not shown, and that is white; 1 is where few normal values come


def overlaid(verdict: Verdict, series: bool, span: tuple[float, float]) -> tuple[mosaics.Bytes, mosaics.Bytes]:
    """The sample and the sample under its heat, (H, W, 3) of one size."""
    plain = mosaics.thumbnail(verdict.shown, series, span)
    level = np.clip((verdict.heat - COLD) / (FULL - COLD), 0, 1)
    if series:
        columns = np.interp(np.linspace(0, 1, plain.shape[1]), np.linspace(0, 1, len(level)), level)
        level = np.repeat(columns[None], plain.shape[0], 0)
    height, width = plain.shape[:2]
    scale = SIDE / max(height, width) if max(height, width) > SIDE else max(SMALLEST // max(height, width), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST
    shown = np.asarray(Image.fromarray(plain).resize(size, way))
    heated = np.asarray(Image.fromarray(level.astype(np.float32)).resize(size, way))
    return shown, _blended(shown, heated)


def _blended(shown: mosaics.Bytes, level: NDArray[Any]) -> mosaics.Bytes:
    places = np.linspace(0, 1, len(ANCHORS))
    colours = np.stack([np.interp(level, places, channel) for channel in ANCHORS.T], -1)
    share = OPACITY * np.minimum(2 * level, 1)[:, :, None]
    mixed: mosaics.Bytes = np.rint((1 - share) * shown + share * 255 * colours).astype(np.uint8)
    return mixed
