"""The networks alone, on tensors that lie on the device: what they make of it, and what it could make."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch.autograd import DeviceType
from torch.utils.flop_counter import FlopCounterMode

from aecodec.executors import with_torch
from aecodec.executors.batching import BatchingCodec
from aecodec.executors.with_torch import TorchCodec
from benchmarks.speed.folders import METHODS

TOP = 10  # functions that are named


class Prepared:
    """What an action asks of a codec's network, for so many pictures at once, of tensors on its device."""

    def __init__(self, codec: BatchingCodec, action: Callable[[], object], count: int) -> None:
        inner = codec._inner
        assert isinstance(inner, TorchCodec)
        self.device = inner.device
        self.count = count
        self._calls: list[tuple[Callable[..., Any], list[Any]]] = []

        def recording(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                self._calls.append((function, [self._on_device(value) for value in arguments]))
                return function(*arguments)

            return call

        with patch.multiple(inner, **{name: recording(getattr(inner, name)) for name in METHODS}):
            action()

    def _on_device(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray | torch.Tensor):
            return value
        one = torch.as_tensor(value).to(self.device)
        with torch.inference_mode():
            return one.repeat(self.count, *[1] * (one.ndim - 1))

    def run(self) -> None:
        """Once, for all pictures, to its end."""
        with _left_there():
            for function, arguments in self._calls:
                function(*arguments)
        wait(self.device)

    def flops(self) -> float:
        """Floating-point operations of a picture, those of the exact path among them."""
        with FlopCounterMode(display=False) as counter:
            self.run()
        return counter.get_total_flops() / self.count

    def profile(self) -> tuple[list[tuple[str, float]], float]:
        """Functions, or kernels of a GPU, that take the device most, with ms of a picture; and the ms of all."""
        there, kind = (DeviceType.CUDA, "device") if self.device.type == "cuda" else (DeviceType.CPU, "cpu")
        with torch.profiler.profile() as profile:
            self.run()
        events = [event for event in profile.key_averages() if event.device_type == there]
        spent = {event.key: getattr(event, f"self_{kind}_time_total") for event in events}
        ms = {name: us / 1000 / self.count for name, us in spent.items()}
        return sorted(ms.items(), key=lambda item: -item[1])[:TOP], sum(ms.values())


def _left_there() -> AbstractContextManager[Any]:
    """Meanwhile what executors make stays on the device."""
    return patch.object(with_torch, "_arrays", lambda *tensors: list(tensors))


def matrix_flops(device: torch.device, kind: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product, 8192^3 on a GPU and 2048^3 on a CPU."""
    side = 8192 if device.type == "cuda" else 2048
    a, b = (torch.randn(side, side, device=device, dtype=kind) for _ in range(2))
    runs = 10
    a @ b
    wait(device)
    start = perf_counter()
    for _ in range(runs):
        a @ b
    wait(device)
    return 2 * side**3 * runs / (perf_counter() - start)


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
