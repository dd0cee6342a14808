"""The search for a quality: targets met from the right side, closely, in few attempts."""

import math

import pytest

from aecodec.codec.ratecontrol import Target, find_step
from aecodec.errors import TargetUnreachable, UsageError
from aecodec.quality import QUALITY_STEPS

PIXELS = 768 * 512


class Curves:
    """Sizes and PSNR that bend like those of real pictures, and a count of how often they were asked."""

    def __init__(self) -> None:
        self.attempts: set[int] = set()

    def size(self, step: int) -> int:
        self.attempts.add(step)
        return int(3000 * math.exp(0.0027 * step + 0.1 * math.sin(step / 300)))

    def psnr(self, step: int) -> float:
        self.attempts.add(step)
        return 27 + 0.0105 * step - 1e-6 * step * step


@pytest.mark.parametrize("most", [3100, 4000, 10000, 31234, 99999, 180000])
def test_a_size_is_met_from_below_within_a_hundredth(most: int) -> None:
    curves = Curves()
    step = find_step(Target("max_bytes", most), PIXELS, curves.size, curves.psnr)
    assert 0.99 * most <= curves.size(step) <= most
    assert len(curves.attempts) <= 9


def test_bits_a_pixel_are_those_of_the_whole_file() -> None:
    curves = Curves()
    step = find_step(Target("bpp", 0.5), PIXELS, curves.size, curves.psnr)
    assert 0.99 * 0.5 <= curves.size(step) * 8 / PIXELS <= 0.5


def test_more_bytes_than_the_best_quality_needs_give_the_best_quality() -> None:
    curves = Curves()
    assert find_step(Target("max_bytes", 10**9), PIXELS, curves.size, curves.psnr) == QUALITY_STEPS


@pytest.mark.parametrize("least_db", [20.0, 27.0, 30.0, 33.33, 40.0, 41.1])
def test_a_psnr_is_reached_but_hardly_exceeded(least_db: float) -> None:
    curves = Curves()
    step = find_step(Target("psnr", least_db), PIXELS, curves.size, curves.psnr)
    assert curves.psnr(step) >= least_db
    assert step == 0 or curves.psnr(step) <= least_db + 0.02
    assert len(curves.attempts) <= 12


@pytest.mark.parametrize("exact_from", [0, 700, 792, 793, QUALITY_STEPS])
def test_a_psnr_is_found_where_some_qualities_are_exact(exact_from: int) -> None:
    """As of a small flat picture: a search that takes differences must not meet infinity."""
    curves = Curves()

    def psnr(step: int) -> float:
        return math.inf if step >= exact_from else curves.psnr(step)

    step = find_step(Target("psnr", 45), PIXELS, curves.size, psnr)
    assert step == exact_from


def test_what_cannot_be_met_names_the_nearest() -> None:
    curves = Curves()
    with pytest.raises(TargetUnreachable, match="3000 bytes, more than 2999"):
        find_step(Target("max_bytes", 2999), PIXELS, curves.size, curves.psnr)
    with pytest.raises(TargetUnreachable, match=r"reaches 41\.12 dB"):
        find_step(Target("psnr", 50), PIXELS, curves.size, curves.psnr)
    with pytest.raises(TargetUnreachable):
        find_step(Target("bpp", 1e-9), PIXELS, curves.size, curves.psnr)


@pytest.mark.parametrize(("kind", "value"), [("quality", 0.9), ("quality", 101), ("bpp", 0), ("psnr", math.inf)])
def test_senseless_targets_are_usage_errors(kind: str, value: float) -> None:
    with pytest.raises(UsageError):
        Target(kind, value)  # type: ignore[arg-type]
