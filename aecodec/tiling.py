"""Geometry of tiles: the grid over a picture, windows with a halo, and which tiles a crop needs; no pixels.

Units are pixels unless a name says cells. The grid is aligned to HYPER_STRIDE (64) pixels, one cell of the
hyper-latents z; a cell of the latents y is 16 pixels. The *padded* picture is the picture grown to multiples of
HYPER_STRIDE at its right and bottom edge: only tiles of the last row and column are padded.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from aecodec.errors import UsageError
from aecodec.limits import MAX_TILE_SIDE

HYPER_STRIDE = 64  # pixels; one cell of z
LATENT_STRIDE = 16  # pixels; one cell of y
SINGLE_TILE_PIXELS = 1_300_000  # a picture up to this size is one tile: no halo work, no rim
T = TypeVar("T")
TILE_SIDES = range(768, 1280 + HYPER_STRIDE, HYPER_STRIDE)  # the encoder's choices above that: about 1024


def align_up(value: int, unit: int = HYPER_STRIDE) -> int:
    """The smallest multiple of `unit` that is not below `value`."""
    return -(-value // unit) * unit


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of the grid: its raster-order index, row and column, and its rectangle inside the picture."""

    index: int
    row: int
    column: int
    x: int
    y: int
    width: int
    height: int

    @property
    def region(self) -> tuple[slice, slice]:
        """(rows, columns) of its pixels in the picture."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def padded_width(self) -> int:
        """Width with the padding of the last column; a multiple of HYPER_STRIDE."""
        return align_up(self.width)

    @property
    def padded_height(self) -> int:
        """Height with the padding of the last row; a multiple of HYPER_STRIDE."""
        return align_up(self.height)

    @property
    def y_shape(self) -> tuple[int, int]:
        """(rows, columns) of the latents y."""
        return self.padded_height // LATENT_STRIDE, self.padded_width // LATENT_STRIDE


@dataclass(frozen=True, slots=True)
class Window:
    """A padded tile and the halo around it, clipped to the padded picture; all in one unit (pixels or cells).

    The window lies at (x, y) of the padded picture, the tile at (left, top) of the window.
    """

    x: int
    y: int
    width: int
    height: int
    left: int
    top: int
    tile_width: int
    tile_height: int

    @property
    def outer(self) -> tuple[slice, slice]:
        """(rows, columns) of the window in the padded picture."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def inner(self) -> tuple[slice, slice]:
        """(rows, columns) of the tile in the window."""
        return slice(self.top, self.top + self.tile_height), slice(self.left, self.left + self.tile_width)


@dataclass(frozen=True)
class TileGrid:
    """A picture of `width` x `height` pixels (both >= 1), cut into squares of `side`, a multiple of `align`."""

    width: int
    height: int
    side: int
    align: int = HYPER_STRIDE  # pixels to which windows are padded; the tiles' own padding is the codec's, HYPER_STRIDE

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.side) < 1 or self.side % self.align:
            raise ValueError(f"no tile grid: {self.width}x{self.height} pixels, side {self.side}")

    @property
    def columns(self) -> int:
        return -(-self.width // self.side)

    @property
    def rows(self) -> int:
        return -(-self.height // self.side)

    @property
    def count(self) -> int:
        return self.rows * self.columns

    @property
    def padded_width(self) -> int:
        return align_up(self.width, self.align)

    @property
    def padded_height(self) -> int:
        return align_up(self.height, self.align)

    def tile(self, index: int) -> Tile:
        """The tile of a raster-order index; IndexError outside 0 to count - 1."""
        if not 0 <= index < self.count:
            raise IndexError(f"tile {index} of {self.count}")
        row, column = divmod(index, self.columns)
        x, y = column * self.side, row * self.side
        width, height = min(self.side, self.width - x), min(self.side, self.height - y)
        return Tile(index, row, column, x, y, width, height)

    def tiles(self) -> Iterator[Tile]:
        """All tiles in raster order."""
        return map(self.tile, range(self.count))

    def window(self, tile: Tile, halo: int, unit: int = 1) -> Window:
        """The window of `tile` with `halo` pixels on each side, expressed in `unit` pixels.

        The analysis takes unit 1 (pixels), the synthesis unit LATENT_STRIDE (cells of y). ValueError unless `halo` is
        a multiple of `unit` and `unit` divides `align`.
        """
        if halo < 0 or halo % unit or self.align % unit:
            raise ValueError(f"a halo of {halo} pixels does not fit units of {unit}")
        x, y = max(tile.x - halo, 0), max(tile.y - halo, 0)
        tile_width, tile_height = align_up(tile.width, self.align), align_up(tile.height, self.align)
        right = min(tile.x + tile_width + halo, self.padded_width)
        bottom = min(tile.y + tile_height + halo, self.padded_height)
        return Window(
            x=x // unit,
            y=y // unit,
            width=(right - x) // unit,
            height=(bottom - y) // unit,
            left=(tile.x - x) // unit,
            top=(tile.y - y) // unit,
            tile_width=tile_width // unit,
            tile_height=tile_height // unit,
        )

    def touching(self, crop: tuple[int, int, int, int], margin: int = 0) -> tuple[Tile, ...]:
        """Tiles whose rectangle, grown by `margin` pixels, meets the crop (x, y, width, height).

        Raster order. With the synthesis' halo as margin: the tiles whose latents a crop needs. Raises
        UsageError when the crop is empty or leaves the picture.
        """
        self.check_crop(crop)
        x, y, width, height = crop
        first_column, first_row = max(x - margin, 0) // self.side, max(y - margin, 0) // self.side
        last_column = min(x + width - 1 + margin, self.width - 1) // self.side
        last_row = min(y + height - 1 + margin, self.height - 1) // self.side
        return tuple(
            self.tile(row * self.columns + column)
            for row in range(first_row, last_row + 1)
            for column in range(first_column, last_column + 1)
        )

    def check_crop(self, crop: tuple[int, int, int, int]) -> None:
        """Raise UsageError unless the crop (x, y, width, height) is not empty and inside the picture."""
        x, y, width, height = crop
        inside = min(x, y) >= 0 and x + width <= self.width and y + height <= self.height
        if min(width, height) < 1 or not inside:
            raise UsageError(
                f"crop {x},{y},{width},{height} is not inside the picture: give X,Y,W,H in stored pixels"
                f" of {self.width}x{self.height}"
            )


def y_shape(tile: Tile) -> tuple[int, int]:
    """`Tile.y_shape`, for `groups`."""
    return tile.y_shape


def groups(items: Iterable[T], shape: Callable[[T], tuple[int, ...]], most: int) -> Iterator[list[T]]:
    """Items of equal shape, at most `most` at a time, to be worked on together; in their order within a shape."""
    for _, same in groupby(sorted(items, key=shape), key=shape):
        alike = list(same)
        for start in range(0, len(alike), most):
            yield alike[start : start + most]


def choose_tile_side(width: int, height: int) -> int:
    """The encoder's tile side for a picture of `width` x `height` pixels, a multiple of HYPER_STRIDE.

    A picture of up to SINGLE_TILE_PIXELS gets one tile. Above, the side in TILE_SIDES whose last row and column
    are no slivers and whose grid overhangs the picture least; among equals the one nearest to 1024.
    """
    longer = align_up(max(width, height))
    if width * height <= SINGLE_TILE_PIXELS and longer <= MAX_TILE_SIDE:
        return longer

    def cost(side: int) -> tuple[bool, int, int]:
        sliver = any(size > side and 0 < size % side < side // 4 for size in (width, height))
        return sliver, align_up(width, side) * align_up(height, side), abs(side - 1024)

    return min(TILE_SIDES, key=cost)
