"""Picture to bytes and bytes to picture with one set of weights on one device; `encoding` owns the way to bytes.

What is entropy-coded is local to a tile; the analysis reads a halo of pixels and the synthesis a halo of decoded
latents around it, so that there are no seams (docs/design.md, "The container and tiles").
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from aecodec import devices
from aecodec.codec import decoding, latents, losslessfile
from aecodec.codec.choosing import Choosing
from aecodec.codec.encoding import Request
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layers import Content, Crop, regions
from aecodec.codec.layout import Layout, TileKind
from aecodec.codec.postfilter import REACH, PostFilter, around
from aecodec.codec.ratecontrol import Target, refuse_effort
from aecodec.codec.results import Decoded, Encoded
from aecodec.codec.windowed import empty_canvas, paste, synthesise
from aecodec.devices import Device
from aecodec.errors import Corrupt, FormatError, Truncated, UnsupportedVersion
from aecodec.executors import selection
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.executors.selection import codec_executor
from aecodec.models import manifest, weights
from aecodec.pictures.picture import Picture, Samples, empty, middle
from aecodec.tiling import Tile, groups

__all__ = ["Codec", "Decoded", "Encoded", "Target"]


class Codec:
    """Frozen weights on one device; other weights that a file names are found and kept as files need them."""

    def __init__(self, loaded: weights.Weights, device: Device, batch: int, search: Path | None) -> None:
        self.weights = loaded
        self.device = device
        self.batch = batch
        self.executor = codec_executor(loaded, device, batch)
        self._search = search
        self._known = {loaded.id: (loaded, self.executor)}
        self._finding = Lock()

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
        where = devices.choose(device, threads)
        tiles = devices.tiles_at_once(where, batch)
        is_file = weights_path is not None and not weights_path.is_dir()
        path = weights_path if weights_path is not None and is_file else manifest.default_path("codec")
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(weights.read, path)  # half of which is a hash, for which other threads need not wait
            selection.load_runtime(where)
            return cls(reading.result(), where, tiles, weights_path)

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
        refuse_effort(effort)
        if target.kind == "lossless":
            encoded = losslessfile.encode(picture, effort=effort, clean=clean, threads=self.device.threads)
            return replace(encoded, decode=self.decode)
        with devices.memory_errors():
            request = Request(picture, self.weights, self.executor, exact, clean)
            return replace(Choosing(request, effort).run(target), decode=self.decode)

    def prepare(self) -> None:
        """Begin to make ready what encoding starts with, while a picture is read; returns at once."""
        self.executor.prepare("analysis")

    def decode(
        self, source: bytes | BinaryIO, *, crop: tuple[int, int, int, int] | None = None, keep_going: bool = False
    ) -> Decoded:
        """The picture in an .aec file, or the crop (x, y, width, height) of it, in stored coordinates.

        Of a stream, from where it stands, the index is read and then the tiles that are needed, no more. Damage raises
        a FormatError that names part and byte offset; with `keep_going` the rest is painted and each loss named. Raises
        WeightsError when the weights are missing, UsageError for a crop outside the picture.
        """
        return decoding.decode(source, self.network, crop=crop, keep_going=keep_going)

    def network(self, header: Header) -> "Network":
        """What paints the latents of files with this header; raises WeightsError when the weights are missing."""
        return Network(self._executor_of(header))

    def _executor_of(self, header: Header) -> CodecExecutor:
        if header.model_id not in weights.NETWORK_IDS:
            raise UnsupportedVersion(f"header: network {header.model_id} is unknown; a newer aecodec is needed")
        with self._finding:  # once, also where several threads decode
            if header.weights_hash not in self._known:
                loaded = weights.read(weights.find(header.weights_hash, self._search))
                self._known[header.weights_hash] = loaded, codec_executor(loaded, self.device, self.batch)
        used, executor = self._known[header.weights_hash]
        if used.network_id != header.model_id:
            raise Corrupt(f"header: network {header.model_id} is named, but its weights are of {used.network_id}")
        return executor


class Network:
    """`decoding.Network` of the weights that a file names."""

    def __init__(self, executor: CodecExecutor) -> None:
        self.executor = executor
        self.config = executor.frozen.config
        self.halo = self.config.synthesis_halo + REACH

    def plausible(self, layout: Layout, held: dict[int, Content], damage: list[str] | None) -> dict[int, Content]:
        kept = {}
        for index, content in held.items():
            part, payload = layout.tiles[index], content.latents
            if payload is not None and part.tile is not None:
                least = latents.least_bytes(
                    self.executor.frozen, payload, part.tile.y_shape, layout.header.quality_step
                )
                if len(payload) < least:
                    line = (
                        f"{part.name} at byte {part.offset}: {len(payload)} bytes of latents, at least {least} expected"
                    )
                    if damage is None:
                        raise Truncated(line)
                    damage.append(line)
                    continue
            kept[index] = content
        return kept

    def paint(
        self,
        layout: Layout,
        held: dict[int, Content],
        shown: Crop,
        damage: list[str] | None,
        postfilter: PostFilter | None,
    ) -> Samples:
        header = layout.header
        made = shown if postfilter is None else around(shown, header.width, header.height)
        payloads = {
            header.grid.tile(index): content.latents for index, content in held.items() if content.latents is not None
        }
        widest = max((latents.channels_of(self.config, payload) for payload in payloads.values()), default=0)
        if widest:
            self.executor.prepare("reconstruct", "synthesis", channels=widest)
        with devices.memory_errors():
            canvas, whole = self.canvas(layout, payloads, damage)
            pixels = self.shown(layout, canvas, whole, made)
        if postfilter is None:
            return pixels
        top, left = shown[1] - made[1], shown[0] - made[0]
        return postfilter.apply(pixels, self.executor.threads)[top : top + shown[3], left : left + shown[2]]

    def canvas(self, layout: Layout, payloads: dict[Tile, bytes], damage: list[str] | None) -> tuple[Floats, set[Tile]]:
        """Quantised latents of the padded picture, and the tiles that are not lost."""
        channels = {tile: latents.channels_of(self.config, payload) for tile, payload in payloads.items()}
        widest = max(channels.values(), default=self.config.latents)
        canvas, whole = empty_canvas(layout.header.grid, widest), set[Tile]()
        for group in groups(payloads, lambda tile: (*tile.y_shape, channels[tile]), self.executor.batch):
            coded = [payloads[tile] for tile in group]
            decoded = latents.decode(self.executor, coded, group[0].y_shape, layout.header.quality_step)
            for tile, result in zip(group, decoded, strict=True):
                if isinstance(result, FormatError):
                    part = layout.tiles[tile.index]
                    line = f"{part.name} at byte {part.offset}: {result}"
                    if damage is None:
                        raise Corrupt(line) from result
                    damage.append(line)
                else:
                    paste(canvas, tile, result)
                    whole.add(tile)
        return canvas, whole

    def shown(self, layout: Layout, canvas: Floats, whole: set[Tile], shown: Crop) -> Samples:
        """Lost tiles are not worth the time of a synthesis: a hostile file may have a billion pixels of them."""
        header = layout.header
        pixels = empty(shown[3], shown[2], header.channels, header.bit_depth)
        tiles = [t for t in header.grid.touching(shown) if layout.tiles[t.index].holds is not TileKind.LOSSLESS]
        for tile in tiles:
            if tile not in whole:
                pixels[regions(tile, shown)[1]] = middle(header.bit_depth)
        there, form = [tile for tile in tiles if tile in whole], Form(header.channels, header.bit_depth)
        for tile, made in synthesise(self.executor, header.grid, canvas, header.quality_step, there, form):
            inside, here = regions(tile, shown)
            pixels[here] = made[inside]
        return pixels
