r"""The second validation set: pictures as sharp as those on the web, which `valid/` is not; codecs beside AVIF on it.

    python -m benchmarks.sharp VALID TRAIN WEIGHTS ... [--scale 0.35]

VALID is `valid/`, TRAIN the folder of the packs: of it the pictures named in `pretrained/held-out.txt`, which training
leaves out. All are shrunk (Lanczos, antialiased) and their middles cut to multiples of 64 pixels. Real files.
`--scale 1` measures the pictures as they are.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from aecodec import bits
from aecodec.codec.codec import Codec
from aecodec.codec.encoding import Encoding, Request
from aecodec.evaluation.baselines import baseline
from aecodec.metrics import bd_rate, psnr
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from aecodec.quality import quality_to_step
from aecodec.tiling import HYPER_STRIDE

HELD_OUT = Path(__file__).parent.parent / "pretrained" / "held-out.txt"
QUALITIES = (20, 40, 60, 80, 90, 100)
AVIF_QUALITIES = (30, 45, 55, 65, 75, 80, 85, 90, 94, 97)
Curve = np.ndarray  # (pictures, qualities, 2): bits a pixel and PSNR in dB


def pictures(valid: Path, train: Path, scale: float) -> list[Picture]:
    """The set, shrunk by `scale` and cut."""
    found = []
    for path in [*sorted(valid.glob("*.png")), *(train / name for name in HELD_OUT.read_text().split())]:
        image = imagefile.to_pil(Picture(imagefile.read(path).pixels)).convert("RGB")
        size = round(image.width * scale), round(image.height * scale)
        pixels = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
        height, width = (side // HYPER_STRIDE * HYPER_STRIDE for side in pixels.shape[:2])
        top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
        found.append(Picture(np.ascontiguousarray(pixels[top : top + height, left : left + width])))
    return found


def of_files(codec: Codec, shown: Sequence[Picture]) -> Curve:
    curve = np.zeros((len(shown), len(QUALITIES), 2))
    for row, picture in zip(curve, shown, strict=True):
        way = Encoding(Request(picture, codec.weights, codec.executor))  # latents, where a lossless file costs less too
        for point, quality in zip(row, QUALITIES, strict=True):
            encoded = way.encoded(quality_to_step(quality))
            point[:] = bits.per_pixel(len(encoded.data), picture.width, picture.height), encoded.psnr_db
    return curve


def avif(shown: Sequence[Picture]) -> Curve:
    contender = baseline("avif")
    curve = np.zeros((len(shown), len(AVIF_QUALITIES), 2))
    for row, picture in zip(curve, shown, strict=True):
        for point, quality in zip(row, AVIF_QUALITIES, strict=True):
            data = contender.encode(picture, quality)
            point[:] = (
                bits.per_pixel(len(data), picture.width, picture.height),
                psnr(picture.pixels, contender.decode(data), peak=255),
            )
    return curve


def gaps(curve: Curve, anchor: Curve, quality: int) -> np.ndarray:
    """How much each picture is above the anchor at equal bits, in dB (pictures,); linear in the rate's logarithm."""
    at = QUALITIES.index(quality)
    return np.array(
        [
            own[at, 1] - np.interp(np.log(own[at, 0]), np.log(other[:, 0]), other[:, 1])
            for own, other in zip(curve, anchor, strict=True)
        ]
    )


def row(name: str, curve: Curve, anchor: Curve, first: Curve) -> str:
    """Points of the set's means; BD-rates against AVIF and the first codec; gaps to AVIF at quality 90."""
    points = [f"{bpp:.3f}/{db:.2f}" for bpp, db in curve.mean(0)]
    against = [bd_rate(*other.mean(0).T, *curve.mean(0).T) for other in (anchor, first)]
    gap = gaps(curve, anchor, 90)
    rates = [f"{rate:+.1f} %" for rate in against if rate is not None]
    return " | ".join([f"| {name}", *points, *rates, f"{gap.mean():+.2f} / {gap.min():+.2f} |"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("valid", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--scale", type=float, default=0.35)
    given = parser.parse_args()
    shown = pictures(given.valid, given.train, given.scale)
    anchor = avif(shown)
    print("AVIF:", *(f"{bpp:.3f}/{db:.2f}" for bpp, db in anchor.mean(0)))
    heads = ["weights", *(f"bpp/dB at {quality}" for quality in QUALITIES), "against AVIF", "against the first"]
    print("| " + " | ".join([*heads, "dB above AVIF at 90: mean / least"]) + " |")
    print("|---" * (len(heads) + 1) + "|")
    first: Curve | None = None
    for path in given.weights:
        curve = of_files(Codec.load(path, device="cpu"), shown)
        first = curve if first is None else first
        print(row(path.name, curve, anchor, first), flush=True)


if __name__ == "__main__":
    main()
