"""A clock for training, so that a run has as many steps on a busy machine as on an idle one."""

from itertools import count

import pytest

from aecodec.training import estimator, loop, runs

TICK_S = 0.02


@pytest.fixture(autouse=True)
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes when it is asked for."""
    ticks = count()
    for module in (estimator, loop, runs):
        monkeypatch.setattr(module, "monotonic", lambda: TICK_S * next(ticks))
