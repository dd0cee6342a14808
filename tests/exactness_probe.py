"""Run in a process of its own by `test_exactness`: encode or decode one file under one setting of the machine.

    python -m tests.exactness_probe encode WEIGHTS PICTURE.npy OUT.aec SETTINGS
    python -m tests.exactness_probe decode WEIGHTS IN.aec OUT.npy SETTINGS

SETTINGS is JSON: threads, batch, channels_last, compiled, device. Prints the SHA-256 of all symbols (decode).
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch

from aecodec import container
from aecodec.codec import Codec, Target
from aecodec.entropy import latents
from aecodec.picture import from_array


def main(action: str, weights: str, source: str, target: str, settings: str) -> None:
    options = json.loads(settings)
    codec = Codec.load(
        Path(weights), device=options.get("device", "cpu"), threads=options["threads"], batch=options["batch"]
    )
    model = codec.weights.frozen.model
    if not options["channels_last"]:
        model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    if options["compiled"]:
        for network in (model.analysis, model.synthesis, model.prior.hyper_analysis):
            network.compile()
    if action == "encode":
        picture = from_array(np.load(source))
        Path(target).write_bytes(codec.encode(picture, Target("quality", options["quality"])).data)
        return
    data = Path(source).read_bytes()
    np.save(target, codec.decode(data).picture.pixels)
    print(symbols_hash(codec, data))


def symbols_hash(codec: Codec, data: bytes) -> str:
    """SHA-256 over the symbols of all tiles in raster order, int32 little-endian, z before y in each."""
    parts = container.parse(data)
    digest = hashlib.sha256()
    for tile in parts.header.grid.tiles():
        payload = parts.tiles[tile.index]
        assert payload is not None
        symbols = latents.decode_symbols(codec.weights.frozen, [payload], tile.y_shape, parts.header.quality_step)
        assert symbols.errors == [None]
        digest.update(symbols.z.astype("<i4").tobytes())
        digest.update(symbols.y.astype("<i4").tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
