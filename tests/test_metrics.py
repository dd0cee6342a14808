"""Metrics against values worked by hand, published ones and second implementations."""

import math
import sys

import numpy as np
import pytest

from aecodec import metrics
from aecodec.errors import MissingExtra
from tests.tiny import sample

# CompressAI's published Kodak curves (results/image/kodak, vtm.json and mbt2018-mean), rate to five digits.
VTM = (
    [0.04824, 0.11249, 0.24582, 0.49055, 0.87481, 1.43085, 2.32461, 3.63261],
    [26.1448, 28.493, 31.1999, 34.2615, 37.4198, 40.4244, 43.5058, 46.5918],
)
MEAN_SCALE = (
    [0.12392, 0.19798, 0.30724, 0.46061, 0.66167, 0.9144, 1.23421, 1.61909],
    [27.6995, 29.3588, 31.1289, 32.9507, 34.9683, 36.9111, 38.8375, 40.6333],
)


def noisy(amount: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(-amount, amount + 1, sample().shape)
    return np.clip(sample().astype(int) + noise, 0, 255).astype(np.uint8)


def test_psnr_of_a_constant_difference() -> None:
    picture = np.full((4, 5, 3), 100, np.uint8)
    assert metrics.psnr(picture, picture + 10, peak=255) == pytest.approx(20 * math.log10(25.5))
    deep = picture.astype(np.uint16) * 257
    assert metrics.psnr(deep, deep + 2570, peak=65535) == pytest.approx(20 * math.log10(25.5))


def test_psnr_does_not_wrap_around_in_bytes() -> None:
    black, white = np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)
    assert metrics.psnr(black, white, peak=255) == metrics.psnr(white, black, peak=255) == 0


def test_identical_pictures_are_infinitely_good() -> None:
    assert metrics.psnr(sample(), sample().copy(), peak=255) == math.inf
    assert metrics.ssim(sample(), sample(), peak=255) == pytest.approx(1)
    assert metrics.ms_ssim(sample(), sample(), peak=255) == pytest.approx(1)
    assert metrics.ms_ssim_db(1.0) == math.inf


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shapes"):
        metrics.psnr(sample(), sample()[1:], peak=255)


def test_more_noise_is_worse_by_every_metric() -> None:
    for metric in (metrics.psnr, metrics.ssim, metrics.ms_ssim):
        little, much = (metric(sample(), noisy(amount), peak=255) for amount in (5, 30))
        assert little is not None
        assert much is not None
        assert little > much


def test_ssim_is_the_mean_over_channels() -> None:
    other = noisy(20)
    channels = [metrics.ssim(sample()[:, :, c], other[:, :, c], peak=255) or 0 for c in range(3)]
    assert metrics.ssim(sample(), other, peak=255) == pytest.approx(sum(channels) / 3)


def test_ms_ssim_of_one_scale_less_is_not_what_is_reported() -> None:
    """Constant pictures leave the luminance term of the last scale alone: (2ab + C1) / (a^2 + b^2 + C1) ^ 0.1333."""
    first, second = np.full((176, 176), 100, np.uint8), np.full((176, 176), 120, np.uint8)
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert metrics.ms_ssim(first, second, peak=255) == pytest.approx(luminance**0.1333, abs=1e-6)


def test_small_pictures_have_no_windowed_metric() -> None:
    assert metrics.ms_ssim(sample()[:160, :500], noisy(5)[:160, :500], peak=255) is None
    assert metrics.ms_ssim(sample()[:161, :500], noisy(5)[:161, :500], peak=255) is not None
    assert metrics.ssim(sample()[:10, :500], noisy(5)[:10, :500], peak=255) is None


def test_sizes() -> None:
    assert metrics.raw_bytes(20, 10, 3, 16) == 1200
    assert metrics.compression_ratio(1200, 100) == 12


def test_bd_rate_of_published_curves() -> None:
    """+21.28 % is what these two curves give in `kodak_rd.json` of the project's anchors (PCHIP on ln bpp)."""
    assert metrics.bd_rate(*VTM, *MEAN_SCALE) == pytest.approx(21.28, abs=0.02)


def test_bd_rate_knows_factors_and_does_not_mind_order() -> None:
    rates, quality = VTM
    assert metrics.bd_rate(rates, quality, [rate * 1.5 for rate in rates], quality) == pytest.approx(50)
    assert metrics.bd_rate(rates, quality, rates[::-1], quality[::-1]) == pytest.approx(0)


@pytest.mark.parametrize("test", [([0.1], [30.0]), ([0.1, 0.2], [10.0, 11.0]), ([], [])])
def test_bd_rate_without_a_common_interval_is_none(test: tuple[list[float], list[float]]) -> None:
    assert metrics.bd_rate(*VTM, *test) is None


def test_bd_psnr_knows_offsets_and_has_the_sign_of_gain() -> None:
    rates, quality = VTM
    assert metrics.bd_psnr(rates, quality, rates, [level + 0.5 for level in quality]) == pytest.approx(0.5)
    assert metrics.bd_psnr(*VTM, *MEAN_SCALE) is not None
    assert (metrics.bd_psnr(*VTM, *MEAN_SCALE) or 0) < 0
    assert metrics.bd_psnr(*VTM, [0.001, 0.002], [30, 31]) is None


def test_both_agree_with_the_reference_package_on_published_curves() -> None:
    import bjontegaard

    curves = [sorted(zip(*curve, strict=True)) for curve in (VTM, MEAN_SCALE)]
    given = [list(column) for curve in curves for column in zip(*curve, strict=True)]
    options = {"method": "pchip", "require_matching_points": False, "min_overlap": 0}
    assert metrics.bd_rate(*VTM, *MEAN_SCALE) == pytest.approx(bjontegaard.bd_rate(*given, **options), abs=0.05)
    assert metrics.bd_psnr(*VTM, *MEAN_SCALE) == pytest.approx(bjontegaard.bd_psnr(*given, **options), abs=0.005)


def test_luma_is_blind_to_a_change_of_colour_alone() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(60, 190, (40, 50, 3)).astype(np.uint8)
    b = a.copy()
    b[:, :, 2] += 50
    assert metrics.psnr_luma(a, b, peak=255) == pytest.approx(20 * math.log10(255 / (0.114 * 50)))
    assert metrics.psnr_luma(a[:, :, :1], b[:, :, 1:2], peak=255) == metrics.psnr(a[:, :, :1], b[:, :, 1:2], peak=255)


def test_ssimulacra2_orders_damage_and_knows_identity() -> None:
    pytest.importorskip("ssimulacra2", reason="the extra aecodec[ssimulacra2] is not installed")
    picture = sample()[:96, :96]
    rng = np.random.default_rng(0)
    little, much = (
        np.clip(picture + rng.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8) for sigma in (3, 20)
    )
    same, close, far = (metrics.ssimulacra2(picture, other, peak=255) for other in (picture, little, much))
    assert same == pytest.approx(100, abs=0.5)
    assert same is not None
    assert close is not None
    assert far is not None
    assert same > close > far
    assert metrics.ssimulacra2(picture, picture, peak=65_535) is None
    grey = metrics.ssimulacra2(picture[:, :, :1], little[:, :, :1], peak=255)
    assert grey is not None
    assert grey < same


def test_a_missing_ssimulacra2_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ssimulacra2", None)
    with pytest.raises(MissingExtra, match=r"aecodec\[ssimulacra2\]"):
        metrics.ssimulacra2(sample(), sample(), peak=255)


def ms_ssim_of_scipy(a: np.ndarray, b: np.ndarray) -> float:
    """Wang, Simoncelli, Bovik 2003 once more, with scipy's filters in place of convolutions."""
    from scipy.ndimage import correlate1d

    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()

    def blurred(plane: np.ndarray) -> np.ndarray:
        return correlate1d(correlate1d(plane, taps, 0), taps, 1)[5:-5, 5:-5]

    def halved(plane: np.ndarray) -> np.ndarray:
        height, width = (length // 2 * 2 for length in plane.shape)
        return plane[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3))

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    channels = []
    for x, y in ((a[:, :, c].astype(float), b[:, :, c].astype(float)) for c in range(3)):
        product = 1.0
        for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
            mx, my = blurred(x), blurred(y)
            vx, vy, cov = blurred(x * x) - mx**2, blurred(y * y) - my**2, blurred(x * y) - mx * my
            contrast = (2 * cov + c2) / (vx + vy + c2)
            luminance = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
            product *= max((contrast * luminance if scale == 4 else contrast).mean(), 0) ** weight
            x, y = halved(x), halved(y)
        channels.append(product)
    return float(np.mean(channels))


@pytest.mark.parametrize("sigma", [2, 30])
def test_ms_ssim_agrees_with_a_second_implementation(sigma: float) -> None:
    picture = sample()[:352, :416]
    other = noisy(sigma)[:352, :416]
    assert metrics.ms_ssim(picture, other, peak=255) == pytest.approx(ms_ssim_of_scipy(picture, other), abs=1e-4)
