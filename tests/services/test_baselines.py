"""The codecs beside aecodec: they code, they name their settings, and PSNR curves are tuned for PSNR."""

import numpy as np
import pytest

from aecodec import metrics
from aecodec.errors import BadInput, UsageError
from aecodec.picture import from_array
from aecodec.services import baselines
from tests.tiny import sample


@pytest.mark.parametrize("name", baselines.NAMES)
@pytest.mark.parametrize("channels", [1, 3])
def test_more_quality_is_larger_and_better(name: str, channels: int) -> None:
    contender = baselines.baseline(name)
    picture = from_array(sample()[:128, :160, :channels].copy())
    low, high = (contender.encode(picture, quality) for quality in (contender.qualities[0], contender.qualities[-1]))
    assert len(low) < len(high)
    shown = [contender.decode(data).reshape(128, 160, -1) for data in (low, high)]  # WebP and AVIF show grey as RGB
    psnr = [metrics.psnr(np.broadcast_to(picture.pixels, pixels.shape), pixels, peak=255) for pixels in shown]
    assert 15 < psnr[0] < psnr[1]


def test_settings_are_named() -> None:
    assert "4:2:0" in baselines.baseline("jpeg").settings
    assert "tune=psnr" in baselines.baseline("avif").settings
    assert "Pillow" in baselines.baseline("webp").settings


def test_avif_is_really_tuned_for_psnr() -> None:
    import io

    from PIL import Image

    contender, picture = baselines.baseline("avif"), from_array(sample()[:256, :256].copy())
    plain = io.BytesIO()
    Image.fromarray(picture.pixels).save(plain, "AVIF", quality=55, subsampling="4:4:4", speed=6)
    assert contender.encode(picture, 55) != plain.getvalue()


def test_unknown_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="jpeg, webp, avif"):
        baselines.baseline("bpg")


def test_sixteen_bits_are_refused() -> None:
    picture = from_array(np.zeros((8, 8, 3), np.uint16))
    with pytest.raises(BadInput, match="8-bit"):
        baselines.baseline("jpeg").encode(picture, 50)
