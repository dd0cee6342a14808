"""What a user names as data, as samples: MNIST or CIFAR-10 on disk, a folder of photographs, a series.

Photographs become samples of one size: each is cropped to its middle square and shrunk, or cut into patches.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import AecodecError, BadInput, UsageError, WeightsError
from aecodec.exploration import datasets
from aecodec.exploration.series import read_series
from aecodec.pictures import formats, imagefile
from aecodec.pictures.picture import Picture, flatten_hidden, to_unit
from aecodec.pictures.resizing import Size, resized

Floats = NDArray[np.float32]
Note = Callable[[str], None]

SETS = {"mnist": datasets.mnist, "cifar10": datasets.cifar10}
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of BT.709, as grey is made of colours
SIDE = 64  # pixels of a sample unless the user says otherwise
WINDOW = 64  # steps
MAX_SIDE = 512
MAX_PATCHES = 200_000  # of a folder; more would not fit into memory, and teach little more
MAX_VALUES = 1 << 30  # of all samples: 4 GB


@dataclass(frozen=True)
class Preparation:
    """How data become samples; kept with the weights, so that what is scored is made as what was learned."""

    kind: str  # resized, patches or series
    size: int  # pixels a side, or steps of a window
    channels: int = 3  # 1: grey

    def __post_init__(self) -> None:
        whole = isinstance(self.size, int) and isinstance(self.channels, int)
        if self.kind not in ("resized", "patches", "series") or not whole or not 4 <= self.size <= 1 << 16:
            raise WeightsError(f"samples cannot be {self.kind!r} of size {self.size!r}")
        if self.kind != "series" and (self.channels not in (1, 3) or self.size > MAX_SIDE):
            raise WeightsError(f"pictures cannot have {self.size!r} pixels a side and {self.channels!r} channels")

    def __str__(self) -> str:
        """As the output tells it."""
        if self.kind == "series":
            return f"windows of {self.size} steps"
        colour = "grey" if self.channels == 1 else "RGB"
        way = "cut into patches of" if self.kind == "patches" else "as squares of"
        return f"pictures {way} {self.size}x{self.size} pixels, {colour}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a sample."""
        if self.kind == "series":
            return (self.size,) if self.channels == 1 else (self.size, self.channels)
        return (self.size, self.size) if self.channels == 1 else (self.size, self.size, self.channels)


@dataclass(frozen=True)
class Data:
    """Samples (n, ...), a name for each, and its class where folders or sets have classes."""

    samples: Floats
    names: list[str]
    labels: list[str] | None
    preparation: Preparation

    def __len__(self) -> int:
        return len(self.samples)

    def few(self, count: int, seed: int) -> "Data":
        """At most so many, drawn at random, in their order."""
        if len(self) <= count:
            return self
        chosen = np.sort(np.random.RandomState(seed).permutation(len(self))[:count])
        labels = None if self.labels is None else [self.labels[index] for index in chosen]
        return replace(self, samples=self.samples[chosen], names=[self.names[i] for i in chosen], labels=labels)


def read(named: str, wanted: Preparation | None, note: Note) -> Data:
    """The data that `named` says: mnist:PATH or mnist-test:PATH, the same of cifar10, a folder, a .csv or .npy file.

    `wanted` None: as they are, pictures resized. What is unreadable in a folder is told and left out. Raises BadInput,
    UsageError.
    """
    prefix, _, path = named.partition(":")
    name, _, part = prefix.partition("-")
    if path and name in SETS and part in ("", "test"):
        data = _of_set(name, Path(path), part or "train", wanted)
    elif Path(named).is_dir():
        data = _of_folder(Path(named), wanted or Preparation("resized", SIDE), note)
    elif Path(named).suffix.lower() in (".csv", ".npy"):
        data = _of_series(Path(named), wanted)
    elif Path(named).exists():
        raise BadInput(f"{named} is neither a folder of pictures nor a series (.csv, .npy)")
    else:
        known = ", ".join(f"{name}:PATH" for name in SETS)
        raise BadInput(f"{named} does not exist: name a folder, a series (.csv, .npy), or {known}")
    note(f"{named}: {len(data):,} samples, {data.preparation}")
    return data


def _of_set(name: str, folder: Path, part: str, wanted: Preparation | None) -> Data:
    samples, labels = SETS[name](folder, part)
    own = Preparation("resized", samples.shape[1], 3 if samples.ndim == 4 else 1)
    names = [f"{name} {part} {index}" for index in range(len(samples))]
    if wanted is not None and wanted != own:
        if wanted.kind != "resized":
            raise UsageError(f"{name} is of pictures of {own.size} pixels: these weights want {wanted}")
        samples = np.stack([_square(_of_unit(sample), wanted) for sample in samples])
    return Data(samples, names, [str(label) for label in labels], wanted or own)


def _of_unit(sample: Floats) -> Picture:
    pixels = sample[:, :, None] if sample.ndim == 2 else sample
    return Picture(np.ascontiguousarray((pixels * 255).round().astype(np.uint8)))


def _of_series(path: Path, wanted: Preparation | None) -> Data:
    if wanted is not None and wanted.kind != "series":
        raise UsageError(f"{path} is a series, but the weights want {wanted}")
    samples, starts = read_series(path, wanted.size if wanted else WINDOW)
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    if wanted is not None and wanted.channels != channels:
        raise BadInput(f"{path} has {channels} channels, but {wanted.channels} are wanted")
    names = [f"{path.name} step {start}" for start in starts]
    return Data(samples, names, None, Preparation("series", samples.shape[1], channels))


def _of_folder(folder: Path, wanted: Preparation, note: Note) -> Data:
    if wanted.kind == "series":
        raise UsageError(f"{folder} is a folder of pictures, but the weights want {wanted}")
    samples: list[Floats] = []
    names: list[str] = []
    values = 0
    for path, picture in pictures(folder, note):
        made = patches(picture, wanted)[0] if wanted.kind == "patches" else _square(picture, wanted)[None]
        if not len(made):
            note(f"{path}: left out: a side is below {wanted.size} pixels")
            continue
        values += made.size
        if values > MAX_VALUES or len(names) + len(made) > MAX_PATCHES:
            note(
                f"{folder}: {len(names):,} samples are taken, and no more fit: the pictures from {path} on are left out"
            )
            break
        samples.append(made)
        name = path.relative_to(folder).as_posix()
        names += [name] if wanted.kind == "resized" else [f"{name} patch {index}" for index in range(len(made))]
    if not samples:
        least = f" of at least {wanted.size} pixels a side" if wanted.kind == "patches" else ""
        raise BadInput(f"there is no picture{least} in {folder}")
    labels = [name.split("/")[0] if "/" in name else "" for name in names]
    return Data(np.concatenate(samples), names, labels if len(set(labels)) > 1 else None, wanted)


def read_pictures(paths: Sequence[Path], wanted: Preparation, note: Note) -> Data:
    """Pictures that are named one by one, each as one sample; raises BadInput, with the name, for what is none."""
    samples = []
    for path in paths:
        try:
            samples.append(_square(imagefile.read(path), wanted))
        except AecodecError as error:
            raise BadInput(f"{path}: {error}") from error
    note(f"{len(samples)} {replace(wanted, kind='resized')}")
    return Data(np.stack(samples), [path.name for path in paths], None, wanted)


def pictures(folder: Path, note: Note) -> Iterator[tuple[Path, Picture]]:
    """Path and picture of all that can be read below a folder, in the order of names; the rest is told."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in formats.SUFFIXES:
            try:
                yield path, imagefile.read(path)
            except AecodecError as error:
                note(f"{path}: left out: {error}")


def _square(picture: Picture, wanted: Preparation) -> Floats:
    """The middle square (side, side[, 3]) of 0 ... 1."""
    side = min(picture.height, picture.width)
    top, left = (picture.height - side) // 2, (picture.width - side) // 2
    cut = replace(picture, alpha=None, pixels=flatten_hidden(picture)[top : top + side, left : left + side])
    return _unit(resized(cut, Size(wanted.size, wanted.size)), wanted)


def patches(picture: Picture, wanted: Preparation, step: int | None = None) -> tuple[Floats, list[tuple[int, int]]]:
    """Patches (n, side, side[, 3]) on a grid, and top and left of each; none of a picture that is too small.

    The grid has steps of `step` pixels (of the side) at most and reaches all four edges.
    """
    tops, lefts = (_grid(length, wanted.size, step or wanted.size) for length in (picture.height, picture.width))
    unit = _unit(replace(picture, alpha=None, pixels=flatten_hidden(picture)), wanted)
    places = [(top, left) for top in tops for left in lefts]
    cut = [unit[top : top + wanted.size, left : left + wanted.size] for top, left in places]
    return (np.stack(cut) if cut else np.empty((0, *wanted.shape), np.float32)), places


def _grid(length: int, side: int, step: int) -> list[int]:
    if length < side:
        return []
    count = math.ceil((length - side) / step) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def _unit(picture: Picture, wanted: Preparation) -> Floats:
    """(H, W) or (H, W, 3) of 0 ... 1."""
    unit = to_unit(picture.pixels)
    if wanted.channels == 1:
        grey: Floats = unit[:, :, 0] if picture.channels == 1 else unit @ LUMA
        return grey
    return np.broadcast_to(unit, (*unit.shape[:2], 3)).astype(np.float32)
