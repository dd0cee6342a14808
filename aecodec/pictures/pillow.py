"""Whatever Pillow opens: the reader that is asked last, and what the others leave to it."""

import struct
from io import BytesIO

from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pilinfo, pilmodes
from aecodec.pictures.foreign import reason
from aecodec.pictures.picture import Picture, Warn, check_size

# PostScript is a program: Pillow would start Ghostscript on untrusted data.
UNREAD_FORMATS = frozenset({"EPS"})
LAYERED_FORMATS = frozenset({"PSD"})  # their "frames" are layers of the picture that is read


def read(data: bytes, warn: Warn) -> Picture:
    """The picture in a file of any format; raises BadInput, LimitExceeded."""
    return pilmodes.picture(opened(data, warn), warn)


def opened(data: bytes, warn: Warn) -> Image.Image:
    """A Pillow picture that is not decoded yet, of a size that may be; warns of what of the file it leaves out.

    Raises BadInput, LimitExceeded.
    """
    image = _open(data)
    check_size(image.width, image.height)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in LAYERED_FORMATS:
        warn(f"{frames} pictures in one file (animation or pages): only the first is kept")
    if (depth := _hidden_depth(image.format, data)) > 8:
        warn(f"{image.format} of {depth} bits a sample is read as 8 bit")
    if image.format == "AVIF" and (cicp := pilinfo.cicp_of_avif(data)) is not None:
        image.info["cicp"] = cicp
    return image


def _open(data: bytes) -> Image.Image:
    """`Image.open` without its bound on the size, which could be moved for the whole process only.

    Raises BadInput.
    """
    Image.init()
    stream = BytesIO(data)
    failures = []
    for name in Image.ID:
        factory, accept = Image.OPEN[name]
        mine = False
        try:
            verdict = accept(data[:16]) if accept else False
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
