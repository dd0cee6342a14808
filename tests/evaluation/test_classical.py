"""scikit-image's denoisers behind one interface: each removes noise, told its level or not."""

import numpy as np
import pytest

from aecodec.errors import UsageError
from aecodec.evaluation import classical
from aecodec.pictures.picture import to_unit
from tests.tiny import sample

CLEAN = to_unit(sample()[100:200, 100:200])
NOISY = (CLEAN + np.random.RandomState(0).normal(0, 25 / 255, CLEAN.shape)).astype(np.float32)


def error(pixels: np.ndarray) -> float:
    return float(np.square(pixels - CLEAN).mean())


@pytest.mark.parametrize("name", classical.NAMES)
def test_each_removes_noise(name: str) -> None:
    told, no_estimate = classical.method(name).restore(NOISY, 25)
    assert told.shape == NOISY.shape
    assert error(told) < 0.6 * error(NOISY)
    assert no_estimate is None
    blind, estimate = classical.method(name).restore(NOISY, None)
    assert error(blind) < 0.7 * error(NOISY)
    assert estimate == pytest.approx(25, rel=0.2)


@pytest.mark.parametrize("name", classical.NAMES)
def test_grey_pictures_are_served(name: str) -> None:
    assert classical.method(name).restore(NOISY[:, :, :1], 25)[0].shape == (100, 100, 1)


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(UsageError, match="nlmeans, wavelet, tv"):
        classical.method("bm3d")
