r"""Coloured blotches: how far the denoiser moves smooth areas that are to stay what they are.

    python -m benchmarks.blotches set [--side 256|1024] [--only KIND ...] [--sigmas 25 50] [--png OUT.png]
    python -m benchmarks.blotches crops FOLDER

`set` restores the pictures of `benchmarks.smooth`, blind and told the noise level, with noise as it is and with what
8-bit files keep of it. A shift is the mean, over a block of 8x8 pixels and one channel, of restored less clean, in
levels of 255. Clipped noise has another mean than the picture, so what lies between the two is no error; blocks where
they are a quarter of a level apart are counted as "ends", apart from the others.

`crops` restores photographs in crops of 256 that overlap, stored with sigma 25, and gives for each picture the largest
shift in its smooth blocks, beside that of the noisy pixels, and what should be nothing: how far crops of the same
noisy pixels differ away from their edges. `--weights FILE` takes others than the shipped ones.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aecodec.denoiser import OVERLAP, Denoiser
from aecodec.pictures import imagefile
from aecodec.pictures.picture import from_unit, to_unit
from benchmarks import smooth
from benchmarks.smooth import Noisy

SIGMAS = (5, 10, 15, 25, 35, 50)
LIMIT = 3.0  # levels: a shift of fewer is no blotch
BLOCK = 8  # pixels
ENDS = 0.25  # levels that clipping moves the mean by
SHOWN = 12  # of the worst, in print
PICTURED = 4  # in the PNG
LOUDER = 8  # times, the errors in the PNG

# For `benchmarks.ship`: every picture at 256 pixels, and these at 1024, in about six minutes of one core.
SHIP_SIGMAS = (5, 15, 25, 50)
SHIP_LARGE = ("flat-grey-247", "flat-grey-128", "ramp-grey", "radial-magenta-pale", "sky-60", "snow-12")

CROP, STEP = 256, 72  # pixels: of every other crop the network's cells of 16 lie elsewhere
CROP_SIGMA = 25
SMOOTH = 2.0  # levels: standard deviation of clean pixels in 3 x 3 blocks

Blocks = NDArray[np.float64]  # (H / 8, W / 8, C), levels of 255


@dataclass(frozen=True)
class Case:
    """One restoration of the set."""

    picture: str
    side: int
    sigma: float
    stored: bool
    told: bool

    def noisy(self) -> Noisy:
        return smooth.noised(self.picture, smooth.draw(self.picture, self.side), self.sigma, stored=self.stored)

    def restored(self, denoiser: Denoiser, noisy: Noisy) -> NDArray[np.float32]:
        found = denoiser.restore(noisy.pixels, sigma=self.sigma if self.told else None).pixels
        return found.clip(0, 1) if self.stored else found

    def __str__(self) -> str:
        how = f"{'stored' if self.stored else 'float'}, {'told' if self.told else 'blind'}"
        return f"{self.picture} {self.side}x{self.side} sigma {self.sigma:g} {how}"


@dataclass(frozen=True)
class Shift:
    """The largest of a restoration, in levels of 255."""

    case: Case
    inner: float  # share of blocks where clipping does nothing
    largest: float  # there
    place: tuple[int, int]  # x and y of its block, pixels
    chroma: float  # largest less the mean over channels, there
    rms: float
    ends: float  # largest in the other blocks


def block_means(unit: NDArray[np.floating]) -> Blocks:
    """(H, W, C) of 0 ... 1 to means in levels of 255; what is left over at the right and bottom is left out."""
    height, width = (side // BLOCK for side in unit.shape[:2])
    cut = unit[: height * BLOCK, : width * BLOCK].astype(np.float64)
    return 255 * cut.reshape(height, BLOCK, width, BLOCK, -1).mean((1, 3))


def beyond(restored: NDArray[np.floating], noisy: Noisy) -> Blocks:
    """How far block means are off the clean ones, or off the clipped ones, whichever is less; between them: 0."""
    found, clean, mean = (block_means(array) for array in (restored, noisy.clean, noisy.mean))
    low, high = np.minimum(clean, mean), np.maximum(clean, mean)
    return np.maximum(found - high, 0) - np.maximum(low - found, 0)


def at_ends(noisy: Noisy) -> NDArray[np.bool_]:
    """(H / 8, W / 8): where clipping moves the mean."""
    found: NDArray[np.bool_] = (np.abs(block_means(noisy.mean) - block_means(noisy.clean)) >= ENDS).any(2)
    return found


def shift(case: Case, restored: NDArray[np.floating], noisy: Noisy) -> Shift:
    off, ends = beyond(restored, noisy), at_ends(noisy)
    inner = np.where(ends[:, :, None], 0, off)
    row, column, _ = np.unravel_index(np.abs(inner).argmax(), inner.shape)
    coloured = inner - inner.mean(2, keepdims=True)
    return Shift(
        case,
        inner=float(1 - ends.mean()),
        largest=float(np.abs(inner).max()),
        place=(BLOCK * int(column), BLOCK * int(row)),
        chroma=float(np.abs(coloured).max()),
        rms=float(np.sqrt((inner**2).sum() / max(1, 3 * (~ends).sum()))),
        ends=float(np.abs(off[ends]).max(initial=0)),
    )


def cases(
    side: int, sigmas: Sequence[float], pictures: Iterable[str], tellings: Sequence[bool] = (False, True)
) -> Iterator[Case]:
    for picture in pictures:
        for sigma in sigmas:
            for stored in (False, True):
                yield from (Case(picture, side, sigma, stored, told) for told in tellings)


def measured(denoiser: Denoiser, wanted: Iterable[Case]) -> Iterator[Shift]:
    for case in wanted:
        noisy = case.noisy()
        yield shift(case, case.restored(denoiser, noisy), noisy)


def ship_shifts(denoiser: Denoiser) -> list[Shift]:
    """What `benchmarks.ship` asks for: every picture at 256 pixels, six at 1024, those blind only."""
    small = cases(256, SHIP_SIGMAS, smooth.drawings())
    large = cases(1024, (25, 50), SHIP_LARGE, tellings=(False,))
    return [*measured(denoiser, small), *measured(denoiser, large)]


def worst(found: Iterable[Shift]) -> list[Shift]:
    return sorted(found, key=lambda one: -one.largest)


def table(found: Sequence[Shift]) -> str:
    """Largest shift (and, after a stroke, at the ends) by kind and noise level; a table for each way of asking."""
    lines = []
    sigmas = sorted({one.case.sigma for one in found})
    for stored in (False, True):
        for told in (False, True):
            asked = [one for one in found if (one.case.stored, one.case.told) == (stored, told)]
            if not asked:
                continue
            heading = f"{'stored' if stored else 'float'}, {'told' if told else 'blind'}"
            lines += ["", f"| {heading} | " + " | ".join(f"{sigma:g}" for sigma in sigmas) + " |"]
            lines.append("|---|" + "---:|" * len(sigmas))
            for kind in dict.fromkeys(one.case.picture.split("-")[0] for one in asked):
                cells = (_cell([one for one in asked if _is(one.case, kind, sigma)], stored) for sigma in sigmas)
                lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _is(case: Case, kind: str, sigma: float) -> bool:
    return case.sigma == sigma and case.picture.split("-")[0] == kind


def _cell(found: Sequence[Shift], stored: bool) -> str:
    largest = max((one.largest for one in found if one.inner), default=None)
    shown = "-" if largest is None else f"{largest:.1f}"
    return f"{shown} / {max(one.ends for one in found):.1f}" if stored else shown


def show(path: Path, rows: Sequence[Sequence[NDArray[np.floating]]]) -> None:
    """A PNG with a row of pictures for each case: clean, noisy, restored, and the errors of block means, louder."""
    stacked = np.concatenate([np.concatenate(list(row), 1) for row in rows])
    Image.fromarray(from_unit(stacked, 8)).save(path, "PNG")


def pictured(clean: NDArray[np.floating], noisy: NDArray[np.floating], restored: NDArray[np.floating]) -> list:
    errors = (block_means(restored) - block_means(clean)).repeat(BLOCK, 0).repeat(BLOCK, 1) / 255
    return [clean, noisy, restored, (0.5 + LOUDER * errors).clip(0, 1)]


def run_set(denoiser: Denoiser, given: argparse.Namespace) -> None:
    names = [name for name in smooth.drawings() if not given.only or name.split("-")[0] in given.only]
    found = []
    for one in measured(denoiser, cases(given.side, given.sigmas, names)):
        found.append(one)
        print(_line(one), flush=True)
    print(table(found))
    print(f"\nlargest shift {worst(found)[0].largest:.2f} levels; the worst:")
    for one in worst(found)[:SHOWN]:
        print(_line(one))
    if given.png:
        rows = []
        worst_of = {one.case.picture: one for one in reversed(worst(found))}
        for one in worst(worst_of.values())[:PICTURED]:
            noisy = one.case.noisy()
            rows.append(pictured(noisy.clean, noisy.pixels, one.case.restored(denoiser, noisy)))
        show(given.png, rows)


def _line(one: Shift) -> str:
    ends = f", {one.ends:.2f} at the ends" if one.ends else ""
    return f"{one.case}: {one.largest:.2f} levels at {one.place}, chroma {one.chroma:.2f}, rms {one.rms:.2f}{ends}"


def crops(pixels: NDArray[np.uint8]) -> list[tuple[slice, slice]]:
    """Up to nine places of `CROP` pixels, `STEP` apart, around the middle of a picture."""
    places = []
    for side in pixels.shape[:2]:
        first = max(0, (side - CROP - 2 * STEP) // 2) // BLOCK * BLOCK
        places.append([start for start in (first, first + STEP, first + 2 * STEP) if start + CROP <= side])
    return [(slice(y, y + CROP), slice(x, x + CROP)) for y in places[0] for x in places[1]]


def is_smooth(clean: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(H / 8, W / 8): blocks that vary little, in any channel, together with their neighbours."""
    mean, square = block_means(clean), block_means(clean.astype(np.float64) ** 2) * 255
    sums = [np.pad(array, ((1, 1), (1, 1), (0, 0)), mode="edge") for array in (mean, square)]
    height, width = mean.shape[:2]
    wide, wide_square = (
        sum(array[dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)) / 9 for array in sums
    )
    found: NDArray[np.bool_] = (wide_square - wide**2 < SMOOTH**2).all(2)
    return found


@dataclass(frozen=True)
class Photograph:
    """What a picture's crops show, in levels of 255; shifts are of smooth blocks."""

    name: str
    smooth: float  # share of such blocks
    noisy: float  # largest shift before
    restored: float  # and after
    apart: float  # of restored block means in crops that share the pixels, at least `OVERLAP` from their edges
    told_apart: float  # blind less told, anywhere in smooth blocks


def photograph(denoiser: Denoiser, path: Path) -> Photograph:
    """Measures the crops of one picture, with one draw of noise for all."""
    pixels = imagefile.read(path).pixels
    noisy = smooth.noised(path.stem, to_unit(pixels).astype(np.float64), CROP_SIGMA, stored=True)
    quiet = is_smooth(noisy.clean)
    height, width = quiet.shape
    low, high = np.full((height, width, 3), np.inf), np.full((height, width, 3), -np.inf)
    before, after, told_apart = 0.0, 0.0, 0.0
    for rows, columns in crops(pixels):
        part = Noisy(*(array[rows, columns] for array in (noisy.pixels, noisy.clean, noisy.mean)))
        here = tuple(slice(side.start // BLOCK, side.stop // BLOCK) for side in (rows, columns))
        blind, told = (denoiser.restore(part.pixels, sigma=sigma).pixels.clip(0, 1) for sigma in (None, CROP_SIGMA))
        before = max(before, float(np.abs(beyond(part.pixels, part))[quiet[here]].max(initial=0)))
        after = max(after, float(np.abs(beyond(blind, part))[quiet[here]].max(initial=0)))
        means = block_means(blind)
        told_apart = max(told_apart, float(np.abs(means - block_means(told))[quiet[here]].max(initial=0)))
        rim = OVERLAP // BLOCK
        inner = tuple(slice(side.start + rim, side.stop - rim) for side in here)
        np.minimum(low[inner], means[rim:-rim, rim:-rim], out=low[inner])
        np.maximum(high[inner], means[rim:-rim, rim:-rim], out=high[inner])
    apart = float((high - low)[np.isfinite(low)].max(initial=0))
    return Photograph(path.stem, float(quiet.mean()), before, after, apart, told_apart)


def run_crops(denoiser: Denoiser, folder: Path) -> None:
    print("| picture | smooth | noisy | restored | crops apart | told apart |\n|---|---:|---:|---:|---:|---:|")
    found = []
    for path in sorted(folder.glob("*.png")):
        one = photograph(denoiser, path)
        found.append(one)
        shifts = (one.noisy, one.restored, one.apart, one.told_apart)
        print(f"| {one.name} | {one.smooth:.2f} | " + " | ".join(f"{level:.2f}" for level in shifts) + " |", flush=True)
    for name in ("restored", "apart", "told_apart"):
        print(f"largest {name}: {max(getattr(one, name) for one in found):.2f} levels")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--threads", type=int)
    commands = parser.add_subparsers(dest="what", required=True)
    drawn = commands.add_parser("set")
    drawn.add_argument("--side", type=int, default=256)
    drawn.add_argument("--sigmas", type=float, nargs="+", default=SIGMAS)
    drawn.add_argument("--only", nargs="+", metavar="KIND")
    drawn.add_argument("--png", type=Path)
    photographs = commands.add_parser("crops")
    photographs.add_argument("folder", type=Path)
    given = parser.parse_args()
    denoiser = Denoiser.load(given.weights, device="cpu", threads=given.threads)
    if given.what == "set":
        run_set(denoiser, given)
    else:
        run_crops(denoiser, given.folder)


if __name__ == "__main__":
    main()
