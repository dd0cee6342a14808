"""Picture to bytes and bytes to picture with one set of weights on one device; `encoding` owns the way to bytes.

What is entropy-coded is local to a tile; the analysis reads a halo of pixels and the synthesis a halo of decoded
latents around it, so that there are no seams (docs/design.md, "The container and tiles").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from aecodec import devices
from aecodec.codec import container, latents
from aecodec.codec.encoding import EFFORT_STEPS, Encoded, Encoding
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layout import Layout, read_layout, stream_of
from aecodec.codec.ratecontrol import Target
from aecodec.codec.windowed import empty_canvas, paste, samples, synthesise
from aecodec.errors import Corrupt, FormatError, UnsupportedVersion, UsageError
from aecodec.models import manifest, weights
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Metadata, Picture, Samples
from aecodec.tiling import Tile, groups

__all__ = ["Codec", "Decoded", "Encoded", "Target"]


@dataclass(frozen=True)
class Decoded:
    """A picture and, where the file was damaged and the decoder told to go on, a line for each loss."""

    picture: Picture
    quality: float
    damage: tuple[str, ...] = ()


class Codec:
    """Frozen weights on one device; other weights that a file names are found and kept as files need them."""

    def __init__(self, loaded: weights.Weights, device: torch.device, batch: int, search: Path | None) -> None:
        self.weights = loaded
        self.device = device
        self.batch = batch
        self._search = search
        self._known = {loaded.id: loaded}

    @classmethod
    def load(
        cls,
        weights_path: Path | None = None,
        *,
        device: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> "Codec":
        """`weights_path`: a weights file to encode with, or a folder to search for those a file names.

        `batch` is the number of tiles at a time. Raises WeightsError and DeviceError.
        """
        where = devices.select(device, threads)
        tiles = devices.tiles_at_once(where, batch)
        is_file = weights_path is not None and not weights_path.is_dir()
        path = weights_path if weights_path is not None and is_file else manifest.default_path("codec")
        loaded = weights.read(path, where)
        return cls(loaded, where, tiles, weights_path)

    @torch.inference_mode()
    def encode(
        self,
        picture: Picture,
        target: Target,
        *,
        effort: int = 0,
        exact: bool = False,
        clean: Cleaning | None = None,
    ) -> Encoded:
        """The .aec file of a picture that meets the target.

        An `effort` of 1 to 9 refines the latents of this picture: smaller, no worse, slower to encode, not to decode.
        `exact` keeps RGB under alpha 0, which otherwise becomes what costs least; `clean` is noted in the file.
        Raises UsageError for another effort, TargetUnreachable and LimitExceeded; DeviceError when the device runs out
        of memory.
        """
        if effort not in range(len(EFFORT_STEPS)):
            raise UsageError(f"an effort of {effort} makes no sense: give a whole number from 0 to 9")
        with devices.memory_errors():
            return Encoding(picture, self.weights, self.device, self.batch, exact, clean).run(target, effort)

    @torch.inference_mode()
    def decode(
        self, source: bytes | BinaryIO, *, crop: tuple[int, int, int, int] | None = None, keep_going: bool = False
    ) -> Decoded:
        """The picture in an .aec file, or the crop (x, y, width, height) of it, in stored coordinates.

        Of a stream, from where it stands, the index is read and then the tiles that are needed, no more. Damage raises
        a FormatError that names part and byte offset; with `keep_going` the rest is painted and each loss named. Raises
        WeightsError when the weights are missing, UsageError for a crop outside the picture.
        """
        stream = stream_of(source)
        layout = read_layout(stream)
        header, grid = layout.header, layout.header.grid
        used = self._weights_of(header)
        shown = crop or (0, 0, header.width, header.height)
        needed = grid.touching(shown, used.config.synthesis_halo)
        wanted = {tile.index for tile in needed}
        parts = container.parse(stream, keep_going=keep_going, tiles=wanted, layout=layout)
        damage = list(parts.damage)
        with devices.memory_errors():
            canvas = self._decode_latents(used, layout, parts, needed, damage if keep_going else None)
            pixels = self._paint(used, header, canvas, shown)
        alpha = _decode_alpha(parts, shown, damage if keep_going else None)
        picture = Picture(pixels, alpha, Metadata(parts.icc, parts.exif, parts.xmp))
        return Decoded(picture, header.quality, tuple(damage))

    def _weights_of(self, header: Header) -> weights.Weights:
        if header.model_id not in weights.NETWORK_IDS:
            raise UnsupportedVersion(f"header: network {header.model_id} is unknown; a newer aecodec is needed")
        known = self._known.get(header.weights_hash)
        if known is None:
            path = weights.find(header.weights_hash, self._search)
            known = self._known[header.weights_hash] = weights.read(path, self.device)
        if known.network_id != header.model_id:
            raise Corrupt(f"header: network {header.model_id} is named, but its weights are of {known.network_id}")
        return known

    def _decode_latents(
        self,
        used: weights.Weights,
        layout: Layout,
        parts: container.Container,
        needed: Iterable[Tile],
        damage: list[str] | None,
    ) -> Tensor:
        """Canvas of quantised latents of the padded picture; where a tile is lost it stays at zero."""
        payloads = {tile: payload for tile in needed if (payload := parts.tiles[tile.index]) is not None}
        channels = {tile: latents.channels_of(used.config, payload) for tile, payload in payloads.items()}
        widest = max(channels.values(), default=used.config.latents)
        canvas = empty_canvas(layout.header.grid, widest, self.device)
        for group in groups(payloads, lambda tile: (*tile.y_shape, channels[tile]), self.batch):
            coded = [payloads[tile] for tile in group]
            decoded = latents.decode(used.frozen, coded, group[0].y_shape, layout.header.quality_step)
            for tile, result in zip(group, decoded, strict=True):
                if isinstance(result, FormatError):
                    part = layout.tiles[tile.index]
                    line = f"{part.name} at byte {part.offset}: {result}"
                    if damage is None:
                        raise Corrupt(line) from result
                    damage.append(line)
                else:
                    paste(canvas, tile, result)
        return canvas

    def _paint(
        self,
        used: weights.Weights,
        header: Header,
        canvas: Tensor,
        shown: tuple[int, int, int, int],
    ) -> Samples:
        """Samples of the part (x, y, width, height) that is shown."""
        x, y, width, height = shown
        dtype = np.uint8 if header.bit_depth == 8 else np.uint16
        pixels = np.empty((height, width, header.channels), dtype)
        tiles = header.grid.touching(shown)
        model = used.frozen.model
        for tile, unit in synthesise(model, header.grid, canvas, header.quality_step, tiles, self.batch):
            left, top = max(tile.x, x), max(tile.y, y)
            right, bottom = min(tile.x + tile.width, x + width), min(tile.y + tile.height, y + height)
            cut = unit[top - tile.y : bottom - tile.y, left - tile.x : right - tile.x]
            pixels[top - y : bottom - y, left - x : right - x] = samples(cut, header.channels, header.bit_depth)
        return pixels


def _decode_alpha(
    parts: container.Container, shown: tuple[int, int, int, int], damage: list[str] | None
) -> Samples | None:
    if parts.alpha is None:
        return None
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
