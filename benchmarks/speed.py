"""How long encoding and decoding take, beside Pillow's codecs, and where the time goes.

    python -m benchmarks.speed PICTURE [--threads 2] [--runs 7]

Model loaded, one warm-up, medians over the runs, in process, from samples in memory to bytes and back; reading and
writing PNG is timed apart. Prints Markdown.
"""

import argparse
import io
import statistics
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image

from aecodec import devices
from aecodec.codec.codec import Codec, Target
from aecodec.entropy import rans
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture

BASELINES: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 75},
    "WebP": {"quality": 75},
    "AVIF": {"quality": 60, "subsampling": "4:4:4"},
}
QUALITY = 50


def median_s(action: Callable[[], object], runs: int) -> float:
    action()
    times = []
    for _ in range(runs):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return statistics.median(times)


class Stages:
    """Seconds spent in named parts of the codec, by wrapping what they call."""

    def __init__(self, codec: Codec) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        for name, owner, attribute in (
            ("network: analysis", codec.executor, "analysis"),
            ("network: synthesis", codec.executor, "synthesis"),
            ("network: hyper-analysis", codec.executor, "hyper"),
            ("network: means and context", codec.executor, "quantise"),
            ("network: means and context", codec.executor, "reconstruct"),
            ("network: exact scales", codec.executor, "scale_rows"),
            ("entropy coder", rans.Encoder, "finish"),
            ("entropy coder", rans.Decoder, "code"),
        ):
            self._wrap(name, owner, attribute)

    def _wrap(self, name: str, owner: Any, attribute: str) -> None:
        inner = getattr(owner, attribute)

        def timed(*arguments: Any, **options: Any) -> Any:
            start = perf_counter()
            result = inner(*arguments, **options)
            self.seconds[name] += perf_counter() - start
            return result

        setattr(owner, attribute, timed)

    def of(self, action: Callable[[], object], runs: int) -> dict[str, float]:
        """Mean seconds a run in each part, and in the rest."""
        self.seconds.clear()
        start = perf_counter()
        for _ in range(runs):
            action()
        whole = (perf_counter() - start) / runs
        parts = {name: seconds / runs for name, seconds in self.seconds.items()}
        return {**parts, "rest": whole - sum(parts.values()), "all": whole}


def pillow_row(name: str, picture: Picture, runs: int) -> str:
    image = Image.fromarray(picture.pixels)

    def encode() -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, name, **BASELINES[name])
        return buffer.getvalue()

    data = encode()
    decode = median_s(lambda: np.asarray(Image.open(io.BytesIO(data))), runs)
    settings = ", ".join(f"{key} {value}" for key, value in BASELINES[name].items())
    return row(f"{name} (Pillow, {settings})", len(data), picture, median_s(encode, runs), decode)


def row(name: str, size: int, picture: Picture, encode_s: float, decode_s: float) -> str:
    bpp = 8 * size / (picture.width * picture.height)
    return f"| {name} | {bpp:.3f} | {1000 * encode_s:.0f} | {1000 * decode_s:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    picture = imagefile.read(given.picture)
    codec = Codec.load(device=given.device, threads=given.threads)
    target = Target("quality", QUALITY)
    data = codec.encode(picture, target).data

    def encode() -> object:
        return codec.encode(picture, target)

    def decode() -> object:
        return codec.decode(data)

    print(f"{picture.width}x{picture.height}, {devices.name_of(codec.device)}, {type(codec.executor).__name__}\n")
    print("| codec | bpp | encode ms | decode ms |\n|---|---:|---:|---:|")
    times = median_s(encode, given.runs), median_s(decode, given.runs)
    print(row(f"aecodec (quality {QUALITY})", len(data), picture, *times))
    for name in BASELINES:
        print(pillow_row(name, picture, given.runs))
    stages = Stages(codec)
    encoding, decoding = stages.of(encode, given.runs), stages.of(decode, given.runs)
    print("\n| part | encode ms | decode ms |\n|---|---:|---:|")
    for part in dict.fromkeys([*encoding, *decoding]):
        print(f"| {part} | {1000 * encoding.get(part, 0):.1f} | {1000 * decoding.get(part, 0):.1f} |")
    png = io.BytesIO()
    write = median_s(lambda: imagefile.write(picture, io.BytesIO(), "png"), given.runs)
    imagefile.write(picture, png, "png")
    read = median_s(lambda: imagefile.read(io.BytesIO(png.getvalue())), given.runs)
    print(f"| (I/O: reading, writing PNG) | {1000 * read:.1f} | {1000 * write:.1f} |")


if __name__ == "__main__":
    main()
