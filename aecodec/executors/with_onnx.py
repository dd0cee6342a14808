"""The networks run by ONNX Runtime on the CPU: it loads in a tenth of the time that PyTorch takes, and is no slower."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from aecodec import devices
from aecodec.devices import Device
from aecodec.executors.graphs import Graphs
from aecodec.executors.interface import Floats, Form
from aecodec.executors.interruption import heed
from aecodec.models.frozen import Frozen, Values
from aecodec.models.weights import DenoiserWeights
from aecodec.nets.config import SCALES
from aecodec.pictures.picture import Samples, from_unit, to_unit

if TYPE_CHECKING:
    from aecodec.nets.compressor import Compressor

ERRORS_ONLY = 3  # severity of what ONNX Runtime may say
NO_MEMORY = ("Failed to allocate memory", "bad_alloc")  # how its exceptions, which have no type for it, begin or end


class OnnxCodec:
    """`interface.CodecExecutor`."""

    def __init__(self, frozen: Frozen, graphs: Graphs, device: Device, batch: int) -> None:
        self.frozen = frozen
        self.threads = device.threads
        self.batch = batch
        devices.limit_blas(device.threads)  # for the exact path
        self._sessions = Sessions(graphs, frozen.values, device.threads)

    def analysis(self, pixels: Samples) -> Floats:
        (y,) = self._sessions.run("analysis", pixels=_planes(to_unit(pixels)))
        return y

    def details(self, pixels: Samples, y: Floats) -> Floats:
        (details,) = self._sessions.run("details", pixels=_planes(to_unit(pixels)), y=y)
        return details

    def hyper(self, y: Floats, step: int) -> Floats:
        (z,) = self._sessions.run(f"hyper-{y.shape[1]}", y=y, step=_step(step))
        return z

    def quantise(self, y: Floats, z: Floats, step: int) -> tuple[Floats, Floats]:
        symbols, quantised = self._sessions.run(f"quantise-{y.shape[1]}", y=y, z=z, step=_step(step))
        return symbols, quantised

    def scale_rows(self, z: Floats, step: int, channels: int) -> NDArray[np.int32]:
        with devices.blas_alone(self.threads):
            return self.frozen.integers.in_strips(z.astype(np.float64), step, SCALES - 1, channels, self.threads)

    def reconstruct(self, z: Floats, symbols: Floats, step: int) -> Floats:
        graph = f"reconstruct-{symbols.shape[1]}"
        (quantised,) = self._sessions.run(graph, z=z, symbols=symbols, step=_step(step))
        return quantised

    def synthesis(self, quantised: Floats, step: int, form: Form) -> Samples:
        graph = f"synthesis-{quantised.shape[1]}"
        (unit,) = self._sessions.run(graph, quantised=quantised, step=_step(step))
        pixels = unit.mean(1, keepdims=True) if form.channels == 1 else unit
        samples: Samples = from_unit(pixels, form.bit_depth).transpose(0, 2, 3, 1)
        return samples

    def prepare(self, *functions: str, channels: int | None = None) -> None:
        suffix = "" if channels is None else f"-{channels}"
        self._sessions.prepare(*(function + suffix for function in functions))

    def module(self) -> "Compressor":
        return self._module

    @cached_property
    def _module(self) -> "Compressor":
        from aecodec.executors import modules  # here: PyTorch takes seconds

        devices.select("cpu", self.threads)
        return modules.compressor(self.frozen)


class OnnxDenoiser:
    """`interface.DenoiserExecutor`."""

    def __init__(self, loaded: DenoiserWeights, graphs: Graphs, device: Device, batch: int) -> None:
        self.batch = batch
        self._sessions = Sessions(graphs, loaded.values, device.threads)

    def energies(self, pixels: Floats) -> Floats:
        (energies,) = self._sessions.run("energies", pixels=_planes(pixels))
        return energies

    def estimate(self, energies: Floats) -> Floats:
        (levels,) = self._sessions.run("estimate", energies=energies)
        return levels

    def restore(self, pixels: Floats, levels: Floats) -> Floats:
        (clean,) = self._sessions.run("restore", pixels=_planes(pixels), levels=levels)
        return clean.transpose(0, 2, 3, 1)


class Sessions:
    """The graphs of one network with its values, each made ready once, by the time that it is first run.

    Any number of threads may call.
    """

    def __init__(self, graphs: Graphs, values: Values, threads: int) -> None:
        graphs.check(values)
        self._graphs = graphs
        self._values = values
        self._threads = threads
        self._making: dict[str, Future[Any]] = {}
        self._makers = ThreadPoolExecutor(threads)  # ONNX Runtime makes one in one thread: two can be made at once
        self._lock = Lock()
        # There may be more threads than cores: what they would all run at once would not fit into a cache.
        self._turns = Semaphore(max(1, devices.cores() // threads))

    def run(self, graph: str, **inputs: NDArray[Any]) -> list[Floats]:
        """What a graph makes of its inputs; raises MemoryError, and in threads that are to stop KeyboardInterrupt."""
        try:
            session = self._session(graph)
            with self._turns:
                heed()
                found: list[Floats] = session.run(None, inputs)
        except Exception as error:
            if not any(sign in str(error) for sign in NO_MEMORY):
                raise
            raise MemoryError(str(error)) from error
        return found

    def prepare(self, *graphs: str) -> None:
        """Begin to make graphs ready that will be run soon, where there is a thread to spare for that."""
        if self._threads > 1:
            for graph in graphs:
                self._begun(graph)

    def _session(self, graph: str) -> Any:
        making = self._begun(graph)
        try:
            return making.result()
        except BaseException:  # memory may have run out, and suffice next time
            with self._lock:
                self._making.pop(graph, None)
            raise

    def _begun(self, graph: str) -> Future[Any]:
        with self._lock:
            if graph not in self._making:
                self._making[graph] = self._makers.submit(self._made, graph)
            return self._making[graph]

    def _made(self, graph: str) -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # what waits has no use for a core
        names = self._graphs.needed_by(graph)
        floats = [
            self._values[name].astype(np.float32, order="C") for name in names
        ]  # held until the session has its copy
        options.add_external_initializers(names, [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in floats])
        return onnxruntime.InferenceSession(self._graphs.bytes_of(graph), options, providers=["CPUExecutionProvider"])


def _step(step: int) -> NDArray[np.int64]:
    return np.array([step], np.int64)


def _planes(pixels: Floats) -> Floats:
    """(N, H, W, C) -> (N, C, H, W)."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
