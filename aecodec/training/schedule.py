"""How a run is spent: over its length, the learning rate, the size of crops, and when symbols are rounded.

A run of a given time follows a cosine. One that may end at any time is stable: after a warm-up its rate stays, and
weights are made of it by a branch, whose rate falls to nothing (Hu et al. 2024, "MiniCPM", warm-up-stable-decay).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

HIGHEST_RATE = 1e-3  # of a cosine
STABLE_RATE = 6e-4  # measured with the codec, on batches of 8 crops of 128
WARM_UP = 0.02  # of a cosine
WARM_UP_STEPS = 300  # of a stable run

Curve = Callable[[int, float], float]  # steps so far, progress of the run 0 ... 1 -> share of the highest rate


@dataclass(frozen=True)
class Crops:
    """What a step sees: a batch of square crops, of so many pixels a side; late in a run fewer and larger ones."""

    batch: int
    side: int
    late_batch: int
    late_side: int


class Kind(NamedTuple):
    """Of a step: so many square crops, of so many pixels a side, and whether symbols are rounded."""

    batch: int
    side: int
    rounded: bool


def cosine(step: int, progress: float) -> float:
    """Linear warm-up, then half a cosine that ends at a hundredth."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    fall = (progress - WARM_UP) / (1 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * fall))


def constant(step: int, progress: float) -> float:
    """Linear warm-up, then always the same."""
    return min((step + 1) / WARM_UP_STEPS, 1)


def linear(step: int, progress: float) -> float:
    """From all to nothing."""
    return 1 - progress


@dataclass(frozen=True)
class Schedule:
    """A run of `total` seconds, or of `total` steps where `by_steps` (exactly repeatable); infinite: until stopped."""

    total: float
    crops: Crops
    curve: Curve = cosine
    highest: float = HIGHEST_RATE
    late_from: float = 0.8  # large crops are worth about 3 % (MLIC++'s log)
    rounded_from: float = 0.9  # then the rate is that of rounded symbols, which closes the gap to noise
    start: float = 0.0  # seconds, or steps, that the network was trained before this run
    by_steps: bool = False
    ema_decay: float = 0.999

    def progress(self, step: int, elapsed: float) -> float:
        """0 ... 1, after so many steps and seconds of training in all."""
        return min(((step if self.by_steps else elapsed) - self.start) / self.total, 1.0)

    def kind(self, progress: float) -> Kind:
        """Of the steps there."""
        late, crops = progress >= self.late_from, self.crops
        batch, side = (crops.late_batch, crops.late_side) if late else (crops.batch, crops.side)
        return Kind(batch, side, progress >= self.rounded_from)

    def kinds(self, progress: float) -> list[Kind]:
        """Of all steps from there on."""
        changes = [] if math.isinf(self.total) else [at for at in (self.late_from, self.rounded_from) if at > progress]
        return list(dict.fromkeys(self.kind(at) for at in (progress, *changes)))

    def learning_rate(self, step: int, progress: float) -> float:
        return self.highest * self.curve(step, progress)

    @property
    def largest_side(self) -> int:
        """Of all crops, in pixels."""
        return max(kind.side for kind in self.kinds(0))


def decay(total: float, crops: Crops, highest: float, start: float) -> Schedule:
    """A branch of a stable run, whose rate was `highest`, after `start` seconds of it."""
    return Schedule(total, crops, linear, highest, late_from=0.4, rounded_from=0.75, start=start)


def stable(crops: Crops, highest: float = STABLE_RATE) -> Schedule:
    """Neither large crops nor rounding: it has no late part."""
    return Schedule(math.inf, crops, constant, highest)
