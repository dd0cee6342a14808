"""A widened denoiser is the same function, and learns with all that it has."""

import dataclasses

import pytest
import torch

from aecodec.errors import UsageError
from aecodec.nets.config import RestorerConfig
from aecodec.training.widen import widen
from tests.tiny import TINY_RESTORER, crops, tiny_restorer

WIDE = RestorerConfig(widths=(24, 20, 16, 20), blocks=2, estimator_width=12)


def test_it_is_the_same_function() -> None:
    torch.manual_seed(0)
    pixels = crops(2, 64)
    models = tiny_restorer(), widen(tiny_restorer(), WIDE)
    with torch.no_grad():
        levels = [model.estimate(pixels) for model in models]
        expected, found = (model.denoise(pixels, model.estimate(pixels)) for model in models)
    assert not torch.equal(expected, pixels)
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.allclose(*levels, atol=1e-6)


def test_new_channels_get_a_gradient() -> None:
    model = widen(tiny_restorer(), WIDE)
    sigma, told = torch.tensor([0.1, 0.1]), torch.tensor([True, False])
    restored, level = model(crops(2, 64), sigma, told)
    (restored.square().sum() + level.sum()).backward()
    head, tail = model.head.weight.grad, model.tail.weight.grad
    assert tail is not None
    assert float(tail[:, 16:].abs().max()) > 0, "what new channels carry will be used"
    assert head is not None


@pytest.mark.parametrize(
    "change", [{"widths": (16, 16, 16, 8)}, {"blocks": 0}, {"estimator_width": 4}], ids=["width", "blocks", "estimator"]
)
def test_nothing_is_lost(change: dict[str, object]) -> None:
    if change == {"blocks": 0}:
        deeper = widen(tiny_restorer(), dataclasses.replace(TINY_RESTORER, blocks=2))
        with pytest.raises(UsageError, match="cannot grow"):
            widen(deeper, TINY_RESTORER)
        return
    with pytest.raises(UsageError, match="cannot grow"):
        widen(tiny_restorer(), dataclasses.replace(TINY_RESTORER, **change))
