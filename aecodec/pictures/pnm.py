"""PNM and PFM (Netpbm's grey, colour and float maps): read here where Pillow would lose depth; PNM is written too."""

import re

import numpy as np

from aecodec.errors import BadInput
from aecodec.pictures.depths import to_samples
from aecodec.pictures.picture import Picture, Samples, from_array
from aecodec.pictures.wanted import Wanted, Warn

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_PNM = re.compile(rb"P([2356])" + (_GAP + rb"(\d{1,10})") * 3 + rb"\s")
_PFM = re.compile(rb"P([fF])\s+(\d{1,10})\s+(\d{1,10})\s+(-?[0-9.]{1,40}(?:[eE][-+]?\d{1,3})?)\s")
_COMMENT = re.compile(rb"#[^\r\n]*")
_NO_NUMBER = re.compile(rb"[^0-9\s]")


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture of a PNM of more than 8 bits or a PFM, or None for anything else; raises BadInput, LimitExceeded.

    Samples up to another number than 65535 are scaled. What follows the first picture in a file is not looked at.
    """
    if (match := _PFM.match(data)) is not None:
        return _floats(data, match, warn, wanted)
    match = _PNM.match(data)
    if match is None:
        return None
    kind, width, height, top = (int(group) for group in match.groups())
    if top <= 255:
        return None
    wanted.check_size(width, height)
    wanted.index(1, warn)
    if top > 65535:
        raise BadInput(f"a PNM of samples up to {top}: the format ends at 65535")
    shape = (height, width, 1 if kind in (2, 5) else 3)
    samples = (_plain if kind < 5 else _binary)(data, match.end(), shape)
    if top < 65535:
        samples = ((samples.astype(np.uint32) * 65535 + top // 2) // top).clip(max=65535).astype(np.uint16)
    return from_array(samples)


def _binary(data: bytes, start: int, shape: tuple[int, int, int]) -> Samples:
    count = shape[0] * shape[1] * shape[2]
    if (there := len(data) - start) < 2 * count:
        raise BadInput(f"truncated PNM: {2 * count} bytes of pixels expected, {there} there")
    return np.frombuffer(data, ">u2", count, start).reshape(shape).astype(np.uint16)


def _plain(data: bytes, start: int, shape: tuple[int, int, int]) -> Samples:
    """Numbers in decimal, with white space between them."""
    count = shape[0] * shape[1] * shape[2]
    if (there := (len(data) - start + 1) // 2) < count:  # a digit and a space each, at least
        raise BadInput(f"truncated PNM: {count} samples expected, {there} there at most")
    text = _COMMENT.sub(b" ", data[start:]).strip()
    if (wrong := _NO_NUMBER.search(text)) is not None:
        raise BadInput(f"damaged PNM: {wrong[0]!r} among its numbers")
    samples = np.fromstring(text, np.int64, sep=" ")  # not `count` of them, which would be made up where they lack
    if not text or len(samples) < count:
        raise BadInput(f"truncated PNM: {count} samples expected, {len(samples) if text else 0} there")
    return samples[:count].clip(0, 65535).astype(np.uint16).reshape(shape)


def _floats(data: bytes, match: re.Match[bytes], warn: Warn, wanted: Wanted) -> Picture:
    """Rows go from the bottom to the top, the sign of the scale is the order of bytes (minus: little-endian).

    What the scale amounts to is left alone, as most readers do: writers agree on 1 and on little else.
    http://www.pauldebevec.com/Research/HDR/PFM/
    """
    width, height = int(match[2]), int(match[3])
    wanted.check_size(width, height)
    wanted.index(1, warn)
    shape = (height, width, 1 if match[1] == b"f" else 3)
    count = shape[0] * shape[1] * shape[2]
    if (there := len(data) - match.end()) < 4 * count:
        raise BadInput(f"truncated PFM: {4 * count} bytes of pixels expected, {there} there")
    order = "<" if match[4].startswith(b"-") else ">"
    rows = np.frombuffer(data, f"{order}f4", count, match.end()).reshape(shape)
    return from_array(to_samples(rows[::-1], 32, warn))


def encode(picture: Picture, warn: Warn) -> bytes:
    """P5 or P6 of the pixels."""
    pixels = picture.pixels
    height, width, channels = pixels.shape
    bits = 8 * pixels.dtype.itemsize
    header = f"P{5 if channels == 1 else 6}\n{width} {height}\n{(1 << bits) - 1}\n".encode()
    return header + (pixels.tobytes() if bits == 8 else pixels.astype(">u2").tobytes())
