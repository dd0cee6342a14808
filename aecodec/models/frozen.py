"""A codec as it is stored: the floats of its network, the integer network, and the tables that its symbols go by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.entropy.intnet import IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.nets.config import SCALES, CodecConfig
from aecodec.quality import KNOT_SPACING, KNOTS, nearest_knot

Values = dict[str, NDArray[np.float16]]  # by the names that a network's parameters have
GAIN = "prior.log_gain.value"  # of them, (KNOTS, channels): logarithms of quantiser steps to one unit of y


@dataclass(frozen=True)
class Frozen:
    """A codec ready to be stored or run: rows of `tables` are the scales, then banks of z by channel."""

    config: CodecConfig
    values: Values
    integers: IntegerNetwork[NDArray[Any]]
    tables: Tables

    def gain(self, step: int) -> NDArray[np.float32]:
        """What y is multiplied by at a quality step, of every channel: as `nets.blocks.Knots`, for one step."""
        knots = self.values[GAIN].astype(np.float32)
        below = min(step // KNOT_SPACING, KNOTS - 2)
        part = np.float32(step / KNOT_SPACING - below)
        gain: NDArray[np.float32] = np.exp(knots[below] * (1 - part) + knots[below + 1] * part)
        return gain

    def needs_details(self, y: NDArray[np.float32], step: int) -> bool:
        """Whether y before the gain, (channels, h, w), has details worth coding: `LatentPrior.needs_details`."""
        latents = self.config.latents
        return bool((np.abs(y[latents:] * self.gain(step)[latents:, None, None]) >= 0.5).any())


def hyper_rows(step: int, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Table rows of hyper-latents (N, hyper, h, w) at a quality step, int32 of that shape."""
    rows = SCALES + nearest_knot(step) * shape[1] + np.arange(shape[1], dtype=np.int32)
    return np.broadcast_to(rows[:, None, None], shape)
