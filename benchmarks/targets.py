"""How closely targets are met, and how near file sizes are to the model's estimate, over a folder of pictures.

python -m benchmarks.targets FOLDER [BPP ...]
"""

import sys
from pathlib import Path

from aecodec.codec import container
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import read_layout
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from tests.tiny import expected_bits


def main(folder: str, rates: list[float]) -> None:
    codec = Codec.load()
    pictures = [Picture(imagefile.read(path).pixels) for path in sorted(Path(folder).glob("*.png"))]
    for bpp in rates:
        shares, excess = [], []
        for picture in pictures:
            most = int(bpp * picture.width * picture.height / 8)
            for target in (Target("bpp", bpp), Target("max_bytes", most)):
                encoded = codec.encode(picture, target)
                shares.append(len(encoded.data) / most)
                excess.append(len(encoded.data) - estimated_bytes(codec, encoded.data))
        print(
            f"{bpp:5} bpp, {len(pictures)} pictures, --bpp and --max-bytes:"
            f" {100 * min(shares):.2f} to {100 * max(shares):.2f} % of what is allowed;"
            f" files {min(excess):.0f} to {max(excess):.0f} bytes above the estimate",
            flush=True,
        )


def estimated_bytes(codec: Codec, data: bytes) -> float:
    """What the symbols of a file cost by the model's tables."""
    found = read_layout(data)
    tiles = zip(found.tiles, container.parse(data).tiles, strict=True)
    cells = [(payload, part.tile.y_shape) for part, payload in tiles if part.tile is not None and payload is not None]
    step = found.header.quality_step
    return sum(expected_bits(codec.executor, [payload], shape, step) for payload, shape in cells) / 8


if __name__ == "__main__":
    main(sys.argv[1], [float(rate) for rate in sys.argv[2:]] or [0.25, 0.5, 1.0])
