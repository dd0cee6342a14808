"""Text as programs draw it: several free fonts, antialiased, not, or with the three stripes of an LCD's pixels."""

from functools import cache
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.drawing.paint import Rng, Unit

Mode = Literal["smooth", "hard", "subpixel"]
MODES: tuple[Mode, ...] = ("smooth", "hard", "subpixel")
BUNDLED = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SYSTEM = Path("/usr/share/fonts/truetype/liberation")  # of Debian's fonts-liberation; without it the set differs
FACES = {
    "sans": BUNDLED / "DejaVuSans.ttf",
    "sans-bold": BUNDLED / "DejaVuSans-Bold.ttf",
    "serif": BUNDLED / "DejaVuSerif.ttf",
    "serif-italic": BUNDLED / "DejaVuSerif-Italic.ttf",
    "mono": BUNDLED / "DejaVuSansMono.ttf",
    "stix": BUNDLED / "STIXGeneral.ttf",
    "stix-bold": BUNDLED / "STIXGeneralBol.ttf",
    "stix-italic": BUNDLED / "STIXGeneralItalic.ttf",
    "computer-modern": BUNDLED / "cmr10.ttf",
    "computer-modern-sans": BUNDLED / "cmss10.ttf",
    "computer-modern-mono": BUNDLED / "cmtt10.ttf",
    "liberation-sans": SYSTEM / "LiberationSans-Regular.ttf",
    "liberation-serif": SYSTEM / "LiberationSerif-Regular.ttf",
    "liberation-mono": SYSTEM / "LiberationMono-Regular.ttf",
    "liberation-narrow": SYSTEM / "LiberationSansNarrow-Bold.ttf",
}
STRIPES = np.array([1, 2, 3, 2, 1]) / 9  # FreeType's default filter over thirds of a pixel, near enough
VOCABULARY = """
the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one
you were all her she there would their we him been has when who will no more if out so said what up its about into
than them can only other time new some could these two may first then do any like my now over such our man me even
most made after also did many off before must well back through years where much your way down should because long
each just state people those too mr how little good world make very year still see own work men day get here old life
both between being under three never know same last another while us might great go come since against right came take
used himself few house american use place during high without again home around small however found mrs part school
thought went say general once upon war every left
"""
WORDS = VOCABULARY.split()


def face(rng: Rng) -> str:
    """One that is on this machine."""
    present = [name for name, path in FACES.items() if path.exists()]
    return str(rng.choice(present))


@cache
def font(name: str, size: float) -> ImageFont.FreeTypeFont:
    path = FACES[name] if FACES[name].exists() else FACES["sans"]
    return ImageFont.truetype(str(path), size)


def words(rng: Rng, count: int) -> str:
    return " ".join(str(word) for word in rng.choice(WORDS, count))


def sentence(rng: Rng, count: int | None = None) -> str:
    """Words with a capital at the start, now and then a comma or a number, and a full stop."""
    chosen = words(rng, count or int(rng.integers(5, 15))).split()
    if rng.random() < 0.4:
        chosen[len(chosen) // 2] += ","
    if rng.random() < 0.3:
        chosen[-1] = str(rng.integers(1, 3000))
    return " ".join(chosen).capitalize() + "."


def paragraph(rng: Rng, sentences: int) -> str:
    return " ".join(sentence(rng) for _ in range(sentences))


def wrapped(text: str, used: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines that are no wider than `width` pixels, as far as words allow."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and used.getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


class Sheet:
    """Coverage by ink of a picture that text is written on, 0 ... 1: (H, W), or (H, W, 3) where it is subpixel."""

    def __init__(self, width: int, height: int, mode: Mode = "smooth") -> None:
        self.mode = mode
        self.scale = 3 if mode == "subpixel" else 1
        self.image = Image.new("L", (width * self.scale, height * self.scale))
        self.draw = ImageDraw.Draw(self.image)
        self.draw.fontmode = "1" if mode == "hard" else "L"

    def write(self, text: str, left: float, top: float, name: str, size: float) -> None:
        place = left * self.scale, top * self.scale
        self.draw.text(place, text, fill=255, font=font(name, size * self.scale))

    def fill(self, text: str, box: tuple[float, float, float, float], name: str, size: float) -> float:
        """Paragraphs into a box (left, top, right, bottom), as far as they go; where the next line would be."""
        left, top, right, bottom = box
        used = font(name, size)
        for part in text.split("\n"):
            for line in wrapped(part, used, right - left):
                if top + 1.2 * size > bottom:
                    return top
                self.write(line, left, top, name, size)
                top += round(1.4 * size)
            top += round(0.5 * size)
        return top

    def coverage(self) -> Unit:
        full = np.asarray(self.image, np.float64) / 255
        if self.scale == 1:
            return full
        height, width = full.shape[0] // 3, full.shape[1]
        thirds = full.reshape(height, 3, width).mean(1)
        padded = np.pad(thirds, ((0, 0), (2, 2)))
        filtered = sum(weight * padded[:, at : at + width] for at, weight in enumerate(STRIPES))
        stripes: Unit = np.asarray(filtered).reshape(height, width // 3, 3)
        return stripes


def page(rng: Rng, width: int, height: int, name: str, size: float, mode: Mode = "smooth") -> Unit:
    """Coverage of a page filled with paragraphs, within a margin."""
    sheet = Sheet(width, height, mode)
    margin = max(4, min(width, height) // 16)
    count = int(width * height / size**2 / 20) + 2
    text = "\n".join(paragraph(rng, int(rng.integers(2, 6))) for _ in range(count // 3 + 1))
    sheet.fill(text, (margin, margin, width - margin, height - margin), name, size)
    return sheet.coverage()


def words_about(rng: Rng, width: int, height: int, name: str, sizes: tuple[int, int], mode: Mode = "smooth") -> Unit:
    """Coverage of words of many sizes anywhere."""
    sheet = Sheet(width, height, mode)
    for _ in range(int(rng.integers(8, 30))):
        left, top = rng.random() * width * 0.8, rng.random() * height * 0.95
        sheet.write(words(rng, int(rng.integers(1, 4))), left, top, name, int(rng.integers(*sizes)))
    return sheet.coverage()
