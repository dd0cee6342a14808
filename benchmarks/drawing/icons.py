"""Icons: shapes with gradients, rims and shadows, drawn large and shrunk, on nothing or on a ground."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.drawing.lettering import font
from benchmarks.drawing.paint import Colour, Pixels, Rng, colour, to_bytes
from benchmarks.drawing.patterns import linear

SIDE = 512  # pixels that icons are drawn at
Shape = Callable[[ImageDraw.ImageDraw, Rng], None]  # white on black


def disc(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.ellipse((40, 40, 472, 472), fill=255)
    if rng.random() < 0.5:
        draw.ellipse((150, 150, 362, 362), fill=0)


def rounded(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.rounded_rectangle((40, 40, 472, 472), radius=int(rng.integers(20, 160)), fill=255)


def star(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    count = int(rng.integers(5, 9))
    angles = np.arange(2 * count) * np.pi / count - np.pi / 2
    radii = np.where(np.arange(2 * count) % 2, 100, 230)
    draw.polygon([(256 + r * np.cos(a), 256 + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)], fill=255)


def heart(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    t = np.linspace(0, 2 * np.pi, 200)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    draw.polygon([(256 + 13 * a, 236 - 13 * b) for a, b in zip(x, y, strict=True)], fill=255)


def arrow(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.polygon([(60, 200), (280, 200), (280, 90), (460, 256), (280, 422), (280, 312), (60, 312)], fill=255)


def folder(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.rounded_rectangle((40, 110, 250, 250), radius=24, fill=255)
    draw.rounded_rectangle((40, 160, 472, 430), radius=24, fill=255)


def letter(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    glyph = chr(int(rng.integers(65, 91)))
    draw.text((256, 256), glyph, fill=255, font=font("sans-bold", 440), anchor="mm")


def gear(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    angles = np.linspace(0, 2 * np.pi, 720)
    radii = 185 + 40 * np.sign(np.sin(10 * angles))
    draw.polygon([(256 + r * np.cos(a), 256 + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)], fill=255)
    draw.ellipse((186, 186, 326, 326), fill=0)


def lens(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.ellipse((60, 60, 340, 340), outline=255, width=48)
    draw.line((310, 310, 450, 450), fill=255, width=60)


SHAPES: tuple[Shape, ...] = (disc, rounded, star, heart, arrow, folder, letter, gear, lens)


def layer(rng: Rng, shape: Shape, top: Colour, bottom: Colour) -> Image.Image:
    """A shape filled by a gradient, with a darker rim, on nothing; RGBA."""
    mask = Image.new("L", (SIDE, SIDE))
    shape(ImageDraw.Draw(mask), rng)
    fill = Image.fromarray(to_bytes(linear(SIDE, SIDE, [top, bottom], np.pi / 2)))
    rim = Image.new("RGB", (SIDE, SIDE), tuple(level // 2 for level in bottom))
    inner = mask.filter(ImageFilter.MinFilter(17))
    drawn = Image.composite(fill, rim, inner).convert("RGBA")
    drawn.putalpha(mask)
    return drawn


def drawn(rng: Rng, shadow: bool = True) -> Image.Image:
    """An icon of one or two shapes at full size, RGBA."""
    icon = Image.new("RGBA", (SIDE, SIDE))
    count = int(rng.integers(1, 3))
    for index in range(count):
        piece = layer(rng, SHAPES[int(rng.integers(len(SHAPES)))], colour(rng, 90), colour(rng))
        if index:
            small = piece.resize((260, 260), Image.Resampling.LANCZOS)
            piece = Image.new("RGBA", (SIDE, SIDE))
            piece.paste(small, (240, 240))
        if shadow:
            dark = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
            dark.putalpha(piece.getchannel("A").point(lambda level: level * 0.5).filter(ImageFilter.GaussianBlur(14)))
            icon.alpha_composite(dark, (0, 16))
        icon.alpha_composite(piece)
    return icon


def icon(rng: Rng, side: int, shadow: bool = True) -> Pixels:
    """(side, side, 4); RGB under alpha 0 is 0."""
    return np.asarray(drawn(rng, shadow).resize((side, side), Image.Resampling.LANCZOS))


def opaque(rng: Rng, side: int, ground: Colour) -> Pixels:
    """(side, side, 3), on a ground."""
    return sheet(rng, 1, 1, side, ground, gap=0)


def sheet(rng: Rng, across: int, down: int, side: int, ground: Colour, gap: int = 12) -> Pixels:
    """Icons in a grid on a ground; RGB, or RGBA where the ground has an alpha."""
    step = side + gap
    image = Image.new("RGBA", (across * step + gap, down * step + gap), ground)
    for row in range(down):
        for column in range(across):
            piece = drawn(rng).resize((side, side), Image.Resampling.LANCZOS)
            image.alpha_composite(piece, (gap + column * step, gap + row * step))
    return np.asarray(image if len(ground) == 4 else image.convert("RGB"))


def pixelled(rng: Rng, side: int, colours: int) -> Pixels:
    """A favicon of few colours, alpha 0 or 255, (side, side, 4)."""
    small = drawn(rng, shadow=False).resize((side, side), Image.Resampling.LANCZOS)
    few = np.asarray(small.convert("RGB").quantize(colours).convert("RGB"))
    alpha = np.where(np.asarray(small)[:, :, 3] > 127, 255, 0).astype(np.uint8)
    return np.concatenate([np.where(alpha[:, :, None] > 0, few, 0), alpha[:, :, None]], 2).astype(np.uint8)
