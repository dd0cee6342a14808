"""Where and how the networks run: the device, threads, and true float32."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aecodec.errors import DeviceError


def select(name: str = "auto", threads: int | None = None) -> torch.device:
    """`auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:N` -> a device that exists, set up for exact work.

    TF32 is switched off for the whole process: means and pixels of encoder and decoder are float32 (DESIGN
    section 4). `threads` limits the CPU threads of the whole process. Raises DeviceError.
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


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn a device that runs out of memory into a DeviceError with the remedy."""
    try:
        yield
    except (torch.cuda.OutOfMemoryError, MemoryError) as error:
        raise DeviceError("out of memory: try a smaller --batch, or --device cpu") from error
