"""The header of a JPEG XL codestream: size, depth, alpha and colours, which imagecodecs neither tells nor lets choose.

ISO/IEC 18181-1, sections D (headers; the names of fields are its own) and A.2 (bits, the lowest first).
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from aecodec.errors import BadInput
from aecodec.pictures.colour import is_srgb
from aecodec.pictures.jxlboxes import CODESTREAM

_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}  # width to height
_LENGTHS = ((1, 9), (1, 13), (1, 18), (1, 30))  # of a side; (offset, bits) as `_Bits.choice` takes them
_PREVIEW_LENGTHS = ((1, 6), (65, 8), (321, 10), (1345, 12))
_PRIMARIES = {1: 1, 9: 9, 11: 12}  # CICP's numbers; 11 there is P3 with the white of cinemas
D65 = 1  # of the kinds of white
LINEAR, SRGB = 8, 13  # of the transfer functions
HEADER_BYTES = 4096  # more than any header has
_FOUR_BITS = 2  # the least of an enumeration that takes two bits and then four
_ENUM = ((0, 0), (1, 0), (_FOUR_BITS, 4), (18, 6))


class Colours(Enum):
    """How the colours are described."""

    KNOWN = "numbers of a standard"
    OTHER = "white or primaries of their own"
    PROFILE = "an ICC profile"


class Extra(IntEnum):
    """Kinds of channels beside the colours; those that a reader has to know."""

    ALPHA = 0
    SPOT = 2
    CFA = 5


@dataclass
class Header:
    """`width` and `height` are as stored, before `orientation` (1 ... 8, as EXIF has it) is applied."""

    width: int
    height: int
    orientation: int = 1
    animated: bool = False
    bits: int = 8
    extras: list[int] = field(default_factory=list)  # kinds
    premultiplied: bool = False
    grey: bool = False
    xyb: bool = True  # coded in a space of its own, as all lossy files are: the decoder chooses the colours
    colours: Colours = Colours.KNOWN
    cicp: tuple[int, ...] | None = None  # as `aecodec.pictures.colour` has it and gamma; both None: sRGB
    gamma: int | None = None
    transfer_at: int = field(default=0, compare=False)  # bit of the codestream where a transfer function is named


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)
        self.at = 0

    def take(self, count: int) -> int:
        if count > self._left:
            raise BadInput("truncated JPEG XL: its header is not whole")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        self._left -= count
        self.at += count
        return value

    def flag(self) -> bool:
        return self.take(1) == 1

    def choice(self, *ranges: tuple[int, int]) -> int:
        """U32: two bits choose the offset, and how many bits are added to it."""
        offset, count = ranges[self.take(2)]
        return offset + self.take(count)


def read_header(codestream: bytes) -> Header:
    """Of the first bytes of a codestream, some 1,000 at most; raises BadInput."""
    if not codestream.startswith(CODESTREAM):
        raise BadInput("damaged JPEG XL: it does not begin with a header")
    bits = _Bits(codestream)
    bits.take(16)
    header = Header(*_size(bits))
    if not bits.flag():
        _metadata(bits, header)
    return header


def say_srgb(codestream: memoryview) -> None:
    """Name sRGB, in place, where linear light is named with its primaries: a number of as many bits.

    Samples stay what they are, but for a codestream in XYB: it is decoded to what is named. Raises BadInput.
    """
    start = bytes(codestream[:HEADER_BYTES])
    header = read_header(start)
    if header.cicp == (1, LINEAR, 0, 1):
        differing = (LINEAR - _FOUR_BITS) ^ (SRGB - _FOUR_BITS)
        number = int.from_bytes(start, "little") ^ differing << (header.transfer_at + 2)
        codestream[: len(start)] = number.to_bytes(len(start), "little")


def _size(bits: _Bits) -> tuple[int, int]:
    """SizeHeader: (width, height)"""
    small = bits.flag()

    def side() -> int:
        return 8 * (bits.take(5) + 1) if small else bits.choice(*_LENGTHS)

    height = side()
    ratio = _RATIOS.get(bits.take(3))
    return (side() if ratio is None else height * ratio[0] // ratio[1]), height


def _skip_preview(bits: _Bits) -> None:
    lengths = ((16, 0), (32, 0), (1, 5), (33, 9)) if bits.flag() else _PREVIEW_LENGTHS
    bits.choice(*lengths)
    if bits.take(3) == 0:
        bits.choice(*lengths)


def _metadata(bits: _Bits, header: Header) -> None:
    """ImageMetadata, up to its colours."""
    if bits.flag():
        header.orientation = bits.take(3) + 1
        if bits.flag():
            _size(bits)  # at which it is meant to be shown
        if bits.flag():
            _skip_preview(bits)
        header.animated = bits.flag()
        if header.animated:
            bits.choice((100, 0), (1000, 0), (1, 10), (1, 30))  # ticks a second, and their divisor
            bits.choice((1, 0), (1001, 0), (1, 8), (1, 10))
            bits.choice((0, 0), (0, 3), (0, 16), (0, 32))  # loops
            bits.flag()  # time codes
    header.bits = _depth(bits)
    bits.flag()  # buffers of 16 bits are enough
    for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12))):
        _extra_channel(bits, header)
    header.xyb = bits.flag()
    header.colours = _colours(bits, header)


def _depth(bits: _Bits) -> int:
    if not bits.flag():
        return bits.choice((8, 0), (10, 0), (12, 0), (1, 6))
    depth = bits.choice((32, 0), (16, 0), (24, 0), (1, 6))  # of floating-point samples
    bits.take(4)  # of the exponent
    return depth


def _extra_channel(bits: _Bits, header: Header) -> None:
    if bits.flag():
        header.extras.append(Extra.ALPHA)
        return
    kind = bits.choice(*_ENUM)
    header.extras.append(kind)
    _depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))  # how much smaller it is
    bits.take(8 * bits.choice((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == Extra.ALPHA:
        header.premultiplied |= bits.flag()
    elif kind == Extra.SPOT:
        bits.take(4 * 16)
    elif kind == Extra.CFA:
        bits.choice((1, 0), (0, 2), (3, 4), (19, 8))


def _colours(bits: _Bits, header: Header) -> Colours:
    """ColourEncoding."""
    if bits.flag():
        return Colours.KNOWN
    profile = bits.flag()
    space = bits.choice(*_ENUM)  # 0 RGB, 1 grey
    header.grey = space == 1
    if profile:
        return Colours.PROFILE
    if space > 1 or bits.choice(*_ENUM) != D65:
        return Colours.OTHER
    primaries = _PRIMARIES.get(bits.choice(*_ENUM)) if space == 0 else 1
    if primaries is None:
        return Colours.OTHER
    if bits.flag():  # a gamma in place of a transfer function, times 10,000,000
        header.gamma = round(bits.take(24) / 100)
        return Colours.KNOWN if primaries == 1 else Colours.OTHER
    header.transfer_at = bits.at
    said = (primaries, bits.choice(*_ENUM), 0, 1)
    header.cicp = None if is_srgb("cicp", said) else said
    return Colours.KNOWN
