"""Pillow pictures to ours and back: modes, palettes, transparent colours, colour spaces and metadata."""

from dataclasses import replace
from io import BytesIO
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures import pilinfo
from aecodec.pictures.exif import exif_block
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array
from aecodec.pictures.wanted import Warn

EXIF_PREFIX = b"Exif\0\0"
_DROPPED = {"comment": "comment", "photoshop": "Photoshop block (IPTC texts, paths)"}  # keys of Pillow's `info`


def is_pil(given: object) -> TypeGuard[Image.Image]:
    return isinstance(given, Image.Image)


def to_pil(picture: Picture) -> Image.Image:
    """A Pillow picture of mode L, LA, RGB, RGBA or I;16 with the metadata in its `info`.

    Pillow has no mode for 16-bit colour or 16-bit alpha: BadInput.
    """
    samples = picture.interleaved()
    if picture.bit_depth == 16 and samples.shape[2] > 1:
        raise BadInput("Pillow cannot hold 16-bit colour or alpha: use decode_array, which gives an array")
    image = Image.fromarray(samples[:, :, 0] if samples.shape[2] == 1 else samples)
    image.info.update(info(picture.metadata) | pilinfo.info(picture.metadata))
    return image


def metadata(image: Image.Image, warn: Warn) -> Metadata:
    """All metadata of a Pillow picture; complete once it is loaded."""
    icc, xmp = image.info.get("icc_profile"), image.info.get("xmp")
    exif = image.info.get("exif")
    if exif is None and image.format == "TIFF":
        exif = exif_block(image.getexif(), warn)
    if exif is None and isinstance(text := image.info.get("Raw profile type exif"), str):
        exif = _of_raw_profile(text, warn)
    if isinstance(xmp, str):
        xmp = xmp.encode()
    for key, name in _DROPPED.items():
        if image.info.get(key) and image.format != "JPEG2000":  # whose comment names the library that wrote it
            warn(f"its {name} is not kept")
    resolution = pilinfo.resolution(image)
    fields = pilinfo.colour(image, warn)
    return Metadata(icc or None, (exif or b"").removeprefix(EXIF_PREFIX) or None, xmp or None, resolution, **fields)


def _of_raw_profile(text: str, warn: Warn) -> bytes | None:
    """How PNG writers stored EXIF before the eXIf chunk: lines of nothing, a name and the size, then hexadecimals."""
    try:
        return bytes.fromhex("".join(text.split("\n")[3:]))
    except ValueError:
        warn("the EXIF in a text of the PNG is damaged and is dropped")
        return None


def info(metadata: Metadata) -> dict[str, bytes]:
    """ICC profile, EXIF and XMP as Pillow's `info` holds them and its `save` takes them."""
    fields = {
        "icc_profile": metadata.icc,
        "exif": metadata.exif and EXIF_PREFIX + metadata.exif,
        "xmp": metadata.xmp,
    }
    return {name: content for name, content in fields.items() if content}


def picture(image: Image.Image, warn: Warn) -> Picture:
    """The current frame of a Pillow picture, its palette, colour space and transparent colour resolved."""
    image.load()
    fields = metadata(image, warn)
    if image.mode in ("CMYK", "LAB"):
        image = _to_srgb(image, fields.icc, warn)
        fields = fields.without(["icc"])
    if image.mode.startswith(("I", "F")):
        samples = _deep_samples(image)
    elif image.mode in ("P", "PA"):
        samples = _palette_samples(image, fields.icc)
    else:
        mode = {"1": "L", "La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)
        mode = mode if mode in ("L", "LA", "RGB", "RGBA") else "RGB"
        samples = np.atleast_3d(np.array(image.convert(mode)))  # a copy: asarray would be read-only
    if image.mode in ("1", "L", "RGB") or image.mode.startswith("I"):
        samples = _with_transparent_colour(samples, image)
    return replace(from_array(samples), metadata=fields)


def _to_srgb(image: Image.Image, icc: bytes | None, warn: Warn) -> Image.Image:
    if image.mode == "LAB":
        warn("L*a*b* colours are converted to sRGB")
        return image.convert("RGB")
    if icc:
        from PIL import ImageCms  # here: few pictures need it

        try:
            profile = ImageCms.ImageCmsProfile(BytesIO(icc))
            converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError) as exc:
            warn(f"the colour profile of the CMYK picture cannot be used ({exc})")
        else:
            warn("CMYK is converted to sRGB through its colour profile, which is dropped")
            assert converted is not None  # None comes of inPlace=True alone
            return converted
    warn("CMYK without a usable colour profile is converted to RGB by rule of thumb")
    return image.convert("RGB")


def _deep_samples(image: Image.Image) -> NDArray[Any]:
    samples = np.asarray(image)
    if image.mode == "F" or samples.min() < 0 or samples.max() > 65535:
        raise BadInput(f"a picture of 32-bit samples (mode {image.mode}): convert it to 8 or 16 bits first")
    return samples.astype(np.uint16)[:, :, None]


def _palette_samples(image: Image.Image, icc: bytes | None) -> NDArray[Any]:
    """RGB or RGBA; grey where only grey entries are used, unless a colour profile for RGB belongs to them."""
    transparent = image.mode == "PA" or image.has_transparency_data
    samples = np.array(image.convert("RGBA" if transparent else "RGB"))
    red, green, blue = samples[:, :, 0], samples[:, :, 1], samples[:, :, 2]
    if (icc is None or icc[16:20] == b"GRAY") and np.array_equal(red, green) and np.array_equal(red, blue):
        return samples[:, :, 2:]
    return samples


def _with_transparent_colour(samples: NDArray[Any], image: Image.Image) -> NDArray[Any]:
    """An alpha channel of 0 where a pixel has the one colour that the file declares transparent."""
    key = image.info.get("transparency")
    if not isinstance(key, int | tuple) or np.size(key) != samples.shape[2]:
        return samples
    hit = (samples == np.array(key)).all(axis=2)
    top = np.iinfo(samples.dtype).max
    return np.dstack([samples, np.where(hit, 0, top).astype(samples.dtype)])
