"""Whatever Pillow opens: the reader that is asked last, and what the others leave to it."""

import struct
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pilinfo, pilmodes
from aecodec.pictures.foreign import reason
from aecodec.pictures.picture import Picture
from aecodec.pictures.wanted import Wanted, Warn

COMMON = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")  # how PNG and JPEG begin, for which Pillow needs few of its readers

# PostScript is a program: Pillow would start Ghostscript on untrusted data.
UNREAD_FORMATS = frozenset({"EPS"})
LAYERED_FORMATS = frozenset({"PSD"})  # their "frames" are layers of the picture that is read

# Most formats can hold a large picture in few bytes. These cannot: 64 pixels of a JPEG take a bit at least, a code of
# 12 bits of a GIF gives at most 4,096 pixels. Pillow would take gigabytes to paint what is missing.
HOLLOW_FORMATS = frozenset({"JPEG", "MPO", "GIF"})
MOST_PIXELS_A_BYTE = 4096
SMALL = 1 << 24  # pixels; up to here it may also be an empty canvas, or arithmetic coding


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture:
    """The picture in a file of any format; raises BadInput, LimitExceeded."""
    return pilmodes.picture(opened(data, warn, wanted), warn)


def opened(data: bytes, warn: Warn, wanted: Wanted) -> Image.Image:
    """A Pillow picture that is not decoded yet, of a size that may be; warns of what of the file it leaves out.

    Raises BadInput, LimitExceeded.
    """
    image = _open(BytesIO(data))
    wanted.check_size(image.width, image.height)
    if image.format in HOLLOW_FORMATS:
        refuse_hollow(image.format, image.width, image.height, len(data))
    index = wanted.index(_pages(image), warn)
    if index > 0:
        image.seek(index)
        wanted.check_size(image.width, image.height)
    if (sizes := len(image.info.get("sizes", ()))) > 1:
        warn(f"{image.format} of {sizes} sizes: only the largest is kept")
    if (depth := _hidden_depth(image.format, data)) > 8:
        warn(f"{image.format} of {depth} bits a sample is read as 8 bit")
    if image.format == "AVIF" and (cicp := pilinfo.cicp_of_avif(data)) is not None:
        image.info["cicp"] = cicp
    return image


def refuse_hollow(kind: str, width: int, height: int, size: int) -> None:
    """Raises BadInput for a JPEG or GIF of more pixels than `size` bytes can hold."""
    if width * height > max(SMALL, MOST_PIXELS_A_BYTE * size):
        raise BadInput(f"truncated {kind}: {size:,} bytes cannot be {width} x {height} pixels")


def count(stream: BinaryIO) -> int:
    """How many pages or frames a file has, without decoding any; 1 also where Pillow does not read it."""
    try:
        return _pages(_open(stream))
    except BadInput:
        return 1


def _pages(image: Image.Image) -> int:
    return 1 if image.format in LAYERED_FORMATS else getattr(image, "n_frames", 1)


def _open(stream: BinaryIO) -> Image.Image:
    """`Image.open` without its bound on the size, which could be moved for the whole process only.

    Raises BadInput.
    """
    head = stream.read(16)
    if head.startswith(COMMON):
        Image.preinit()
    else:
        Image.init()
    failures = []
    for name in Image.ID:
        factory, accept = Image.OPEN[name]
        mine = False
        try:
            verdict = accept(head) if accept else False
            mine = bool(verdict) and not isinstance(verdict, str)  # a text says why it cannot be read
            if name not in UNREAD_FORMATS and (mine or accept is None):
                stream.seek(0)
                return factory(stream, "")
        except (SyntaxError, IndexError, TypeError, struct.error) as exc:  # how plugins say "not mine"
            if mine:
                failures.append(f"damaged or unsupported {name}: {reason(exc)}")
    raise BadInput(failures[0] if failures else "not a picture that aecodec can read")


def _hidden_depth(kind: str | None, data: bytes) -> int:
    """Bits a sample of an AVIF or JPEG 2000 file, which Pillow gives in 8 bits whatever they are."""
    if kind == "AVIF" and (at := data.find(b"av1C")) >= 0:  # AV1-ISOBMFF 2.3.3: high_bitdepth, twelve_bit
        flags = data[at + 6]
        return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    if kind == "JPEG2000" and (at := data.find(b"\xff\x4f\xff\x51")) >= 0:  # SOC, SIZ: Ssiz of component 0
        return (data[at + 42] & 0x7F) + 1
    return 8
