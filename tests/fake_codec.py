"""A codec and a denoiser without networks, for tests of what stands around the real ones: same interface, quick.

The codec keeps every fourth level of each sample, so that PSNR is finite, and the whole picture in its file. The
denoiser moves each sample by its strength towards the multiple of 8 below.
"""

import json
import types
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from aecodec import metrics
from aecodec.bits import Reader, fixed
from aecodec.codec import ancillary, container
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layout import Part, PartKind
from aecodec.codec.ratecontrol import Target
from aecodec.codec.results import Decoded, Encoded, Plain
from aecodec.errors import Corrupt, TargetUnreachable
from aecodec.pictures import lossless
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, Samples
from aecodec.services import files
from aecodec.tiling import align_up

MAGIC = b"FAKE"
HURT = b"HURT"  # at the end of a file: two of its tiles are lost
LEAST_BYTES = 100  # no smaller target can be met
SIGMA = 12.5  # what the denoiser finds in every picture


@dataclass
class Codec:
    """`log` gets a tuple for each call of any of them."""

    log: list[tuple[object, ...]]

    def prepare(self) -> None:
        """There is nothing to wait for."""

    def encode(
        self,
        picture: Picture,
        target: Target,
        *,
        effort: int = 0,
        exact: bool = False,
        clean: Cleaning | None = None,
    ) -> Encoded:
        self.log.append(("encode", target.kind, target.value, exact, picture.metadata, clean))
        if target.kind == "max_bytes" and target.value < LEAST_BYTES:
            raise TargetUnreachable(f"quality 1 needs {LEAST_BYTES} bytes, more than {target.value:g}")
        pixels = picture.pixels // 4 * 4
        parts = {"pixels": lossless.encode(pixels)}
        if picture.alpha is not None:
            parts["alpha"] = lossless.encode(picture.alpha[:, :, None])
        parts |= {kind.name: payload for kind, payload in ancillary.payloads(picture.metadata).items()}
        quality = target.value if target.kind == "quality" else 33.0
        front = json.dumps({"quality": quality, "sizes": {name: len(part) for name, part in parts.items()}}).encode()
        side = min(align_up(max(picture.width, picture.height)), 4096)
        header = Header(
            picture.width, picture.height, picture.channels, picture.bit_depth, 1, bytes(8), 784, side, exact
        )
        data = container.write(header, [b"".join([MAGIC, fixed(len(front), 2), front, *parts.values()])])

        psnr_db = metrics.psnr(pixels, picture.pixels, peak=2**picture.bit_depth - 1)
        plain = Plain(2 * len(data), psnr_db) if effort else None
        return Encoded(data, quality, psnr_db, plain=plain)

    def decode(
        self, source: bytes | BinaryIO, *, crop: tuple[int, int, int, int] | None = None, keep_going: bool = False
    ) -> Decoded:
        self.log.append(("decode", crop, keep_going))
        data = source if isinstance(source, bytes) else source.read()
        hurt = data.endswith(HURT)
        parts = container.parse(data.removesuffix(HURT))
        (packed,) = parts.tiles
        if packed is None or not packed.startswith(MAGIC):
            raise Corrupt("tile 0 at byte 43: no file of the fake codec")
        if hurt and not keep_going:
            raise Corrupt("tile 3 at byte 77: checksum mismatch")
        reader = Reader(packed.removeprefix(MAGIC), part="fake")
        front = json.loads(bytes(reader.take(int.from_bytes(reader.take(2), "little"))))
        held = {name: bytes(reader.take(size)) for name, size in front["sizes"].items()}
        metadata: dict[str, Any] = {}
        for kind in PartKind:
            if kind.name in held:
                metadata |= ancillary.fields_of(Part(kind, 0, 0), held[kind.name])
        header = parts.header
        shape, depth = (header.height, header.width, header.channels), header.bit_depth
        pixels, alpha = lossless.decode(held["pixels"], shape, depth), None
        if "alpha" in held:
            alpha = lossless.decode(held["alpha"], (*shape[:2], 1), depth)[:, :, 0]
        picture = Picture(pixels, alpha, Metadata(**metadata))
        quality = float(front["quality"])
        if crop is not None:
            x, y, width, height = crop
            picture = replace(picture, pixels=picture.pixels[y : y + height, x : x + width])
        return Decoded(picture, quality, ("tile 3 is lost", "tile 4 is lost") if hurt else ())


@dataclass(frozen=True)
class Denoised:
    picture: Picture
    sigma: float


def cleaned(pixels: Samples, strength: float = 1.0) -> Samples:
    """What the denoiser makes of pixels."""
    return pixels - np.rint(strength * (pixels % 8)).astype(pixels.dtype)


@dataclass
class Denoiser:
    """As `Codec`."""

    log: list[tuple[object, ...]]

    def denoise(self, picture: Picture, *, sigma: float | None = None, strength: float = 1.0) -> Denoised:
        self.log.append(("denoise", sigma, strength))
        clean = replace(picture, pixels=cleaned(picture.pixels, strength))
        return Denoised(clean, SIGMA if sigma is None else sigma)


@dataclass(frozen=True)
class Engine(files.Engine):
    """One that loads both without networks."""

    log: list[tuple[object, ...]] = field(default_factory=list)

    def load(self) -> Codec:
        return Codec(self.log)

    def load_denoiser(self, weights: Path | None = None) -> Denoiser:
        return Denoiser(self.log)


def module(log: list[tuple[object, ...]]) -> types.ModuleType:
    """What stands in for `aecodec.codec` in `sys.modules`; its codecs write to `log`."""

    class LoggedCodec(Codec):
        @classmethod
        def load(
            cls,
            weights_path: Path | None = None,
            *,
            device: str = "auto",
            threads: int | None = None,
            batch: int | None = None,
        ) -> Codec:
            log.append(("load", weights_path, device, threads, batch))
            return cls(log)

    made = types.ModuleType("aecodec.codec.codec")
    vars(made).update(Codec=LoggedCodec, Encoded=Encoded, Decoded=Decoded)
    return made


def denoiser_module(log: list[tuple[object, ...]]) -> types.ModuleType:
    """As `module`, for `aecodec.denoiser`."""

    class LoggedDenoiser(Denoiser):
        @classmethod
        def load(
            cls,
            weights_path: Path | None = None,
            *,
            device: str = "auto",
            threads: int | None = None,
            batch: int | None = None,
        ) -> Denoiser:
            log.append(("load denoiser", weights_path, device, threads, batch))
            return cls(log)

    made = types.ModuleType("aecodec.denoiser")
    vars(made).update(Denoiser=LoggedDenoiser, Denoised=Denoised)
    return made
