"""Which tables the symbols of a loaded codec go by."""

import numpy as np
import pytest
import torch

from aecodec.models.frozen import hyper_rows
from aecodec.nets.config import SCALES
from aecodec.quality import KNOT_SPACING, KNOTS, QUALITY_STEPS
from tests.tiny import DETAILS, TINY, tiny_detailed, tiny_frozen, tiny_model


@pytest.mark.parametrize(
    ("step", "bank"), [(0, 0), (KNOT_SPACING // 2 - 1, 0), (KNOT_SPACING // 2, 1), (QUALITY_STEPS, KNOTS - 1)]
)
def test_rows_of_z_are_by_channel_in_the_nearest_bank(step: int, bank: int) -> None:
    rows = hyper_rows(step, (2, 8, 3, 5))
    assert rows.shape == (2, 8, 3, 5)
    assert rows.dtype == np.int32
    assert (rows == SCALES + 8 * bank + np.arange(8)[:, None, None]).all()


@pytest.mark.parametrize("step", [0, 1, KNOT_SPACING, 777, QUALITY_STEPS])
def test_the_gain_is_that_of_the_network(step: int) -> None:
    expected = tiny_model().prior.log_gain(torch.tensor([step])).exp()[0, :, 0, 0].numpy()
    np.testing.assert_allclose(tiny_frozen().gain(step), expected, rtol=1e-6)


def test_details_are_needed_where_one_of_them_is_half_a_step() -> None:
    y = np.zeros((TINY.latents + DETAILS, 4, 4), np.float32)
    y[0] = 1000
    assert not tiny_detailed().needs_details(y, 800)
    y[-1, 3, 2] = -0.51 / tiny_detailed().gain(800)[-1]
    assert tiny_detailed().needs_details(y, 800)
    assert not tiny_detailed().needs_details(y, 0)
    assert not tiny_frozen().needs_details(y[: TINY.latents], 800)
