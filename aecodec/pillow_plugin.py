"""Pillow reads and writes .aec files once this is imported: `import aecodec.pillow_plugin` registers the format "AEC".

`Image.open` reads header, index and metadata, and needs neither torch nor weights; pixels come with `load`. Pillow has
no mode for 16-bit colour or alpha: such a picture opens in 8 bits, as those of PNG do (`aecodec.decode_array` has them
all). `save` takes the options of `aecodec.encode` (`quality`, `bpp`, `max_bytes`, `psnr`, `lossless`, `effort`,
`device`, `weights`), and `exif`, `icc_profile` and `xmp` in place of what the picture's `info` has, None for none.

Errors are those of Pillow's own plugins: UnidentifiedImageError for a file whose head is damaged, OSError for damage
behind it and for a picture that cannot be written, ValueError for options. With `ImageFile.LOAD_TRUNCATED_IMAGES` what
is left of a damaged file is painted. There is no `draft`: the format has no smaller picture that would cost less.
"""

import os
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from PIL import Image, ImageFile

from aecodec.bits import read_exactly
from aecodec.codec.ancillary import FIELDS, fields_of
from aecodec.codec.layout import MAGIC, Layout, Part, PartKind, check_crc, read_layout
from aecodec.errors import AecodecError, FormatError, UsageError
from aecodec.pictures import pilinfo, pilmodes
from aecodec.pictures.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT, SUFFIX, MIME = "AEC", ".aec", "image/x-aec"
OPTIONS = ("quality", "bpp", "max_bytes", "psnr", "lossless", "effort", "device", "weights")
METADATA = {"exif": "exif", "icc_profile": "icc", "xmp": "xmp"}  # what `save` takes, and fields of ours

# Of files that are loaded, as `Image.open` takes no options of a format: as `aecodec.decode` has them.
DEVICE = "auto"
WEIGHTS: str | os.PathLike[str] | None = None


class AecImageFile(ImageFile.ImageFile):
    """A picture in an .aec file; its pixels are decoded when they are asked for."""

    format = FORMAT
    format_description = "aecodec image"

    @property
    def _stream(self) -> BinaryIO:
        return cast("BinaryIO", self.fp)

    def _open(self) -> None:
        try:
            layout = read_layout(self._stream)
            metadata = _metadata(self._stream, layout)
        except AecodecError as error:
            raise SyntaxError(str(error)) from error
        header = layout.header
        has_alpha = header.tiles_alpha or any(part.kind == PartKind.ALPHA for part in layout.parts)
        self._size = header.width, header.height
        self._mode = {1: "L", 3: "RGB"}[header.channels] + ("A" if has_alpha else "")
        if self._mode == "L" and header.bit_depth == 16:
            self._mode = "I;16"
        self.info.update(pilmodes.info(metadata) | pilinfo.info(metadata))
        self.tile = [ImageFile._Tile("raw", (0, 0, *self.size), 0, self.mode)]

    def load(self) -> Any:
        """As Pillow's. Raises OSError where the file is damaged, or its weights or the device are missing."""
        if self.tile:
            pixels = self._decoded().tobytes()
            if self._exclusive_fp:
                self._stream.close()
            self.fp = BytesIO(pixels)
        return super().load()

    def load_seek(self, pos: int) -> None:
        """Nothing to seek: `load` has put the pixels where they are read; and Pillow maps no file that has this."""

    def verify(self) -> None:
        """As Pillow's: all checksums, no pixels. Raises OSError."""
        from aecodec.codec import container

        with _as_os_error():
            self._stream.seek(0)
            container.parse(self._stream)
        super().verify()

    def _decoded(self) -> Image.Image:
        from aecodec.api import loaded_codec  # here: the codec takes its time
        from aecodec.pictures.imagefile import in_8_bits

        with _as_os_error():
            self._stream.seek(0)
            codec = loaded_codec(DEVICE, WEIGHTS)
            picture = codec.decode(self._stream, keep_going=ImageFile.LOAD_TRUNCATED_IMAGES).picture
        if picture.bit_depth == 16 and self.mode != "I;16":
            picture = in_8_bits(picture)
        image = pilmodes.to_pil(picture)
        return image if image.mode == self.mode else image.convert(self.mode)  # alpha is lost: opaque


def _metadata(stream: BinaryIO, layout: Layout) -> Metadata:
    """What stands before the tiles. Raises FormatError, but for damage that `LOAD_TRUNCATED_IMAGES` passes over."""
    found: dict[str, Any] = {}
    for part in layout.parts:
        if part.kind in FIELDS:
            try:
                found |= _read(stream, part)
            except FormatError:
                if not ImageFile.LOAD_TRUNCATED_IMAGES:
                    raise
    return Metadata(**found)


def _read(stream: BinaryIO, part: Part) -> dict[str, Any]:
    stream.seek(part.offset)
    payload = read_exactly(stream, part.size, part=part.name, offset=part.offset)
    check_crc(stream, payload, part=part.name, offset=part.offset)
    return fields_of(part, payload)


def _save(image: Image.Image, target: IO[bytes], filename: str | bytes) -> None:
    from aecodec import api
    from aecodec.pictures import imagefile

    given: dict[str, Any] = image.encoderinfo
    options = {name: given[name] for name in OPTIONS if name in given}
    with _as_os_error():
        picture = imagefile.from_pil(image)
        fields: dict[str, Any] = {ours: _block(given[name]) for name, ours in METADATA.items() if name in given}
        data = api.encode(replace(picture, metadata=replace(picture.metadata, **fields)), **options)
    target.write(data)


def _block(given: Any) -> bytes | None:
    """Metadata as `save` takes them: bytes, text or `Image.Exif`; None or empty for none."""
    if isinstance(given, Image.Exif):
        given = given.tobytes() if len(given) else b""
    elif isinstance(given, str):
        given = given.encode()
    return bytes(given or b"").removeprefix(pilmodes.EXIF_PREFIX) or None


@contextmanager
def _as_os_error() -> "Iterator[None]":
    """Raises OSError for what is wrong with a file or a picture, ValueError for options: what Pillow's users expect."""
    try:
        yield
    except UsageError as error:
        raise ValueError(str(error)) from error
    except AecodecError as error:
        raise OSError(str(error)) from error


def _accept(prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


Image.register_open(FORMAT, AecImageFile, _accept)
Image.register_save(FORMAT, _save)
Image.register_extension(FORMAT, SUFFIX)
Image.register_mime(FORMAT, MIME)
