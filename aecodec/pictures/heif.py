"""HEIF (.heic, what phones take) in, at 8 bits and more, where pillow-heif is installed."""

from dataclasses import replace
from importlib import import_module
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from aecodec.errors import BadInput, require
from aecodec.pictures.colour import is_legal, is_srgb
from aecodec.pictures.depths import to_samples
from aecodec.pictures.formats import HEIF
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.orientation import said_upright
from aecodec.pictures.picture import Picture, from_array, unassociated
from aecodec.pictures.pilinfo import UNSPECIFIED
from aecodec.pictures.pilmodes import EXIF_PREFIX
from aecodec.pictures.wanted import Wanted, Warn

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})  # with HEVC inside
GENERAL_BRANDS = frozenset({b"mif1", b"msf1"})  # with whatever the brands that follow say
FILE_TYPE_BYTES = 256  # of a file, which hold all brands


def read(data: bytes, warn: Warn, wanted: Wanted) -> Picture | None:
    """The picture, or the one of several that the file says is the main one; None if the data are no HEIF.

    Its rotation is part of how it is stored: pixels come upright, and EXIF does not turn them once more. Raises
    MissingExtra, BadInput, LimitExceeded.
    """
    if not _is_heif(data):
        return None
    file = _opened(BytesIO(data))
    index = wanted.index(len(file), warn)
    image = file[file.primary_index if wanted.page is None else index]
    wanted.check_size(*image.size)
    alpha = image.mode.partition(";")[0] in ("LA", "RGBA", "RGBa")
    samples: Any = np.atleast_3d(to_samples(np.asarray(image), image.info["bit_depth"], warn))
    if alpha and image.premultiplied_alpha:
        samples = np.dstack([unassociated(samples[:, :, :-1], samples[:, :, -1]), samples[:, :, -1]])
    return replace(from_array(samples), metadata=_metadata(image.info))


def count(stream: BinaryIO) -> int | None:
    """How many pictures a HEIF has; None if it is none."""
    if not _is_heif(stream.read(FILE_TYPE_BYTES)):
        return None
    stream.seek(0)
    return len(_opened(stream))


def size(stream: BinaryIO) -> tuple[int, int] | None:
    """Width and height of the main picture of a HEIF; None if it is none."""
    if not _is_heif(stream.read(FILE_TYPE_BYTES)):
        return None
    stream.seek(0)
    file = _opened(stream)
    width, height = file[file.primary_index].size
    return width, height


def _is_heif(data: bytes) -> bool:
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4]), FILE_TYPE_BYTES)
    others = {data[at : at + 4] for at in range(16, end, 4)}
    return data[8:12] in BRANDS or (data[8:12] in GENERAL_BRANDS and not others.isdisjoint(BRANDS))


def _opened(stream: BinaryIO) -> Any:
    require(HEIF)
    pillow_heif: Any = import_module("pillow_heif")  # here: it is not there everywhere

    try:
        return pillow_heif.HeifFile(stream, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    except ValueError as exc:
        raise BadInput(f"damaged or unsupported HEIF: {exc}") from exc


def _metadata(info: dict[str, Any]) -> Metadata:
    """Of the colours what `pilinfo.cicp_of_avif` takes: primaries and transfer, where there is no profile."""
    icc = info.get("icc_profile") or None
    nclx = info.get("nclx_profile") or {}
    said = nclx.get("color_primaries", UNSPECIFIED), nclx.get("transfer_characteristics", UNSPECIFIED), 0, 1
    told = icc is None and UNSPECIFIED not in said[:2] and is_legal("cicp", said) and not is_srgb("cicp", said)
    exif = (info.get("exif") or b"").removeprefix(EXIF_PREFIX)
    return said_upright(Metadata(icc, exif or None, info.get("xmp") or None, cicp=said if told else None))
