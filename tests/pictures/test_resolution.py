"""Resolutions are exact fractions; what formats make of them is the nearest that they have."""

from fractions import Fraction

import pytest

from aecodec.pictures.resolution import MAX_JPEG, MAX_PNG, MAX_TERM, Resolution, Unit, of_dpi


def square(value: Fraction | int, unit: Unit) -> Resolution:
    return Resolution(Fraction(value), Fraction(value), unit)


def test_whole_dots_per_inch_survive_png() -> None:
    for dpi in range(1, 1201):
        in_png = Resolution(*map(Fraction, square(dpi, Unit.INCH).per_metre()), Unit.METRE)
        assert round(in_png.per(Unit.INCH)[0]) == dpi
        assert in_png.for_jpeg().per_metre() == in_png.per_metre()


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("value", [Fraction(1, MAX_TERM), Fraction(MAX_TERM), Fraction(MAX_TERM, MAX_TERM - 1)])
def test_the_extremes_go_into_every_format(value: Fraction, unit: Unit) -> None:
    for resolution in (square(value, unit), Resolution(value, 1 / value, unit)):
        assert all(1 <= number <= MAX_PNG for number in resolution.per_metre())
        jpeg = resolution.for_jpeg()
        assert all(1 <= number <= MAX_JPEG and number.denominator == 1 for number in (jpeg.x, jpeg.y))
        assert resolution.for_tiff().unit < Unit.METRE  # and its terms fit, or it could not be made


def test_a_ratio_stays_a_ratio() -> None:
    ratio = Resolution(Fraction(4, 3), Fraction(1), Unit.NONE)

    assert ratio.per_metre() == (4, 3)
    assert ratio.for_jpeg() == Resolution(Fraction(4), Fraction(3), Unit.NONE)
    assert ratio.for_tiff() == ratio
    assert Resolution(Fraction(10), Fraction(20), Unit.NONE).per_metre() == (10, 20)


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-1), Fraction(MAX_TERM + 1), Fraction(1, MAX_TERM + 1)])
def test_other_values_are_illegal(value: Fraction) -> None:
    with pytest.raises(ValueError, match="illegal"):
        Resolution(value, Fraction(1), Unit.INCH)
    with pytest.raises(ValueError, match="illegal"):
        Resolution(Fraction(1), value, Unit.INCH)


@pytest.mark.parametrize(
    ("dpi", "found"),
    [
        ((72, 72), square(72, Unit.INCH)),
        ((72.009, 72.009), square(2835, Unit.METRE)),
        ((254.0, 254.0), square(254, Unit.INCH)),
        ((72.5, 72.5), square(Fraction(145, 2), Unit.INCH)),
        ((300, 150), Resolution(Fraction(300), Fraction(150), Unit.INCH)),
        ((0, 72), None),
        ((-1, 72), None),
        ((float("nan"), 72), None),
        ((float("inf"), 72), None),
        ((1e-9, 1e-9), None),
    ],
)
def test_dots_per_inch_are_what_they_were(dpi: tuple[float, float], found: Resolution | None) -> None:
    assert of_dpi(*dpi) == found


@pytest.mark.parametrize(
    ("resolution", "text"),
    [
        (square(72, Unit.INCH), "72 dpi"),
        (square(2835, Unit.METRE), "2835 per metre"),
        (Resolution(Fraction(300), Fraction(1, 3), Unit.CENTIMETRE), "300 x 0.333333 per centimetre"),
        (Resolution(Fraction(2), Fraction(1), Unit.NONE), "2 x 1 without a unit"),
    ],
)
def test_it_says_what_it_is(resolution: Resolution, text: str) -> None:
    assert str(resolution) == text
