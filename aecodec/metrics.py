"""How near two pictures are, how small a file is, and how two rate-distortion curves compare; pure functions.

Pictures are arrays (H, W) or (H, W, C) of equal shape; `peak` is the largest value of a sample, 255 or 65535.
What needs scikit-image, scipy or torch imports it in the function: PSNR alone is wanted where those seconds are not.
"""

import io
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import require

EIGHT_BITS = 255
SSIM_WINDOW = 11  # pixels; 2 * round(3.5 * 1.5) + 1, the Gaussian window of scikit-image at sigma 1.5
MS_SSIM_MIN_SIDE = 161  # pixels; the window of 11 on the last of five scales: (11 - 1) * 2^4 + 1
_LUMA = np.array([0.299, 0.587, 0.114])
_BAND_ROWS = 256  # rows squared at a time, so that PSNR takes little memory beside the pictures


def psnr(a: NDArray[Any], b: NDArray[Any], *, peak: int) -> float:
    """Peak signal-to-noise ratio in dB over all samples, 10 log10(peak^2 / MSE); identical pictures give math.inf.

    Raises ValueError for unequal shapes.
    """
    _check_shapes(a, b)
    total = 0.0
    for top in range(0, a.shape[0], _BAND_ROWS):
        band = slice(top, top + _BAND_ROWS)
        total += float(np.square(np.subtract(a[band], b[band], dtype=np.float64)).sum())
    return 10 * math.log10(peak**2 * a.size / total) if total else math.inf


def psnr_luma(a: NDArray[Any], b: NDArray[Any], *, peak: int) -> float:
    """As `psnr`, of luma 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, full range, not rounded); of grey the same."""
    if a.ndim < 3 or a.shape[2] == 1:
        return psnr(a, b, peak=peak)
    return psnr(a @ _LUMA, b @ _LUMA, peak=peak)


def ssim(a: NDArray[Any], b: NDArray[Any], *, peak: int) -> float | None:
    """Structural similarity, -1 to 1, mean over pixels and channels; None if a side is shorter than the window of 11.

    Wang et al. 2004 as they define it: Gaussian window of sigma 1.5, K = (0.01, 0.03), population covariance.
    Raises ValueError for unequal shapes.
    """
    _check_shapes(a, b)
    if min(a.shape[:2]) < SSIM_WINDOW:
        return None
    from skimage.metrics import structural_similarity

    value = structural_similarity(  # type: ignore[no-untyped-call, unused-ignore]
        a,
        b,
        data_range=peak,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2 if a.ndim == 3 else None,
    )
    return float(value)


def ms_ssim(a: NDArray[Any], b: NDArray[Any], *, peak: int) -> float | None:
    """Multi-scale structural similarity, 0 to 1, mean over channels; None if a side has 160 pixels or fewer.

    Wang, Simoncelli, Bovik 2003, five scales, by pytorch-msssim as the field reports it; in float64, since float32
    is off by 0.016 dB and more at high quality. Raises ValueError for unequal shapes.
    """
    _check_shapes(a, b)
    if min(a.shape[:2]) < MS_SSIM_MIN_SIDE:
        return None
    import pytorch_msssim
    import torch

    planes = [torch.from_numpy(np.atleast_3d(picture).astype(np.float64)).permute(2, 0, 1)[None] for picture in (a, b)]
    with torch.inference_mode():
        return float(pytorch_msssim.ms_ssim(*planes, data_range=peak))


def ssimulacra2(a: NDArray[Any], b: NDArray[Any], *, peak: int) -> float | None:
    """Perceived likeness, 100 for identical and about 70 for what few people can tell apart; None above 8 bits.

    Sneyers 2023 (cloudinary/ssimulacra2), by the package of that name. Raises MissingExtra without it, ValueError for
    unequal shapes.
    """
    _check_shapes(a, b)
    if peak != EIGHT_BITS:
        return None
    require("ssimulacra2")
    from ssimulacra2 import compute_ssimulacra2

    return float(compute_ssimulacra2(_ppm(a), _ppm(b)))


def _ppm(picture: NDArray[Any]) -> io.BytesIO:
    """A file in memory, as the package takes files only."""
    rgb = np.broadcast_to(np.atleast_3d(picture), (*picture.shape[:2], 3))
    return io.BytesIO(b"P6 %d %d 255\n" % (rgb.shape[1], rgb.shape[0]) + rgb.tobytes())


def ms_ssim_db(value: float) -> float:
    """-10 log10(1 - MS-SSIM), which spreads out the values near 1; math.inf for 1."""
    return -10 * math.log10(1 - value) if value < 1 else math.inf


def raw_bytes(width: int, height: int, channels: int, bit_depth: int) -> int:
    """Size of the samples without any coding; bit_depth is 8 or 16."""
    return width * height * channels * bit_depth // 8


def compression_ratio(original_bytes: int, coded_bytes: int) -> float:
    """How many times smaller the coded file is."""
    return original_bytes / coded_bytes


def bd_rate(
    anchor_rates: Sequence[float],
    anchor_quality: Sequence[float],
    test_rates: Sequence[float],
    test_quality: Sequence[float],
) -> float | None:
    """Percent of bits that the test curve needs more (below 0: fewer) than the anchor at equal quality.

    Bjontegaard (VCEG-M33, 2001): the mean difference of ln(rate) over the interval of quality (dB) that both curves
    cover, here between PCHIP interpolants, which do not overshoot. Points may come in any order; of several with the
    same quality the cheapest counts. None without two points on each curve and an interval in common.
    """
    anchor = _curve(anchor_quality, np.log(anchor_rates), min)
    gap = _mean_gap(anchor, _curve(test_quality, np.log(test_rates), min))
    return None if gap is None else 100 * math.expm1(gap)


def bd_psnr(
    anchor_rates: Sequence[float],
    anchor_quality: Sequence[float],
    test_rates: Sequence[float],
    test_quality: Sequence[float],
) -> float | None:
    """Decibels by which the test curve is better (below 0: worse) than the anchor at equal rate.

    As `bd_rate`, over the interval of ln(rate); of several points with the same rate the best counts.
    """
    anchor = _curve(np.log(anchor_rates), anchor_quality, max)
    return _mean_gap(anchor, _curve(np.log(test_rates), test_quality, max))


def _curve(x: Iterable[float], y: Iterable[float], better: Callable[[float, float], float]) -> NDArray[np.float64]:
    """(N, 2): x, strictly rising, and y."""
    chosen: dict[float, float] = {}
    for place, height in zip(x, y, strict=True):
        chosen[place] = better(height, chosen.get(place, height))
    return np.array(sorted(chosen.items()), np.float64).reshape(-1, 2)


def _mean_gap(anchor: NDArray[np.float64], test: NDArray[np.float64]) -> float | None:
    """Mean of test - anchor over the x that both cover."""
    if min(len(anchor), len(test)) < 2:
        return None
    low, high = max(anchor[0, 0], test[0, 0]), min(anchor[-1, 0], test[-1, 0])
    if low >= high:
        return None
    from scipy.interpolate import PchipInterpolator

    areas = [float(PchipInterpolator(curve[:, 0], curve[:, 1]).integrate(low, high)) for curve in (anchor, test)]
    return (areas[1] - areas[0]) / float(high - low)


def _check_shapes(a: NDArray[Any], b: NDArray[Any]) -> None:
    if a.shape != b.shape:
        raise ValueError(f"pictures of shapes {a.shape} and {b.shape} cannot be compared")
