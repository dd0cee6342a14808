"""The scale of quality."""

from aecodec.quality import KNOT_SPACING, KNOTS, QUALITY_STEPS, quality_to_step, step_to_quality


def test_quality_is_stored_in_sixteenths() -> None:
    assert quality_to_step(1) == 0
    assert quality_to_step(100) == QUALITY_STEPS
    assert all(quality_to_step(step_to_quality(step)) == step for step in range(QUALITY_STEPS + 1))


def test_knots_span_the_scale() -> None:
    assert KNOT_SPACING * (KNOTS - 1) == QUALITY_STEPS == 1584
