"""The trainable codec: shapes, rates, gradients and budgets."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from aecodec.nets.compressor import Compressor, complexity
from aecodec.nets.config import SCALES, SIZES, CodecConfig
from aecodec.nets.prior import CONTEXT_STEPS, LatentPrior, step_masks
from aecodec.nets.transform import CELL_VALUES
from aecodec.quality import QUALITY_STEPS
from tests.tiny import TINY, crops

DETAILED = replace(TINY, details=16)


@pytest.mark.parametrize("config", [TINY, DETAILED], ids=["latents", "details"])
def test_shapes_rates_and_gradients(config: CodecConfig) -> None:
    model = Compressor(config)
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


@pytest.mark.parametrize("config", [TINY, DETAILED], ids=["latents", "details"])
def test_bf16_stays_within_blocks(config: CodecConfig) -> None:
    """Blocks start as the identity: all that is left is what must not be rounded to bf16."""
    model = Compressor(config).eval()
    pixels, step = crops(1, 64), torch.tensor([QUALITY_STEPS])
    with torch.no_grad():
        exact = model(pixels, step)
        with torch.autocast("cpu", torch.bfloat16):
            rounded = model(pixels, step)
    assert torch.equal(rounded.pixels, exact.pixels)
    assert torch.equal(rounded.latent_bits, exact.latent_bits)


def detailed() -> Compressor:
    """All of it speaks: what starts at zero is drawn."""
    torch.manual_seed(2)
    model = Compressor(DETAILED).eval()
    for parameter in (*model.parameters(), model.synthesis.details.basis):
        if not parameter.detach().any():
            torch.nn.init.normal_(parameter, std=0.05)
    with torch.no_grad():
        model.prior.log_gain.value += 3
    return model


@torch.no_grad()
def test_a_picture_without_details_is_that_of_the_first_channels_alone() -> None:
    """`Compressor` works on all channels and zeros; the codec leaves them out, in encoder and decoder."""
    model, step = detailed(), torch.tensor([300, 300])
    y = model.analyse(crops(2, 64))
    y[0, DETAILED.latents :] *= 1e-3
    known, latent_bits, _ = model.quantise(y, step)
    prior, gain = model.prior, model.prior.log_gain(step).exp()
    inverse = prior.log_inverse(step).exp()
    assert prior.needs_details(y * gain).tolist() == [False, True]

    first, few = step[:1], DETAILED.latents
    scaled = (y * gain)[:1, :few]
    z = torch.round(prior.hyper_analysis(scaled, first))
    symbols = torch.zeros_like(scaled)

    def encode(mean: Tensor, mask: Tensor) -> Tensor:
        symbols.add_(mask * torch.round(scaled - mean))
        return mean + torch.round(scaled - mean)

    encoded = prior.code_in_context(z, first, gain[:1, :few], encode)
    decoded = prior.code_in_context(z, first, gain[:1, :few], lambda mean, mask: mean + symbols)
    assert torch.equal(encoded, decoded)
    index = prior.scales(z, first, few)
    assert encoded.shape == index.shape == scaled.shape
    torch.testing.assert_close(prior.bits(symbols, index.clamp(0, SCALES - 1)).sum(), latent_bits[0])
    shown = model.synthesis(decoded * inverse[:1, :few], first)
    torch.testing.assert_close(shown[0], model.synthesis(known * inverse, step)[0])


@torch.no_grad()
def test_all_channels_of_a_picture_are_coded_in_context() -> None:
    model, step = detailed(), torch.tensor([900])
    y = model.analyse(crops(1, 64))
    scaled = y * model.prior.log_gain(step).exp()
    known, _, _ = model.quantise(y, step)
    assert known.shape == scaled.shape == (1, DETAILED.channels, 4, 4)
    assert (known - scaled).abs().max() <= 0.5 + 1e-4


@torch.no_grad()
def test_details_are_of_what_the_latents_leave_at_the_highest_quality() -> None:
    model, pixels, step = detailed(), crops(1, 64), torch.tensor([QUALITY_STEPS])
    both = (model.prior.log_gain(step) + model.prior.log_inverse(step)).exp()[:, : DETAILED.latents]
    left = pixels - model.synthesis(model.analysis(pixels) * both, step)
    torch.testing.assert_close(model.analyse(pixels)[:, DETAILED.latents :], model.synthesis.details.analyse(left))


def test_details_reach_the_pixels_of_their_own_cell_only() -> None:
    model = detailed()
    y = torch.zeros(1, DETAILED.channels, 8, 8)
    y[:, DETAILED.latents :, 2, 3] = 1
    with torch.no_grad():
        step = torch.tensor([0])
        changed = (model.synthesis(y, step) - model.synthesis(y[:, : DETAILED.latents], step)).abs().amax((0, 1)) > 0
    assert changed[32:48, 48:64].all()
    assert changed.sum() == 16 * 16


def test_each_context_step_codes_a_quarter_of_every_channel_and_of_every_position() -> None:
    masks = step_masks(torch.zeros(2, 8, 6, 4))
    assert len(masks) == CONTEXT_STEPS
    for share in masks:
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


def test_empty_details_cost_the_decoder_nothing() -> None:
    config = SIZES["small"]
    counted = complexity(replace(config, details=CELL_VALUES))["kmac_per_pixel"]
    assert counted["decode_without_details"] == complexity(config)["kmac_per_pixel"]["decode"] <= 18
    assert counted["decode_without_details"] < counted["decode"] <= 24


@pytest.mark.parametrize("config", SIZES.values(), ids=SIZES)
def test_every_size_keeps_the_budgets_of_the_design(config: CodecConfig) -> None:
    counted = complexity(config)
    assert counted["kmac_per_pixel"]["encode"] <= 90
    assert counted["kmac_per_pixel"]["decode"] <= 60
    assert counted["million_parameters"] <= 8
