"""PNG and PNM at their full depth: Pillow reads 16-bit colour as 8 bit without a word.

Pixels only; `imagefile` adds the metadata. Sizes are checked from the headers before a pixel is decoded.
What a foreign decoder raises on damaged data passes through to the caller.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np

from aecodec.errors import BadInput
from aecodec.pictures.picture import Metadata, Picture, Samples, Warn, check_size, from_array

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_LEVEL = 3  # of zlib; 2 % larger than level 6 and written in half the time, on the samples
_PNG_METADATA = (b"iCCP", b"eXIf", b"iTXt", b"zTXt", b"tEXt")


@dataclass(frozen=True)
class PngHeader:
    width: int
    height: int
    depth: int
    colour: int  # 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA


def png_header(data: bytes) -> PngHeader:
    """The IHDR chunk, which is the first; raises BadInput."""
    if len(data) < 33 or not data.startswith(PNG_SIGNATURE) or data[12:16] != b"IHDR":
        raise BadInput("truncated or damaged PNG: it does not begin with a header")
    return PngHeader(*struct.unpack_from(">IIBB", data, 16))


def png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and content of each chunk up to IEND; raises BadInput at a wrong checksum or an early end."""
    view = memoryview(data)
    at = len(PNG_SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise BadInput(f"truncated PNG: the data ends at byte {len(data)} and the IEND chunk is missing")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        name = kind.decode("ascii", "replace")
        if end + 4 > len(data):
            raise BadInput(f"truncated PNG: chunk {name!r} at byte {at} goes beyond the end of the data")
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4]):
            raise BadInput(f"damaged PNG: wrong checksum of chunk {name!r} at byte {at}")
        yield kind, view[at + 8 : end]
        if kind == b"IEND":
            return
        at = end + 4


def decode_png(data: bytes) -> Samples:
    """All samples (H, W, S) of a grey or RGB PNG of 8 or 16 bits; a transparent colour becomes alpha."""
    samples: Samples = np.atleast_3d(imagecodecs.png_decode(data))
    return samples


def encode_png(samples: Samples, chunks: bytes = b"") -> bytes:
    """A PNG of samples (H, W, 1 to 4), with ready chunks (see `png_chunk`) put behind its header."""
    if samples.shape[2] == 1:
        samples = samples[:, :, 0]  # libpng takes an axis of length 1 with a stride of 0, which NumPy allows, amiss
    data = bytes(imagecodecs.png_encode(np.ascontiguousarray(samples), level=PNG_LEVEL))
    return b"".join([data[:33], chunks, data[33:]])


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_metadata_chunks(metadata: Metadata) -> bytes:
    """The chunks iCCP, eXIf and iTXt (XMP as XMP part 3 wants it: not compressed)."""
    chunks = []
    if metadata.icc:
        chunks.append(png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    if metadata.exif:
        chunks.append(png_chunk(b"eXIf", metadata.exif))
    if metadata.xmp:
        chunks.append(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    return b"".join(chunks)


def scale_transparent_grey(data: bytes, info: dict[str | tuple[int, int], Any]) -> None:
    """Pillow scales grey of 2 and 4 bits to 8, but not the transparent one in its `info`: do it here."""
    header = png_header(data)
    if header.colour == 0 and header.depth in (2, 4) and "transparency" in info:
        info["transparency"] *= 255 // ((1 << header.depth) - 1)


def png_metadata_carrier(data: bytes) -> bytes:
    """A PNG of one pixel with the metadata of this one: Pillow reads them without decoding the pixels."""
    kept = [png_chunk(kind, bytes(content)) for kind, content in png_chunks(data) if kind in _PNG_METADATA]
    return encode_png(np.zeros((1, 1, 1), np.uint8), b"".join(kept))


def read_png(data: bytes, warn: Warn) -> Picture | None:
    """The picture of a 16-bit PNG, or None for 8 bits or less; raises BadInput, LimitExceeded."""
    header = png_header(data)
    check_size(header.width, header.height)
    frames = 1
    for kind, content in png_chunks(data):  # all of them: Pillow does not verify the checksums of pixels
        if kind == b"acTL":
            frames = int.from_bytes(content[:4])
    if header.depth < 16:
        return None
    if frames > 1:
        warn(f"an animation of {frames} frames: only the first is kept")
    return from_array(decode_png(data))


_PNM = re.compile(rb"P([2356])" + rb"(?:\s|#[^\r\n]*[\r\n])+(\d{1,10})" * 3 + rb"\s")


def read_pnm(data: bytes) -> Picture | None:
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


def encode_pnm(pixels: Samples) -> bytes:
    """P5 or P6 of pixels (H, W, 1 or 3)."""
    height, width, channels = pixels.shape
    bits = 8 * pixels.dtype.itemsize
    header = f"P{5 if channels == 1 else 6}\n{width} {height}\n{(1 << bits) - 1}\n".encode()
    return header + (pixels.tobytes() if bits == 8 else pixels.astype(">u2").tobytes())
