"""Where and how the networks run: the device, threads, and true float32. Only what is of torch itself loads it."""

import ctypes
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from aecodec.errors import DeviceError

if TYPE_CHECKING:
    import torch
    from threadpoolctl import ThreadpoolController

CPU_BATCH, GPU_BATCH = 1, 8  # tiles; a CPU gains nothing from more than one
DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"  # comes with the graphics driver
UNKNOWN_MEMORY = 8 << 30  # bytes, of a machine that does not say: Windows
CONTAINER = Path("/sys/fs/cgroup/memory.max")  # of version 2 of Linux's control groups
_BLAS_LOCK = Lock()


@dataclass(frozen=True)
class Device:
    """A device that exists, and how many threads of the processor to use beside it, or on it."""

    name: str  # as PyTorch says it: cpu, cuda:0
    threads: int

    @property
    def type(self) -> str:
        return self.name.partition(":")[0]


def choose(name: str = "auto", threads: int | None = None) -> Device:
    """`auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:N` -> a device that exists.

    The CPU is chosen without torch. Raises DeviceError.
    """
    if threads is not None and threads < 1:
        raise DeviceError(f"cannot run on {threads} threads: give 1 or more")
    count = threads or cores()
    if name == "auto":
        return Device("cuda:0" if _has_gpu() and _cuda_devices() else "cpu", count)
    match = re.fullmatch(r"cpu|cuda(?::(\d+))?", name)
    if not match:
        raise DeviceError(f"no device is called {name!r}: use auto, cpu, cuda or cuda:N")
    if name == "cpu":
        return Device(name, count)
    index = int(match[1] or 0)
    if index >= _cuda_devices():
        raise DeviceError(f"device {name} does not exist: {_cuda_devices()} CUDA devices are available")
    return Device(f"cuda:{index}", count)


def cores() -> int:
    """Of the processor, that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def memory() -> int:
    """Bytes that this process may take: what the machine has, or its container."""
    try:
        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        most = UNKNOWN_MEMORY
    try:
        return min(most, int(CONTAINER.read_text()))
    except (OSError, ValueError):  # none, or without a bound
        return most


def limit_blas(threads: int) -> None:
    """Let NumPy's products of matrices take so many threads in the whole process, where that is fewer than all."""
    if threads < cores():
        from threadpoolctl import threadpool_limits

        threadpool_limits(threads, user_api="blas")


@contextmanager
def blas_alone(threads: int) -> Iterator[None]:
    """Meanwhile NumPy's products of matrices take one thread each, in the whole process; one at a time may ask for it.

    For who calls them from `threads` of his own; of a single one nothing is changed.
    """
    if threads == 1:
        yield
        return
    with _BLAS_LOCK, _blas().limit(limits=1, user_api="blas"):
        yield


@cache
def _blas() -> "ThreadpoolController":
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _has_gpu() -> bool:
    """Whether the graphics driver has a device, asked of itself: torch, which takes seconds, may be built for none."""
    try:
        driver = ctypes.CDLL(DRIVER)
    except OSError:
        return False
    count = ctypes.c_int()
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0


def _cuda_devices() -> int:
    import torch

    return torch.cuda.device_count()


def select(name: str = "auto", threads: int | None = None, *, exact: bool = True) -> "torch.device":
    """As `choose`, for PyTorch, set up for the whole process. Raises DeviceError.

    Where work is `exact`, TF32 is off: means and pixels of encoder and decoder are float32 (docs/design.md, "The exact
    path"). Training may round and takes what is quickest. `threads` limits the CPU threads.
    """
    import torch

    chosen = choose(name, threads)
    if threads is not None:
        torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = not exact
    torch.backends.cudnn.benchmark = not exact
    return torch.device(chosen.name)


def describe() -> list[str]:
    """One line for every device, for `aecodec --version`."""
    import torch

    lines = [f"cpu: {cores()} threads, {torch.backends.cpu.get_cpu_capability()}"]
    for index in range(torch.cuda.device_count()):
        lines.append(f"cuda:{index}: {torch.cuda.get_device_name(index)}")
    return lines


@cache
def has_bf16(device: "torch.device") -> bool:
    """Whether products in bfloat16 are quicker there than in float32: others imitate them, many times slower."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older PyTorch does not say
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def autocast(device: "torch.device") -> "torch.autocast":
    """Training's precision: products in bfloat16 where that is quicker, float32 elsewhere."""
    import torch

    return torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device))


def tiles_at_once(device: Device, batch: int | None) -> int:
    """`batch`, or by default what the device likes; raises DeviceError for a batch below 1."""
    if batch is not None and batch < 1:
        raise DeviceError(f"cannot run batches of {batch} tiles: give 1 or more")
    return batch or (GPU_BATCH if device.type == "cuda" else CPU_BATCH)


def name_of(device: Device) -> str:
    """What a measurement ran on, in words."""
    if device.type == "cuda":
        import torch

        return f"{device.name}, {torch.cuda.get_device_name(device.name)}"
    return f"cpu, {device.threads} thread{'s' if device.threads > 1 else ''}"


def out_of_memory(error: BaseException) -> bool:
    """Whether a device, or the machine, ran out of memory; PyTorch's allocator on a CPU raises a RuntimeError."""
    of_gpu = type(error).__name__ == "OutOfMemoryError"  # of torch.cuda, which need not be loaded
    return isinstance(error, MemoryError) or of_gpu or "DefaultCPUAllocator" in str(error)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn a device that runs out of memory into a DeviceError with the remedy."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise DeviceError("out of memory: try a smaller --batch, or --device cpu") from error
