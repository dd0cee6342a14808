"""Which executor is taken, and that it refuses values which are not of their own shape."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from aecodec import devices
from aecodec.devices import Device
from aecodec.errors import WeightsError
from aecodec.executors import graphs
from aecodec.executors.batching import BatchingCodec, BatchingDenoiser
from aecodec.executors.selection import codec_executor, denoiser_executor
from aecodec.executors.with_onnx import OnnxCodec, OnnxDenoiser
from aecodec.executors.with_torch import TorchCodec, TorchDenoiser
from aecodec.models import weights
from aecodec.nets.config import CodecConfig
from tests.tiny import TINY, TINY_WEIGHTS, tiny_denoiser

CPU = Device("cpu", 1)


def test_the_cpu_is_onnx_runtime_s_where_the_shape_has_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = weights.read(TINY_WEIGHTS)
    assert isinstance(codec_executor(loaded, CPU, 1), OnnxCodec)
    assert isinstance(denoiser_executor(tiny_denoiser(), CPU, 1), OnnxDenoiser)
    monkeypatch.setattr(graphs, "FOLDERS", [])
    assert isinstance(codec_executor(loaded, CPU, 1), TorchCodec)
    assert isinstance(denoiser_executor(tiny_denoiser(), CPU, 1), TorchDenoiser)


def test_on_cuda_several_pictures_share_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "select", lambda name, threads: torch.device("cpu"))
    cuda = Device("cuda:0", 2)
    assert isinstance(codec_executor(weights.read(TINY_WEIGHTS), cuda, 4), BatchingCodec)
    assert isinstance(denoiser_executor(tiny_denoiser(), cuda, 4), BatchingDenoiser)


def saved(path: Path, config: CodecConfig, **arrays: np.ndarray) -> Path:
    about = {"format": weights.CODEC_FORMAT, "config": config.to_json()}
    path.write_bytes(save(load(TINY_WEIGHTS.read_bytes()) | arrays, {"aecodec": json.dumps(about)}))
    return path


@pytest.mark.parametrize(
    ("config", "arrays"),
    [
        (dataclasses.replace(TINY, features=TINY.features + 8), {}),
        (dataclasses.replace(TINY, features=4096, context=4096), {}),  # no memory is taken for them
        (TINY, {"model.analysis.embed.bias": np.zeros(TINY.features + 1, np.float16)}),
        (TINY, {"model.analysis.another": np.zeros(1, np.float16)}),
    ],
)
def test_values_of_another_shape_are_refused(
    config: CodecConfig, arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    loaded = weights.read(saved(tmp_path / "mine.safetensors", config, **arrays))
    with pytest.raises(WeightsError, match=r"mine\.safetensors: does not fit its own configuration"):
        codec_executor(loaded, CPU, 1)


def test_a_number_without_dimensions_fits_as_it_is_stored(tmp_path: Path) -> None:
    """Files have shares and stretches of tables as vectors of one."""
    path = tmp_path / "again.safetensors"
    path.write_bytes(weights.dump(weights.read(TINY_WEIGHTS).frozen, 0))
    assert isinstance(codec_executor(weights.read(path), CPU, 1), OnnxCodec)
