"""How large a picture is on paper: pixels per unit of length as exact fractions, and what each format writes of them.

PNG has whole pixels per metre, JPEG whole pixels per inch or centimetre, TIFF fractions of both; a resolution stays as
its source had it, so that it comes back unchanged in the same format.
"""

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

MAX_TERM = (1 << 32) - 1  # of numerator and denominator
LEAST = Fraction(1, MAX_TERM)
MAX_PNG = (1 << 31) - 1  # PNG (third edition), 7.1; a BMP's field has a sign
MAX_JPEG = (1 << 16) - 1


class Unit(IntEnum):
    """What pixels are counted per; the numbers are those of the .aec file, the first three TIFF's less 1."""

    NONE = 0  # only the ratio of x to y means anything: the shape of a pixel
    INCH = 1
    CENTIMETRE = 2
    METRE = 3


METRES = {Unit.INCH: Fraction(254, 10_000), Unit.CENTIMETRE: Fraction(1, 100), Unit.METRE: Fraction(1)}


@dataclass(frozen=True)
class Resolution:
    """Pixels per unit to the right (x) and down (y), as stored; another value or unit raises ValueError."""

    x: Fraction
    y: Fraction
    unit: Unit

    def __post_init__(self) -> None:
        for value in (self.x, self.y):
            if not (0 < value.numerator <= MAX_TERM and value.denominator <= MAX_TERM):
                raise ValueError(f"a resolution of {value} is illegal")

    def __str__(self) -> str:
        shown = f"{float(self.x):.6g}" if self.x == self.y else f"{float(self.x):.6g} x {float(self.y):.6g}"
        if self.unit is Unit.NONE:
            return f"{shown} without a unit"
        return f"{shown} dpi" if self.unit is Unit.INCH else f"{shown} per {self.unit.name.lower()}"

    def turned(self) -> "Resolution":
        """Of the picture with its axes swapped."""
        return Resolution(self.y, self.x, self.unit)

    def per(self, unit: Unit) -> tuple[Fraction, Fraction]:
        """x and y of another unit of length; of a ratio alone, as they are."""
        if Unit.NONE in (self.unit, unit):
            return self.x, self.y
        factor = METRES[unit] / METRES[self.unit]
        return self.x * factor, self.y * factor

    def per_metre(self) -> tuple[int, int]:
        """Whole pixels, at least 1, as PNG and BMP have them; a ratio in its lowest terms if it is not whole."""
        return self._whole(Unit.METRE, MAX_PNG)

    def for_jpeg(self) -> "Resolution":
        """The nearest that JFIF holds: whole pixels per inch or, where that is nearer, per centimetre."""
        choices = [self.unit] if self.unit in (Unit.NONE, Unit.CENTIMETRE) else [Unit.INCH, Unit.CENTIMETRE]
        whole = [(*self._whole(unit, MAX_JPEG), unit) for unit in choices]
        return min((Resolution(Fraction(x), Fraction(y), unit) for x, y, unit in whole), key=self._distance)

    def for_tiff(self) -> "Resolution":
        """The same per inch, centimetre or no unit, exactly but for terms beyond 32 bits."""
        if self.unit is not Unit.METRE:
            return self
        x, y = (max(value.limit_denominator(MAX_TERM), LEAST) for value in self.per(Unit.CENTIMETRE))
        return Resolution(x, y, Unit.CENTIMETRE)

    def _whole(self, unit: Unit, most: int) -> tuple[int, int]:
        x, y = self.per(unit)
        if unit is not Unit.NONE and self.unit is not Unit.NONE:
            return min(max(round(x), 1), most), min(max(round(y), 1), most)
        if x.denominator == y.denominator == 1 and max(x, y) <= most:
            return int(x), int(y)
        ratio = (x / y).limit_denominator(most)
        return min(max(ratio.numerator, 1), most), ratio.denominator

    def _distance(self, other: "Resolution") -> Fraction:
        x, y = other.per(self.unit)
        return abs(x - self.x) / self.x + abs(y - self.y) / self.y


def of_dpi(x: float, y: float) -> Resolution | None:
    """What decoders give in dots per inch, as the whole number per inch or metre that it was; None for nonsense."""
    if not all(0 < value <= MAX_TERM for value in (x, y)):  # not a number either
        return None
    for unit in (Unit.INCH, Unit.METRE):
        pair = [value * float(METRES[Unit.INCH] ** -1 * METRES[unit]) for value in (x, y)]
        whole = [round(value) for value in pair]
        if all(w > 0 and abs(w - value) <= 1e-6 * value for w, value in zip(whole, pair, strict=True)):
            return legal(Fraction(whole[0]), Fraction(whole[1]), unit)
    return legal(Fraction(x).limit_denominator(10_000), Fraction(y).limit_denominator(10_000), Unit.INCH)


def legal(x: Fraction, y: Fraction, unit: Unit) -> Resolution | None:
    """The resolution that a file states, or None where it says nothing: out of range, or square without a unit."""
    try:
        found = Resolution(x, y, unit)
    except ValueError:
        return None
    return None if unit is Unit.NONE and x == y == 1 else found
