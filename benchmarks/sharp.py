r"""The second validation set: pictures as sharp as those on the web, which `valid/` is not; codecs beside AVIF on it.

    python -m benchmarks.sharp VALID TRAIN WEIGHTS ... [--scale 0.35]

VALID is `valid/`, TRAIN the folder of the packs: of it the pictures named in `pretrained/held-out.txt`, which training
leaves out. All are shrunk (Lanczos, antialiased) and their middles cut to multiples of 64 pixels. WEIGHTS are weights
files or checkpoints (of which the averaged weights count). The rates are estimates of rounded symbols, AVIF's are
those of files; PSNR of 8-bit pixels. `--scale 1` measures the pictures as they are.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from aecodec import bits
from aecodec.evaluation.baselines import baseline
from aecodec.executors import modules
from aecodec.metrics import bd_rate, psnr
from aecodec.models import weights
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig, from_json
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, from_unit, to_unit
from aecodec.quality import quality_to_step
from aecodec.tiling import HYPER_STRIDE
from aecodec.training import checkpoint

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


def network(path: Path) -> Compressor:
    """Of a weights file, or the averaged one of a checkpoint."""
    if path.suffix == ".safetensors":
        return modules.compressor(weights.read(path).frozen)
    state = checkpoint.load(path)
    model = Compressor(from_json(CodecConfig, state["config"])).eval()
    model.load_state_dict(state["average"])
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@torch.inference_mode()
def estimated(model: Compressor, shown: Sequence[Picture]) -> Curve:
    curve = np.zeros((len(shown), len(QUALITIES), 2))
    for row, picture in zip(curve, shown, strict=True):
        pixels = torch.from_numpy(to_unit(picture.pixels)).permute(2, 0, 1)[None]
        for point, quality in zip(row, QUALITIES, strict=True):
            result = model(pixels, torch.tensor([quality_to_step(quality)]))
            decoded = from_unit(result.pixels[0].permute(1, 2, 0).numpy(), picture.bit_depth)
            bits = float(result.latent_bits + result.hyper_bits)
            point[:] = bits / (picture.width * picture.height), psnr(picture.pixels, decoded, peak=255)
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
        curve = estimated(network(path), shown)
        first = curve if first is None else first
        print(row(path.name, curve, anchor, first), flush=True)


if __name__ == "__main__":
    main()
