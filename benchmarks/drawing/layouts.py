"""Pages that mix text, flat colour and photographs: magazines, slides, scans, photo viewers, collages."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.drawing.charts import chart
from benchmarks.drawing.lettering import Sheet, paragraph, sentence, words
from benchmarks.drawing.paint import BLACK, WHITE, Colour, Pixels, Rng, colour, ink, pasted, to_bytes
from benchmarks.drawing.patterns import clouds, linear
from benchmarks.drawing.photographs import Photographs


def magazine(rng: Rng, photos: Photographs, width: int, height: int, body: str = "stix") -> Pixels:
    """A headline, a photograph over all columns, columns of text and a small photograph in the last."""
    margin, columns = width // 18, 2 if width < 900 else 3
    step = (width - margin) // columns
    size = max(9, width // 75)
    sheet = Sheet(width, height)
    sheet.write(words(rng, 3).title(), margin, margin, "sans-bold", width // 16)
    top = margin + width // 9
    high = height // 3
    pieces = [(photos.cut(rng, width - 2 * margin, high), margin, top)]
    top += high + margin // 2
    for column in range(columns):
        left = margin + column * step
        bottom = height - margin
        if column == columns - 1:
            small = photos.cut(rng, step - margin, height // 6)
            bottom -= height // 6 + size
            pieces.append((small, left, bottom + size))
        sheet.fill(
            "\n".join(paragraph(rng, 5) for _ in range(30)), (left, top, left + step - margin, bottom), body, size
        )
    ground = np.full((height, width, 3), 255, np.uint8)
    return pasted(ink(sheet.coverage(), BLACK, ground), *pieces)


def slide(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """A gradient, a title, bullets, and a photograph or a chart."""
    ground = to_bytes(linear(width, height, [colour(rng, 0, 80), colour(rng, 20, 120)], np.pi / 3))
    sheet = Sheet(width, height)
    sheet.write(words(rng, 3).title(), width // 16, height // 12, "liberation-sans", height // 11)
    for row in range(4):
        sheet.write(f"• {words(rng, 4)}", width // 14, height * (0.32 + 0.14 * row), "liberation-sans", height // 20)
    piece = photos.cut(rng, width * 2 // 5, height // 2)
    return pasted(ink(sheet.coverage(), WHITE, ground), (piece, width * 11 // 20, height * 3 // 10))


def report(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """A page of a document: headings, text, a chart and a photograph with captions."""
    margin, size = width // 10, max(10, width // 60)
    sheet = Sheet(width, height)
    wide, high = width - 2 * margin, height // 4
    sheet.write(f"1. {words(rng, 3).title()}", margin, margin, "liberation-sans", 2 * size)
    top = sheet.fill(
        paragraph(rng, 12), (margin, margin + 3 * size, width - margin, height * 0.28), "liberation-serif", size
    )
    pieces = [(chart(rng, wide, high, "lines"), margin, int(top))]
    below = top + high
    sheet.write(f"Figure 1. {sentence(rng)}", margin, below, "stix-italic", size)
    text = "\n".join(paragraph(rng, 6) for _ in range(4))
    top = sheet.fill(text, (margin, below + 3 * size, width - margin, height * 0.72), "liberation-serif", size)
    pieces.append((photos.cut(rng, wide, int(height - margin - top)), margin, int(top)))
    return pasted(ink(sheet.coverage()), *pieces)


def scan(rng: Rng, page: Pixels, turn: float = 0.7, grain: float = 2.5) -> Pixels:
    """A page as a flatbed gives it back: turned, soft, on paper that is not white, with grain."""
    image = Image.fromarray(page).rotate(turn, Image.Resampling.BICUBIC, fillcolor=(225, 223, 218))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float64)
    height, width = soft.shape[:2]
    paper = 0.93 + 0.05 * clouds(rng, width, height, 1.5)[:, :, None]
    noisy = soft * paper * (1.0, 0.99, 0.95) + rng.normal(0, grain, soft.shape)
    return to_bytes(noisy / 255)


def viewer(rng: Rng, photos: Photographs, width: int, height: int) -> Pixels:
    """A window of a photo viewer: dark frame, buttons, the photograph, a strip of small ones."""
    image = Image.new("RGB", (width, height), (32, 32, 34))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 38), fill=(48, 48, 52))
    for at, fill in enumerate(((255, 95, 86), (255, 189, 46), (39, 201, 63))):
        draw.ellipse((14 + 22 * at, 12, 28 + 22 * at, 26), fill=fill)
    sheet = Sheet(width, height, "smooth")
    sheet.write(f"IMG_{rng.integers(1000, 9999)}.JPG — {width} × {height}", width // 3, 10, "sans", 13)
    strip, side = height - 96, 80
    pieces = [(photos.cut(rng, width - 160, strip - 60), 80, 48)]
    pieces += [(photos.cut(rng, side, side), left, strip) for left in range(20, width - side, side + 10)]
    return pasted(ink(sheet.coverage(), (220, 220, 220), np.asarray(image)), *pieces)


def collage(rng: Rng, photos: Photographs, width: int, height: int, across: int, down: int, gap: int) -> Pixels:
    """Photographs in a grid on white."""
    wide, high = (width - gap) // across - gap, (height - gap) // down - gap
    pieces = [
        (photos.cut(rng, wide, high), gap + column * (wide + gap), gap + row * (high + gap))
        for row in range(down)
        for column in range(across)
    ]
    return pasted(np.full((height, width, 3), 255, np.uint8), *pieces)


def framed(rng: Rng, photos: Photographs, width: int, height: int, ground: Colour, border: int) -> Pixels:
    """A photograph within bars of one colour, as letterboxed films have them."""
    piece = photos.cut(rng, width, height - 2 * border)
    return pasted(np.full((height, width, 3), ground, np.uint8), (piece, 0, border))


def watermarked(rng: Rng, photo: Pixels) -> Pixels:
    """Translucent words all over."""
    height, width = photo.shape[:2]
    sheet = Sheet(width, height)
    for top in range(10, height, 90):
        for left in range((top // 90 % 2) * 80, width, 200):
            sheet.write("© PREVIEW", left, top, "sans-bold", 22)
    return ink(sheet.coverage() * 0.45, WHITE, photo)


def cut_out(rng: Rng, photo: Pixels) -> Pixels:
    """A photograph with an alpha of a soft disc, as product pictures have, (H, W, 4)."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[0.5:height, 0.5:width]
    reach = np.hypot((x - width / 2) / width, (y - height / 2) / height) * 2
    alpha = to_bytes(np.clip((0.9 - reach) * min(width, height) / 4, 0, 1))
    return np.concatenate([np.where(alpha[:, :, None] > 0, photo, 0), alpha[:, :, None]], 2).astype(np.uint8)
