"""The JPEG of training is libjpeg's."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from aecodec.training.jpeg import jpeg
from tests.tiny import crops


@pytest.mark.parametrize("halved", [True, False], ids=["4:2:0", "4:4:4"])
@pytest.mark.parametrize("quality", [20, 50, 90])
def test_jpeg_is_what_libjpeg_shows(quality: int, halved: bool) -> None:
    pixels = crops(1, 128)
    bytes_ = (pixels[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    stream = io.BytesIO()
    Image.fromarray(bytes_).save(stream, "JPEG", quality=quality, subsampling="4:2:0" if halved else "4:4:4")
    with Image.open(stream) as image:
        theirs = np.asarray(image).astype(np.float32)
    shown = jpeg(pixels, torch.tensor([float(quality)]), chroma_halved=halved)
    ours = shown[0].permute(1, 2, 0).numpy() * 255
    apart = np.square(ours - theirs).mean()
    error = np.square(theirs - bytes_).mean()
    assert apart < 0.25 * error  # libjpeg rounds to whole Y, Cb and Cr on the way
