"""What Pillow writes: JPEG and WebP, of 8 bits a sample."""

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

from aecodec.pictures import pilmodes
from aecodec.pictures.picture import Picture, Warn

JPEG_FIELD_BYTES = 65_504  # what EXIF or XMP may have each: a marker's 65,533 less its own name


def encode_jpeg(picture: Picture, warn: Warn) -> bytes:
    """Quality 95 with full chroma. Warns of EXIF and XMP that JPEG's markers are too short for."""
    fields = {"exif": picture.metadata.exif, "xmp": picture.metadata.xmp}
    too_long = [name for name, content in fields.items() if len(content or b"") > JPEG_FIELD_BYTES]
    return _saved(_without(picture, too_long, "jpeg", warn), "JPEG", quality=95, subsampling=0)


def encode_webp(picture: Picture, warn: Warn) -> bytes:
    """Without loss, also under transparent pixels. Warns of a profile for grey, which WebP stores as RGB."""
    icc = picture.metadata.icc
    unfit = ["icc"] if icc is not None and icc[16:20] == b"GRAY" else []
    return _saved(_without(picture, unfit, "webp", warn), "WEBP", lossless=True, exact=True)


def _without(picture: Picture, names: Iterable[str], format: str, warn: Warn) -> Picture:
    for name in names:
        warn(f"the {name.upper()} block does not fit into {format} and is dropped")
    return replace(picture, metadata=picture.metadata.without(names))


def _saved(picture: Picture, format: str, **options: object) -> bytes:
    stream = BytesIO()
    pilmodes.to_pil(picture).save(stream, format, **options, **pilmodes.info(picture.metadata))
    return stream.getvalue()
