"""EXIF blocks, and the tags of TIFF files that hold what a block would: an EXIF block is itself a small TIFF."""

import struct
from typing import Any

from PIL import Image

from aecodec.pictures.wanted import Warn

ORIENTATION, EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 274, 34665, 34853, 40965
TEXTS = (270, 271, 272, 305, 306, 315, 33432)  # description, make, model, software, date, artist, copyright

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_FORMS = {3: "H", 4: "I"}  # SHORT, as it should be, and LONG


def orientation_fields(block: bytes) -> list[tuple[int, struct.Struct]]:
    """Where the first directory of an EXIF block has an orientation: byte offset and form of each such value."""
    order = _ORDERS.get(block[:4])
    if order is None or len(block) < 8:
        return []
    (at,) = struct.unpack_from(f"{order}I", block, 4)
    if at + 2 > len(block):
        return []
    (count,) = struct.unpack_from(f"{order}H", block, at)
    found = []
    for entry in range(at + 2, min(at + 2 + 12 * count, len(block) - 11), 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", block, entry)
        if tag == ORIENTATION and number == 1 and kind in _FORMS:
            found.append((entry + 8, struct.Struct(order + _FORMS[kind])))
    return found


def exif_block(tags: Image.Exif, warn: Warn) -> bytes | None:
    """A TIFF's tags as an EXIF block: texts, orientation unless upright, the EXIF and GPS directories."""
    block = Image.Exif()
    for tag in TEXTS:
        if isinstance(text := tags.get(tag), str):
            block[tag] = text
    if (orientation := tags.get(ORIENTATION, 1)) in range(2, 9):
        block[ORIENTATION] = orientation
    upright = dict(block)
    try:
        block.update(directories(tags))
        return block.tobytes()[6:] if block else None  # less the "Exif\\0\\0" of JPEG
    except Exception as exc:  # Pillow packs what it once read, and fails in many ways where that was odd
        warn(f"the EXIF directory of the TIFF is damaged and was dropped ({exc})")
        block = Image.Exif()
        block.update(upright)
        return block.tobytes()[6:] if block else None


def pin_orientation(image: Image.Image, warn: Warn) -> None:
    """Keep a TIFF from being turned when Pillow loads it: its orientation goes into a block in `info`."""
    tags = image.getexif()
    if block := exif_block(tags, warn):
        image.info["exif"] = block
    tags.pop(ORIENTATION, None)


def directories(tags: Image.Exif) -> dict[int, dict[int, Any]]:
    """The EXIF directory, with the interoperability directory inside it, and the GPS directory; if there."""
    found = {tag: dict(tags.get_ifd(tag)) for tag in (EXIF_DIRECTORY, GPS_DIRECTORY) if tag in tags}
    if INTEROP_DIRECTORY in found.get(EXIF_DIRECTORY, {}):
        found[EXIF_DIRECTORY][INTEROP_DIRECTORY] = dict(tags.get_ifd(INTEROP_DIRECTORY))
    return {tag: directory for tag, directory in found.items() if directory}
