"""The README's rate-distortion picture: a measured run beside published curves of the same pictures.

    pip install '.[plots]'
    python -m benchmarks.curves docs/kodak.json ../shared/anchors/kodak_rd.json docs/kodak.png

The first file is what `aecodec evaluate --json` wrote; the second maps names of codecs to {"bpp": [...],
"psnr_rgb": [...]}, means over the set, and its curves are drawn dashed and called published.
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

MEASURED = {"aecodec": "aecodec", "jpeg": "JPEG (Pillow)", "webp": "WebP (Pillow)", "avif": "AVIF 4:4:4 (Pillow)"}
PUBLISHED = {
    "BPG 4:4:4 x265": "BPG 4:4:4",
    "VTM 9.1 (CompressAI)": "VTM 9.1",
    "bmshj2018-hyperprior": "hyperprior (Balle 2018)",
    "paper ELIC": "ELIC (He 2022)",
}
LARGEST_BPP, LOWEST_DB, HIGHEST_DB = 2.2, 25, 42


def main(run: str, published: str, out: str) -> None:
    points = json.loads(Path(run).read_text())["points"]
    curves = json.loads(Path(published).read_text())
    figure, axes = pyplot.subplots(figsize=(8, 5.2), layout="constrained")
    for name, label in MEASURED.items():
        rates, decibels = zip(*((p["bpp"], p["psnr_db"]) for p in points if p["codec"] == name), strict=True)
        own = name == "aecodec"
        axes.plot(
            rates, decibels, "-o", markersize=5 if own else 3, linewidth=2.5 if own else 1.2, label=f"{label}, measured"
        )
    for name, label in PUBLISHED.items():
        curve = curves[name]
        axes.plot(curve["bpp"], curve["psnr_rgb"], "--", linewidth=1.2, label=f"{label}, as published")
    axes.set(
        xlim=(0, LARGEST_BPP),
        ylim=(LOWEST_DB, HIGHEST_DB),
        xlabel="bits per pixel (file size)",
        ylabel="PSNR, RGB, dB",
        title="Kodak, 24 pictures, means over the set",
    )
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
