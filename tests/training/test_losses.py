"""The rate-distortion loss against its formula worked by hand."""

import pytest
import torch

from aecodec.nets.compressor import Reconstruction
from aecodec.training.losses import LEVEL_WEIGHT, denoising, noise_energies, psnr, rate_distortion
from tests.tiny import TINY


def test_the_loss_is_the_formula() -> None:
    pixels = torch.zeros(2, 3, 8, 8)
    output = Reconstruction(pixels + 0.1, torch.tensor([64.0, 128.0]), torch.tensor([0.0, 64.0]))
    step = torch.tensor([0, 1584])
    result = rate_distortion(TINY, output, pixels, step)
    assert result.bpp.tolist() == [1, 3]
    assert result.mse.tolist() == pytest.approx([0.01, 0.01])
    low, high = TINY.lambda_low, TINY.lambda_high
    expected = ((1 + low * 650.25) / low**0.5 + (3 + high * 650.25) / high**0.5) / 2
    assert float(result.loss) == pytest.approx(expected, rel=1e-5)


def test_psnr_of_a_tenth_is_twenty_decibels() -> None:
    assert float(psnr(torch.tensor(0.01))) == pytest.approx(20)


def test_the_denoising_loss_is_rms_and_relative_level_error() -> None:
    clean = torch.zeros(2, 3, 32, 32)
    restored = torch.stack([torch.full((3, 32, 32), 0.3), torch.full((3, 32, 32), 0.1)])
    spoilt = torch.full_like(clean, 0.19)
    right = torch.tensor([0.19, 8 * 0.19])[:, None, None].expand(2, 2, 2, 2)  # all of it is coarse
    exact = denoising(restored, right, clean, spoilt)
    assert float(exact.loss) == pytest.approx(0.2, rel=1e-4)
    assert exact.mse.tolist() == pytest.approx([0.09, 0.01], rel=1e-4)
    assert float(exact.level_error) == pytest.approx(0, abs=1e-6)
    wrong = denoising(restored, right - torch.tensor([0.1, 0])[:, None, None], clean, spoilt)
    assert float(wrong.level_error) == pytest.approx(0.1 / 0.2 / 2)
    assert float(wrong.loss - exact.loss) == pytest.approx(LEVEL_WEIGHT / 4, rel=1e-3)


def test_of_white_noise_all_energies_are_its_variance() -> None:
    noise = 0.1 * torch.randn(4, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    found = noise_energies(noise)
    assert found.shape == (4, 2, 8, 8)
    assert found.mean((0, 2, 3)).tolist() == pytest.approx([0.01, 0.01], rel=0.1)
