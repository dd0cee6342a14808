"""Configurations as weights store them: widths and depths of the networks, and what of them is known without torch."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from aecodec.errors import WeightsError
from aecodec.quality import KNOT_SPACING, QUALITY_STEPS
from aecodec.tiling import LATENT_STRIDE, align_up

if TYPE_CHECKING:
    from torch import Tensor

SCALES = 128  # that latents may have, log-spaced; 64 would cost about 0.1 % more rate, as one is then up to 6 % off
CELL = 16  # pixels: the coarsest grid of the denoiser and of its map; sides are multiples of it
RISE_FROM = 9 * KNOT_SPACING  # about quality 75: what comes above is for those who want more than 40 dB
S = TypeVar("S", float, "Tensor")

MAX_WIDTH, MAX_BLOCKS = 4096, 64  # far beyond any network that runs; weights of a stranger may claim more
LEAST_LAMBDA, MOST_LAMBDA = 1e-9, 1e9  # likewise
RENAMED = {  # parts in weights and checkpoints written before November 2026, and what they are called today
    "prior.hyper_prior.": "prior.factorised.",
    "prior.means.see.": "prior.means.context_embed.",
    "prior.means.think.": "prior.means.context_block.",
    "prior.means.say.": "prior.means.context_head.",
}

T = TypeVar("T")


def current_name(key: str) -> str:
    """Today's name of a codec's parameter."""
    old = next((old for old in RENAMED if key.startswith(old)), None)
    return key if old is None else RENAMED[old] + key.removeprefix(old)


def whole(value: object, low: int, high: int) -> bool:
    """Whether a value that came from a file is an integer of `low` ... `high`."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def real(value: object, low: float, high: float) -> bool:
    """As `whole`, for any number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def from_json(kind: type[T], text: object) -> T:
    """A configuration from the JSON object that its weights hold; raises WeightsError for anything else."""
    try:
        values = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"weights have no readable configuration: {error}") from error
    if not isinstance(values, dict):
        raise WeightsError("weights have no readable configuration: it is no JSON object")
    arguments: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    try:
        return kind(**arguments)
    except TypeError as error:
        raise WeightsError(f"weights have a configuration of another version: {error}") from error


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
        for name in ("features", "latents", "hyper", "hyper_features", "context", "scale_width"):
            if not whole(getattr(self, name), 1, MAX_WIDTH):
                raise WeightsError(f"the width {name} is {getattr(self, name)!r}, no integer of 1 to {MAX_WIDTH}")
        for blocks in (self.analysis_blocks, self.synthesis_blocks):
            if not (isinstance(blocks, tuple) and len(blocks) == 2 and all(whole(n, 0, MAX_BLOCKS) for n in blocks)):
                raise WeightsError(f"blocks {blocks} are no two integers of 0 to {MAX_BLOCKS}")
        if not whole(self.details, 0, MAX_WIDTH) or self.latents % 4 or self.details % 4:
            raise WeightsError(f"{self.latents} latents, {self.details} details: not multiples of 4 (context groups)")
        ends = (self.lambda_low, self.lambda_high)
        if not (all(real(end, LEAST_LAMBDA, MOST_LAMBDA) for end in ends) and ends[0] < ends[1]):
            raise WeightsError(f"lambda range {self.lambda_low} ... {self.lambda_high} is not increasing")
        if not real(self.lambda_rise, 1, MOST_LAMBDA):
            raise WeightsError(f"a rise of lambda by {self.lambda_rise} is none")

    @property
    def channels(self) -> int:
        """Of y in all."""
        return self.latents + self.details

    @property
    def analysis_halo(self) -> int:
        """Pixels beyond a tile that its latents depend on, rounded up to whole cells."""
        reach = 8 * self.analysis_blocks[0] + LATENT_STRIDE * self.analysis_blocks[1]
        return align_up(reach, LATENT_STRIDE)

    @property
    def synthesis_halo(self) -> int:
        """Pixels of latents beyond a tile that its pixels and details depend on, a multiple of `LATENT_STRIDE`."""
        reach = 8 * self.synthesis_blocks[0] + LATENT_STRIDE * self.synthesis_blocks[1]
        return align_up(reach, LATENT_STRIDE)

    def lambda_of(self, step: S) -> S:
        """Rate-distortion trade-off of quality steps (0 ... 1584): log-linear, and steeper above `RISE_FROM`."""
        above = (abs(step - RISE_FROM) + step - RISE_FROM) / (2 * (QUALITY_STEPS - RISE_FROM))  # 0 up to there
        usual: S = self.lambda_low * (self.lambda_high / self.lambda_low) ** (step / QUALITY_STEPS)
        risen: S = usual * self.lambda_rise**above
        return risen

    def to_json(self) -> str:
        return json.dumps(asdict(self))


SIZES = {
    "small": CodecConfig(),  # for hours on a CPU
    "base": CodecConfig(  # for a GPU: what 16 MB in float16 and 60 kMAC a pixel to decode allow
        features=256, hyper_features=96, analysis_blocks=(3, 0), synthesis_blocks=(5, 1)
    ),
}


@dataclass(frozen=True)
class RestorerConfig:
    """Shape of one denoiser; stored as JSON with its weights."""

    widths: tuple[int, int, int, int] = (32, 64, 128, 128)  # channels at 1/2, 1/4, 1/8 and 1/16
    blocks: int = 2  # at each resolution, on the way down and on the way up
    estimator_width: int = 96  # channels of the estimator, all at 1/16

    def __post_init__(self) -> None:
        widths = (*self.widths, self.estimator_width) if isinstance(self.widths, tuple) else ()
        right = len(widths) == 5 and all(whole(width, 1, MAX_WIDTH) for width in widths)
        if not (right and whole(self.blocks, 1, MAX_BLOCKS)):
            raise WeightsError(f"{self} describes no denoiser")

    def to_json(self) -> str:
        return json.dumps(asdict(self))


RESTORERS = {
    "small": RestorerConfig(),  # for hours on a CPU
    "medium": RestorerConfig(widths=(64, 80, 128, 128)),  # fine textures need width where they are, at 1/2
    "base": RestorerConfig(widths=(48, 96, 192, 192), estimator_width=64),  # for a GPU: what 11 MB in float16 allow
}
