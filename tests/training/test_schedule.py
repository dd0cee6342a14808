"""Schedules: cosine, stable, and the branch between them."""

import math

import pytest

from aecodec.training import schedule
from aecodec.training.schedule import Crops, Kind, Schedule

CROPS = Crops(batch=8, side=128, late_batch=2, late_side=384)


def test_a_cosine_rises_falls_and_ends_low() -> None:
    planned = Schedule(100, CROPS)
    rates = [planned.learning_rate(0, progress / 100) for progress in range(101)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == planned.highest
    assert rates[-1] == pytest.approx(0.01 * planned.highest)


def test_a_stable_run_warms_up_and_then_stays_for_ever() -> None:
    planned = schedule.stable(CROPS, 5e-4)
    rates = [planned.learning_rate(step, planned.progress(step, 1e9)) for step in range(0, 2000, 10)]
    assert rates == sorted(rates)
    assert 0 < rates[0] < 0.01 * rates[-1]
    assert rates[-1] == rates[100] == 5e-4
    assert planned.progress(10**9, 1e12) < min(planned.late_from, planned.rounded_from)


def test_a_branch_begins_where_it_left_the_stable_run_and_falls_to_nothing() -> None:
    planned = schedule.decay(2400, CROPS, 5e-4, start=36_000)
    assert planned.progress(10**6, 36_000) == 0
    rates = [planned.learning_rate(10**6, planned.progress(10**6, 36_000 + second)) for second in range(0, 2401, 100)]
    assert rates[0] == 5e-4
    assert rates[-1] == 0
    assert max(abs(one - 2 * two + three) for one, two, three in zip(rates, rates[1:], rates[2:], strict=False)) < 1e-12
    assert planned.late_from < planned.rounded_from < 1


def test_by_steps_time_does_not_matter() -> None:
    planned = Schedule(10, CROPS, by_steps=True)
    assert planned.progress(5, math.inf) == 0.5
    assert planned.progress(50, 0) == 1


def test_only_a_run_that_has_large_crops_needs_large_pictures() -> None:
    assert schedule.stable(CROPS).largest_side == 128
    assert schedule.decay(60, CROPS, 1e-3, 0).largest_side == Schedule(60, CROPS).largest_side == 384


def test_the_kinds_of_steps_to_come_are_those_that_come() -> None:
    planned = Schedule(100, CROPS, late_from=0.5, rounded_from=0.9)
    early, late, last = Kind(8, 128, rounded=False), Kind(2, 384, rounded=False), Kind(2, 384, rounded=True)
    assert [planned.kind(progress) for progress in (0, 0.49, 0.5, 0.89, 0.9, 1)] == [
        early,
        early,
        late,
        late,
        last,
        last,
    ]
    assert planned.kinds(0) == [early, late, last]
    assert planned.kinds(0.5) == [late, last]
    assert planned.kinds(0.95) == [last]
    assert schedule.stable(CROPS).kinds(0) == [early]
    same = Crops(batch=4, side=192, late_batch=4, late_side=192)
    assert Schedule(100, same).kinds(0) == [Kind(4, 192, rounded=False), Kind(4, 192, rounded=True)]
