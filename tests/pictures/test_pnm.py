"""PNM at full depth, in and out."""

import numpy as np
import pytest

from tests.drawn import read_quietly


@pytest.mark.parametrize("top", [1023, 65535])
@pytest.mark.parametrize("kind", [5, 6])
def test_deep_pnm_is_scaled_to_16_bits(kind: int, top: int) -> None:
    shape = (3, 4, 1 if kind == 5 else 3)
    array = np.linspace(0, top, np.prod(shape)).round().reshape(shape).astype(np.uint16)
    data = f"P{kind}\n# a comment\n4 3\n{top}\n".encode() + array.astype(">u2").tobytes()

    assert np.array_equal(read_quietly(data).pixels, np.rint(array * (65535 / top)))
