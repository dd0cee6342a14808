"""A codec without networks, for tests of what stands around the real one: same interface, quick, predictable.

It keeps every fourth level of each sample, so that PSNR is finite, and the whole picture in its file.
"""

import io
import types
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aecodec import metrics
from aecodec.errors import Corrupt, TargetUnreachable
from aecodec.picture import Metadata, Picture
from aecodec.ratecontrol import Target

MAGIC = b"FAKE"
HURT = b"HURT"  # at the end of a file: two of its tiles are lost
LEAST_BYTES = 100  # no smaller target can be met


@dataclass(frozen=True)
class Plain:
    bytes: int
    psnr_db: float


@dataclass(frozen=True)
class Encoded:
    data: bytes
    quality: float
    estimated_bits: float
    psnr_db: float
    plain: Plain | None = None


@dataclass(frozen=True)
class Decoded:
    picture: Picture
    quality: float
    damage: tuple[str, ...] = ()


@dataclass
class Codec:
    """`log` gets a tuple for each call of any of them."""

    log: list[tuple[object, ...]]

    def encode(self, picture: Picture, target: Target, *, effort: int = 0, exact: bool = False) -> Encoded:
        self.log.append(("encode", target.kind, target.value, exact, picture.metadata))
        if target.kind == "max_bytes" and target.value < LEAST_BYTES:
            raise TargetUnreachable(f"quality 1 needs {LEAST_BYTES} bytes, more than {target.value:g}")
        pixels = picture.pixels // 4 * 4
        parts = {"pixels": pixels, "alpha": picture.alpha}
        parts |= {name: getattr(picture.metadata, name) for name in ("icc", "exif", "xmp")}
        arrays = {
            name: np.frombuffer(part, np.uint8) if isinstance(part, bytes) else part
            for name, part in parts.items()
            if part is not None
        }
        quality = target.value if target.kind == "quality" else 33.0
        stream = io.BytesIO()
        np.savez(stream, quality=quality, **arrays)
        data = MAGIC + stream.getvalue()
        psnr_db = metrics.psnr(pixels, picture.pixels, peak=2**picture.bit_depth - 1)
        plain = Plain(2 * len(data), psnr_db) if effort else None
        return Encoded(data, quality, 8 * len(data), psnr_db, plain)

    def decode(
        self, data: bytes, *, crop: tuple[int, int, int, int] | None = None, keep_going: bool = False
    ) -> Decoded:
        self.log.append(("decode", crop, keep_going))
        if not data.startswith(MAGIC):
            raise Corrupt("signature at byte 0: not an .aec file")
        hurt = data.endswith(HURT)
        if hurt and not keep_going:
            raise Corrupt("tile 3 at byte 77: checksum mismatch")
        with np.load(io.BytesIO(data[len(MAGIC) :].removesuffix(HURT))) as arrays:
            names = [name for name in ("icc", "exif", "xmp") if name in arrays]
            metadata = Metadata(**{name: arrays[name].tobytes() for name in names})
            picture = Picture(arrays["pixels"], arrays.get("alpha"), metadata)
            quality = float(arrays["quality"])
        if crop is not None:
            x, y, width, height = crop
            picture = replace(picture, pixels=picture.pixels[y : y + height, x : x + width])
        return Decoded(picture, quality, ("tile 3 is lost", "tile 4 is lost") if hurt else ())


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

    made = types.ModuleType("aecodec.codec")
    vars(made).update(Codec=LoggedCodec, Encoded=Encoded, Decoded=Decoded)
    return made
