"""Counting costs: layers whose cost is known."""

import pytest
import torch
from torch import nn

from aecodec.nets import cost


def test_convolutions_are_counted_by_part() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 4, 2, stride=2), nn.ConvTranspose2d(4, 3, 2, 2))
    kilo = cost.kmac_per_pixel(lambda: network(torch.zeros(1, 3, cost.SIDE, cost.SIDE)))
    expected = {"Sequential.0": 3 * 8 * 25, "Sequential.1": 8 * 4 * 4 / 4, "Sequential.2": 4 * 3 * 4 / 4}
    for part, macs in (*expected.items(), ("Global", sum(expected.values()))):
        assert kilo[part] == pytest.approx(macs / 1000), part


def test_parameters_are_counted() -> None:
    assert cost.million_parameters(nn.Linear(1000, 20, bias=False)) == 0.02
