"""A picture at an eighth of its size without most of its synthesis: what a thumbnail is made of.

At low frequencies a synthesis is nearly linear. So means of 8x8 pixels are a linear map of the leading channels of the
quantised latents, which PCA has sorted by energy; the map is fitted, by least squares, to a few windows of this very
picture that are synthesised. Against the means of the decoded picture that is 47 dB at 768x512 and quality 50. The
symbols cannot be had in part: the context model sees all channels (with the first 128 of 320 alone: 25 dB).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from aecodec import devices
from aecodec.codec import container
from aecodec.codec.layers import contents
from aecodec.codec.layout import Layout, Part, PartKind, TileKind, read_layout
from aecodec.pictures.picture import Picture, Samples
from aecodec.tiling import LATENT_STRIDE

if TYPE_CHECKING:
    from aecodec.codec.codec import Codec, Network

FACTOR = 8  # pixels to one, each way
SHARE = LATENT_STRIDE // FACTOR  # pixels of the small picture to a cell of the latents, each way
CHANNELS = 64  # 32: 3 dB less; 128: no more, as the windows do not tell them
WINDOW, WINDOWS = 16, 3  # cells a side of a window; how many of them each way
RIDGE = 1e-7  # of the mean variance


def eighth(codec: "Codec", source: BinaryIO) -> Picture | None:
    """The picture, 8 bits, of width // 8 x height // 8 pixels, with its metadata; None where it cannot be had so.

    That is of small pictures, and of files that have anything but latents. Raises FormatError, WeightsError.
    """
    start = source.tell()
    layout = read_layout(source)
    if not _is_plain(layout):
        source.seek(start)
        return None
    parts = container.parse(source, layout=layout)
    held = contents(layout, parts.tiles, None)
    network = codec.network(layout.header)
    payloads = {tile: held[tile.index].latents or b"" for tile in layout.header.grid.tiles()}
    network.plausible(layout, held, None)
    with devices.memory_errors():
        canvas, _ = network.canvas(layout, payloads, None)
        map_ = _fitted(network, layout, canvas)
    return Picture(_mapped(map_, _features(canvas), layout), None, parts.metadata)


def _is_plain(layout: Layout) -> bool:
    header = layout.header
    large = min(header.width, header.height) >= WINDOW * LATENT_STRIDE
    return (
        large
        and header.has_network
        and all(part.holds is TileKind.LATENTS for part in layout.tiles)
        and all(part.kind != PartKind.ALPHA for part in layout.parts)
    )


def _features(canvas: Any) -> NDArray[np.float64]:
    """Leading channels of latents (C, h, w) and ones: (h, w, features)."""
    leading = np.asarray(canvas[:CHANNELS], np.float64)
    return np.concatenate([leading, np.ones((1, *leading.shape[1:]))]).transpose(1, 2, 0)


def _fitted(network: "Network", layout: Layout, canvas: Any) -> NDArray[np.float64]:
    """The map (features, SHARE * SHARE * channels) from the latents of a cell to its pixels."""
    given, wanted = [], []
    rim = network.halo // LATENT_STRIDE  # cells that a window's edge has changed
    inner = slice(rim, WINDOW - rim)
    side = WINDOW * LATENT_STRIDE
    header = replace(layout.header, width=side, height=side, tile_side=side)
    tile = header.grid.tile(0)
    alone = Layout(header, (), (Part(PartKind.TILE, 0, 1, tile),), 0)
    for row, column in _places(layout):
        window = canvas[:, row : row + WINDOW, column : column + WINDOW]
        pixels = network.shown(alone, window, {tile}, (0, 0, side, side))
        means = pixels.reshape(WINDOW, SHARE, FACTOR, WINDOW, SHARE, FACTOR, -1).mean((2, 5))
        cells = means.transpose(0, 2, 1, 3, 4).reshape(WINDOW, WINDOW, -1)
        wanted.append(cells[inner, inner].reshape(-1, cells.shape[2]))
        features = _features(window)
        given.append(features[inner, inner].reshape(-1, features.shape[2]))
    x, y = np.concatenate(given), np.concatenate(wanted)
    squares = x.T @ x
    ridge = RIDGE * np.trace(squares) / len(squares) * np.eye(len(squares))
    fitted: NDArray[np.float64] = np.linalg.solve(squares + ridge, x.T @ y)
    return fitted


def _places(layout: Layout) -> Iterator[tuple[int, int]]:
    """Rows and columns, in cells, where windows begin: evenly over the picture."""
    rows, columns = (
        sorted(set(np.linspace(0, size // LATENT_STRIDE - WINDOW, WINDOWS).astype(int).tolist()))
        for size in (layout.header.height, layout.header.width)
    )
    return ((row, column) for row in rows for column in columns)


def _mapped(map_: NDArray[np.float64], features: NDArray[np.float64], layout: Layout) -> Samples:
    """Samples (H // 8, W // 8, channels) of all cells."""
    header = layout.header
    height, width, _ = features.shape
    values = (features @ map_).reshape(height, width, SHARE, SHARE, header.channels)
    laid = values.transpose(0, 2, 1, 3, 4).reshape(height * SHARE, width * SHARE, header.channels)
    cut = laid[: header.height // FACTOR, : header.width // FACTOR]
    scaled: Samples = np.clip(np.rint(cut / (1 if header.bit_depth == 8 else 257)), 0, 255).astype(np.uint8)
    return scaled
