"""The grid covers the picture once, windows contain their tiles, crops find theirs."""

import numpy as np
import pytest

from aecodec.errors import UsageError
from aecodec.limits import MAX_TILE_SIDE
from aecodec.tiling import HYPER_STRIDE, LATENT_STRIDE, SINGLE_TILE_PIXELS, TileGrid, choose_tile_side, groups, y_shape

SIZES = [(1, 1), (64, 64), (65, 63), (128, 129), (200, 500), (321, 190)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("side", [64, 128, 192])
def test_tiles_cover_the_picture_once_in_raster_order(width: int, height: int, side: int) -> None:
    grid = TileGrid(width, height, side)
    painted = np.zeros((height, width), int)
    for index, tile in enumerate(grid.tiles()):
        assert tile == grid.tile(index)
        assert tile.index == index == tile.row * grid.columns + tile.column
        area = painted[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width]
        assert area.shape == (tile.height, tile.width)
        area += 1
    assert (painted == 1).all()
    assert grid.count == grid.rows * grid.columns == index + 1


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_padded_tiles_cover_the_padded_picture_once(width: int, height: int) -> None:
    grid = TileGrid(width, height, 128)
    painted = np.zeros((grid.padded_height, grid.padded_width), int)
    for tile in grid.tiles():
        window = grid.window(tile, halo=0)
        painted[window.outer] += 1
        assert tile.y_shape == (tile.padded_height // 16, tile.padded_width // 16)
    assert (painted == 1).all()
    assert painted.shape[0] % HYPER_STRIDE == painted.shape[1] % HYPER_STRIDE == 0
    assert painted.shape[0] - height < HYPER_STRIDE


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(("halo", "unit"), [(0, 1), (48, 1), (64, 16), (48, 16), (256, 16)])
def test_a_window_holds_its_tile_and_as_much_halo_as_there_is(width: int, height: int, halo: int, unit: int) -> None:
    grid = TileGrid(width, height, 128)
    rows, columns = np.mgrid[: grid.padded_height // unit, : grid.padded_width // unit]
    for tile in grid.tiles():
        window = grid.window(tile, halo, unit)
        cut_rows, cut_columns = rows[window.outer], columns[window.outer]
        assert cut_rows.shape == (window.height, window.width)  # clipped: no slice runs over the edge
        inner_rows, inner_columns = cut_rows[window.inner], cut_columns[window.inner]
        assert inner_rows.shape == (tile.padded_height // unit, tile.padded_width // unit)
        assert (inner_rows[0, 0], inner_columns[0, 0]) == (tile.y // unit, tile.x // unit)
        assert cut_rows[0, 0] == max(tile.y - halo, 0) // unit
        right = min(tile.x + tile.padded_width + halo, grid.padded_width)
        assert cut_columns[-1, -1] == right // unit - 1


def test_latent_windows_match_pixel_windows() -> None:
    grid = TileGrid(1000, 700, 320)
    for tile in grid.tiles():
        pixels, cells = grid.window(tile, 64), grid.window(tile, 64, LATENT_STRIDE)
        assert (cells.x * 16, cells.y * 16, cells.width * 16) == (pixels.x, pixels.y, pixels.width)
        assert (cells.tile_height, cells.tile_width) == tile.y_shape


@pytest.mark.parametrize(("halo", "unit"), [(-16, 16), (40, 16), (48, 48)])
def test_a_halo_must_fit_its_unit(halo: int, unit: int) -> None:
    grid = TileGrid(100, 100, 64)
    with pytest.raises(ValueError, match="halo"):
        grid.window(grid.tile(0), halo, unit)


@pytest.mark.parametrize("margin", [0, 1, 64, 1000])
@pytest.mark.parametrize("crop", [(0, 0, 1, 1), (63, 63, 1, 1), (63, 63, 2, 2), (64, 0, 64, 200), (299, 199, 1, 1)])
def test_a_crop_touches_the_tiles_within_its_margin(crop: tuple[int, int, int, int], margin: int) -> None:
    grid = TileGrid(300, 200, 64)
    x, y, width, height = crop
    painted = np.zeros((200, 300), bool)
    painted[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin] = True
    expected = [t.index for t in grid.tiles() if painted[t.y : t.y + t.height, t.x : t.x + t.width].any()]
    assert [tile.index for tile in grid.touching(crop, margin)] == expected


@pytest.mark.parametrize(
    "crop",
    [
        (0, 0, 0, 1),
        (0, 0, 1, 0),
        (-1, 0, 5, 5),
        (0, -1, 5, 5),
        (296, 0, 5, 5),
        (0, 196, 5, 5),
        (300, 0, 1, 1),
    ],
)
def test_a_crop_outside_the_picture_is_refused_with_its_size(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError, match=r"crop .* of 300x200$"):
        TileGrid(300, 200, 64).touching(crop)


def test_tiles_outside_the_grid_do_not_exist() -> None:
    grid = TileGrid(300, 200, 128)
    for index in (-1, grid.count):
        with pytest.raises(IndexError):
            grid.tile(index)


@pytest.mark.parametrize("values", [(0, 1, 64), (1, 0, 64), (1, 1, 0), (1, 1, 100), (1, 1, -64)])
def test_a_grid_has_a_size_and_an_aligned_side(values: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no tile grid"):
        TileGrid(*values)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (64, 64), (768, 512), (1140, 1140), (4096, 300)])
def test_small_pictures_are_one_tile(width: int, height: int) -> None:
    side = choose_tile_side(width, height)
    assert TileGrid(width, height, side).count == 1
    assert side - max(width, height) < HYPER_STRIDE


def sizes_above_one_tile() -> list[tuple[int, int]]:
    random = np.random.default_rng(3)
    sizes = [(4097, 100), (1, 100_000), (6000, 4000), (11000, 9100), (1300, 1001)]
    return sizes + [(int(w), int(h)) for w, h in random.integers(1200, 12000, (100, 2))]


def test_large_pictures_are_cut_near_1024() -> None:
    for width, height in sizes_above_one_tile():
        side = choose_tile_side(width, height)
        assert side % HYPER_STRIDE == 0
        assert 768 <= side <= 1280 <= MAX_TILE_SIDE
        assert width * height > SINGLE_TILE_PIXELS or max(width, height) > MAX_TILE_SIDE


def test_a_last_row_or_column_of_a_few_pixels_is_avoided() -> None:
    for width, height in [*sizes_above_one_tile(), (11649, 8936), (4097, 3073)]:
        grid = TileGrid(width, height, choose_tile_side(width, height))
        corner = grid.tile(grid.count - 1)
        assert corner.width >= min(width, grid.side // 4), (width, height)
        assert corner.height >= min(height, grid.side // 4), (width, height)


def test_of_two_grids_without_slivers_the_tighter_is_taken() -> None:
    assert choose_tile_side(6144, 4096) == 1024  # as is: 768 does not divide 4096
    assert choose_tile_side(6000, 4000) == 1024
    assert choose_tile_side(2304, 1536) == 768
    assert choose_tile_side(2560, 2560) == 1280


def test_groups_hold_tiles_of_one_size_and_every_tile_once() -> None:
    grid = TileGrid(3000, 2500, 1024)
    found = list(groups(grid.tiles(), y_shape, 2))
    assert all(len({tile.y_shape for tile in group}) == 1 and len(group) <= 2 for group in found)
    assert sorted(tile.index for group in found for tile in group) == list(range(grid.count))
