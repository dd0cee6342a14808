"""The README's picture: a sample at equal file size by JPEG and by aecodec, beside the original.

python -m benchmarks.picture docs/comparison.png
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecodec import metrics
from aecodec.codec import Codec, Target
from aecodec.picture import from_array

SAMPLE = Path(__file__).parent.parent / "samples" / "guitar.png"
JPEG_QUALITY = 10
CROP = (148, 120, 428, 400)  # left, top, right, bottom
BAND = 26  # pixels for the label above each crop


def main(out: str) -> None:
    original = np.asarray(Image.open(SAMPLE).convert("RGB"))
    buffer = io.BytesIO()
    Image.fromarray(original).save(buffer, "JPEG", quality=JPEG_QUALITY)
    jpeg = np.asarray(Image.open(buffer).convert("RGB"))
    jpeg_size = len(buffer.getvalue())
    codec = Codec.load(device="cpu")
    data = codec.encode(from_array(original), Target("max_bytes", jpeg_size)).data
    ours = codec.decode(data).picture.pixels
    panels = [
        (f"JPEG, {jpeg_size:,} bytes, {metrics.psnr(original, jpeg, peak=255):.1f} dB", jpeg),
        (f"aecodec, {len(data):,} bytes, {metrics.psnr(original, ours, peak=255):.1f} dB", ours),
        ("original", original),
    ]
    width, height = CROP[2] - CROP[0], CROP[3] - CROP[1]
    sheet = Image.new("RGB", (len(panels) * (width + 8) - 8, height + BAND), "white")
    draw = ImageDraw.Draw(sheet)
    for index, (label, pixels) in enumerate(panels):
        left = index * (width + 8)
        sheet.paste(Image.fromarray(pixels).crop(CROP), (left, BAND))
        draw.text((left + 2, 5), label, "black", ImageFont.load_default(14))
    sheet.save(out, optimize=True)
    print("\n".join(label for label, _ in panels))


if __name__ == "__main__":
    main(sys.argv[1])
