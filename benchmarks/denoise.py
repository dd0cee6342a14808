"""What the denoiser costs and keeps, beside scikit-image's methods.

    python -m benchmarks.denoise cost                 CPU seconds a megapixel, untiled and tiled
    python -m benchmarks.denoise remains              coarse noise that the network leaves in flat pictures
    python -m benchmarks.denoise seams FOLDER         largest difference of tiled to untiled, by overlap
    python -m benchmarks.denoise promises FOLDER      clean pictures, JPEG at quality 20, encode --denoise, estimates

    python -m benchmarks.denoise levels FOLDER        pairs of real noise: blind, and the best level found by search
    python -m benchmarks.denoise stored FOLDER        noise of sigma 50, clipped and rounded as files have it

`--weights FILE` takes others than the shipped ones. How much noise goes is `aecodec evaluate --denoise`.
"""

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from aecodec import denoiser as module
from aecodec import metrics
from aecodec.codec.codec import Codec, Target
from aecodec.denoiser import Denoiser, Unit
from aecodec.evaluation import classical, pairing
from aecodec.executors import modules
from aecodec.nets import smoothing
from aecodec.nets.config import CELL
from aecodec.nets.restorer import spread
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, from_unit, to_unit
from aecodec.services import jobs

MEGAPIXELS = (1.6, 12.0)  # untiled, tiled
OVERLAPS = (64, 96, 112, 128)
SEAM_SIDE = 256  # pixels: many seams in small pictures
FLAT_SIDE = 512  # pixels
QUALITIES = (30, 50, 70)
LEVELS = (2, 3, 4, 5, 6, 8)  # of 255: for each pair the one that is best


def pictures(folder: Path) -> list[np.ndarray]:
    return [imagefile.read(path).pixels for path in sorted(folder.glob("*.png"))]


def noised(pixels: np.ndarray, sigma: float) -> Unit:
    drawn = np.random.RandomState(0).normal(0, sigma / 255, pixels.shape)
    return (to_unit(pixels) + drawn).astype(np.float32)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return metrics.psnr(a, b, peak=255)


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Least CPU seconds and least seconds of several runs."""
    spent = []
    for _ in range(runs):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        spent.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(cpu for cpu, _ in spent), min(wall for _, wall in spent)


def cost(denoiser: Denoiser) -> None:
    """A picture of noise: what is in it changes no method's cost."""
    for megapixels in MEGAPIXELS:
        side = round((megapixels * 1e6) ** 0.5)
        noisy = np.random.RandomState(0).normal(0.5, 0.1, (side, side, 3)).astype(np.float32)
        methods = {"aecodec": lambda noisy=noisy: denoiser.restore(noisy)}
        if megapixels == MEGAPIXELS[0]:
            for name in classical.NAMES:
                restore = classical.method(name).restore
                methods[name] = lambda noisy=noisy, restore=restore: restore(noisy, 25.0)
        for name, work in methods.items():
            cpu, wall = timed(work, 3 if megapixels == MEGAPIXELS[0] else 1)
            print(
                f"{name:8} {megapixels:4} MP  {cpu / megapixels:6.2f} CPU-s/MP  {wall / megapixels:6.2f} s/MP",
                flush=True,
            )


def remains(denoiser: Denoiser) -> None:
    """RMS of what lies beside the planes of `nets.smoothing`, of luma and chroma, in noise levels, before smoothing."""
    model = modules.restorer(denoiser.weights)
    generator = torch.Generator().manual_seed(0)
    squares = []
    for sigma in (10 / 255, 30 / 255, 50 / 255):
        clean = (0.2 + 0.6 * torch.rand(4, 3, 1, 1, generator=generator)).expand(4, 3, FLAT_SIDE, FLAT_SIDE)
        noisy = clean + sigma * torch.randn(clean.shape, generator=generator)
        level = torch.full((4, 1, FLAT_SIDE // CELL, FLAT_SIDE // CELL), sigma)
        with torch.inference_mode():
            left = F.avg_pool2d(model.restore(noisy, spread(level)) - clean, smoothing.BLOCK)
        samples = torch.einsum("ij,njhw->nihw", torch.tensor(smoothing.OPPONENT), left)
        found = []
        for side in smoothing.REMAINS:
            within = slice(side - 1, 1 - side)
            energy = smoothing.planes(samples, side)[1][..., within, within]
            found.append(energy.mean((0, 2, 3)) / sigma**2)
        squares.append(torch.stack(found))
    for side, of_colours in zip(smoothing.REMAINS, torch.stack(squares).mean(0), strict=True):
        each = ", ".join(f"{share:.4f}" for share in of_colours.sqrt())
        print(f"squares of {side} blocks: {each}; {float(of_colours.mean().sqrt()):.4f} in all")


def seams(denoiser: Denoiser, folder: Path) -> None:
    inputs = [noised(pixels, sigma) for pixels in pictures(folder) for sigma in (0, 15, 50)]
    whole = [denoiser.restore(noisy).pixels for noisy in inputs]
    side, module.UNTILED_PIXELS, module.TILE_SIDE = module.TILE_SIDE, 0, SEAM_SIDE
    for overlap in OVERLAPS:
        module.OVERLAP = overlap
        apart = [
            255 * np.abs(denoiser.restore(noisy).pixels - one).max() for noisy, one in zip(inputs, whole, strict=True)
        ]
        work = ((side + 2 * overlap) / side) ** 2
        print(
            f"overlap {overlap:3}: at most {max(apart):.3f} levels, mean {np.mean(apart):.3f}; work x {work:.2f}",
            flush=True,
        )


def promises(denoiser: Denoiser, folder: Path) -> None:
    found = pictures(folder)
    kept = [denoiser.denoise(Picture(pixels)) for pixels in found]
    same = [psnr(pixels, one.picture.pixels) for pixels, one in zip(found, kept, strict=True)]
    shift = [
        np.abs(pixels.mean((0, 1)) - one.picture.pixels.mean((0, 1))).max()
        for pixels, one in zip(found, kept, strict=True)
    ]
    print(
        f"clean: {min(same):.2f} dB to itself at worst, {np.mean(same):.2f} on average; estimated sigma at most "
        f"{max(one.sigma for one in kept):.2f}; mean colour moves by {max(shift):.3f} levels at most"
    )
    for level in (0, 255):
        flat = Picture(np.full((64, 64, 3), level, np.uint8))
        print(f"flat {level}: {np.unique(denoiser.denoise(flat).picture.pixels)}")
    gains = []
    for pixels in found:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=20)
        shown = np.asarray(Image.open(stream))
        gains.append(psnr(pixels, denoiser.denoise(Picture(shown)).picture.pixels) - psnr(pixels, shown))
    print(f"JPEG at quality 20: {np.mean(gains):+.2f} dB on average, {min(gains):+.2f} at worst")
    for sigma in (10, 15, 25, 35, 50):
        estimates = [denoiser.restore(noised(pixels, sigma)).sigma / sigma - 1 for pixels in found]
        print(
            f"sigma {sigma}: estimates off by {100 * min(estimates):+.1f} to {100 * max(estimates):+.1f} %, "
            f"{100 * np.mean(estimates):+.1f} on average"
        )
    encoding(denoiser, found)


def levels(denoiser: Denoiser, folder: Path) -> None:
    """How far the estimate is from what search finds."""

    def silent(name: str) -> Callable[[str], None]:
        return imagefile.ignore

    every = jobs.plan(jobs.Selection((str(folder),)), jobs.EVALUATE, silent)
    noisy_ones, pairs = pairing.pair(every, folder, silent)
    found = []
    for path in (Path(job.name) for job in noisy_ones):
        clean, noisy = (imagefile.read(one).pixels for one in (pairs.clean(path), path))
        blind = denoiser.denoise(Picture(noisy))
        told = [denoiser.denoise(Picture(noisy), sigma=level).picture.pixels for level in LEVELS]
        found.append((psnr(clean, noisy), psnr(clean, blind.picture.pixels), max(psnr(clean, one) for one in told)))
        before, after, best = found[-1]
        print(
            f"{path.name}: {before:.2f} -> {after:.2f} dB, estimate {blind.sigma:.1f}; best level {best:.2f}",
            flush=True,
        )
    before, after, best = np.mean(found, axis=0)
    worse = sum(after < before for before, after, _ in found)
    print(f"{len(found)} pairs: {before:.2f} -> {after:.2f} dB, {worse} worse; best level {best:.2f}")


def stored(denoiser: Denoiser, folder: Path) -> None:
    found = []
    for pixels in pictures(folder):
        noisy = from_unit(noised(pixels, 50), 8)
        found.append([psnr(pixels, noisy), psnr(pixels, denoiser.denoise(Picture(noisy)).picture.pixels)])
    before, after = np.mean(found, axis=0)
    print(f"{len(found)} pictures, sigma 50, clipped and rounded: {before:.2f} -> {after:.2f} dB")


def encoding(denoiser: Denoiser, found: list[np.ndarray]) -> None:
    codec = Codec.load()
    for quality in QUALITIES:
        saved, closer = [], []
        for pixels in found:
            noisy = Picture(from_unit(noised(pixels, 25), 8))
            target = Target("quality", quality)
            plain = codec.encode(noisy, target).data
            clean = codec.encode(denoiser.denoise(noisy).picture, target).data
            saved.append(100 * (1 - len(clean) / len(plain)))
            before, after = (psnr(pixels, codec.decode(data).picture.pixels) for data in (plain, clean))
            closer.append(after - before)
        print(
            f"encode --denoise, sigma 25, -q {quality}: {np.mean(saved):.1f} % smaller ({min(saved):.1f} at least)"
            f", {np.mean(closer):+.2f} dB closer ({min(closer):+.2f} at least)",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cost", "remains", "seams", "promises", "levels", "stored"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    denoiser = Denoiser.load(given.weights, device="cpu", threads=given.threads)
    if given.what in ("cost", "remains"):
        {"cost": cost, "remains": remains}[given.what](denoiser)
    elif given.folder is None:
        parser.error(f"{given.what} needs a folder of pictures")
    else:
        work = {"seams": seams, "promises": promises, "levels": levels, "stored": stored}[given.what]
        work(denoiser, given.folder)


if __name__ == "__main__":
    main()
