"""Make the golden files: tiny weights trained for this purpose alone, and .aec files written with them.

    python -m tests.golden.make weights   train tests/golden/tiny.safetensors anew (a minute); old files die with it
    python -m tests.golden.make files     write v1/*.aec and v1/manifest.json with it, and one file with those that ship
    python -m tests.golden.make lossless  write v2/*.aec and v2/manifest.json: lossless files and covers
    python -m tests.golden.make filtered  write filtered/*.aec and filtered/manifest.json: files with a post-filter
    python -m tests.golden.make wide      write wide/*.aec and wide/manifest.json: with one of the larger shape

Golden files are frozen: making them anew means that the format or the exact path has changed, which takes a new
version of the container or a new weights id, and never happens to hide a failing test.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

from aecodec.codec.codec import Codec, Target
from aecodec.models import manifest, weights
from aecodec.nets.compressor import Compressor
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array
from aecodec.training.data import Pictures
from aecodec.training.freeze import freeze
from aecodec.training.loop import Trainer, Watch
from aecodec.training.pca import pca_start
from aecodec.training.schedule import Crops, Schedule
from aecodec.training.tasks import CodecTask
from tests.exactness_probe import symbols_hash
from tests.tiny import SAMPLES, TINY, TINY_WEIGHTS, crops, sample

FOLDER, LOSSLESS_FOLDER = Path(__file__).parent / "v1", Path(__file__).parent / "v2"
FILTERED_FOLDER, WIDE_FOLDER = Path(__file__).parent / "filtered", Path(__file__).parent / "wide"


def make_weights() -> None:
    torch.manual_seed(0)
    model = Compressor(TINY)
    pca_start(model, crops(40, 128))
    schedule = Schedule(2000, Crops(8, 64, 4, 128), highest=2e-3, by_steps=True)
    trainer = Trainer(CodecTask(model), schedule, torch.device("cpu"))
    names = sorted(path.stem for path in SAMPLES.glob("*.png"))
    pictures = Pictures([torch.from_numpy(sample(name).copy()) for name in names], torch.device("cpu"))
    trainer.run(pictures, 3600, Watch(print, 10))
    assert isinstance(trainer.average, Compressor)
    frozen, cost = freeze(trainer.average, crops(8, 128))
    print(cost)
    TINY_WEIGHTS.write_bytes(weights.dump(frozen, cost.percent))


def cases() -> dict[str, tuple[Picture, Target]]:
    rgb = sample("city")[:200, :150]
    alpha = np.tile(np.arange(150, dtype=np.uint8), (200, 1))
    large = np.tile(sample("city"), (2, 3, 1))[:1100, :1330]
    return {
        "rgb-q50": (from_array(rgb), Target("quality", 50)),
        "grey-q1": (from_array(rgb[:, :, 0].copy()), Target("quality", 1)),
        "rgb16-q100": (from_array(rgb[:90, :70].astype(np.uint16) * 257), Target("quality", 100)),
        "rgba-metadata-q30": (Picture(rgb, alpha, Metadata(b"icc", b"II*\0", b"<x/>")), Target("quality", 30)),
        "one-pixel-q75": (from_array(rgb[:1, :1]), Target("quality", 75)),
        "tiles-q20": (from_array(large), Target("quality", 20)),
        "noise-q100": (
            from_array(np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)),
            Target("quality", 100),
        ),
    }


def lossless_cases() -> dict[str, tuple[Picture, Target]]:
    """Of version 2: VP8L and JPEG XL, every number of channels, both depths, covers in one tile and in several."""
    draw = np.random.default_rng(0)
    few = draw.integers(0, 4, (70, 90, 4)).astype(np.uint8) * 85
    deep = draw.integers(0, 1 << 16, (40, 30, 4)).astype(np.uint16)
    page = np.full((360, 340, 3), 255, np.uint8)
    page[::7, ::3] = page[3::7, 1::5] = (0, 40, 90)  # as sharp as text, and the same whatever fonts there are
    page[48:304, 48:304] = sample()[:256, :256]
    rows, columns = np.indices((1100, 1330)) // 5 % 2
    large = ((rows ^ columns) * 255).astype(np.uint8)[:, :, None].repeat(3, 2)
    large[200:700, 300:1300] = np.tile(sample(), (1, 2, 1))[:500, :1000]
    alpha = np.tile(np.arange(340, dtype=np.uint16) * 255 // 339, (360, 1)).astype(np.uint8)
    exactly, half = Target("lossless", 1), Target("quality", 50)
    return {
        "rgba": (from_array(few), exactly),
        "rgb": (from_array(few[:, :, :3]), exactly),
        "grey": (from_array(few[:, :, 0]), exactly),
        "rgba16": (from_array(deep), exactly),
        "grey-alpha16": (from_array(deep[:, :, [0, 3]]), exactly),
        "photograph": (Picture(sample("city")[:96, :96], None, Metadata(b"icc", b"II*\0", b"<x/>")), exactly),
        "one-pixel": (from_array(few[:1, :1]), exactly),
        "cover": (from_array(page), half),
        "cover-alpha": (Picture(page, alpha), half),
        "cover-grey16": (from_array(page[:, :, 0].astype(np.uint16) * 257), half),
        "cover-tiles": (from_array(large), half),
    }


def wide_cases() -> dict[str, tuple[Picture, Target]]:
    """Large enough to pay for it, of every number of channels and depth."""
    rgb = sample("city")[:256, :256]
    deep = rgb.astype(np.uint16) * 257
    samples = {"rgb": rgb, "grey": rgb[:, :, 1].copy(), "rgb16": deep, "grey16": deep[:, :, 1].copy()}
    return {name: (from_array(given), Target("quality", 90)) for name, given in samples.items()}


def filtered_cases() -> dict[str, tuple[Picture, Target]]:
    """Of every number of channels and depth, in several tiles, and under a cover."""
    names = ("rgb-q50", "rgba-metadata-q30", "tiles-q20")
    rgb = sample("city")[:200, :150]
    others = {"grey-q80": rgb[:, :, 1].copy(), "grey16-q80": rgb[:, :, 1].astype(np.uint16) * 257}
    others["rgb16-q80"] = rgb.astype(np.uint16) * 257
    chosen = {name: cases()[name] for name in names}
    chosen |= {name: (from_array(samples), Target("quality", 80)) for name, samples in others.items()}
    return chosen | {name: lossless_cases()[name] for name in ("cover", "cover-tiles")}


def make_filtered() -> None:
    make(FILTERED_FOLDER, filtered_cases())


def make_wide() -> None:
    make(WIDE_FOLDER, wide_cases())


def make_lossless() -> None:
    make(LOSSLESS_FOLDER, lossless_cases())


def make(folder: Path, wanted: dict[str, tuple[Picture, Target]]) -> None:
    folder.mkdir(exist_ok=True)
    codec = Codec.load(TINY_WEIGHTS, device="cpu")
    rows = [record(codec, folder / f"{name}.aec", *case) for name, case in wanted.items()]
    (folder / "manifest.json").write_text(json.dumps(rows, indent=1) + "\n")


def make_files() -> None:
    FOLDER.mkdir(exist_ok=True)
    codec = Codec.load(TINY_WEIGHTS, device="cpu")
    rows = [record(codec, FOLDER / f"{name}.aec", picture, target) for name, (picture, target) in cases().items()]
    shipped = Codec.load(device="cpu")
    name = f"shipped-{shipped.weights.id.hex()}.aec"
    shipping = {row.sha256[:16] for row in manifest.read() if row.kind == "codec"}
    kept = [row for row in read_manifest() if row["weights"] in shipping and row["file"] != name]
    rows += [*kept, record(shipped, FOLDER / name, from_array(sample("dog")[:256, :256]), Target("quality", 50))]
    (FOLDER / "manifest.json").write_text(json.dumps(rows, indent=1) + "\n")


def read_manifest() -> list[dict[str, str]]:
    path = FOLDER / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else []


def record(codec: Codec, path: Path, picture: Picture, target: Target) -> dict[str, str]:
    data = codec.encode(picture, target).data
    path.write_bytes(data)
    shown = codec.decode(data).picture.interleaved()
    np.savez_compressed(path.with_name(f"{path.name}.npz"), pixels=shown[:64, :64])
    return {
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "weights": codec.weights.id.hex(),
        "symbols": symbols_hash(codec, data),
    }


if __name__ == "__main__":
    makers = {"weights": make_weights, "files": make_files, "lossless": make_lossless}
    (makers | {"filtered": make_filtered, "wide": make_wide})[sys.argv[1]]()
