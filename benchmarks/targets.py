"""How closely targets are met, and how near file sizes are to the model's estimate, over a folder of pictures.

python -m benchmarks.targets FOLDER [BPP ...]
"""

import sys
from pathlib import Path

from aecodec.codec.codec import Codec, Target
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture


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
                excess.append(len(encoded.data) - encoded.estimated_bits / 8)
        print(
            f"{bpp:5} bpp, {len(pictures)} pictures, --bpp and --max-bytes:"
            f" {100 * min(shares):.2f} to {100 * max(shares):.2f} % of what is allowed;"
            f" files {min(excess):.0f} to {max(excess):.0f} bytes above the estimate",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1], [float(rate) for rate in sys.argv[2:]] or [0.25, 0.5, 1.0])
