"""Samples of any depth and kind as 8 or 16 bits: exact where that can be, told where it cannot."""

import re

import numpy as np
import pytest

from aecodec.errors import BadInput
from aecodec.pictures import depths
from aecodec.pictures.depths import to_samples


def scaled(values: list[float], dtype: type, bits: int) -> tuple[np.ndarray, list[str]]:
    warnings: list[str] = []
    array = np.array(values, dtype).reshape(len(values), 1, 1)
    return to_samples(array, bits, warnings.append).ravel(), warnings


@pytest.mark.parametrize(
    ("dtype", "bits", "values", "expected", "told"),
    [
        (np.uint8, 8, [0, 7, 255], [0, 7, 255], ""),
        (np.uint16, 16, [0, 7, 65535], [0, 7, 65535], ""),
        (bool, 1, [0, 1], [0, 255], ""),
        (np.uint8, 5, [0, 1, 31], [0, 8, 255], ""),
        (np.uint16, 12, [0, 1, 2048, 4095], [0, 16, 32776, 65535], "12-bit samples are scaled to 16"),
        (np.uint32, 32, [0, 32768, 32769, 1 << 31, (1 << 32) - 1], [0, 0, 1, 32768, 65535], "32-bit .*4,294,967,295"),
        (np.uint32, 24, [0, (1 << 24) - 1], [0, 65535], "24-bit"),
        (np.int8, 8, [-128, 0, 127], [0, 128, 255], "shifted by 128,"),
        (
            np.int16,
            16,
            [-32768, -1, 0, 32767],
            [0, 32767, 32768, 65535],
            r"signed 16-bit samples \(here -32,768 ... 32,767\) are shifted by 32,768, so that 0 is middle grey",
        ),
        (np.int32, 32, [-(1 << 31), 0, (1 << 31) - 1], [0, 32768, 65535], "shifted by 2,147,483,648.* scaled"),
        (np.float16, 16, [0, 0.5, 1], [0, 32768, 65535], "floating-point"),
        (np.float32, 32, [0, 1 / 65535, 0.25, 1], [0, 1, 16384, 65535], "floating-point samples, 0 ... 1, are scaled"),
        (np.float64, 64, [-1, 0.5, 3, np.inf], [0, 32768, 65535, 65535], r"75 % of them are outside.*-1 \.\.\. inf"),
    ],
)
def test_scaling(dtype: type, bits: int, values: list[float], expected: list[int], told: str) -> None:
    samples, warnings = scaled(values, dtype, bits)

    assert samples.dtype == (np.uint8 if bits <= 8 and dtype is not np.float16 else np.uint16)
    assert samples.tolist() == expected
    assert len(warnings) == bool(told)
    if told:
        assert re.search(told, warnings[0]), warnings


def test_twelve_bits_stay_apart() -> None:
    samples, _ = scaled(list(range(4096)), np.uint16, 12)

    assert np.array_equal(samples, np.rint(np.arange(4096) * (65535 / 4095)))
    assert len(set(samples.tolist())) == 4096


@pytest.mark.parametrize("dtype", [np.uint64, np.int64, np.complex64])
def test_what_no_scale_is_agreed_on_for_is_refused(dtype: type) -> None:
    with pytest.raises(BadInput, match="convert the picture to 8 or 16 bits"):
        scaled([1], dtype, 64)


def test_nan_is_no_grey() -> None:
    with pytest.raises(BadInput, match="NaN"):
        scaled([0.5, np.nan], np.float32, 32)


@pytest.mark.parametrize("dtype", [np.uint32, np.float32])
def test_rows_are_scaled_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, dtype: type) -> None:
    array = (np.random.default_rng(0).random((7, 5, 3)) * (1 if dtype is np.float32 else 1 << 32)).astype(dtype)
    whole = to_samples(array, 32, lambda line: None)
    monkeypatch.setattr(depths, "CHUNK", 30)

    assert np.array_equal(to_samples(array, 32, lambda line: None), whole)
