"""Pictures to measure on, of any size: photographs, mirrored where they end, no two the same."""

from pathlib import Path

import numpy as np

from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture

SAMPLES = Path(__file__).parents[2] / "samples"
SIZES = {"768x512": (768, 512), "1080p": (1920, 1080), "4K": (3840, 2160), "40 MP": (7728, 5152)}
STRIDE = 29  # pixels by which pictures of one size lie apart


def size(text: str) -> tuple[int, int]:
    """A name of `SIZES`, or WxH."""
    if text in SIZES:
        return SIZES[text]
    width, _, height = text.partition("x")
    return int(width), int(height)


def photographs(folder: Path = SAMPLES) -> list[np.ndarray]:
    """RGB of 8 bits."""
    read = [imagefile.read(path).pixels for path in sorted(folder.glob("*.png"))]
    return [pixels for pixels in read if pixels.dtype == np.uint8 and pixels.shape[2] == 3]


def picture(sources: list[np.ndarray], width: int, height: int, number: int = 0) -> Picture:
    source = sources[number % len(sources)]
    shift = STRIDE * (number // len(sources))
    rows, columns = (
        _mirrored(side, shift, there) for side, there in zip((height, width), source.shape[:2], strict=True)
    )
    return Picture(np.ascontiguousarray(source[rows[:, None], columns]))


def _mirrored(side: int, shift: int, there: int) -> np.ndarray:
    """Indices 0 ... there - 1 that go to and fro."""
    place = (np.arange(side) + shift) % (2 * there)
    return np.minimum(place, 2 * there - 1 - place)


def write_folder(folder: Path, sources: list[np.ndarray], count: int, width: int, height: int) -> None:
    """So many PNGs."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        with (folder / f"{number:05}.png").open("wb") as stream:
            imagefile.write(picture(sources, width, height, number), stream, "png")
