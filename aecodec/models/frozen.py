"""A codec as it is loaded and used: the float network, the integer network, and the tables that its symbols go by."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecodec.entropy.intnet import IntegerNetwork
from aecodec.entropy.tables import Tables
from aecodec.nets.compressor import Compressor
from aecodec.nets.prior import SCALES, FactorisedPrior


@dataclass(frozen=True)
class Frozen:
    """A codec ready to be stored or used: rows of `tables` are the scales, then banks of z by channel."""

    model: Compressor
    integers: IntegerNetwork
    tables: Tables


def hyper_rows(step: int, shape: torch.Size | tuple[int, ...]) -> np.ndarray:
    """Table rows of hyper-latents (N, hyper, h, w) at a quality step, int32 of that shape."""
    bank = int(FactorisedPrior.bank(torch.tensor(step)))
    rows = SCALES + bank * shape[1] + np.arange(shape[1], dtype=np.int32)
    return np.broadcast_to(rows[:, None, None], shape)


def scale_rows(frozen: Frozen, z: Tensor, step: int, channels: int) -> np.ndarray:
    """Table rows of y, int32 (N, channels, 4h, 4w), by rounded hyper-latents (N, hyper, h, w): the exact path.

    `channels` of y are coded: the first ones, without the details, or all.
    """
    rows: np.ndarray = frozen.integers(z, step, SCALES - 1, channels).cpu().numpy()
    return rows
