"""The codecs beside aecodec: they code, they name their settings, and PSNR curves are tuned for PSNR."""

import numpy as np
import pytest

from aecodec import metrics
from aecodec.errors import UsageError
from aecodec.evaluation import baselines
from aecodec.pictures.picture import from_array
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
    assert "libjxl" in baselines.baseline("jxl").settings
    assert "mct=1" in baselines.baseline("jpeg2000").settings


def test_avif_is_really_tuned_for_psnr() -> None:
    import io

    from PIL import Image

    contender, picture = baselines.baseline("avif"), from_array(sample()[:256, :256].copy())
    plain = io.BytesIO()
    Image.fromarray(picture.pixels).save(plain, "AVIF", quality=55, subsampling="4:4:4", speed=6)
    assert contender.encode(picture, 55) != plain.getvalue()


def test_unknown_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="jpeg, webp, avif, jpeg2000, jxl"):
        baselines.baseline("bpg")


@pytest.mark.parametrize("name", [name for name in baselines.NAMES if name != "jxl"])
def test_what_a_format_cannot_hold_is_refused_with_a_reason(name: str) -> None:
    contender = baselines.baseline(name)
    assert "8-bit" in (contender.refusal(from_array(np.zeros((8, 8, 3), np.uint16))) or "")
    assert "sides" in (contender.refusal(from_array(np.zeros((1, 65_536, 1), np.uint8))) or "")
    assert contender.refusal(from_array(np.zeros((8, 8, 3), np.uint8))) is None


@pytest.mark.parametrize(("name", "side"), [("jpeg", 65_500), ("webp", 16_383), ("avif", 32_768)])
def test_the_longest_side_that_is_not_refused_goes_through(name: str, side: int) -> None:
    contender, picture = baselines.baseline(name), from_array(np.zeros((2, side, 3), np.uint8))
    assert contender.refusal(picture) is None
    assert contender.decode(contender.encode(picture, 50)).shape == (2, side, 3)


def test_pillow_s_bound_on_untrusted_pictures_does_not_hold_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    contender = baselines.baseline("jpeg")
    assert contender.decode(contender.encode(from_array(sample()[:64, :64].copy()), 50)).shape == (64, 64, 3)


def test_jpeg_2000_transforms_colours() -> None:
    import io

    from PIL import Image

    contender, picture = baselines.baseline("jpeg2000"), from_array(sample()[:256, :256].copy())
    plain = io.BytesIO()
    Image.fromarray(picture.pixels).save(plain, "JPEG2000", quality_mode="dB", quality_layers=[34], irreversible=True)
    assert len(contender.encode(picture, 34)) < 0.8 * len(plain.getvalue())


@pytest.mark.parametrize("channels", [1, 3])
def test_jxl_keeps_sixteen_bits(channels: int) -> None:
    contender = baselines.baseline("jxl")
    picture = from_array(sample()[:64, :64, :channels].astype(np.uint16) * 257)
    assert contender.refusal(picture) is None
    shown = contender.decode(contender.encode(picture, 95)).reshape(picture.pixels.shape)
    assert shown.dtype == np.uint16
    assert metrics.psnr(picture.pixels, shown, peak=65_535) > 35


def test_jxl_distances_are_those_of_cjxl() -> None:
    assert baselines.jxl_distance(100) == pytest.approx(0.1)
    assert baselines.jxl_distance(90) == pytest.approx(1)
    assert baselines.jxl_distance(30) == pytest.approx(6.4)
    assert baselines.jxl_distance(29.99) == pytest.approx(6.4, abs=0.05)
