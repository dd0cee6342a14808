"""Small members of every kind, and data that each of them takes."""

from typing import Any

import numpy as np
import pytest

from aecodec.family.estimator import Autoencoder
from aecodec.family.registry import MEMBERS

HIDDEN = {"linear": (), "contractive": (), "recurrent": (8,), "attention": (8,)}


def small(name: str, **given: Any) -> Autoencoder:
    """A member of few weights that is fitted in a moment."""
    chosen = {"n_components": 3, "hidden_layer_sizes": HIDDEN.get(name, (12,)), "batch_size": 16, "max_epochs": 3}
    return MEMBERS[name](**{**chosen, "random_state": 0, "device": "cpu", **given})


@pytest.fixture
def data() -> np.ndarray:
    """(48, 8, 8) float32 of 0 ... 1: soft blobs."""
    places = np.random.RandomState(0).uniform(1, 7, (48, 2))
    rows = np.arange(8)
    near = [np.exp(-((rows[:, None] - y) ** 2 + (rows[None] - x) ** 2) / 4) for y, x in places]
    return np.array(near, np.float32)


def for_member(name: str, data: np.ndarray) -> np.ndarray:
    """Pictures (n, 8, 8), or as series of 64 steps."""
    return data.reshape(len(data), -1) if name in ("recurrent", "attention") else data
