"""Graphs compute what the networks do: those that ship, and those of the tests."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from aecodec.devices import Device
from aecodec.executors import graphs
from aecodec.executors.exporting import shipped
from aecodec.executors.interface import Floats, Form
from aecodec.executors.with_onnx import OnnxCodec, OnnxDenoiser
from aecodec.executors.with_torch import TorchCodec, TorchDenoiser
from aecodec.models import manifest, weights
from aecodec.models.frozen import Frozen, Values
from aecodec.models.weights import DenoiserWeights, halves
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig, RestorerConfig
from aecodec.nets.restorer import Restorer
from aecodec.quality import KNOTS, QUALITY_STEPS
from tests.tiny import SHAPES, TINY, TINY_RESTORER, tiny_frozen

CPU = Device("cpu", 1)
ROWS, COLUMNS = 3, 1  # cells of the coarsest grid: another size than that of the examples that graphs are exported from
CODECS = [config for config in (*shipped(), *SHAPES) if isinstance(config, CodecConfig)]
DENOISERS = [config for config in (*shipped(), *SHAPES) if isinstance(config, RestorerConfig)]


def values(model: torch.nn.Module) -> Values:
    """Seeded ones, of which every one matters."""
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in model.state_dict().values():
            scale = 0.7 / value[0].numel() ** 0.5 if value.dim() > 1 and len(value) != KNOTS else 0.1
            value.copy_(scale * torch.randn(value.shape, generator=draw))
    return halves(model)


def close(first: Floats, second: Floats) -> None:
    assert first.shape == second.shape
    assert first.dtype == second.dtype == np.float32
    assert first.std() > 1e-4
    np.testing.assert_allclose(first, second, atol=1e-4 * np.abs(first).max())


@pytest.mark.parametrize("config", CODECS, ids=graphs.shape_name)
def test_a_codec_computes_the_same_by_either_executor(config: CodecConfig) -> None:
    known = graphs.find(config)
    assert known is not None, "python -m benchmarks.graphs"
    frozen = Frozen(config, values(Compressor(config)), tiny_frozen().integers, tiny_frozen().tables)
    torch_, onnx = TorchCodec(frozen, CPU, 1), OnnxCodec(frozen, known, CPU, 1)
    shape = 1, 64 * ROWS, 64 * COLUMNS, 3
    pixels = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    y = torch_.analysis(pixels)
    close(y, onnx.analysis(pixels))
    if config.details:
        details = torch_.details(pixels, y)
        close(details, onnx.details(pixels, y))
        check_coding(torch_, onnx, 50 * np.concatenate((y, details), 1), 800)
    for step in (0, 777, QUALITY_STEPS):
        check_coding(torch_, onnx, 50 * y, step)


def check_coding(torch_: TorchCodec, onnx: OnnxCodec, y: Floats, step: int) -> None:
    z = torch_.hyper(y, step)
    assert (z != onnx.hyper(y, step)).mean() < 0.01  # what lies between two integers may fall to either side
    (symbols, quantised), (others, _) = torch_.quantise(y, z, step), onnx.quantise(y, z, step)
    assert symbols.std() > 1
    assert (symbols != others).mean() < 0.001
    close(quantised, onnx.reconstruct(z, symbols, step))
    close(quantised, torch_.reconstruct(z, symbols, step))
    for form in (Form(3, 8), Form(1, 16)):
        shown = [run.synthesis(quantised / 50, step, form) for run in (torch_, onnx)]
        assert shown[0].shape == shown[1].shape
        assert shown[0].dtype == shown[1].dtype
        level = 1 if form.bit_depth == 8 else 16
        assert np.abs(shown[0].astype(int) - shown[1]).max() <= level


@pytest.mark.parametrize("config", DENOISERS, ids=graphs.shape_name)
def test_a_denoiser_computes_the_same_by_either_executor(config: RestorerConfig) -> None:
    known = graphs.find(config)
    assert known is not None, "python -m benchmarks.graphs"
    loaded = DenoiserWeights(config, values(Restorer(config)), bytes(8), Path("mine"))
    torch_, onnx = TorchDenoiser(loaded, CPU, 1), OnnxDenoiser(loaded, known, CPU, 1)
    pixels = np.random.default_rng(0).random((1, 16 * 7, 16 * 5, 3), np.float32)
    energies = torch_.energies(pixels)
    close(energies, onnx.energies(pixels))
    level = torch_.estimate(energies)
    close(level, onnx.estimate(energies))
    close(torch_.restore(pixels, level), onnx.restore(pixels, level))
    flat = np.full((1, 32, 16, 3), 0.25, np.float32)  # what keeps quotients and roots finite is in a graph too
    np.testing.assert_allclose(torch_.energies(flat), onnx.energies(flat), atol=1e-7)
    assert np.isfinite(onnx.restore(flat, np.zeros((1, level.shape[1], 2, 1), np.float32))).all()


def test_the_shape_alone_names_a_folder() -> None:
    assert graphs.shape_name(TINY) == graphs.shape_name(replace(TINY, lambda_high=3.0))
    assert graphs.shape_name(TINY) != graphs.shape_name(replace(TINY, details=4))
    assert graphs.shape_name(TINY_RESTORER) != graphs.shape_name(replace(TINY_RESTORER, blocks=2))
    assert graphs.find(replace(TINY, context=17)) is None


def test_every_shape_that_ships_has_graphs_and_no_other() -> None:
    named = {graphs.shape_name(config) for config in shipped()}
    assert {path.name for path in (manifest.folder() / "graphs").iterdir()} == named
    readers = {"codec": weights.read, "denoiser": weights.read_denoiser}
    for row in manifest.read():
        if (read := readers.get(row.kind)) is not None:  # autoencoders are PyTorch's alone
            assert graphs.shape_name(read(manifest.folder() / row.file).config) in named
