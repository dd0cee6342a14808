"""PNM (Netpbm's grey and colour maps): read here where it has more than 8 bits, which Pillow would reduce; written."""

import re

import numpy as np

from aecodec.errors import BadInput
from aecodec.pictures.picture import Picture, Warn, check_size, from_array

_PNM = re.compile(rb"P([2356])" + rb"(?:\s|#[^\r\n]*[\r\n])+(\d{1,10})" * 3 + rb"\s")


def read(data: bytes, warn: Warn) -> Picture | None:
    """The picture of a PNM of more than 8 bits, or None for anything else; raises BadInput, LimitExceeded."""
    match = _PNM.match(data)
    if match is None:
        return None
    kind, width, height, top = (int(group) for group in match.groups())
    if top <= 255:
        return None
    check_size(width, height)
    if kind < 5 or top > 65535:
        raise BadInput("a PNM of more than 8 bits is read in its binary forms (P5, P6) up to 65535 only")
    shape = (height, width, 1 if kind == 5 else 3)
    count = height * width * shape[2]
    if (there := len(data) - match.end()) < 2 * count:
        raise BadInput(f"truncated PNM: {2 * count} bytes of pixels expected, {there} there")
    samples = np.frombuffer(data, ">u2", count, match.end()).reshape(shape).astype(np.uint16)
    if top < 65535:
        samples = ((samples.astype(np.uint32) * 65535 + top // 2) // top).clip(max=65535).astype(np.uint16)
    return from_array(samples)


def encode(picture: Picture, warn: Warn) -> bytes:
    """P5 or P6 of the pixels."""
    pixels = picture.pixels
    height, width, channels = pixels.shape
    bits = 8 * pixels.dtype.itemsize
    header = f"P{5 if channels == 1 else 6}\n{width} {height}\n{(1 << bits) - 1}\n".encode()
    return header + (pixels.tobytes() if bits == 8 else pixels.astype(">u2").tobytes())
