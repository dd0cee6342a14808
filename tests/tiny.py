"""A tiny seeded network and real crops, shared by the tests."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from aecodec.codec.latents import decode_symbols
from aecodec.entropy.tables import ideal_bits
from aecodec.models import weights
from aecodec.models.frozen import Frozen, hyper_rows, scale_rows
from aecodec.nets.config import CodecConfig
from aecodec.nets.restorer import Restorer, RestorerConfig
from aecodec.training.extend import extend, extended
from aecodec.training.freeze import freeze

SAMPLES = Path(__file__).parent.parent / "samples"
TINY_WEIGHTS = Path(__file__).parent / "golden" / "tiny.safetensors"
TINY = CodecConfig(
    features=24,
    latents=32,
    hyper=8,
    hyper_features=16,
    context=16,
    scale_width=16,
    analysis_blocks=(1, 1),
    synthesis_blocks=(1, 1),
)
DETAILS = 256  # of the tiny network that has some
TINY_RESTORER = RestorerConfig(widths=(16, 16, 16, 16), blocks=1, estimator_width=8)


@cache
def sample(name: str = "dog") -> np.ndarray:
    """A sample picture (576, 576, 3) uint8."""
    with Image.open(SAMPLES / f"{name}.png") as image:
        return np.asarray(image.convert("RGB"))


def crops(count: int, side: int) -> Tensor:
    """Seeded crops (count, 3, side, side) of 0 ... 1 of the samples."""
    generator = np.random.default_rng(count * side)
    pictures = [sample(path.stem) for path in sorted(SAMPLES.glob("*.png"))]
    cut = []
    for index in range(count):
        picture = pictures[index % len(pictures)]
        top, left = generator.integers(0, picture.shape[0] - side, 2)
        cut.append(picture[top : top + side, left : left + side])
    return torch.from_numpy(np.stack(cut)).permute(0, 3, 1, 2).float() / 255


@cache
def tiny_frozen() -> Frozen:
    """The tiny network with the weights that the golden files were written with; see `tests.golden.make`."""
    return weights.read(TINY_WEIGHTS, torch.device("cpu")).frozen


@cache
def detailed_bytes() -> bytes:
    """Weights of the tiny network with details, in which every part of their entropy model says something."""
    model = extend(tiny_frozen().model, extended(TINY, DETAILS, 5.0), crops(16, 128))
    torch.manual_seed(2)
    prior = model.prior
    with torch.no_grad():
        for layer in (prior.scales.last, prior.means.first, *prior.means.context_head):
            layer.weight[TINY.latents :] += 0.02 * torch.randn_like(layer.weight[TINY.latents :])
        for layer in (prior.hyper_analysis.first, *prior.means.context_embed):
            layer.weight[:, -DETAILS:] += 0.02 * torch.randn_like(layer.weight[:, -DETAILS:])
    frozen, cost = freeze(model, crops(4, 128))
    return weights.dump(frozen, cost.percent)


@cache
def tiny_detailed() -> Frozen:
    return weights.parse(detailed_bytes(), Path("detailed.safetensors"), torch.device("cpu")).frozen


def expected_bits(frozen: Frozen, payloads: list[bytes], cells: tuple[int, int], step: int) -> float:
    """What the symbols of tiles of (h, w) cells and as many channels cost by the model's tables."""
    symbols = decode_symbols(frozen, payloads, cells, step)
    rows = scale_rows(frozen, torch.from_numpy(symbols.z), step, symbols.y.shape[1])
    z_bits = ideal_bits(frozen.tables, symbols.z, hyper_rows(step, symbols.z.shape))
    return z_bits + ideal_bits(frozen.tables, symbols.y, rows)


@cache
def tiny_restorer() -> Restorer:
    """A seeded denoiser that changes pictures a little, and knows nothing."""
    torch.manual_seed(1)
    model = Restorer(TINY_RESTORER).eval().requires_grad_(False)
    for name, weight in model.named_parameters():
        if name.endswith("second.weight") or name == "tail.weight":  # which start as zeros
            torch.nn.init.normal_(weight, std=0.01)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
