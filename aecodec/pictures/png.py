"""PNG at its full depth, both ways: Pillow reads 16-bit colour as 8 bit without a word.

Sizes are checked from the header before a pixel is decoded. What a foreign decoder raises on damaged data passes
through to the caller.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pillow, pilmodes
from aecodec.pictures.foreign import laid_out
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, Samples, from_array
from aecodec.pictures.resolution import Unit
from aecodec.pictures.wanted import FIRST, Wanted, Warn

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# How samples are coded. Repeats are searched for (zlib's level 3 is 2 % larger than 6, in half the time), or only runs
# behind one filter: of photographs that makes as few bytes, in 40 % of the time, of drawings five times as many.
REPEATS = {"level": 3}
RUNS = {"level": 2, "filter": imagecodecs.PNG.FILTER.PAETH, "strategy": imagecodecs.PNG.STRATEGY.RLE}
BAND, BAND_EVERY = 8, 128  # rows which tell how much there is to find
MAX_NAMED = 6  # of the chunks that are not kept, in a warning
_METADATA = (b"iCCP", b"eXIf", b"iTXt", b"zTXt", b"tEXt", b"pHYs", b"gAMA", b"cHRM", b"sRGB")  # Pillow reads them
_SHOWN = (b"tRNS", b"cICP", b"acTL", b"fcTL", b"fdAT")  # other ancillary chunks that are read, or warned of
_TEXTS = (b"iTXt", b"zTXt", b"tEXt")
_EXIF_TEXT = b"Raw profile type exif"
_KEPT_TEXTS = (b"XML:com.adobe.xmp", _EXIF_TEXT)
# What programs add of themselves, so that nobody misses it: when and how they wrote the file, the colour to show it on,
# and (ImageMagick) what its profile says and what the file was that it read.
_ADDED = (b"tIME", b"bKGD", b"vpAg")
_ADDED_TEXTS = (
    *(b"Software", b"date:create", b"date:modify", b"date:timestamp", b"icc:", b"png:", b"jpeg:"),
    *(b"tiff:alpha", b"tiff:endian", b"tiff:photometric", b"tiff:rows-per-strip"),
)


@dataclass(frozen=True)
class Header:
    width: int
    height: int
    depth: int
    colour: int  # 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA


def read_header(data: bytes) -> Header:
    """The IHDR chunk, which is the first; raises BadInput."""
    if len(data) < 33 or not data.startswith(SIGNATURE) or data[12:16] != b"IHDR":
        raise BadInput("truncated or damaged PNG: it does not begin with a header")
    return Header(*struct.unpack_from(">IIBB", data, 16))


def chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and content of each chunk up to IEND; raises BadInput at a wrong checksum or an early end."""
    view = memoryview(data)
    at = len(SIGNATURE)
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


def decode_samples(data: bytes) -> Samples:
    """All samples (H, W, S) of a grey or RGB PNG of 8 or 16 bits; a transparent colour becomes alpha."""
    samples: Samples = np.atleast_3d(imagecodecs.png_decode(data))
    return samples


def encode_samples(samples: Samples, chunks: bytes = b"") -> bytes:
    """A PNG of samples (H, W, 1 to 4), with ready chunks (see `chunk`) put behind its header."""
    data = _coded(samples, REPEATS)
    return b"".join([data[:33], chunks, data[33:]])


def _coded(samples: Samples, how: dict[str, Any]) -> bytes:
    plain: Samples = samples[:, :, 0] if samples.shape[2] == 1 else samples
    return bytes(imagecodecs.png_encode(laid_out(plain), **how))


def _best_coded(samples: Samples) -> bytes:
    """In the quick way, where some of the rows say that it makes no more bytes than the other."""
    if len(samples) <= BAND_EVERY:
        return _coded(samples, REPEATS)
    bands = np.concatenate([samples[top : top + BAND] for top in range(0, len(samples), BAND_EVERY)])
    return _coded(samples, min(RUNS, REPEATS, key=lambda how: len(_coded(bands, how))))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _metadata_chunks(metadata: Metadata) -> bytes:
    """The chunks of metadata, all before palette and pixels (XMP as XMP part 3 wants it: not compressed)."""
    made = []
    if metadata.cicp is not None:
        made.append(chunk(b"cICP", bytes(metadata.cicp)))
    if metadata.icc:
        made.append(chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    if metadata.srgb is not None:
        made.append(chunk(b"sRGB", bytes([metadata.srgb])))
    if metadata.gamma is not None:
        made.append(chunk(b"gAMA", struct.pack(">I", metadata.gamma)))
    if metadata.chromaticities is not None:
        made.append(chunk(b"cHRM", struct.pack(">8I", *metadata.chromaticities)))
    if (resolution := metadata.resolution) is not None:
        made.append(chunk(b"pHYs", struct.pack(">IIB", *resolution.per_metre(), resolution.unit is not Unit.NONE)))
    if metadata.exif:
        made.append(chunk(b"eXIf", metadata.exif))
    if metadata.xmp:
        made.append(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    return b"".join(made)


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture of a PNG, or None if the data are none; raises BadInput, LimitExceeded."""
    if not data.startswith(SIGNATURE):
        return None
    header = read_header(data)
    wanted.check_size(header.width, header.height)
    there = list(chunks(data))  # all of them: Pillow does not verify the checksums of pixels
    _warn_of_dropped(there, header, warn)
    cicp = next((tuple(content) for kind, content in there if kind == b"cICP"), None)
    if header.depth < 16:
        return _of_pillow(data, header, cicp, warn, wanted)
    frames = next((int.from_bytes(content[:4]) for kind, content in there if kind == b"acTL"), 1)
    if wanted.index(frames, warn) > 0:
        warn("frames of a 16-bit animation are read as 8 bit, but for the first")
        return _of_pillow(data, header, cicp, warn, wanted)
    picture = from_array(decode_samples(data))
    # One pixel with the metadata of this picture: Pillow reads them without decoding the pixels.
    metadata = b"".join(chunk(kind, bytes(content)) for kind, content in there if kind in _METADATA)
    carrier = pillow.opened(encode_samples(np.zeros((1, 1, 1), np.uint8), metadata), warn, FIRST)
    _add_cicp(carrier, cicp)
    return replace(picture, metadata=pilmodes.metadata(carrier, warn))


def _warn_of_dropped(there: list[tuple[bytes, memoryview]], header: Header, warn: Warn) -> None:
    """Names the ancillary chunks (small first letter) that are not kept, of texts also their keywords."""
    has_exif = any(kind == b"eXIf" or (kind in _TEXTS and _keyword(content) == _EXIF_TEXT) for kind, content in there)
    added = (*_ADDED_TEXTS, b"exif:") if has_exif else _ADDED_TEXTS  # ImageMagick writes EXIF as texts, too
    dropped = []
    for kind, content in there:
        if kind in _TEXTS:
            keyword = _keyword(content)
            if keyword not in _KEPT_TEXTS and not keyword.startswith(added):
                dropped.append(f"{kind.decode()} {keyword.decode('latin-1')!r}")
        elif kind[0] & 0x20 and kind not in _METADATA + _SHOWN + _ADDED and not _is_full_depth(kind, content, header):
            dropped.append(kind.decode("ascii", "replace"))
    if dropped:
        shown = ", ".join(dict.fromkeys(dropped[:MAX_NAMED])) + (", ..." if len(dropped) > MAX_NAMED else "")
        warn(f"PNG chunks that are not kept: {shown}")


def _keyword(text: memoryview) -> bytes:
    return bytes(text[:80]).partition(b"\0")[0]  # at most 79 bytes


def _is_full_depth(kind: bytes, content: memoryview, header: Header) -> bool:
    """Whether it says that all bits of the samples count, as it does in most icons."""
    return kind == b"sBIT" and set(content) == {8 if header.colour == 3 else header.depth}


def _add_cicp(image: Image.Image, cicp: tuple[int, ...] | None) -> None:
    """To what Pillow has read, which does not know that chunk."""
    if cicp is not None:
        image.info["cicp"] = cicp


def _of_pillow(data: bytes, header: Header, cicp: tuple[int, ...] | None, warn: Warn, wanted: Wanted) -> Picture:
    image = pillow.opened(data, warn, wanted)
    image.load()
    _add_cicp(image, cicp)
    if header.colour == 0 and header.depth in (2, 4) and "transparency" in image.info:
        # Pillow has scaled grey of 2 and 4 bits to 8, but not the transparent one.
        image.info["transparency"] *= 255 // ((1 << header.depth) - 1)
    return pilmodes.picture(image, warn)


def encode(picture: Picture, warn: Warn) -> bytes:
    """All that a picture has, without loss; there is nothing to warn of."""
    data = _best_coded(picture.interleaved())
    return b"".join([data[:33], _metadata_chunks(picture.metadata), data[33:]])
