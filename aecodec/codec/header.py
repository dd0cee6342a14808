"""What an .aec file says of itself before its first tile, and a denoiser's note; `container` has the specification."""

import struct
from dataclasses import astuple, dataclass

from aecodec import limits
from aecodec.errors import Corrupt, LimitExceeded, UnsupportedVersion
from aecodec.quality import QUALITY_STEPS, step_to_quality
from aecodec.tiling import HYPER_STRIDE, TileGrid

FIELDS = struct.Struct("<IIBBH8sHBB")  # of the header, in the specification's order
HEADER_OFFSET = 9  # bytes
FLAG_EXACT, FLAG_TILES_ALPHA = 0x01, 0x02
NO_NETWORK = 0  # wire id: every tile is a lossless picture, and no weights are needed
NO_WEIGHTS = bytes(8)
CLEANING = struct.Struct("<HB")
SIGMA_UNIT = 1 / 16  # levels of 8 bits
TILE_SIDES = range(HYPER_STRIDE, limits.MAX_TILE_SIDE + 1, HYPER_STRIDE)


@dataclass(frozen=True)
class Header:
    """What a reader must know before the first tile; ranges as in the specification.

    Read or about to be written: an illegal value raises Corrupt, one too large for us LimitExceeded.
    """

    width: int
    height: int
    channels: int
    bit_depth: int
    model_id: int
    weights_hash: bytes
    quality_step: int
    tile_side: int
    exact: bool = False
    tiles_alpha: bool = False  # tiles hold the alpha channel too

    def __post_init__(self) -> None:
        legal = {
            "width": self.width >= 1,
            "height": self.height >= 1,
            "channels": self.channels in (1, 3),
            "bit_depth": self.bit_depth in (8, 16),
            "model_id": 0 <= self.model_id < 1 << 16,
            "weights_hash": len(self.weights_hash) == 8 and (self.has_network or self.weights_hash == NO_WEIGHTS),
            "quality_step": 0 <= self.quality_step <= QUALITY_STEPS,
            "tile_side": self.tile_side in TILE_SIDES,
            "tiles_alpha": not (self.tiles_alpha and self.has_network),
        }
        where = f"header at byte {HEADER_OFFSET}"
        for name, good in legal.items():
            if not good:
                raise Corrupt(f"{where}: {name} {getattr(self, name)!r} is illegal")
        for what, value, bound in (
            ("pixels on a side", max(self.width, self.height), limits.MAX_SIDE),
            ("pixels", self.width * self.height, limits.MAX_PIXELS),
            ("tiles", self.grid.count, limits.MAX_TILES),
        ):
            if value > bound:
                raise LimitExceeded(f"{where}: {value} {what}, at most {bound} are allowed")

    def to_bytes(self) -> bytes:
        """The header's fields, without its crc."""
        flags = FLAG_EXACT * self.exact | FLAG_TILES_ALPHA * self.tiles_alpha
        return FIELDS.pack(*astuple(self)[:7], self.tile_side // HYPER_STRIDE, flags)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Header":
        """Inverse of `to_bytes`; raises Corrupt, LimitExceeded, UnsupportedVersion for an unknown flag."""
        width, height, channels, bit_depth, model_id, weights, step, units, flags = FIELDS.unpack(data)
        if flags & ~(FLAG_EXACT | FLAG_TILES_ALPHA):
            raise UnsupportedVersion(f"header at byte {HEADER_OFFSET}: unknown flags 0x{flags:02X}")
        side = units * HYPER_STRIDE
        exact, tiles_alpha = bool(flags & FLAG_EXACT), bool(flags & FLAG_TILES_ALPHA)
        return cls(width, height, channels, bit_depth, model_id, weights, step, side, exact, tiles_alpha)

    @property
    def has_network(self) -> bool:
        """Whether there may be latents, which a network of certain weights reads."""
        return self.model_id != NO_NETWORK

    @property
    def grid(self) -> TileGrid:
        return TileGrid(self.width, self.height, self.tile_side)

    @property
    def quality(self) -> float:
        """1.0 to 100.0 in steps of 1/16."""
        return step_to_quality(self.quality_step)


@dataclass(frozen=True)
class Cleaning:
    """What a denoiser did to the picture before it was coded."""

    sigma: float  # standard deviation of the noise, in levels of 255
    strength: float  # 0 ... 1

    def to_bytes(self) -> bytes:
        return CLEANING.pack(min(round(self.sigma / SIGMA_UNIT), 0xFFFF), round(100 * self.strength))

    @classmethod
    def from_bytes(cls, payload: bytes) -> "Cleaning":
        """Inverse of `to_bytes`; raises Corrupt."""
        if len(payload) != CLEANING.size:
            raise Corrupt(f"CLEAN: has {len(payload)} bytes, not {CLEANING.size}")
        sigma, percent = CLEANING.unpack(payload)
        if percent > 100:
            raise Corrupt(f"CLEAN: a strength of {percent} % is illegal")
        return cls(sigma * SIGMA_UNIT, percent / 100)
