"""Pictures through the denoiser: depth, alpha, blending, tiles, and memory that runs out."""

from pathlib import Path

import numpy as np
import pytest
import torch

from aecodec import denoiser
from aecodec.denoiser import Denoiser
from aecodec.devices import Device
from aecodec.errors import DeviceError, UsageError, WeightsError
from aecodec.models import weights
from aecodec.nets.config import CELL
from aecodec.nets.restorer import spread
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, to_unit
from aecodec.tiling import TileGrid
from tests.tiny import KINDS, TINY_WEIGHTS, run_by, sample, tiny_denoiser, tiny_restorer

CPU = Device("cpu", 1)


@pytest.fixture(params=KINDS)
def tiny(request: pytest.FixtureRequest) -> Denoiser:
    """Run by either executor."""
    with run_by(request.param):
        return Denoiser(tiny_denoiser(), CPU, 1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_beside_the_colours_stays(tiny: Denoiser, channels: int, dtype: type) -> None:
    pixels = sample()[:50, :70, :channels].astype(dtype) * (257 if dtype is np.uint16 else 1)
    alpha = np.arange(50 * 70).reshape(50, 70).astype(dtype)
    picture = Picture(pixels, alpha, Metadata(icc=b"profile", exif=b"exif"))
    clean = tiny.denoise(picture, sigma=50.0).picture
    assert clean.pixels.shape == pixels.shape
    assert clean.pixels.dtype == dtype
    assert not np.array_equal(clean.pixels, pixels)
    assert clean.alpha is alpha
    assert clean.metadata == picture.metadata


def test_sixteen_bits_are_not_rounded_to_eight(tiny: Denoiser) -> None:
    pixels = sample()[:64, :64].astype(np.uint16) * 257
    clean = tiny.denoise(Picture(pixels)).picture.pixels
    assert (clean % 257 != 0).any()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 33), (96, 64)])
def test_any_size_is_served(tiny: Denoiser, size: tuple[int, int]) -> None:
    height, width = size
    assert tiny.denoise(Picture(sample()[:height, :width])).picture.pixels.shape == (height, width, 3)


def test_strength_blends(tiny: Denoiser) -> None:
    pixels = to_unit(sample()[:64, :64])
    whole, half, none = (tiny.restore(pixels, strength=strength).pixels for strength in (1, 0.5, 0))
    assert np.array_equal(none, pixels)
    assert np.allclose(half, (whole + pixels) / 2, atol=1e-6)


def test_floats_beyond_the_range_come_through(tiny: Denoiser) -> None:
    rng = np.random.default_rng(0)
    noisy = rng.normal(0.5, 2, (64, 64, 3)).astype(np.float32)
    restored = tiny.restore(noisy).pixels
    assert restored.min() < -1
    assert restored.max() > 2


def test_a_level_that_is_told_takes_the_place_of_the_estimate(tiny: Denoiser) -> None:
    pixels = to_unit(sample()[:64, :64])
    blind, weak, strong = (tiny.restore(pixels, sigma=sigma) for sigma in (None, 5.0, 50.0))
    assert (weak.sigma, strong.sigma) == (5, 50)
    assert not np.array_equal(weak.pixels, strong.pixels)
    again = tiny.restore(pixels, sigma=None)
    assert blind.sigma == again.sigma > 0


def test_white_that_a_file_has_clipped_is_given_back(tiny: Denoiser) -> None:
    """Files only: floats are not clipped."""
    noisy = np.random.default_rng(0).normal(1, 50 / 255, (64, 64, 3)).clip(0, 1)
    stored = np.rint(noisy * 255).astype(np.uint8)
    found = tiny.denoise(Picture(stored), sigma=50.0).picture.pixels.mean()
    floats = 255 * tiny.restore(to_unit(stored), sigma=50.0).pixels.clip(0, 1).mean()
    assert found > floats + 5


def test_of_what_is_told_a_file_has_less_where_it_is_clipped(tiny: Denoiser) -> None:
    white = np.full((64, 64, 3), 255, np.uint8)
    grey = np.full((64, 64, 3), 128, np.uint8)
    grid = TileGrid(64, 64, 64, CELL)
    levels = [float(tiny._levels(pixels, grid, 50.0).mean()) * 255 for pixels in (white, grey, to_unit(white))]
    assert levels[0] < 10
    assert levels[1:] == pytest.approx([50, 50], rel=0.02)


def fine_energies(tiny: Denoiser, noise: np.ndarray) -> np.ndarray:
    return tiny.executor.energies((0.5 + noise).astype(np.float32)[None])


def test_noise_without_a_fine_part_is_said_to_be_coarser(tiny: Denoiser) -> None:
    level = 0.1
    white = np.random.default_rng(0).normal(0, level, (128, 128, 3))
    soft = sum(np.roll(white, (y, x), (0, 1)) for y in (0, 1) for x in (0, 1)) / 2  # of the same variance
    levels = np.full((1, 2, 8, 8), level, np.float32)
    found = [denoiser.coarsened(levels, fine_energies(tiny, noise)) for noise in (white, soft, 1e-4 * white)]
    assert np.array_equal(found[0], levels)
    assert level < found[1][0, 1].min() < denoiser.COARSE * level
    assert found[2][:, 1] == pytest.approx(denoiser.COARSE * level)
    assert all(np.array_equal(one[:, :1], levels[:, :1]) for one in found)


def test_where_there_is_no_noise_there_is_no_coarse_noise(tiny: Denoiser) -> None:
    none = np.zeros((1, 2, 4, 4), np.float32)
    assert not denoiser.coarsened(none, fine_energies(tiny, np.zeros((64, 64, 3)))).any()


@pytest.mark.parametrize("wrong", [{"sigma": 0.0}, {"sigma": float("nan")}, {"strength": 1.5}, {"strength": -0.1}])
def test_senseless_values_are_refused(tiny: Denoiser, wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        tiny.restore(to_unit(sample()[:32, :32]), **wrong)


def test_tiles_differ_little_and_cover_everything(tiny: Denoiser, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, sample().shape)
    noisy = (to_unit(sample()) + noise).astype(np.float32)
    whole = tiny.restore(noisy)
    monkeypatch.setattr(denoiser, "UNTILED_PIXELS", 0)
    monkeypatch.setattr(denoiser, "TILE_SIDE", 256)
    sides: list[int] = []
    tiles = tiny._tiles
    monkeypatch.setattr(tiny, "_tiles", lambda *given: sides.append(given[2]) or tiles(*given))
    tiled = tiny.restore(noisy)
    assert sides == [256]
    assert not np.array_equal(whole.pixels, tiled.pixels)
    assert np.abs(whole.pixels - tiled.pixels).max() < 0.5 / 255
    assert tiled.sigma == pytest.approx(whole.sigma, rel=1e-3)


def test_batches_of_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denoiser, "UNTILED_PIXELS", 0)
    monkeypatch.setattr(denoiser, "TILE_SIDE", 128)
    pixels = to_unit(sample()[:400, :400])
    one, four = (Denoiser(tiny_denoiser(), CPU, batch).restore(pixels).pixels for batch in (1, 4))
    assert np.allclose(one, four, atol=1e-5)


def test_the_estimate_is_of_the_whole_picture_whatever_its_tiles(
    tiny: Denoiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it knows of a place comes from all of the picture, so no seam comes from it."""
    pixels = to_unit(sample()[:400, :500])
    whole = tiny.restore(pixels)
    monkeypatch.setattr(denoiser, "UNTILED_PIXELS", 0)
    monkeypatch.setattr(denoiser, "TILE_SIDE", 128)
    tiled = tiny.restore(pixels)
    assert tiled.sigma == pytest.approx(whole.sigma, rel=2e-3)  # padded cells count a little
    assert np.abs(tiled.pixels - whole.pixels).max() < 0.5 / 255


def test_tiles_are_halved_when_memory_runs_out(tiny: Denoiser, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles, sides = tiny._tiles, []

    def scarce(pixels, sigma, side, batch):
        sides.append(side)
        for index, tile in enumerate(tiles(pixels, sigma, side, batch)):
            if side > 300 or (side > 150 and index == 2):
                raise MemoryError
            yield tile

    expected = tiny.restore(to_unit(sample())).pixels
    monkeypatch.setattr(tiny, "_tiles", scarce)
    found = tiny.restore(to_unit(sample())).pixels
    assert sides == [576, 288, 144]
    assert np.abs(found - expected).max() < 0.5 / 255


def test_fewer_tiles_at_a_time_come_before_smaller_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = Denoiser(tiny_denoiser(), CPU, 4)
    expected = loaded.restore(to_unit(sample())).pixels
    tiles, asked = loaded._tiles, []

    def scarce(pixels, sigma, side, batch):
        asked.append((side, batch))
        if batch > 1:
            raise MemoryError
        return tiles(pixels, sigma, side, batch)

    monkeypatch.setattr(loaded, "_tiles", scarce)
    assert np.array_equal(loaded.restore(to_unit(sample())).pixels, expected)
    assert asked == [(576, 4), (576, 2), (576, 1)]


def test_without_any_memory_there_is_a_remedy(tiny: Denoiser, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given):
        raise MemoryError

    monkeypatch.setattr(tiny, "_tiles", never)
    with pytest.raises(DeviceError, match="out of memory"):
        tiny.restore(to_unit(sample()))


def test_another_error_is_not_taken_for_memory(tiny: Denoiser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given):
        raise RuntimeError("a bug")

    monkeypatch.setattr(tiny, "_tiles", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        tiny.restore(to_unit(sample()))


def test_tiles_are_as_large_as_the_picture_alone_says(tiny: Denoiser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as memory allows: the same picture must come out the same on every machine."""
    assert denoiser.tile_side(1000, 1500) == 1504
    assert denoiser.tile_side(5000, 5000) == denoiser.tile_side(1001, 2000) == denoiser.TILE_SIDE
    assert denoiser.tile_side(300, 100_000) == denoiser.TILE_SIDE
    sides: list[int] = []
    tiles = tiny._tiles
    monkeypatch.setattr(tiny, "_tiles", lambda *given: sides.append(given[2]) or tiles(*given))
    tiny.restore(to_unit(sample()))
    assert sides == [576]


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 3)])
def test_maps_are_magnified_as_the_network_does(size: tuple[int, int]) -> None:
    maps = np.random.default_rng(0).random((2, 1, *size), np.float32)
    np.testing.assert_allclose(denoiser.magnified(maps, 8), spread(torch.from_numpy(maps)).numpy(), atol=1e-6)


def test_weights_survive_their_file(tmp_path: Path, tiny: Denoiser) -> None:
    path = tmp_path / "d.safetensors"
    path.write_bytes(weights.dump_denoiser(tiny_restorer()))
    loaded = Denoiser.load(path, device="cpu")
    pixels = to_unit(sample()[:64, :64])
    assert loaded.weights.id == weights.identify(path.read_bytes())
    assert np.abs(loaded.restore(pixels).pixels - tiny.restore(pixels).pixels).max() < 1e-3  # float16


def test_a_codec_is_no_denoiser() -> None:
    with pytest.raises(WeightsError, match="aecodec weights"):
        Denoiser.load(TINY_WEIGHTS, device="cpu")
    with pytest.raises(DeviceError):
        Denoiser.load(TINY_WEIGHTS, device="cpu", batch=0)


def test_a_gpu_shows_the_same_within_a_level() -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    picture = Picture(sample())
    shown = []
    for device in ("cpu", "cuda:0"):
        clean = Denoiser(tiny_denoiser(), Device(device, 1), 2).denoise(picture).picture
        shown.append(clean.pixels.astype(int))
    assert np.abs(shown[0] - shown[1]).max() <= 1
