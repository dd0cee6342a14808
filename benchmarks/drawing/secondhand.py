"""What becomes of pictures on their way: JPEG's noise, scaling, faxing, a window's shadow, a ground cut away."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.drawing.paint import Colour, Pixels, Rng, Unit, to_bytes


def after_jpeg(pixels: Pixels, quality: int) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    with Image.open(stream) as image:
        return np.asarray(image)


def scaled(pixels: Pixels, factor: float, how: Image.Resampling = Image.Resampling.BICUBIC) -> Pixels:
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((round(image.width * factor), round(image.height * factor)), how))


def faxed(rng: Rng, grey: Pixels, specks: float = 0.0005) -> Pixels:
    """Black and white (H, W) with specks and ragged edges."""
    soft = np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(0.8)), np.float64)
    black = soft + rng.normal(0, 18, soft.shape) < 140
    black ^= rng.random(soft.shape) < specks
    return np.where(black, 0, 255).astype(np.uint8)


def inked(coverage: Unit, pen: Colour) -> Pixels:
    """One colour everywhere, the coverage (H, W) as alpha: (H, W, 4)."""
    colours = np.broadcast_to(np.asarray(pen, np.uint8), (*coverage.shape, 3))
    return np.concatenate([colours, to_bytes(coverage)[:, :, None]], 2)


def cut_away(pixels: Pixels, ground: Colour) -> Pixels:
    """(H, W, 4): alpha 0 where the ground is, 255 elsewhere; the colours stay beneath."""
    alpha = np.where((pixels == np.asarray(ground, np.uint8)).all(2), 0, 255).astype(np.uint8)
    return np.concatenate([pixels, alpha[:, :, None]], 2)


def window(pixels: Pixels, margin: int = 40, radius: int = 12) -> Pixels:
    """A screenshot of one window with round corners and a soft shadow around it, (H, W, 4)."""
    height, width = pixels.shape[:2]
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius=radius, fill=255)
    shadow = Image.new("L", (width + 2 * margin, height + 2 * margin))
    shadow.paste(mask.point(lambda level: level // 2), (margin, margin + 10))
    image = Image.new("RGBA", shadow.size, (0, 0, 0, 0))
    image.putalpha(shadow.filter(ImageFilter.GaussianBlur(margin / 3)))
    image.paste(Image.fromarray(pixels), (margin, margin), mask)
    return np.asarray(image)


def relief(field: Unit) -> Pixels:
    """A hillshade of heights (H, W): lit from the upper left, grey (H, W)."""
    down, across = np.gradient(field * 200)
    return to_bytes((1 + across + down) / np.sqrt(1 + across**2 + down**2) / np.sqrt(3) / 1.1)


def blocks(pixels: Pixels, side: int, box: tuple[int, int, int, int]) -> Pixels:
    """A part (left, top, right, bottom) in coarse blocks, as faces are hidden."""
    left, top, right, bottom = box
    image = Image.fromarray(pixels)
    part = image.crop(box).resize(((right - left) // side, (bottom - top) // side), Image.Resampling.BOX)
    image.paste(part.resize((right - left, bottom - top), Image.Resampling.NEAREST), (left, top))
    return np.asarray(image)
