"""A tiny seeded network and real crops, shared by the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from aecodec.codec.latents import decode_symbols
from aecodec.devices import Device
from aecodec.entropy.tables import ideal_bits
from aecodec.executors import graphs, modules
from aecodec.executors.interface import CodecExecutor
from aecodec.executors.with_onnx import OnnxCodec
from aecodec.executors.with_torch import TorchCodec
from aecodec.models import weights
from aecodec.models.frozen import Frozen, hyper_rows
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig, RestorerConfig
from aecodec.nets.restorer import Restorer
from aecodec.training.extend import extend, extended
from aecodec.training.freeze import freeze

graphs.FOLDERS.append(Path(__file__).parent / "graphs")  # of the tiny networks; see `tests.make_graphs`
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
SHAPES = (TINY, replace(TINY, details=DETAILS), TINY_RESTORER)  # whose graphs lie in `tests/graphs`


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
    """The tiny codec with the weights that the golden files were written with; see `tests.golden.make`."""
    return weights.read(TINY_WEIGHTS).frozen


@cache
def tiny_model() -> Compressor:
    """Its network."""
    return modules.compressor(tiny_frozen())


@cache
def detailed_bytes() -> bytes:
    """Weights of the tiny network with details, in which every part of their entropy model says something."""
    model = extend(tiny_model(), extended(TINY, DETAILS, 5.0), crops(16, 128))
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
    return weights.parse(detailed_bytes(), Path("detailed.safetensors")).frozen


def frozen_of(model: Compressor) -> Frozen:
    """A network of the tiny shape with the exact path of another one: what its floats compute can be seen."""
    return Frozen(TINY, weights.halves(model), tiny_frozen().integers, tiny_frozen().tables)


KINDS = ("onnx", "torch")  # of executors


def executor(frozen: Frozen, kind: str = "onnx", batch: int = 1) -> CodecExecutor:
    """One of the two that there are, on the CPU."""
    device = Device("cpu", 1)
    if kind == "torch":
        return TorchCodec(frozen, device, batch)
    known = graphs.find(frozen.config)
    assert known is not None, "python -m tests.make_graphs"
    return OnnxCodec(frozen, known, device, batch)


def expected_bits(codec: CodecExecutor, payloads: list[bytes], cells: tuple[int, int], step: int) -> float:
    """What the symbols of tiles of (h, w) cells and as many channels cost by the model's tables."""
    symbols = decode_symbols(codec, payloads, cells, step)
    rows = codec.scale_rows(symbols.z.astype(np.float32), step, symbols.y.shape[1])
    z_bits = ideal_bits(codec.frozen.tables, symbols.z, hyper_rows(step, symbols.z.shape))
    return z_bits + ideal_bits(codec.frozen.tables, symbols.y, rows)


@contextmanager
def run_by(kind: str) -> Iterator[None]:
    """Codecs and denoisers that are loaded meanwhile are run on the CPU by "onnx" or by "torch"."""
    with pytest.MonkeyPatch.context() as patch:
        if kind == "torch":
            patch.setattr(graphs, "FOLDERS", [])
        yield


@cache
def tiny_restorer() -> Restorer:
    """A seeded denoiser that changes pictures a little, and knows nothing."""
    torch.manual_seed(1)
    model = Restorer(TINY_RESTORER).eval().requires_grad_(False)
    for name, weight in model.named_parameters():
        if name.endswith("second.weight") or name == "tail.weight":  # which start as zeros
            torch.nn.init.normal_(weight, std=0.01)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


@cache
def tiny_denoiser() -> weights.DenoiserWeights:
    """Its weights, as if read of a file."""
    return weights.DenoiserWeights(TINY_RESTORER, weights.halves(tiny_restorer()), bytes(8), Path("tiny"))
