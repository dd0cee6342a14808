"""What a member makes up: new samples, the way from one sample to another, and what each latent does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aecodec.errors import UsageError
from aecodec.exploration import inputs, mosaics, weights
from aecodec.exploration.inputs import Data, Floats, Note, Preparation
from aecodec.exploration.weights import Trained
from aecodec.outputs import refuse_existing, write_whole

STEPS = 9  # of a traversal, or between two samples
REACH = 2.5  # deviations to each side that a latent is moved by
SHOWN_LATENTS = 16  # of a traversal: those that change most


def samples(trained: Trained, count: int, seed: int) -> Floats:
    """(count, ...) made up."""
    drawn: Floats = trained.member.sample(count, random_state=seed).astype(np.float32)
    return drawn


def between(trained: Trained, ends: Floats, steps: int) -> Floats:
    """(steps, ...) along the line of latents from one of two samples (2, ...) to the other."""
    first, last = trained.member.transform(ends)
    shares = np.linspace(0, 1, steps, dtype=first.dtype)[:, None]
    found: Floats = trained.member.inverse_transform((1 - shares) * first + shares * last).astype(np.float32)
    return found


@dataclass(frozen=True)
class Effect:
    """What a latent does: samples (steps, ...) as it alone is moved, and how much they change, RMS a value."""

    latent: int
    samples: Floats
    change: float


def effects(trained: Trained, centre: Floats, spread: Floats, steps: int = STEPS) -> list[Effect]:
    """Of every latent around `centre` (K,), by REACH times its deviation in `spread` (K,); those that do most first."""
    moves = np.linspace(-REACH, REACH, steps, dtype=centre.dtype)
    found = []
    for latent in range(len(centre)):
        line = np.repeat(centre[None], steps, 0)
        line[:, latent] += moves * spread[latent]
        made = trained.member.inverse_transform(line).astype(np.float32)
        found.append(Effect(latent, made, float(np.sqrt(((made[-1] - made[0]) ** 2).mean()))))
    return sorted(found, key=lambda effect: -effect.change)


def own_latents(trained: Trained, count: int = 2000, seed: int = 0) -> Floats:
    """Latents as the member's training samples had them, where no data are at hand."""
    latents: Floats = trained.member.mixture_.sample(count, np.random.RandomState(seed)).astype(np.float32)
    return latents


def span_of(preparation: Preparation, samples: Iterable[Floats]) -> tuple[float, float]:
    """Between which values thumbnails are drawn: of pictures 0 and 1, of series beside each other what they reach."""
    if preparation.kind != "series":
        return 0.0, 1.0
    ends = [(float(sample.min()), float(sample.max())) for sample in samples]
    return min(low for low, _ in ends), max(high for _, high in ends)


def drawn(preparation: Preparation, rows: Sequence[Floats]) -> list[list[mosaics.Bytes]]:
    """Thumbnails of rows of samples (n, ...)."""
    span = span_of(preparation, rows)
    return [[mosaics.thumbnail(sample, preparation.kind == "series", span) for sample in row] for row in rows]


@dataclass(frozen=True)
class Asked:
    """What is to be written: a grid of samples, a traversal, or the way between two pictures."""

    count: int
    seed: int
    traverse: bool
    ends: tuple[Path, Path] | None
    steps: int


def frames(trained: Trained, asked: Asked, note: Note) -> tuple[Sequence[Sequence[mosaics.Bytes]], str]:
    """Thumbnails in rows, and a word about them; columns are what moves, where something does."""
    if asked.ends is not None:
        rows = [between(trained, _ends(trained, asked.ends, note).samples, asked.steps)]
        told = f"{asked.steps} steps from {asked.ends[0].name} to {asked.ends[1].name}"
    elif asked.traverse:
        latents = own_latents(trained)
        found = effects(trained, latents.mean(0), latents.std(0), asked.steps)[:SHOWN_LATENTS]
        rows = [effect.samples for effect in found]
        told = f"latents {', '.join(str(effect.latent) for effect in found)}, each from -{REACH} to {REACH} deviations"
    else:
        made = samples(trained, asked.count, asked.seed)
        told = f"{len(made)} samples"
        (cells,) = drawn(trained.preparation, [made])
        return mosaics.in_rows(cells), told
    return drawn(trained.preparation, rows), told


def _ends(trained: Trained, ends: tuple[Path, Path], note: Note) -> Data:
    if trained.preparation.kind == "series":
        raise UsageError("a way between two files is of pictures, and these weights are of series")
    return inputs.read_pictures(ends, trained.preparation, note)


def render(rows: Sequence[Sequence[mosaics.Bytes]], moving: bool) -> bytes:
    """A PNG of all, or a GIF whose frames are the columns."""
    scale = mosaics.enlarged(rows[0][0].shape[0], 56)
    if not moving:
        return mosaics.png(mosaics.grid(rows, scale=scale))
    columns = zip(*rows, strict=True)
    return mosaics.gif([mosaics.grid(mosaics.in_rows(column), scale=scale) for column in columns])


def write(
    out: Path, weights_path: Path | None, asked: Asked, device: str, replace: bool, note: Note
) -> tuple[str, int]:
    """A word about what was written, and its bytes; raises UsageError, OutputError, BadInput, WeightsError."""
    moving = out.suffix.lower() == ".gif"
    if not moving and out.suffix.lower() != ".png":
        raise UsageError(f"-o {out}: a .png or a .gif is written")
    if moving and not asked.traverse and asked.ends is None:
        raise UsageError(f"-o {out}: samples do not move; give --traverse or --between, or name a .png")
    if not replace:
        refuse_existing(out)
    trained = weights.read(weights_path, "variational", device)
    rows, told = frames(trained, asked, note)
    content = render(rows, moving)
    write_whole(out, content, replace=replace)
    return told, len(content)
