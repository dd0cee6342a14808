"""Every degradation has the statistics that its formula says, and the mixture has its shares."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from aecodec.training import degradations as d
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
    noise = d.to_linear(d.camera(clean, torch.full((2,), level), mosaic=False)) - light
    expected = d.READ[index] ** 2 + light * d.SHOT[index] ** 2
    assert float(noise.var()) == pytest.approx(expected, rel=0.05)


def test_demosaicing_keeps_a_flat_picture_and_correlates_noise() -> None:
    even = flat(0.5)
    assert torch.allclose(d.demosaiced(even), even)
    noise = d.demosaiced(torch.randn(2, 3, 128, 128))
    red = noise[:, 0]
    neighbours = float((red[:, :, 1:] * red[:, :, :-1]).mean() / red.square().mean())
    assert neighbours > 0.3
    assert float(red.var()) < 0.7


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_jpeg_is_what_libjpeg_shows(quality: int) -> None:
    pixels = crops(1, 128)
    bytes_ = (pixels[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    stream = io.BytesIO()
    Image.fromarray(bytes_).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(stream) as image:
        theirs = np.asarray(image).astype(np.float32)
    ours = d.jpeg(pixels, torch.tensor([float(quality)]))[0].permute(1, 2, 0).numpy() * 255
    apart = np.square(ours - theirs).mean()
    error = np.square(theirs - bytes_).mean()
    assert apart < 0.15 * error  # libjpeg rounds once more on the way


def test_srgb_and_linear_light_are_inverse() -> None:
    ramp = torch.linspace(0, 1, 256)
    assert torch.allclose(d.to_srgb(d.to_linear(ramp)), ramp, atol=1e-5)
    assert float(d.to_linear(torch.tensor(0.5))) == pytest.approx(0.21404, abs=1e-4)


def test_what_is_stored_has_256_levels() -> None:
    levels = d.stored(torch.tensor([-0.3, 0.1, 1.2])) * 255
    assert levels.tolist() == pytest.approx([0, 26, 255], abs=1e-4)


def test_a_batch_has_its_share_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    spoil = d._spoil

    def counting(kind: str, pixels: Tensor, generator: torch.Generator) -> Tensor:
        seen[kind] = seen.get(kind, 0) + len(pixels)
        return spoil(kind, pixels, generator)

    monkeypatch.setattr(d, "_spoil", counting)
    pixels = crops(32, 32)
    before = pixels.clone()
    clean, spoilt = d.degrade(pixels, torch.Generator().manual_seed(0))
    assert seen == {kind: 2 * share for kind, share in d.SHARES.items()}
    assert torch.equal(pixels, before)
    untouched = [index for index in range(32) if torch.equal(spoilt[index], clean[index])]
    assert len(untouched) == 2 * d.SHARES["clean"]


def test_small_batches_get_every_kind_in_the_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    monkeypatch.setattr(d, "_spoil", lambda kind, pixels, _: seen.update({kind: seen.get(kind, 0) + 1}) or pixels)
    generator = torch.Generator().manual_seed(0)
    for _ in range(400):
        d.degrade(torch.zeros(2, 3, 16, 16), generator)
    assert seen["gaussian"] / 800 == pytest.approx(7 / 16, rel=0.15)
    assert set(seen) == set(d.SHARES)


def test_the_same_seed_gives_the_same_batch() -> None:
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(d.degrade(crops(4, 32), torch.Generator().manual_seed(3))[1])
    assert torch.equal(*results)
