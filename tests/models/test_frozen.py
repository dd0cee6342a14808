"""Which tables the symbols of a loaded codec go by."""

import numpy as np
import pytest

from aecodec.models.frozen import hyper_rows
from aecodec.nets.prior import SCALES
from aecodec.quality import KNOT_SPACING, KNOTS, QUALITY_STEPS


@pytest.mark.parametrize(
    ("step", "bank"), [(0, 0), (KNOT_SPACING // 2 - 1, 0), (KNOT_SPACING // 2, 1), (QUALITY_STEPS, KNOTS - 1)]
)
def test_rows_of_z_are_by_channel_in_the_nearest_bank(step: int, bank: int) -> None:
    rows = hyper_rows(step, (2, 8, 3, 5))
    assert rows.shape == (2, 8, 3, 5)
    assert rows.dtype == np.int32
    assert (rows == SCALES + 8 * bank + np.arange(8)[:, None, None]).all()
