"""A set of synthetic pictures, for what a codec makes of everything that is no photograph.

    python -m benchmarks.synthetic OUT TRAIN [--only CLASS ...]

OUT is a folder for PNG files, TRAIN the folder of the packs, of which the photographs in some pictures come: those
named in `pretrained/held-out.txt`, which training leaves out. The first word of a file's name is its class. Each
picture has a generator of its own, seeded by its name: the same on every run with the same libraries and fonts.
Pictures that are there already are left as they are.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from aecodec import outputs
from aecodec.pictures import imagefile
from aecodec.pictures.picture import from_array
from benchmarks.drawing import browser
from benchmarks.drawing.paint import Rng
from benchmarks.drawing.photographs import Photographs
from benchmarks.sharp import HELD_OUT
from benchmarks.synthetic_photos import mixed, screens, tones
from benchmarks.synthetic_set import Drawing, drawn

SEED = 14


def generator(name: str, seed: int = SEED) -> Rng:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def drawings(photos: Photographs) -> dict[str, Drawing]:
    """All that needs no browser."""
    return {**drawn(), **tones(photos), **mixed(photos)}


def save(path: Path, array: np.ndarray) -> None:
    """As PNG, by Pillow where it can: what writes pictures here is what is measured."""
    with outputs.opened(path, replace=True) as stream:
        if array.dtype == np.uint16:
            imagefile.write(from_array(array), stream, "png")
        else:
            Image.fromarray(array).save(stream, "PNG")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("--only", nargs="+", metavar="CLASS")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    photos = Photographs([given.train / name for name in HELD_OUT.read_text().split()])

    def wanted(name: str) -> bool:
        return not (given.out / f"{name}.png").exists() and (not given.only or name.split("-")[0] in given.only)

    for name, draw in drawings(photos).items():
        if wanted(name):
            save(given.out / f"{name}.png", draw(generator(name)))
    lacking = browser.missing()
    if lacking:
        print(lacking)
        return
    shown = {name: make(generator(name)) for name, make in screens(photos).items() if wanted(name)}
    for name, pixels in zip(shown, browser.shots(shown.values()), strict=True):
        save(given.out / f"{name}.png", pixels)


if __name__ == "__main__":
    main()
