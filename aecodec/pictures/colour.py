"""What a picture says of its colours beside an ICC profile, in the words of PNG (third edition, 11.3.2).

gamma is the exponent of the encoding times 100,000, chromaticities are x and y of white, red, green and blue times
100,000, cicp the four bytes of ITU-T H.273 (primaries, transfer, matrix, whether the full range is used), srgb the
rendering intent of a picture that is in sRGB.
"""

from collections.abc import Iterable

MAX_SCALED = (1 << 31) - 1  # PNG, 7.1: no integer is larger
SCALE = 100_000

COLOUR_FIELDS = ("gamma", "chromaticities", "cicp", "srgb")  # of `Metadata`
Colour = int | tuple[int, ...]

# How a picture looks that says nothing: who leaves these out changes nothing.
SRGB_GAMMA = 45_455
SRGB_CHROMATICITIES = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
SRGB_CICP = (1, 13, 0, 1)

_LENGTHS = {"chromaticities": 8, "cicp": 4}
_SRGB: dict[str, Iterable[Colour]] = {
    "gamma": (SRGB_GAMMA,),
    "chromaticities": (SRGB_CHROMATICITIES,),
    "cicp": (SRGB_CICP,),
    "srgb": range(4),
}


def is_legal(name: str, value: Colour) -> bool:
    """Whether the field ("gamma", "chromaticities", "cicp", "srgb") can have this value, in PNG and in .aec files."""
    numbers = value if isinstance(value, tuple) else (value,)
    if len(numbers) != _LENGTHS.get(name, 1):
        return False
    if name == "cicp":
        return all(0 <= number < 256 for number in numbers) and numbers[3] < 2
    if name == "srgb":
        return 0 <= numbers[0] < 4
    return all(name == "chromaticities" or number for number in numbers) and all(0 <= n <= MAX_SCALED for n in numbers)


def is_srgb(name: str, value: Colour) -> bool:
    """Whether the field says what goes without saying."""
    return value in _SRGB[name]
