"""How busy a GPU is while something runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

LOOK_S = 0.1


@contextmanager
def watched(device: str) -> Iterator[list[float]]:
    """Percent of the time in which the GPU had anything to compute, look by look, as its driver says (NVML).

    Nothing for a CPU, or without pynvml (the package nvidia-ml-py).
    """
    looks: list[float] = []
    if not device.startswith("cuda") or find_spec("pynvml") is None:
        yield looks
        return
    import torch

    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_S):
            looks.append(float(torch.cuda.utilization(device)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        over.set()
        thread.join()
