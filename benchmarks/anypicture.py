"""What becomes of pictures of any kind: size, PSNR and time of aecodec beside the lossless classical codecs.

    python -m benchmarks.anypicture FOLDER [--quality 50] [--lossless] [--json OUT] [--only CLASS ...] [--classical ...]

FOLDER holds pictures, such as those of `benchmarks.synthetic`. Files are real: written, parsed and decoded, through
the Python code. PSNR is of all colour samples that can be seen (alpha above 0); alpha must be the same, always. A
picture counts as too large if it has over 64 bytes more than lossless WebP. The classical sizes are kept in
`classical.json` beside the pictures; `--classical` says which are looked at (webp, png, jxl7 and other efforts).
"""

import argparse
import json
import math
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from aecodec import bits
from aecodec.codec.codec import Codec, Target
from aecodec.metrics import psnr
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from benchmarks.classical import Sizes, coders

LEAST_DB = 35.0
SPARE_BYTES = 64  # of ours over lossless WebP
SUFFIXES = {".png", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".ppm", ".pgm", ".jpg", ".jpeg", ".avif"}


@dataclass(frozen=True)
class Row:
    """One picture; sizes in bytes, seconds of one run. `psnr_db` is infinite for identical pictures."""

    name: str
    width: int
    height: int
    bytes: int
    bpp: float
    psnr_db: float
    identical: bool  # all samples, of hidden pixels too
    alpha_kept: bool
    encode_seconds: float
    decode_seconds: float
    classical: dict[str, int | None] = field(default_factory=dict)

    def over(self, column: str) -> int | None:
        """Bytes more than another codec's."""
        other = self.classical.get(column)
        return None if other is None else self.bytes - other


def seen(picture: Picture, decoded: Picture) -> float:
    """PSNR in dB of the colours of pixels whose alpha is above 0."""
    shown = np.s_[:] if picture.alpha is None else picture.alpha > 0
    a, b = picture.pixels[shown], decoded.pixels[shown]
    return psnr(a, b, peak=(1 << picture.bit_depth) - 1) if a.size else math.inf


def measured(codec: Codec, path: Path, picture: Picture, quality: float, lossless: bool) -> Row:
    """Encoded and decoded once."""
    started = time.perf_counter()
    encoded = codec.encode(picture, Target("lossless", 1) if lossless else Target("quality", quality), exact=lossless)
    between = time.perf_counter()
    decoded = codec.decode(encoded.data).picture
    ended = time.perf_counter()
    same_alpha = np.array_equal(_alpha(picture), _alpha(decoded))
    return Row(
        name=path.name,
        width=picture.width,
        height=picture.height,
        bytes=len(encoded.data),
        bpp=bits.per_pixel(len(encoded.data), picture.width, picture.height),
        psnr_db=seen(picture, decoded),
        identical=same_alpha and np.array_equal(picture.pixels, decoded.pixels),
        alpha_kept=same_alpha,
        encode_seconds=between - started,
        decode_seconds=ended - between,
    )


def _alpha(picture: Picture) -> np.ndarray:
    return np.empty(0) if picture.alpha is None else picture.alpha


def line(row: Row) -> str:
    cells = [
        row.name,
        f"{row.width}x{row.height}",
        f"{row.bytes}",
        f"{row.bpp:.3f}",
        "same" if row.identical else f"{row.psnr_db:.2f}",
        f"{row.encode_seconds:.2f}",
        f"{row.decode_seconds:.2f}",
        *("" if size is None else f"{size}" for size in row.classical.values()),
        *marks(row),
    ]
    return f"| {' | '.join(cells)} |"


def marks(row: Row) -> Iterable[str]:
    """What is wrong with a row, in one cell."""
    over = row.over("webp")
    wrong = [
        "" if row.psnr_db >= LEAST_DB else "below 35 dB",
        "" if over is None or over <= SPARE_BYTES else f"{over:+d} to WebP",
        "" if row.alpha_kept else "alpha changed",
    ]
    yield ", ".join(filter(None, wrong))


def by_class(rows: list[Row]) -> Iterable[str]:
    """A line for each class: pictures, the least PSNR, bytes of ours and of WebP, how many fail each bound."""
    heads = "class", "pictures", "least dB", "ours", "WebP", "ours / WebP"
    yield f"| {' | '.join(heads)} | below {LEAST_DB:g} dB | over WebP + {SPARE_BYTES} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name in sorted({row.name.split("-")[0] for row in rows}):
        yield summary(name, [row for row in rows if row.name.split("-")[0] == name])
    yield summary("all", rows)


def summary(name: str, rows: list[Row]) -> str:
    """Totals are over those that WebP can hold."""
    held = [row for row in rows if row.classical.get("webp") is not None]
    ours, others = sum(row.bytes for row in held), sum(row.classical["webp"] or 0 for row in held)
    low = sum(row.psnr_db < LEAST_DB for row in rows)
    large = sum((row.over("webp") or 0) > SPARE_BYTES for row in held)
    ratio = f"{ours / others:.3f}" if others else ""
    least = min(row.psnr_db for row in rows)
    return f"| {name} | {len(rows)} | {least:.2f} | {ours} | {others} | {ratio} | {low} | {large} |"


def lossless_lines(rows: list[Row], column: str) -> Iterable[str]:
    """What `--lossless` promises: identical samples, at most 1 % above JPEG XL at the same effort."""
    ours, others = sum(row.bytes for row in rows), sum(row.classical[column] or 0 for row in rows)
    large = [row.name for row in rows if row.bytes > 1.01 * (row.classical[column] or 0)]
    changed = [row.name for row in rows if not row.identical]
    yield f"not identical: {len(changed)} {' '.join(changed)}"
    yield f"over {column} + 1 %: {len(large)} {' '.join(large)}"
    yield f"total of ours / total of {column}: {ours} / {others} = {ours / others:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quality", type=float, default=50.0)
    parser.add_argument("--lossless", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="+", metavar="CLASS")
    parser.add_argument("--classical", nargs="*", default=["webp", "jxl7", "png"])
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()
    efforts = [int(name[3:]) for name in given.classical if name.startswith("jxl")]
    chosen = {name: coder for name, coder in coders(efforts).items() if name in given.classical}
    sizes = Sizes(given.folder, chosen)
    codec = Codec.load(given.weights, device="cpu")
    rows: list[Row] = []
    print("| picture | size | bytes | bpp | dB | encode s | decode s |", " | ".join(chosen), "| |")
    print("|---" * (8 + len(chosen)) + "|")
    for path in sorted(given.folder.iterdir()):
        if path.suffix not in SUFFIXES or (given.only and path.name.split("-")[0] not in given.only):
            continue
        try:
            picture = imagefile.read(path)
            row = measured(codec, path, picture, given.quality, given.lossless)
        except Exception as error:  # what is no AecodecError is a finding too
            print(f"| {path.name} | failed: {type(error).__name__}: {error} |", flush=True)
            continue
        row.classical.update(sizes.of(path, picture))
        rows.append(row)
        print(line(row), flush=True)
    print("", *by_class(rows), "", sep="\n")
    if given.lossless and efforts:
        print(*lossless_lines(rows, f"jxl{efforts[0]}"), sep="\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
