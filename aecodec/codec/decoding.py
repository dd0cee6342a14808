"""An .aec file to a picture: container, lossless tiles and alpha; a network is loaded only where there are latents."""

from collections.abc import Callable
from typing import BinaryIO, Protocol

from aecodec.codec import container, postfilter
from aecodec.codec.header import Header
from aecodec.codec.layers import Content, Crop, contents, lay_over, refuse_short
from aecodec.codec.layout import Layout, read_layout, stream_of
from aecodec.codec.postfilter import PostFilter
from aecodec.codec.results import Decoded
from aecodec.errors import Corrupt, FormatError, LimitExceeded
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, Samples, empty


class Network(Protocol):
    """What shows latents; of damage a line, or where there is no list for it the FormatError."""

    halo: int  # pixels around a tile whose latents its own pixels depend on

    def plausible(self, layout: Layout, held: dict[int, Content], damage: list[str] | None) -> dict[int, Content]:
        """Without the tiles whose latents are shorter than any can be, found before memory is taken for pixels."""

    def paint(
        self,
        layout: Layout,
        held: dict[int, Content],
        shown: Crop,
        damage: list[str] | None,
        postfilter: PostFilter | None,
    ) -> Samples:
        """Samples (H, W, C) of the crop `shown`, of the latents `held`, filtered; lost tiles are in mid-range."""


def decode(
    source: bytes | BinaryIO,
    network_of: Callable[[Header], Network],
    *,
    crop: Crop | None = None,
    keep_going: bool = False,
) -> Decoded:
    """As `Codec.decode`. A lossless file asks for no network: it needs neither weights nor what runs them."""
    try:
        return _decode(source, network_of, crop, keep_going)
    except MemoryError as error:
        raise LimitExceeded("the picture does not fit into memory") from error


def _decode(
    source: bytes | BinaryIO, network_of: Callable[[Header], Network], crop: Crop | None, keep_going: bool
) -> Decoded:
    stream = stream_of(source)
    layout = read_layout(stream)
    header = layout.header
    shown = crop or (0, 0, header.width, header.height)
    refuse_short(layout, keep_going)
    network = network_of(header) if header.has_network else None
    needed = header.grid.touching(shown, network.halo if network else 0)
    parts = container.parse(stream, keep_going=keep_going, tiles={tile.index for tile in needed}, layout=layout)
    damage = list(parts.damage)
    told = damage if keep_going else None
    held = contents(layout, parts.tiles, told)
    if network is not None:
        held = network.plausible(layout, held, told)
    if not held:
        raise Corrupt(f"no tile is left: {damage[0]}")
    if network is not None:
        pixels = network.paint(layout, held, shown, told, _postfilter(parts, told))
    else:
        pixels = empty(shown[3], shown[2], header.channels, header.bit_depth)
    alpha = lay_over(pixels, layout, held, shown, told)
    if parts.alpha is not None:
        alpha = _decode_alpha(parts, shown, told)
    picture = Picture(pixels, alpha, parts.metadata)
    return Decoded(picture, header.quality, tuple(damage))


def _postfilter(parts: container.Container, damage: list[str] | None) -> PostFilter | None:
    if parts.postfilter is None:
        return None
    postfilter.prepare()  # while the network runs
    try:
        return PostFilter.from_bytes(parts.postfilter, parts.header.channels)
    except FormatError as error:
        if damage is None:
            raise
        damage.append(str(error))
        return None


def _decode_alpha(parts: container.Container, shown: Crop, damage: list[str] | None) -> Samples | None:
    assert parts.alpha is not None
    header = parts.header
    try:
        alpha = imagefile.decode_alpha(parts.alpha, header.height, header.width, header.bit_depth)
    except FormatError as error:
        if damage is None:
            raise
        damage.append(str(error))
        return None
    x, y, width, height = shown
    return alpha[y : y + height, x : x + width]
