"""Every degradation has the statistics that its formula says."""

import pytest
import torch
from torch import Tensor

from aecodec.training import degradations as d
from aecodec.training.jpeg import ycc
from tests.tiny import crops


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def flat(value: float, count: int = 2, side: int = 128) -> Tensor:
    return torch.full((count, 3, side, side), value)


def test_gaussian_noise_has_its_deviation_and_is_not_clipped() -> None:
    noise = d.gaussian(flat(0.9), torch.tensor([0.05, 0.2])) - 0.9
    assert noise.mean().abs() < 0.002
    assert noise.std((1, 2, 3)).tolist() == pytest.approx([0.05, 0.2], rel=0.02)
    assert float(noise[1].max()) > 0.3
    channels = noise[1].reshape(3, -1)
    assert torch.corrcoef(channels).fill_diagonal_(0).abs().max() < 0.03


def test_grey_noise_is_the_same_in_all_channels() -> None:
    noise = d.grey_gaussian(crops(2, 64), torch.tensor([0.1, 0.1])) - crops(2, 64)
    assert torch.allclose(noise[:, 0], noise[:, 2], atol=1e-6)
    assert float(noise.std()) == pytest.approx(0.1, rel=0.05)


def test_photons_arrive_in_linear_light() -> None:
    for value in (0.3, 0.7):
        seen = d.to_linear(d.photons(flat(value), torch.tensor([500.0, 500.0])))
        light = float(d.to_linear(torch.tensor(value)))
        assert float(seen.mean()) == pytest.approx(light, rel=0.01)
        assert float(seen.var()) == pytest.approx(light / 500, rel=0.05)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_camera_noise_has_the_variance_of_shot_and_read(level: float) -> None:
    index = int(level)
    light = 0.4
    clean = flat(float(d.to_srgb(torch.tensor(light))))
    noise = d.to_linear(d.camera(clean, torch.full((2,), level), torch.randn_like(clean))) - light
    expected = d.READ[index] ** 2 + light * d.SHOT[index] ** 2
    assert float(noise.var()) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("mosaic", ["bilinear", "malvar"])
def test_demosaicing_keeps_a_flat_picture_and_correlates_noise(mosaic: d.Mosaic) -> None:
    even = flat(0.5)
    assert torch.allclose(d.demosaiced(even, mosaic), even)
    noise = d.demosaiced(torch.randn(2, 3, 128, 128), mosaic)
    red = noise[:, 0]
    neighbours = float((red[:, :, 1:] * red[:, :, :-1]).mean() / red.square().mean())
    assert neighbours > 0.2
    assert torch.equal(d.demosaiced(noise, "none"), noise)


def test_samples_of_the_mosaic_stay_where_they_are() -> None:
    noise = torch.randn(1, 3, 16, 16)
    for mosaic in ("bilinear", "malvar"):
        found = d.demosaiced(noise, mosaic)
        assert torch.allclose(found[0, 0, 4:-4:2, 4:-4:2], noise[0, 0, 4:-4:2, 4:-4:2], atol=1e-6)
        assert torch.allclose(found[0, 1, 4:-4:2, 5:-4:2], noise[0, 1, 4:-4:2, 5:-4:2], atol=1e-6)
        assert torch.allclose(found[0, 2, 5:-4:2, 5:-4:2], noise[0, 2, 5:-4:2, 5:-4:2], atol=1e-6)


def test_malvar_interpolates_a_ramp_exactly() -> None:
    ramp = (torch.arange(32.0) / 32).expand(1, 3, 32, 32)
    assert torch.allclose(d.demosaiced(ramp, "malvar")[..., 4:-4, 4:-4], ramp[..., 4:-4, 4:-4], atol=1e-6)


def test_a_sensors_noise_has_variance_1_and_shrinks() -> None:
    like = torch.zeros(2, 3, 64, 96)
    for shrink in (1.0, 0.61):
        noise = d.sensor_noise(like, "bilinear", shrink, colour=1.0)
        assert noise.shape == like.shape
        assert noise.square().mean((1, 2, 3)).tolist() == pytest.approx([1, 1])

    def neighbours(noise: Tensor) -> float:
        return float((noise[..., 1:] * noise[..., :-1]).mean())

    whole, half = (d.sensor_noise(torch.zeros(4, 3, 64, 64), "bilinear", shrink, 0.0) for shrink in (1.0, 0.5))
    assert neighbours(half) < neighbours(whole), "shrunk pictures have whiter noise"


def smoothing(count: int, luma: float, chroma: float, sharpening: float = 0.0) -> d.Smoothing:
    return d.Smoothing(torch.full((count,), luma), torch.full((count,), chroma), torch.full((count,), sharpening))


def low_share(noise: Tensor) -> float:
    """Of the energy, below a quarter of the highest frequency."""
    power = torch.fft.fft2(noise).abs().square().mean((0, 1))
    along = torch.fft.fftfreq(noise.shape[-1]).abs()
    low = torch.maximum(along[:, None], along) < 1 / 8
    return float(power[low].sum() / power.sum())


def test_cameras_smooth_chroma_more_than_luma() -> None:
    noise = d.smoothed_noise(torch.randn(4, 3, 64, 64), smoothing(4, 0.6, 3.0))
    luma, chroma = (
        torch.einsum("ij,njhw->nihw", ycc(noise.device), noise)[:, rows] for rows in (slice(1), slice(1, 3))
    )
    assert low_share(chroma) > 0.9 > 0.4 > low_share(luma) > 1 / 16
    sharpened = d.smoothed_noise(torch.randn(4, 3, 64, 64), smoothing(4, 0.6, 3.0, sharpening=1.0))
    assert low_share(sharpened) < low_share(noise)


def test_noise_of_a_falling_spectrum_has_variance_1_and_the_chroma_asked_for() -> None:
    like = torch.zeros(8, 3, 64, 64)
    none, half = torch.zeros(8), torch.full((8,), 0.5)
    noise = d.spectral_noise(like, smoothing(8, 0.5, 1.0), half, none)
    assert noise.square().mean((1, 2, 3)).tolist() == pytest.approx([1] * 8)
    deviations = torch.einsum("ij,njhw->nihw", ycc(noise.device), noise).std((0, 2, 3))
    assert (deviations[1:] / deviations[0]).tolist() == pytest.approx([0.5, 0.5], rel=0.1)
    assert low_share(d.spectral_noise(like, smoothing(8, 0.5, 1.0), half, half)) > low_share(noise)


def test_uneven_noise_is_as_strong_as_its_ends_say() -> None:
    noise, sigma, ends = torch.randn(2, 3, 64, 64), torch.full((2,), 0.02), torch.tensor([[0.5, 0.5], [2.0, 2.0]])
    found = [(d.uneven(flat(value, side=64), sigma, noise, ends) - value).std() for value in (0.25, 0.5, 0.75)]
    assert [float(value) / 0.02 for value in found] == pytest.approx([0.75, 1, 1.5], rel=0.05)


def test_grain_is_grey_coarse_and_strongest_in_the_middle() -> None:
    sigma, blur = torch.full((2,), 0.05), torch.full((2,), 1.0)
    dark, middle = (d.grain(flat(value), sigma, blur) - value for value in (0.1, 0.5))
    assert torch.allclose(middle[:, 0], middle[:, 2], atol=1e-6)
    assert float(middle.std()) == pytest.approx(0.05, rel=0.1)
    assert float(dark.std()) < 0.7 * float(middle.std())
    assert low_share(middle) > 0.3


def test_srgb_and_linear_light_are_inverse() -> None:
    ramp = torch.linspace(0, 1, 256)
    assert torch.allclose(d.to_srgb(d.to_linear(ramp)), ramp, atol=1e-5)
    assert float(d.to_linear(torch.tensor(0.5))) == pytest.approx(0.21404, abs=1e-4)


def test_what_is_stored_has_256_levels() -> None:
    levels = d.stored(torch.tensor([-0.3, 0.1, 1.2])) * 255
    assert levels.tolist() == pytest.approx([0, 26, 255], abs=1e-4)
