"""Networks in windows: tile by tile the same as the whole picture at once."""

import numpy as np
import pytest
import torch
from torch import Tensor

from aecodec.codec import windowed
from aecodec.nets.compressor import Compressor
from aecodec.tiling import LATENT_STRIDE, TileGrid
from tests.tiny import TINY, sample

CPU = torch.device("cpu")
SIDE = 128
GRID = TileGrid(width=300, height=203, side=SIDE)  # 2 x 3 tiles; last row and column are cut and padded
STEP = 700


@pytest.fixture(scope="module")
def model() -> Compressor:
    """A tiny network in which every layer matters: blocks start as the identity, whose halo could not be wrong."""
    torch.manual_seed(1)
    model = Compressor(TINY).eval().requires_grad_(False)
    for parameter in model.parameters():
        if parameter.dim() == 4:
            torch.nn.init.normal_(parameter, 0, 0.5 / np.sqrt(parameter[0].numel()))
    return model


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return sample()[100 : 100 + GRID.height, 50 : 50 + GRID.width]


@pytest.fixture(scope="module")
def whole(model: Compressor, pixels: np.ndarray) -> Tensor:
    """Latents of the padded picture at once."""
    below, right = GRID.padded_height - GRID.height, GRID.padded_width - GRID.width
    padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")
    result: Tensor = model.analysis(torch.from_numpy(padded).permute(2, 0, 1)[None].float() / 255)[0]
    return result


def assembled(model: Compressor, tiles: list[Tensor]) -> Tensor:
    canvas = windowed.empty_canvas(GRID, model.config.channels, CPU)
    for tile, latents in zip(GRID.tiles(), tiles, strict=True):
        assert latents.shape == (TINY.latents, *tile.y_shape)
        windowed.paste(canvas, tile, latents)
    return canvas


@pytest.mark.parametrize("batch", [1, 4])
def test_analysis_in_windows_is_that_of_the_whole(
    model: Compressor, pixels: np.ndarray, whole: Tensor, batch: int
) -> None:
    canvas = assembled(model, windowed.analyse(model, GRID, pixels, CPU, batch))
    assert canvas.shape == whole.shape == (TINY.latents, 16, 20)
    assert whole.std() > 0.01
    assert (canvas - whole).abs().max() < 1e-4


def test_without_the_halo_the_tiles_would_differ(model: Compressor, pixels: np.ndarray, whole: Tensor) -> None:
    """The test above could fail: the same tile cut out without its surroundings gives something else."""
    alone = windowed.analyse(model, TileGrid(SIDE, SIDE, SIDE), pixels[:SIDE, :SIDE], CPU, 1)[0]
    assert (alone - whole[:, :8, :8]).abs().max() > 1e-2


def test_16_bit_samples_give_the_latents_of_8_bit_ones(model: Compressor, pixels: np.ndarray, whole: Tensor) -> None:
    canvas = assembled(model, windowed.analyse(model, GRID, pixels.astype(np.uint16) * 257, CPU, 4))
    assert (canvas - whole).abs().max() < 1e-4


@pytest.mark.parametrize("batch", [1, 4])
def test_synthesis_in_windows_is_that_of_the_whole(model: Compressor, whole: Tensor, batch: int) -> None:
    inverse = model.prior.log_inverse(torch.tensor([STEP])).exp()[0]
    expected = model.synthesis((whole * inverse)[None], torch.tensor([STEP]))[0].permute(1, 2, 0)
    restored = torch.full((GRID.height, GRID.width, 3), torch.nan)
    for tile, part in windowed.synthesise(model, GRID, whole, STEP, GRID.tiles(), batch):
        assert part.shape == (tile.height, tile.width, 3)
        restored[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = part
    assert expected.std() > 0.01
    assert (restored - expected[: GRID.height, : GRID.width]).abs().max() < 1e-4


def test_only_the_tiles_named_are_made(model: Compressor, whole: Tensor) -> None:
    named = [GRID.tile(5), GRID.tile(1)]
    made = dict(windowed.synthesise(model, GRID, whole, STEP, named, 4))
    assert set(made) == set(named)


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
@pytest.mark.parametrize(("halo", "unit"), [(32, 1), (32, LATENT_STRIDE), (0, 1)])
def test_batches_are_of_one_shape_and_miss_no_tile(batch: int, halo: int, unit: int) -> None:
    grid = TileGrid(700, 500, SIDE)
    groups = list(windowed.batches(grid, grid.tiles(), halo, unit, batch))
    seen = [tile.index for group in groups for tile, _ in group]
    assert sorted(seen) == list(range(grid.count))
    for group in groups:
        assert 1 <= len(group) <= batch
        assert len({(window.height, window.width) for _, window in group}) == 1
        assert all(window == grid.window(tile, halo, unit) for tile, window in group)
    if batch == 100:  # no shape is split over groups
        assert len({(group[0][1].height, group[0][1].width) for group in groups}) == len(groups)


def test_padding_repeats_the_edge(model: Compressor, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tensor] = []

    def analysis(batch: Tensor) -> Tensor:
        seen.append(batch)
        return torch.zeros(len(batch), TINY.latents, batch.shape[2] // LATENT_STRIDE, batch.shape[3] // LATENT_STRIDE)

    monkeypatch.setattr(model.analysis, "forward", analysis)
    small = TileGrid(width=70, height=33, side=SIDE)
    windowed.analyse(model, small, pixels[:33, :70], CPU, 1)
    (seen_pixels,) = seen[0].permute(0, 2, 3, 1)
    expected = torch.from_numpy(np.pad(pixels[:33, :70], ((0, 31), (0, 58), (0, 0)), mode="edge"))
    assert seen_pixels.shape == (64, 128, 3)
    assert torch.equal(seen_pixels, expected.float() / 255)


def test_grey_is_the_mean_of_three_and_samples_are_rounded_and_clipped() -> None:
    unit = torch.tensor([[[0.1, 0.2, 0.6], [1.4, 1.0, 1.2], [-0.1, 0.0, 0.0]]])
    grey = windowed.samples(unit, 1, 8)
    assert grey.dtype == np.uint8
    assert grey.tolist() == [[[round(0.3 * 255)], [255], [0]]]
    colour = windowed.samples(torch.tensor([[[0.49, 0.51, 254.6]]]) / 255, 3, 8)
    assert colour.tolist() == [[[0, 1, 255]]]
    deep = windowed.samples(unit, 3, 16)
    assert deep.dtype == np.uint16
    assert deep.tolist() == [[[6554, 13107, 39321], [65535, 65535, 65535], [0, 0, 0]]]
