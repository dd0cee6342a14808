"""BD-rate of a measured run against published curves of the same pictures.

    aecodec evaluate KODAK -q 1,5,10,... --json run.json
    python -m benchmarks.published run.json ../shared/anchors/kodak_rd.json

The second file maps names of codecs to {"bpp": [...], "psnr_rgb": [...]}, means over the set.
"""

import json
import sys
from pathlib import Path

from aecodec import metrics

SHOWN = ("JPEG", "WebP", "AV1", "BPG", "VTM 9.1", "bmshj2018-hyperprior", "mbt2018-mean", "EVC_SS", "paper ELIC")


def main(run: str, published: str) -> None:
    points = [p for p in json.loads(Path(run).read_text())["points"] if p["codec"] == "aecodec"]
    rates, decibels = [p["bpp"] for p in points], [p["psnr_db"] for p in points]
    for name, curve in json.loads(Path(published).read_text()).items():
        if name.startswith(SHOWN):
            percent = metrics.bd_rate(curve["bpp"], curve["psnr_rgb"], rates, decibels)
            print(f"{name:40} {'n/a' if percent is None else f'{percent:+.1f} %'}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
