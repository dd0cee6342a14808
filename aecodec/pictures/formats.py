"""Which picture formats are read and written, and what those that are written can hold; no library is loaded for it."""

from dataclasses import dataclass

from aecodec.errors import is_there
from aecodec.pictures.colour import COLOUR_FIELDS

HEIF = "heif"  # the extra that reads it

READ = {  # suffixes of the files that are taken from folders, lower case, by the module that reads them
    "png": (".png", ".apng"),
    "pnm": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "tiff": (".tiff", ".tif"),
    "jxl": (".jxl",),
    "heif": (".heic", ".heif", ".hif"),
    "pillow": (  # what people have; other kinds that it opens (textures, icons of programs, faxes) are read if named
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
        *(".gif", ".webp", ".avif", ".avifs", ".bmp", ".dib", ".ico", ".icns"),
        *(".tga", ".pcx", ".psd", ".qoi", ".dds", ".sgi", ".rgb", ".bw", ".ras"),
    ),
}
SUFFIXES = frozenset(suffix for name, suffixes in READ.items() if name != HEIF or is_there(HEIF) for suffix in suffixes)


@dataclass(frozen=True)
class Format:
    """What a format that is written can hold."""

    suffixes: tuple[str, ...]  # of its files, lower case; new files get the first
    holds: frozenset[str]  # fields of the metadata
    lossy: bool = False  # at a quality of 1 to 100
    alpha: bool = True
    bit_depth: int = 16
    max_side: int | None = None  # pixels


_BLOCKS = frozenset({"icc", "exif", "xmp"})
ALL = _BLOCKS.union(COLOUR_FIELDS, ["resolution"])

WRITTEN = {
    "png": Format((".png",), ALL),
    "tiff": Format((".tiff", ".tif"), _BLOCKS | {"resolution", "chromaticities"}),
    "ppm": Format((".ppm", ".pgm", ".pnm"), frozenset(), alpha=False),
    "jpeg": Format(
        (".jpg", ".jpeg", ".jpe", ".jfif"), _BLOCKS | {"resolution"}, True, alpha=False, bit_depth=8, max_side=65_500
    ),
    "webp": Format((".webp",), _BLOCKS, True, bit_depth=8, max_side=16_383),
    "avif": Format((".avif",), _BLOCKS | {"cicp"}, True, bit_depth=8, max_side=16_384),
    "jxl": Format((".jxl",), frozenset({"exif", "xmp"}), True),
    "bmp": Format((".bmp", ".dib"), frozenset({"resolution"}), bit_depth=8),
}
