"""Extending: the same network with details and a further range, which reaches at once what it could not."""

import math
from dataclasses import replace

import pytest
import torch

from aecodec.errors import UsageError
from aecodec.nets.compressor import Compressor, Reconstruction
from aecodec.nets.config import RISE_FROM
from aecodec.quality import KNOT_SPACING, QUALITY_STEPS
from aecodec.training.extend import extend, extended
from aecodec.training.losses import psnr
from tests.tiny import TINY, crops, tiny_model

DETAILS, RISE = 256, 5.0


def larger() -> Compressor:
    return extend(tiny_model(), extended(TINY, DETAILS, RISE), crops(16, 128))


@torch.no_grad()
def coded(model: Compressor, quality_step: int) -> Reconstruction:
    pixels = crops(3, 64)
    out: Reconstruction = model.eval()(pixels, torch.full((3,), quality_step))
    return out


def test_without_details_all_qualities_below_the_rise_are_what_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tiny_model(), larger()
    monkeypatch.setattr(new.prior, "needs_details", lambda scaled: torch.zeros(len(scaled), dtype=torch.bool))
    for step in (0, 700, RISE_FROM):
        was, found = coded(old, step), coded(new, step)
        torch.testing.assert_close(found.pixels, was.pixels)
        torch.testing.assert_close(found.hyper_bits, was.hyper_bits)
        torch.testing.assert_close(found.latent_bits, was.latent_bits)
    assert new.config == replace(TINY, details=DETAILS, lambda_rise=RISE)


def test_the_highest_quality_shows_what_the_latents_could_not() -> None:
    pixels = crops(3, 64)
    without, full = (coded(model, QUALITY_STEPS).pixels for model in (tiny_model(), larger()))
    assert psnr((full - pixels).square().mean()) > psnr((without - pixels).square().mean()) + 3


def test_knots_move_to_their_lambda_and_gains_go_on_by_theory() -> None:
    old, new = tiny_model(), larger()
    latents, config = TINY.latents, new.config
    at = torch.tensor([QUALITY_STEPS])
    beyond = 0.5 * torch.tensor(RISE).log()
    torch.testing.assert_close(new.prior.log_gain(at)[:, :latents], old.prior.log_gain(at) + beyond)
    torch.testing.assert_close(new.synthesis.gain(at), old.synthesis.gain(at))
    shared = 10  # a knot whose lambda the old range has too, at a later step
    later = QUALITY_STEPS * math.log(config.lambda_of(shared * KNOT_SPACING) / config.lambda_low) / math.log(1000)
    part = later / KNOT_SPACING - shared
    assert 0 < part < 1
    for name in ("prior.log_gain", "prior.scales.last_bias", "synthesis.gain"):
        was, found = (model.get_submodule(name).value.detach() for model in (old, new))
        torch.testing.assert_close(
            found[shared, : was.shape[1]], was[shared] * (1 - part) + was[shared + 1] * part, msg=name
        )


def test_new_parts_learn() -> None:
    model = larger().train()
    result = model(crops(2, 64), torch.tensor([QUALITY_STEPS, 1200]))
    (result.pixels.square().mean() * 1e4 + result.latent_bits.mean()).backward()
    for name in ("prior.hyper_analysis.first", "prior.scales.last"):
        grad = model.get_submodule(name).weight.grad
        assert grad is not None
        assert grad.abs().max() > 0


def test_weights_are_extended_once_and_to_no_more_than_a_block_holds() -> None:
    for config in (extended(TINY, DETAILS, 1.0), extended(TINY, 0, RISE)):
        with pytest.raises(UsageError, match="already"):
            extended(config, DETAILS, RISE)
    with pytest.raises(UsageError, match="768"):
        extended(TINY, 772, RISE)


def test_the_basis_is_orthonormal_stored_and_not_trained() -> None:
    model = larger()
    basis = model.state_dict()["synthesis.details.basis"]
    torch.testing.assert_close(basis.T @ basis, torch.eye(DETAILS), atol=1e-4, rtol=0)
    assert "synthesis.details.basis" not in dict(model.named_parameters())
