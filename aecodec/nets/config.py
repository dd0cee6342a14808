"""The codec's configuration: widths and depths of the network and the mapping of quality to lambda."""

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from aecodec.errors import WeightsError
from aecodec.quality import KNOT_SPACING, QUALITY_STEPS
from aecodec.tiling import LATENT_STRIDE, align_up

if TYPE_CHECKING:
    from torch import Tensor

RISE_FROM = 9 * KNOT_SPACING  # about quality 75: what comes above is for those who want more than 40 dB
S = TypeVar("S", float, "Tensor")


@dataclass(frozen=True)
class CodecConfig:
    """Shape of one codec network; stored as JSON with its weights.

    Blocks are counted at 1/8 and at 1/16 of the picture's resolution.
    """

    features: int = 192  # C, channels at 1/8: 192 components hold all of an 8x8 RGB block
    latents: int = 320  # N, channels of y: 320 of the 768 components of 16x16x3 hold 99.9 % of the energy
    details: int = 0  # D, more channels of y, which pass the network by: what the others leave of 16x16 pixels
    hyper: int = 96  # channels of z
    hyper_features: int = 128  # width of the hyper-analysis at 1/32
    context: int = 160  # width of the network that predicts means
    scale_width: int = 96  # width of the exact network that predicts scales
    analysis_blocks: tuple[int, int] = (2, 1)
    synthesis_blocks: tuple[int, int] = (2, 1)
    lambda_low: float = 0.0004  # at quality 1, for 255^2 * MSE (CompressAI's eight points are 0.0018 to 0.18)
    lambda_high: float = 0.4  # at quality 100, but for the rise
    lambda_rise: float = 1.0  # factor at quality 100; from `RISE_FROM` on lambda grows that much faster

    def __post_init__(self) -> None:
        if min(self.features, self.latents, self.hyper, self.context, self.scale_width) < 1:
            raise WeightsError(f"a width of {self} is below 1")
        if self.latents % 4 or self.details % 4 or self.details < 0:
            raise WeightsError(f"{self.latents} latents, {self.details} details: not multiples of 4 (context groups)")
        if not 0 < self.lambda_low < self.lambda_high:
            raise WeightsError(f"lambda range {self.lambda_low} ... {self.lambda_high} is not increasing")
        if self.lambda_rise < 1:
            raise WeightsError(f"a rise of lambda by {self.lambda_rise} is none")

    @property
    def channels(self) -> int:
        """Of y in all."""
        return self.latents + self.details

    @property
    def analysis_halo(self) -> int:
        """Pixels beyond a tile that its latents and details depend on, rounded up to whole cells."""
        reach = 8 * self.analysis_blocks[0] + LATENT_STRIDE * self.analysis_blocks[1]
        return align_up(reach, LATENT_STRIDE) + (self.synthesis_halo if self.details else 0)

    @property
    def synthesis_halo(self) -> int:
        """Pixels of latents beyond a tile that its pixels depend on, a multiple of `LATENT_STRIDE`."""
        reach = 8 * self.synthesis_blocks[0] + LATENT_STRIDE * self.synthesis_blocks[1]
        return align_up(reach, LATENT_STRIDE)

    def lambda_of(self, step: S) -> S:
        """Rate-distortion trade-off of quality steps (0 ... 1584): log-linear, and steeper above `RISE_FROM`."""
        above = (abs(step - RISE_FROM) + step - RISE_FROM) / (2 * (QUALITY_STEPS - RISE_FROM))  # 0 up to there
        usual = self.lambda_low * (self.lambda_high / self.lambda_low) ** (step / QUALITY_STEPS)
        return usual * self.lambda_rise**above

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "CodecConfig":
        """Inverse of `to_json`; raises WeightsError for unknown or missing names."""
        try:
            values = json.loads(text)
            unknown = set(values) - {field.name for field in fields(cls)}
            if unknown:
                raise WeightsError(f"weights have a configuration of another version: {sorted(unknown)}")
            arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
            return cls(**arguments)
        except (ValueError, TypeError, AttributeError) as error:
            raise WeightsError(f"weights have no readable configuration: {error}") from error


SIZES = {
    "small": CodecConfig(),  # for hours on a CPU
    "base": CodecConfig(  # for a GPU: what 16 MB in float16 and 60 kMAC a pixel to decode allow
        features=256, hyper_features=96, analysis_blocks=(3, 0), synthesis_blocks=(5, 1)
    ),
}
