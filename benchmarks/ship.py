"""Put weights into pretrained/: measure them on the validation pictures with real files, and write their manifest row.

    python -m benchmarks.ship WEIGHTS --name NAME --data TEXT --command TEXT --trained TEXT --valid FOLDER

The new row comes first, so that new files are written with it; old rows stay as long as their files do.
"""

import argparse
import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path

from aecodec import imagefile, manifest, weights
from aecodec.codec import Codec, Target
from aecodec.manifest import ManifestRow
from aecodec.nets.compressor import complexity
from aecodec.picture import Picture

QUALITIES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


def validate(codec: Codec, folder: Path) -> list[dict[str, float]]:
    """Mean bits a pixel of the files and mean PSNR of what is decoded from them, at each quality."""
    # pixels alone: colour profiles of a few kilobytes would drown small files
    pictures = [Picture(imagefile.read(path).pixels) for path in sorted(folder.glob("*.png"))]
    points = []
    for quality in QUALITIES:
        rates, decibels = [], []
        for picture in pictures:
            encoded = codec.encode(picture, Target("quality", quality))
            rates.append(8 * len(encoded.data) / (picture.width * picture.height))
            decibels.append(encoded.psnr_db)
        point = {"quality": quality, "bpp": sum(rates) / len(rates), "psnr_db": sum(decibels) / len(decibels)}
        points.append({name: round(value, 4) for name, value in point.items()})
        print(points[-1], flush=True)
    return points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    for name in ("name", "data", "command", "trained"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--valid", type=Path, required=True)
    given = parser.parse_args()
    codec = Codec.load(given.weights)
    digest = hashlib.sha256(given.weights.read_bytes()).hexdigest()
    row = ManifestRow(
        name=given.name,
        file=f"{given.name}-{digest[:8]}.safetensors",
        network_id=weights.NETWORK_ID,
        sha256=digest,
        licence="Apache-2.0",
        data=given.data,
        command=given.command,
        trained=given.trained,
        freezing_cost_percent=codec.weights.freezing_cost_percent,
        validation=validate(codec, given.valid),
        **complexity(codec.weights.config),
    )
    shutil.copyfile(given.weights, manifest.folder() / row.file)
    rows = [row, *(old for old in manifest.read() if old.name != row.name)]
    (manifest.folder() / "manifest.json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
