"""The trainable codec: shapes, rates, gradients and budgets."""

import pytest
import torch

from aecodec.nets.compressor import Compressor, complexity
from aecodec.nets.config import SIZES, CodecConfig
from aecodec.nets.prior import CONTEXT_STEPS, LatentPrior, step_mask
from aecodec.quality import QUALITY_STEPS
from tests.tiny import TINY, crops


def test_shapes_rates_and_gradients() -> None:
    model = Compressor(TINY)
    pixels = crops(2, 64)
    result = model(pixels, torch.tensor([0, QUALITY_STEPS]))
    assert result.pixels.shape == pixels.shape
    assert result.latent_bits.shape == result.hyper_bits.shape == (2,)
    assert (result.latent_bits > 0).all()
    (result.pixels.square().mean() + result.latent_bits.mean() + result.hyper_bits.mean()).backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert without == []


def test_evaluation_is_deterministic_and_training_is_noisy() -> None:
    model = Compressor(TINY)
    pixels, step = crops(1, 64), torch.tensor([800])
    with torch.no_grad():
        first, second = model(pixels, step), model(pixels, step)
        assert not torch.equal(first.latent_bits, second.latent_bits)
        model.eval()
        assert torch.equal(model(pixels, step).latent_bits, model(pixels, step).latent_bits)


def test_bf16_stays_within_blocks() -> None:
    """Blocks start as the identity: all that is left is what must not be rounded to bf16."""
    model = Compressor(TINY).eval()
    pixels, step = crops(1, 64), torch.tensor([QUALITY_STEPS])
    with torch.no_grad():
        exact = model(pixels, step)
        with torch.autocast("cpu", torch.bfloat16):
            rounded = model(pixels, step)
    assert torch.equal(rounded.pixels, exact.pixels)
    assert torch.equal(rounded.latent_bits, exact.latent_bits)


def test_each_context_step_codes_a_quarter_of_every_channel_and_of_every_position() -> None:
    mask = step_mask(8, 6, 4, torch.device("cpu"))
    for step in range(CONTEXT_STEPS):
        share = (mask == step).float()
        assert share.mean() == 0.25
        assert (share.mean(dim=(2, 3)) == 0.25).all()
        assert (share.mean(dim=1) == 0.25).all()


def test_bits_of_all_symbols_sum_to_one_probability() -> None:
    prior = LatentPrior(TINY)
    symbols = torch.arange(-400, 401, dtype=torch.float32)
    for index in (0.0, 40.5, 90.0):
        with torch.no_grad():
            bits = prior.bits(symbols, torch.full_like(symbols, index))
        assert float((2**-bits).sum()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("config", SIZES.values(), ids=SIZES)
def test_every_size_keeps_the_budgets_of_the_design(config: CodecConfig) -> None:
    counted = complexity(config)
    assert counted["kmac_per_pixel"]["encode"] <= 90
    assert counted["kmac_per_pixel"]["decode"] <= 60
    assert counted["million_parameters"] <= 8
