"""Weights as networks of PyTorch: for gradients, for CUDA, and to train on."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from aecodec.errors import WeightsError
from aecodec.models.frozen import Frozen, Values
from aecodec.models.weights import DenoiserWeights
from aecodec.nets.compressor import Compressor
from aecodec.nets.restorer import Restorer

CPU = torch.device("cpu")

M = TypeVar("M", bound=nn.Module)


def compressor(frozen: Frozen, device: torch.device = CPU) -> Compressor:
    """The network of a codec, for inference; raises WeightsError for values that do not fit its configuration."""
    return _filled(lambda: Compressor(frozen.config), frozen.values, device)


def restorer(loaded: DenoiserWeights, device: torch.device = CPU) -> Restorer:
    """As `compressor`, of a denoiser."""
    return _filled(lambda: Restorer(loaded.config), loaded.values, device)


def _filled(make: Callable[[], M], values: Values, device: torch.device) -> M:
    """No memory is taken for more than the values have, whatever the configuration says."""
    floats = {name: torch.from_numpy(value).float() for name, value in values.items()}
    with torch.device("meta"):
        model = make()
    try:
        model.load_state_dict(floats, assign=True)
    except RuntimeError as error:
        raise WeightsError("does not fit its own configuration") from error
    ready: M = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return ready
