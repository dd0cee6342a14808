"""Finding the quality that meets a size or a PSNR: a search over quality steps that repeats as little as it can."""

import math
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from aecodec.errors import TargetUnreachable, UsageError
from aecodec.quality import QUALITY_STEPS, quality_to_step

SIZE_TOLERANCE = 0.003  # of the size: a step of quality moves it by about as much
PSNR_TOLERANCE_DB = 0.01
TYPICAL_LOG_RATE = 0.0030  # growth of the logarithm of the size with a step, where nothing is known yet
TYPICAL_PSNR_DB = 0.0095


Kind = Literal["quality", "bpp", "max_bytes", "psnr", "lossless"]
DEFAULT_QUALITY = 50.0
MAX_EFFORT = 9


@dataclass(frozen=True)
class Target:
    """What a file is to meet.

    `quality`: 1 ... 100, in steps of 1/16; `bpp`: bits a pixel, and `max_bytes`: bytes, of the whole file, both never
    exceeded; `psnr`: decibels over the decoded samples, reached or exceeded; `lossless`: 1, identical samples.
    """

    kind: Kind
    value: float

    @classmethod
    def of(cls, given: Mapping[Kind, float | None], spelled: Callable[[str], str] = str) -> "Target":
        """The one of several that is not None, quality 50 without any.

        `spelled` says how a kind is called where the user named it. Raises UsageError for more than one.
        """
        named = [(kind, value) for kind, value in given.items() if value is not None]
        if len(named) > 1:
            names = " and ".join(spelled(kind) for kind, _ in named)
            raise UsageError(f"{names} exclude each other: give one of them")
        return cls(*named[0]) if named else cls("quality", DEFAULT_QUALITY)

    def __post_init__(self) -> None:
        if self.kind == "quality" and not 1 <= self.value <= 100:
            raise UsageError(f"quality runs from 1 to 100, not {self.value:g}; lossless is a mode of its own")
        if not (self.value > 0 and math.isfinite(self.value)):
            raise UsageError(f"a target of {self.value:g} {self.kind} cannot be met")

    def most_bytes(self, pixels: int) -> int | None:
        """How large the file of a picture of so many pixels may be; None where the target is no size."""
        sizes = {"bpp": self.value * pixels / 8, "max_bytes": self.value}
        return math.floor(sizes[self.kind]) if self.kind in sizes else None


def refuse_effort(effort: object) -> None:
    """Raises UsageError unless it is a whole number from 0 to 9."""
    if isinstance(effort, bool) or not isinstance(effort, Integral) or int(effort) not in range(MAX_EFFORT + 1):
        raise UsageError(f"effort is {reprlib.repr(effort)}: give a whole number from 0 to {MAX_EFFORT}")


def find_step(target: Target, pixels: int, size_of: Callable[[int], int], psnr_of: Callable[[int], float]) -> int:
    """Quality step (0 ... 1584) that meets the target for a picture of so many pixels.

    `size_of(step)` is the size in bytes of the real file, `psnr_of(step)` what its decoder will reach. Raises
    TargetUnreachable with the nearest that can be had.
    """
    if target.kind == "quality":
        return quality_to_step(target.value)
    if target.kind == "psnr":
        return _find_psnr(target.value, psnr_of)
    return find_size(target.most_bytes(pixels) or 0, size_of)


def find_size(most: int, size_of: Callable[[int], int]) -> int:
    """The last quality step whose file has at most so many bytes; raises TargetUnreachable."""
    goal = math.log(most) if most > 0 else -math.inf
    step, _ = _search(lambda step: math.log(size_of(step)), goal, SIZE_TOLERANCE, TYPICAL_LOG_RATE)
    if step < 0:
        raise TargetUnreachable(f"the smallest file, at quality 1, has {size_of(0)} bytes, more than {most}")
    return step


def _find_psnr(least_db: float, psnr_of: Callable[[int], float]) -> int:
    # the search finds the last step below a value, so look for the last step below the goal and take the next
    _, step = _search(lambda step: -psnr_of(QUALITY_STEPS - step), -least_db, PSNR_TOLERANCE_DB, TYPICAL_PSNR_DB)
    step = QUALITY_STEPS - (step - 1)
    if step > QUALITY_STEPS:
        best = psnr_of(QUALITY_STEPS)
        raise TargetUnreachable(f"quality 100 reaches {best:.2f} dB here, less than {least_db:g}")
    return step


def _search(value_of: Callable[[int], float], goal: float, tolerance: float, slope: float) -> tuple[int, int]:
    """Last step whose value, growing with the step, is at most `goal`, and the step after it; -1 where there is none.

    Ends early with a step whose value is within `tolerance` below the goal. Interpolates between the ends of the
    bracket, and halves it whenever that gets it less than halved.
    """
    low, high = -1, QUALITY_STEPS + 1
    low_value = high_value = math.nan
    guess, halve = QUALITY_STEPS // 2, False
    while high - low > 1:
        width = high - low
        value = value_of(guess)
        if value <= goal:
            low, low_value = guess, value
            if goal - value <= tolerance:
                return low, low + 1
        else:
            high, high_value = guess, value
        if halve:
            guess = (low + high) // 2
        elif not (math.isfinite(low_value) and math.isfinite(high_value)):  # not known yet, or an identical picture
            guess = guess + round((goal - value) / slope) if math.isfinite(goal - value) else (low + high) // 2
        else:
            guess = low + round((goal - low_value) / (high_value - low_value) * (high - low) - 0.5)
        guess = min(max(guess, low + 1), high - 1)
        halve = not halve and high - low > width / 2
    return low, high
