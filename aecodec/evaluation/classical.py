"""The classical denoisers that aecodec is measured against, all of scikit-image, behind one interface."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import UsageError

Unit = NDArray[np.float32]  # (H, W, C) around 0 ... 1
LEVELS = 255  # noise levels are given in levels of 8 bits
TV_WEIGHT = 1.0  # in noise levels; this and h were the best of four on validation pictures


@dataclass(frozen=True)
class Method:
    """Noisy pixels and their noise level in levels of 255 (None: not known) -> clean pixels, and its own estimate of
    the level where it was not told.
    """

    name: str
    settings: str
    restore: Callable[[Unit, float | None], tuple[Unit, float | None]]


def _nl_means(noisy: Unit, sigma: float, axis: int | None) -> Unit:
    from skimage.restoration import denoise_nl_means

    clean: Unit = denoise_nl_means(
        noisy, patch_size=5, patch_distance=6, h=0.6 * sigma, sigma=sigma, fast_mode=True, channel_axis=axis
    )
    return clean


def _wavelet(noisy: Unit, sigma: float, axis: int | None) -> Unit:
    from skimage.restoration import denoise_wavelet

    colour = axis is not None
    clean: Unit = denoise_wavelet(
        noisy, sigma=sigma, convert2ycbcr=colour, method="BayesShrink", rescale_sigma=True, channel_axis=axis
    )
    return clean


def _tv(noisy: Unit, sigma: float, axis: int | None) -> Unit:
    from skimage.restoration import denoise_tv_chambolle

    clean: Unit = denoise_tv_chambolle(noisy, weight=TV_WEIGHT * sigma, channel_axis=axis)  # type: ignore[no-untyped-call]
    return clean


Restore = Callable[[Unit, float, int | None], Unit]  # pixels, noise level in 0 ... 1, axis of channels if there is one

_METHODS: dict[str, tuple[Restore, str]] = {
    "nlmeans": (_nl_means, "patches of 5, distance 6, h 0.6 sigma, fast mode"),
    "wavelet": (_wavelet, "BayesShrink, soft, in YCbCr"),
    "tv": (_tv, f"Chambolle, weight {TV_WEIGHT:g} sigma"),
}
NAMES = tuple(_METHODS)


def method(name: str) -> Method:
    """The method of this name, told the noise level where it is known; raises UsageError for others."""
    if name not in _METHODS:
        raise UsageError(f"--against {name}: with --denoise there are {', '.join(NAMES)}")
    restore, settings = _METHODS[name]
    return Method(name, f"scikit-image {version('scikit-image')}, {settings}", partial(_restore, restore))


def _restore(restore: Restore, noisy: Unit, sigma: float | None) -> tuple[Unit, float | None]:
    if noisy.shape[2] == 1:  # which scikit-image takes for a channel at times, and for a third dimension at others
        grey, estimate = _restore_any(restore, noisy[:, :, 0], None, sigma)
        return grey[:, :, None], estimate
    return _restore_any(restore, noisy, 2, sigma)


def _restore_any(restore: Restore, noisy: Unit, axis: int | None, sigma: float | None) -> tuple[Unit, float | None]:
    if sigma is not None:
        return restore(noisy, sigma / LEVELS, axis), None
    from skimage.restoration import estimate_sigma

    estimate = float(estimate_sigma(noisy, average_sigmas=True, channel_axis=axis))  # type: ignore[no-untyped-call]
    return restore(noisy, estimate, axis), estimate * LEVELS
