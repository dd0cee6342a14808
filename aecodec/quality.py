"""The scale of quality: 1 to 100 for people, integer steps for files, knots for what the networks learn along it."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

S = TypeVar("S", int, "Tensor")

STEPS_PER_QUALITY = 16  # a file stores quality in sixteenths
QUALITY_STEPS = 99 * STEPS_PER_QUALITY  # 1584, the step of quality 100; quality 1 is step 0
KNOTS = 13  # what depends on quality is interpolated linearly between this many equidistant steps
KNOT_SPACING = QUALITY_STEPS // (KNOTS - 1)  # 132 steps


def quality_to_step(quality: float) -> int:
    """Nearest quality step (0 ... 1584) of a quality of 1 ... 100."""
    return min(max(round(STEPS_PER_QUALITY * (quality - 1)), 0), QUALITY_STEPS)


def step_to_quality(step: int) -> float:
    """Quality (1 ... 100) of a quality step (0 ... 1584)."""
    return 1 + step / STEPS_PER_QUALITY


def nearest_knot(step: S) -> S:
    """The knot, 0 ... KNOTS - 1, that is nearest to a quality step or to each of several."""
    return (step + KNOT_SPACING // 2) // KNOT_SPACING
