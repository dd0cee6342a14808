"""Lossless files, whose every tile is a lossless picture: written without weights and without a network's runtime."""

import math
from typing import Any

from numpy.typing import NDArray

from aecodec import limits
from aecodec.codec import container
from aecodec.codec.header import NO_NETWORK, NO_WEIGHTS, Cleaning, Header
from aecodec.codec.layout import PartKind, TileKind
from aecodec.codec.previews import Previews
from aecodec.codec.ratecontrol import refuse_effort
from aecodec.codec.results import Encoded
from aecodec.pictures import lossless
from aecodec.pictures.picture import Picture
from aecodec.quality import QUALITY_STEPS, step_to_quality
from aecodec.tiling import align_up

EFFORTS = (7, 8, 8, 8, 8, 9, 9, 9, 9, 10)  # of `cjxl`, whose default is 7, for ours of 0 ... 9


def encode(
    picture: Picture,
    *,
    effort: int = 0,
    exact: bool = True,
    clean: Cleaning | None = None,
    threads: int = 0,
) -> Encoded:
    """The lossless file of a picture: identical samples, alpha included, in tiles as large as the format allows.

    `effort` is 0 ... 9; `exact` says whether colours under alpha 0 are the picture's own; `threads` 0 are all there
    are. Raises UsageError for another effort, LimitExceeded.
    """
    refuse_effort(effort)
    side = min(align_up(max(picture.width, picture.height)), limits.MAX_TILE_SIDE)
    has_alpha = picture.alpha is not None
    header = Header(
        width=picture.width,
        height=picture.height,
        channels=picture.channels,
        bit_depth=picture.bit_depth,
        model_id=NO_NETWORK,
        weights_hash=NO_WEIGHTS,
        quality_step=QUALITY_STEPS,
        tile_side=side,
        exact=exact and has_alpha,
        tiles_alpha=has_alpha,
    )
    samples: NDArray[Any] = picture.interleaved()
    tiles = [lossless.encode(samples[tile.region], EFFORTS[effort], threads) for tile in header.grid.tiles()]
    data = container.write(
        header,
        tiles,
        holds=[TileKind.LOSSLESS] * len(tiles),
        metadata=picture.metadata,
        clean=clean,
        parts={PartKind.PREVIEW: Previews(picture).within(sum(map(len, tiles)))},
    )
    return Encoded(data, step_to_quality(QUALITY_STEPS), math.inf, lossless=1.0)
