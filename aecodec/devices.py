"""Where and how the networks run: the device, threads, and true float32."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

from aecodec.errors import DeviceError

CPU_BATCH, GPU_BATCH = 1, 8  # tiles; a CPU gains nothing from more than one


def select(name: str = "auto", threads: int | None = None) -> torch.device:
    """`auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:N` -> a device that exists, set up for exact work.

    TF32 is switched off for the whole process: means and pixels of encoder and decoder are float32
    (docs/design.md, "The exact path"). `threads` limits the CPU threads of the whole process. Raises DeviceError.
    """
    if threads is not None:
        if threads < 1:
            raise DeviceError(f"cannot run on {threads} threads: give 1 or more")
        torch.set_num_threads(threads)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    match = re.fullmatch(r"cpu|cuda(?::(\d+))?", name)
    if not match:
        raise DeviceError(f"no device is called {name!r}: use auto, cpu, cuda or cuda:N")
    if name != "cpu" and int(match[1] or 0) >= torch.cuda.device_count():
        raise DeviceError(f"device {name} does not exist: {torch.cuda.device_count()} CUDA devices are available")
    return torch.device(name)


def describe() -> list[str]:
    """One line for every device, for `aecodec --version`."""
    lines = [f"cpu: {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}"]
    for index in range(torch.cuda.device_count()):
        lines.append(f"cuda:{index}: {torch.cuda.get_device_name(index)}")
    return lines


@cache
def has_bf16(device: torch.device) -> bool:
    """Whether products in bfloat16 are quicker there than in float32: others imitate them, many times slower."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older PyTorch does not say
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def autocast(device: torch.device) -> torch.autocast:
    """Training's precision: products in bfloat16 where that is quicker, float32 elsewhere."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device))


def tiles_at_once(device: torch.device, batch: int | None) -> int:
    """`batch`, or by default what the device likes; raises DeviceError for a batch below 1."""
    if batch is not None and batch < 1:
        raise DeviceError(f"cannot run batches of {batch} tiles: give 1 or more")
    return batch or (GPU_BATCH if device.type == "cuda" else CPU_BATCH)


def name_of(device: torch.device) -> str:
    """What a measurement ran on, in words."""
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    count = torch.get_num_threads()
    return f"cpu, {count} thread{'s' if count > 1 else ''}"


def out_of_memory(error: BaseException) -> bool:
    """Whether a device, or the machine, ran out of memory; PyTorch's allocator on a CPU raises a RuntimeError."""
    return isinstance(error, torch.cuda.OutOfMemoryError | MemoryError) or "DefaultCPUAllocator" in str(error)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn a device that runs out of memory into a DeviceError with the remedy."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise DeviceError("out of memory: try a smaller --batch, or --device cpu") from error
