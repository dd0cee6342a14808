"""Sizes in bytes that lossless WebP, JPEG XL and PNG take for a picture, kept in a JSON, as they take long to find."""

import hashlib
import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

from aecodec.outputs import write_whole
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture

try:
    import oxipng
except ImportError:  # pip install pyoxipng
    oxipng = None

CACHE = "classical.json"  # beside the pictures
WEBP_MAX_SIDE = 16_383


def webp(picture: Picture) -> int | None:
    """As small as Pillow makes it, RGB under alpha 0 kept; None where WebP cannot hold the picture."""
    if picture.bit_depth != 8 or max(picture.width, picture.height) > WEBP_MAX_SIDE:
        return None
    stream = io.BytesIO()
    imagefile.to_pil(picture).save(stream, "WEBP", lossless=True, quality=100, method=6, exact=True)
    return stream.tell()


def jpeg_xl(picture: Picture, effort: int) -> int:
    """The bare codestream; of grey with alpha as RGBA, the one of the four that imagecodecs does not take."""
    samples = picture.interleaved()
    if samples.shape[2] == 2:
        samples = samples[:, :, [0, 0, 0, 1]]
    samples = samples[:, :, 0] if samples.shape[2] == 1 else samples
    return len(imagecodecs.jpegxl_encode(np.ascontiguousarray(samples), lossless=True, effort=effort, numthreads=1))


def png(picture: Picture) -> int | None:
    """The file as Pillow or we write it, optimised by oxipng, level 4; None where that is not installed."""
    if oxipng is None:
        return None
    stream = io.BytesIO()
    if picture.bit_depth == 8:
        imagefile.to_pil(picture).save(stream, "PNG")
    else:
        imagefile.write(Picture(picture.pixels, picture.alpha), stream, "png")
    return len(oxipng.optimize_from_memory(stream.getvalue(), level=4))


def coders(efforts: list[int]) -> dict[str, Callable[[Picture], int | None]]:
    """By the name of their column."""
    return {"webp": webp, **{f"jxl{effort}": partial(jpeg_xl, effort=effort) for effort in efforts}, "png": png}


class Sizes:
    """Sizes by the hash of a picture's file and the coder's column; found once, kept in the folder."""

    def __init__(self, folder: Path, columns: dict[str, Callable[[Picture], int | None]]) -> None:
        self.path = folder / CACHE
        self.columns = columns

    def of(self, path: Path, picture: Picture) -> dict[str, int | None]:
        key = hashlib.sha256(path.read_bytes()).hexdigest()
        found = self._kept().get(key, {"file": path.name})
        missing = self.columns.keys() - found.keys()
        for name in missing:
            found[name] = self.columns[name](picture)
        if missing:  # another run may have kept something meanwhile
            kept = self._kept()
            kept[key] = kept.get(key, {}) | found
            write_whole(self.path, json.dumps(kept, indent=1).encode())
        return {name: found[name] for name in self.columns}

    def _kept(self) -> dict[str, dict[str, Any]]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}
