"""The networks run by PyTorch: on CUDA, and on a CPU where no graph is known of their shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aecodec import devices
from aecodec.devices import Device
from aecodec.entropy.intnet import IntegerNetwork
from aecodec.executors import modules
from aecodec.executors.interface import Floats, Form
from aecodec.executors.interruption import heed
from aecodec.models.frozen import Frozen
from aecodec.models.weights import DenoiserWeights
from aecodec.nets import coding
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SCALES
from aecodec.nets.restorer import energies
from aecodec.pictures.picture import Samples


class TorchUploads:
    """`batching.Uploads`: executors here take tensors on their device where they take arrays."""

    def __init__(self, name: str) -> None:
        """`name` of a device, as PyTorch says it."""
        self._device = torch.device(name)

    def upload(self, array: NDArray[Any]) -> Tensor:
        with _running():
            return _sent(array, self._device)

    def joined(self, parts: tuple[Tensor, ...]) -> Tensor:
        kind = parts[0].dtype
        wide = torch.int16 if kind == torch.uint16 else kind  # for whose unsigned kin PyTorch has few functions on GPUs
        with _running():
            return torch.cat([part.view(wide) for part in parts]).view(kind)


class TorchCodec:
    """`interface.CodecExecutor`."""

    def __init__(self, frozen: Frozen, device: Device, batch: int) -> None:
        self.frozen = frozen
        self.threads = device.threads
        self.batch = batch
        self.device = devices.select(device.name, device.threads)
        self._model = modules.compressor(frozen, self.device)
        self._integers = IntegerNetwork(frozen.integers.layers, lambda array: torch.from_numpy(array).to(self.device))

    def analysis(self, pixels: Samples) -> Floats:
        with _running():
            return _array(coding.analysis(self._model, self._unit(pixels)))

    def details(self, pixels: Samples, y: Floats) -> Floats:
        with _running():
            return _array(coding.details(self._model, self._unit(pixels), self._tensor(y)))

    def hyper(self, y: Floats, step: int) -> Floats:
        with _running():
            return _array(coding.hyper(self._model, self._tensor(y), self._step(step)))

    def quantise(self, y: Floats, z: Floats, step: int) -> tuple[Floats, Floats]:
        with _running():
            found = coding.quantise(self._model, self._tensor(y), self._tensor(z), self._step(step))
            symbols, quantised = _arrays(*found)
            return symbols, quantised

    def scale_rows(self, z: Floats, step: int, channels: int) -> NDArray[np.int32]:
        with _running():
            rows = self._integers(self._tensor(z).double(), step, SCALES - 1, channels)
            return _array(rows.to(torch.int32))

    def reconstruct(self, z: Floats, symbols: Floats, step: int) -> Floats:
        with _running():
            found = coding.reconstruct(self._model, self._tensor(z), self._tensor(symbols), self._step(step))
            return _array(found)

    def synthesis(self, quantised: Floats, step: int, form: Form) -> Samples:
        with _running():
            unit = coding.synthesis(self._model, self._tensor(quantised), self._step(step))
            return _samples(unit.permute(0, 2, 3, 1), form)

    def prepare(self, *functions: str, channels: int | None = None) -> None:
        """All is ready."""

    def module(self) -> Compressor:
        return self._model

    def _step(self, step: int) -> Tensor:
        return torch.full((1,), step, device=self.device)

    def _tensor(self, array: Floats) -> Tensor:
        return _placed(array, self.device)

    def _unit(self, pixels: Samples) -> Tensor:
        """Pixels (N, 3, H, W) of 0 ... 1, channels last as they lie; a byte a sample crosses the bus."""
        sent = _sent(pixels, self.device)
        return sent.float().div_(float(torch.iinfo(sent.dtype).max)).permute(0, 3, 1, 2)


class TorchDenoiser:
    """`interface.DenoiserExecutor`."""

    def __init__(self, loaded: DenoiserWeights, device: Device, batch: int) -> None:
        self.batch = batch
        self.device = devices.select(device.name, device.threads)
        self._model = modules.restorer(loaded, self.device)

    def energies(self, pixels: Floats) -> Floats:
        with _running():
            return _array(energies(self._pixels(pixels)))

    def estimate(self, energies: Floats) -> Floats:
        with _running():
            return _array(self._model.estimator(_sent(energies, self.device)))

    def restore(self, pixels: Floats, levels: Floats) -> Floats:
        with _running():
            known = _sent(levels, self.device)
            return _array(self._model.denoise(self._pixels(pixels), known).permute(0, 2, 3, 1))

    def _pixels(self, pixels: Floats) -> Tensor:
        return _sent(pixels, self.device).permute(0, 3, 1, 2)


@contextmanager
def _running() -> Iterator[None]:
    """Without gradients; what PyTorch raises where memory has run out becomes a MemoryError. Threads may be stopped."""
    heed()
    try:
        with torch.inference_mode():
            yield
    except RuntimeError as error:
        if not devices.out_of_memory(error):
            raise
        raise MemoryError(str(error)) from error


def _placed(array: Floats | Tensor, device: torch.device) -> Tensor:
    return _sent(array, device).contiguous(memory_format=torch.channels_last)


def _sent(array: NDArray[Any] | Tensor, device: torch.device) -> Tensor:
    """On the device, where tensors lie already. To a GPU from pinned memory, so that nobody waits until it is there."""
    if isinstance(array, Tensor):
        return array
    tensor = torch.from_numpy(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def _array(tensor: Tensor) -> NDArray[Any]:
    (array,) = _arrays(tensor)
    return array


def _arrays(*tensors: Tensor) -> list[NDArray[Any]]:
    """From the device. From a GPU into pinned memory, and waited for once, and for no work that was asked for since."""
    tensors = tuple(tensor.contiguous() for tensor in tensors)
    if tensors[0].device.type != "cuda":
        return [tensor.numpy() for tensor in tensors]
    held = [torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True) for tensor in tensors]
    for there, tensor in zip(held, tensors, strict=True):
        there.copy_(tensor, non_blocking=True)
    done = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]  # the thread sleeps
    done.record(torch.cuda.current_stream(tensors[0].device))
    done.synchronize()
    return [there.numpy() for there in held]


def _samples(unit: Tensor, form: Form) -> Samples:
    """As `pictures.picture.from_unit`, on the device, so that a byte a sample crosses the bus."""
    pixels = unit.mean(3, keepdim=True) if form.channels == 1 else unit
    top = (1 << form.bit_depth) - 1
    rounded = (pixels * top).round_().clamp_(0, top).to(torch.uint8 if form.bit_depth == 8 else torch.uint16)
    return _array(rounded)
