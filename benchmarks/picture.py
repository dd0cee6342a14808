"""The README's pictures: a sample coded by JPEG and aecodec at equal size, a photograph and a noisy sample denoised.

python -m benchmarks.picture coding docs/comparison.png
python -m benchmarks.picture photograph docs/photograph.jpg
python -m benchmarks.picture denoising docs/denoising.jpg
"""

import io
import sys
from pathlib import Path

import matplotlib.cbook
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecodec import metrics
from aecodec.codec.codec import Codec, Target
from aecodec.denoiser import Denoiser
from aecodec.evaluation import classical
from aecodec.pictures.picture import from_array, from_unit, to_unit

SAMPLES = Path(__file__).parent.parent / "samples"
JPEG_QUALITY = 10
SIGMA = 25
CODED_CROP = (148, 120, 428, 400)  # left, top, right, bottom
PHOTOGRAPH = "grace_hopper.jpg"  # US Navy, public domain; comes with matplotlib
PHOTOGRAPH_CROP = (92, 92, 352, 352)
DENOISED_CROP = (160, 140, 400, 380)
BAND = 26  # pixels for the label above each crop

Panel = tuple[str, np.ndarray]


def decibels(original: np.ndarray, pixels: np.ndarray) -> str:
    return f"{metrics.psnr(original, pixels, peak=255):.1f} dB"


def coding() -> tuple[list[Panel], tuple[int, int, int, int]]:
    original = np.asarray(Image.open(SAMPLES / "guitar.png").convert("RGB"))
    buffer = io.BytesIO()
    Image.fromarray(original).save(buffer, "JPEG", quality=JPEG_QUALITY)
    jpeg = np.asarray(Image.open(buffer).convert("RGB"))
    jpeg_size = len(buffer.getvalue())
    codec = Codec.load(device="cpu")
    data = codec.encode(from_array(original), Target("max_bytes", jpeg_size)).data
    ours = codec.decode(data).picture.pixels
    panels = [
        (f"JPEG, {jpeg_size:,} bytes, {decibels(original, jpeg)}", jpeg),
        (f"aecodec, {len(data):,} bytes, {decibels(original, ours)}", ours),
        ("original", original),
    ]
    return panels, CODED_CROP


def photograph() -> tuple[list[Panel], tuple[int, int, int, int]]:
    with matplotlib.cbook.get_sample_data(PHOTOGRAPH) as file, Image.open(file) as image:
        taken = np.asarray(image.convert("RGB"))
    denoised = Denoiser.load(device="cpu").denoise(from_array(taken))
    panels = [("as it is", taken), (f"aecodec denoise (estimate {denoised.sigma:.1f})", denoised.picture.pixels)]
    return panels, PHOTOGRAPH_CROP


def denoising() -> tuple[list[Panel], tuple[int, int, int, int]]:
    original = np.asarray(Image.open(SAMPLES / "dog.png").convert("RGB"))
    noise = np.random.RandomState(0).normal(0, SIGMA / 255, original.shape)
    noisy = from_unit(to_unit(original) + noise, 8)
    restored, _ = classical.method("nlmeans").restore(to_unit(noisy), SIGMA)
    theirs = from_unit(restored, 8)
    denoised = Denoiser.load(device="cpu").denoise(from_array(noisy))
    ours = denoised.picture.pixels
    panels = [
        (f"noise of sigma {SIGMA}, {decibels(original, noisy)}", noisy),
        (f"non-local means, {decibels(original, theirs)}", theirs),
        (f"aecodec, {decibels(original, ours)}", ours),
        ("original", original),
    ]
    return panels, DENOISED_CROP


def main(what: str, out: str) -> None:
    panels, crop = {"coding": coding, "photograph": photograph, "denoising": denoising}[what]()
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    sheet = Image.new("RGB", (len(panels) * (width + 8) - 8, height + BAND), "white")
    draw = ImageDraw.Draw(sheet)
    for index, (label, pixels) in enumerate(panels):
        left = index * (width + 8)
        sheet.paste(Image.fromarray(pixels).crop(crop), (left, BAND))
        draw.text((left + 2, 5), label, "black", ImageFont.load_default(14))
    sheet.save(out, optimize=True, quality=92)  # quality is of a .jpg
    print("\n".join(label for label, _ in panels))


if __name__ == "__main__":
    main(*sys.argv[1:])
