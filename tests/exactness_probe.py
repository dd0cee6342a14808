"""Run in a process of its own by `test_exactness`: read and write files under one setting of the machine.

    python -m tests.exactness_probe WEIGHTS FOLDER SETTINGS

Decodes FOLDER/base.aec to there.npy, encodes FOLDER/picture.npy to other.aec and decodes that to here.npy. SETTINGS is
JSON: quality, device, threads, batch, executor, channels_last, compiled. Prints the hashes of the symbols of both files
as JSON.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

from aecodec.codec import container, latents
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layers import contents
from aecodec.codec.layout import read_layout
from aecodec.executors.with_torch import TorchCodec
from aecodec.pictures.picture import from_array
from tests.tiny import run_by


def main(weights: str, folder: Path, settings: str) -> None:
    options = json.loads(settings)
    with run_by(options["executor"]):
        codec = Codec.load(Path(weights), device=options["device"], threads=options["threads"], batch=options["batch"])
    if isinstance(codec.executor, TorchCodec):
        model = codec.executor.module()
        if not options["channels_last"]:
            model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        if options["compiled"]:
            for network in (model.analysis, model.synthesis, model.prior.hyper_analysis):
                network.compile()
    base = (folder / "base.aec").read_bytes()
    np.save(folder / "there.npy", codec.decode(base).picture.pixels)
    picture = from_array(np.load(folder / "picture.npy"))
    other = codec.encode(picture, Target("quality", options["quality"])).data
    (folder / "other.aec").write_bytes(other)
    np.save(folder / "here.npy", codec.decode(other).picture.pixels)
    print(json.dumps({"base": symbols_hash(codec, base), "other": symbols_hash(codec, other)}))


def symbols_hash(codec: Codec, data: bytes) -> str:
    """SHA-256 over the symbols of all tiles that have any in raster order, int32 little-endian, z before y in each."""
    layout, parts = read_layout(data), container.parse(data)
    held = contents(layout, parts.tiles, None)
    digest = hashlib.sha256()
    for tile in parts.header.grid.tiles():
        payload = held[tile.index].latents
        if payload is None:
            continue
        symbols = latents.decode_symbols(codec.executor, [payload], tile.y_shape, parts.header.quality_step)
        assert symbols.errors == [None]
        digest.update(symbols.z.astype("<i4").tobytes())
        digest.update(symbols.y.astype("<i4").tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
