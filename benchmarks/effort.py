"""What every `--effort` saves and costs: BD-rate against effort 0 with real files, encoding and decoding time.

    python -m benchmarks.effort ../shared/data/bench/kodak --pictures 6 --efforts 5

Pictures are spread evenly over the folder. Runs one thing at a time, the model loaded.
"""

import argparse
from pathlib import Path
from time import perf_counter

from aecodec import bits, metrics
from aecodec.codec.codec import Codec, Target
from aecodec.codec.encoding import EFFORT_STEPS
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture

QUALITIES = "20,40,60,80"


def measure(codec: Codec, pictures: list[Picture], quality: float, effort: int) -> tuple[float, float, float, float]:
    """Means over the pictures: bits a pixel, dB of what is decoded, seconds to encode, seconds to decode."""
    sums = [0.0, 0.0, 0.0, 0.0]
    for picture in pictures:
        start = perf_counter()
        data = codec.encode(picture, Target("quality", quality), effort=effort).data
        encoded = perf_counter()
        shown = codec.decode(data).picture.pixels
        decoded = perf_counter()
        bpp = bits.per_pixel(len(data), picture.width, picture.height)
        found = (bpp, metrics.psnr(picture.pixels, shown, peak=255), encoded - start, decoded - encoded)
        sums = [total + value for total, value in zip(sums, found, strict=True)]
    bpp, psnr_db, encode_s, decode_s = (total / len(pictures) for total in sums)
    return bpp, psnr_db, encode_s, decode_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=6)
    parser.add_argument("--efforts", default=",".join(map(str, range(1, len(EFFORT_STEPS)))))
    parser.add_argument("--qualities", default=QUALITIES)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()
    codec = Codec.load(given.weights, device=given.device, threads=given.threads)
    paths = sorted(given.folder.glob("*.png"))
    pictures = [Picture(imagefile.read(path).pixels) for path in paths[:: max(len(paths) // given.pictures, 1)]]
    pictures = pictures[: given.pictures]
    qualities = [float(quality) for quality in given.qualities.split(",")]
    codec.encode(pictures[0], Target("quality", qualities[0]))  # compiles
    print(
        "| effort | gradient steps | quality: bpp, dB | BD-rate | encode s | decode s |\n|---:|---:|---|---:|---:|---:|"
    )
    plain: list[tuple[float, float, float, float]] = []
    for effort in (0, *map(int, given.efforts.split(","))):
        curve = [measure(codec, pictures, quality, effort) for quality in qualities]
        plain = plain or curve
        anchor, test = ([[point[axis] for point in points] for axis in (0, 1)] for points in (plain, curve))
        percent = metrics.bd_rate(*anchor, *test)
        points = "; ".join(f"{q:g}: {p[0]:.4f}, {p[1]:.3f}" for q, p in zip(qualities, curve, strict=True))
        encode_s, decode_s = (sum(point[axis] for point in curve) / len(curve) for axis in (2, 3))
        shown = "" if percent is None else f"{percent:+.1f} %"
        print(
            f"| {effort} | {EFFORT_STEPS[effort]} | {points} | {shown} | {encode_s:.2f} | {decode_s:.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
