"""Networks in windows: tile by tile the same as the whole picture at once."""

import numpy as np
import pytest
import torch

from aecodec.codec import windowed
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.models.frozen import Frozen
from aecodec.nets.compressor import Compressor
from aecodec.pictures.picture import Samples
from aecodec.tiling import LATENT_STRIDE, TileGrid
from tests.tiny import KINDS, TINY, executor, frozen_of, sample

SIDE = 128
GRID = TileGrid(width=300, height=203, side=SIDE)  # 2 x 3 tiles; last row and column are cut and padded
STEP = 700
DEEP = Form(3, 16)


@pytest.fixture(scope="module")
def frozen() -> Frozen:
    """A tiny network in which every layer matters: blocks start as the identity, whose halo could not be wrong."""
    torch.manual_seed(1)
    model = Compressor(TINY)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 4:
                torch.nn.init.normal_(parameter, 0, 0.5 / np.sqrt(parameter[0].numel()))
    return frozen_of(model)


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def run(frozen: Frozen, kind: str) -> CodecExecutor:
    return executor(frozen, kind)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return sample()[100 : 100 + GRID.height, 50 : 50 + GRID.width]


def padded(pixels: np.ndarray) -> np.ndarray:
    below, right = GRID.padded_height - GRID.height, GRID.padded_width - GRID.width
    return np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge")


@pytest.fixture(scope="module")
def whole(run: CodecExecutor, pixels: np.ndarray) -> Floats:
    """Latents of the padded picture at once."""
    return run.analysis(padded(pixels)[None])[0]


def assembled(tiles: list[Floats]) -> Floats:
    canvas = windowed.empty_canvas(GRID, TINY.channels)
    for tile, latents in zip(GRID.tiles(), tiles, strict=True):
        assert latents.shape == (TINY.latents, *tile.y_shape)
        windowed.paste(canvas, tile, latents)
    return canvas


@pytest.mark.parametrize("batch", [1, 4])
def test_analysis_in_windows_is_that_of_the_whole(
    frozen: Frozen, kind: str, pixels: np.ndarray, whole: Floats, batch: int
) -> None:
    canvas = assembled(windowed.analyse(executor(frozen, kind, batch), GRID, pixels))
    assert canvas.shape == whole.shape == (TINY.latents, 16, 20)
    assert whole.std() > 0.01
    assert np.abs(canvas - whole).max() < 1e-4


def test_without_the_halo_the_tiles_would_differ(run: CodecExecutor, pixels: np.ndarray, whole: Floats) -> None:
    """The test above could fail: the same tile cut out without its surroundings gives something else."""
    alone = windowed.analyse(run, TileGrid(SIDE, SIDE, SIDE), pixels[:SIDE, :SIDE])[0]
    assert np.abs(alone - whole[:, :8, :8]).max() > 1e-2


def test_16_bit_samples_give_the_latents_of_8_bit_ones(run: CodecExecutor, pixels: np.ndarray, whole: Floats) -> None:
    canvas = assembled(windowed.analyse(run, GRID, pixels.astype(np.uint16) * 257))
    assert np.abs(canvas - whole).max() < 1e-4


@pytest.mark.parametrize("batch", [1, 4])
def test_synthesis_in_windows_is_that_of_the_whole(frozen: Frozen, kind: str, whole: Floats, batch: int) -> None:
    run = executor(frozen, kind, batch)
    (expected,) = run.synthesis(whole[None], STEP, DEEP)
    restored = np.zeros((GRID.height, GRID.width, 3), np.uint16)
    for tile, part in windowed.synthesise(run, GRID, whole, STEP, GRID.tiles(), DEEP):
        assert part.shape == (tile.height, tile.width, 3)
        restored[tile.region] = part
    assert expected.std() > 0.01 * 65535
    assert np.abs(restored - expected[: GRID.height, : GRID.width].astype(int)).max() < 1e-4 * 65535


def test_only_the_tiles_named_are_made(run: CodecExecutor, whole: Floats) -> None:
    named = [GRID.tile(5), GRID.tile(1)]
    made = dict(windowed.synthesise(run, GRID, whole, STEP, named, DEEP))
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


def test_padding_repeats_the_edge(run: CodecExecutor, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Samples] = []

    def analysis(batch: Samples) -> Floats:
        seen.append(batch)
        count, height, width, _ = batch.shape
        return np.zeros((count, TINY.latents, height // LATENT_STRIDE, width // LATENT_STRIDE), np.float32)

    monkeypatch.setattr(run, "analysis", analysis)
    windowed.analyse(run, TileGrid(width=70, height=33, side=SIDE), pixels[:33, :70])
    expected = np.pad(pixels[:33, :70], ((0, 31), (0, 58), (0, 0)), mode="edge")
    assert np.array_equal(seen[0], expected[None])
