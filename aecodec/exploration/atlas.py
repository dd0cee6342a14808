"""What `aecodec explore` writes: a page and its parts as pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aecodec.errors import UsageError
from aecodec.exploration import inputs, maps, mosaics, pages, weights
from aecodec.exploration.inputs import Note
from aecodec.exploration.maps import Map
from aecodec.outputs import refuse_existing, write_whole

CANVAS = 1000  # pixels a side of a map as a picture
THUMBNAIL = 30  # pixels of a sample on it


@dataclass(frozen=True)
class Wish:
    """What a user asks of `explore`."""

    data: str
    weights: Path | None
    out: Path
    method: str
    limit: int
    seed: int
    device: str
    replace: bool

    def methods(self) -> tuple[str, ...]:
        """Raises UsageError for a name of none."""
        names = tuple(dict.fromkeys(name.strip() for name in self.method.split(",") if name.strip()))
        if not names or not set(names) <= set(maps.METHODS):
            raise UsageError(f"--method {self.method}: choose of {', '.join(maps.METHODS)}")
        return names

    def pictures(self) -> dict[str, Path]:
        """Where each part is written to, beside the page."""
        stem = self.out.with_suffix("")
        parts = [*(f"map-{name}" for name in self.methods()), "reconstruction", "latents"]
        return {part: stem.with_name(f"{stem.name}-{part}.png") for part in parts}


def write(wish: Wish, command: str, note: Note) -> Iterator[tuple[Path, int]]:
    """Path and bytes of each file; raises UsageError, OutputError before anything is read, BadInput, WeightsError."""
    if wish.out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"-o {wish.out}: a page is written, so name it .html")
    pictures = wish.pictures()
    if not wish.replace:
        for path in (wish.out, *pictures.values()):
            refuse_existing(path)
    trained = weights.read(wish.weights, "variational", wish.device)
    data = inputs.read(wish.data, trained.preparation, note)
    few = data.few(wish.limit, wish.seed)
    if len(few) < len(data):
        note(f"{len(few):,} of them are drawn at random; --limit takes more")
    found = maps.explore(trained, few, wish.methods(), wish.seed)
    shown = pages.pictured(found)
    contents = {wish.out: pages.exploration_page(found, shown, trained, command).encode()}
    for name, each in zip(wish.methods(), found.maps, strict=True):
        contents[pictures[f"map-{name}"]] = mosaics.png(picture(shown.originals, each))
    contents[pictures["reconstruction"]] = mosaics.png(shown.pairs)
    contents[pictures["latents"]] = mosaics.png(np.concatenate(shown.effects))
    for path, content in contents.items():
        write_whole(path, content, replace=wish.replace)
        yield path, len(content)


def picture(originals: Sequence[mosaics.Bytes], drawn: Map) -> mosaics.Bytes:
    """The map with thumbnails on white; of those that would lie over each other the first is drawn last."""
    canvas = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    factor = max(-(-max(originals[0].shape[:2]) // THUMBNAIL), 1)
    room = CANVAS - THUMBNAIL
    for sample, (x, y) in zip(originals[::-1], drawn.places[::-1], strict=True):
        small = sample[::factor, ::factor]
        top, left = round((1 - y) * room), round(x * room)
        height, width = min(small.shape[0], CANVAS - top), min(small.shape[1], CANVAS - left)
        canvas[top : top + height, left : left + width] = small[:height, :width]
    return canvas
