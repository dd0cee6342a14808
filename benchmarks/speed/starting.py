"""What a process spends on a device before it is up to speed, phase by phase: a program of its own.

python -m benchmarks.speed.starting DEVICE WIDTH HEIGHT

Prints for each phase a line of its seconds on the clock, those of the processor, and its name.
"""

import sys
from time import perf_counter, process_time


def main(device: str, width: int, height: int) -> None:
    last = perf_counter(), process_time()

    def lap(what: str) -> None:
        nonlocal last
        now = perf_counter(), process_time()
        print(now[0] - last[0], now[1] - last[1], what)
        last = perf_counter(), process_time()

    from aecodec.codec.codec import Codec, Target

    lap("own modules and NumPy")
    import torch

    lap("torch")
    if device.startswith("cuda"):
        torch.zeros(1, device=device).add_(1).item()
        lap("a context of CUDA")
    codec = Codec.load(device=device)
    lap("the model")
    from benchmarks.speed import given

    picture = given.picture(given.photographs(), width, height)
    lap("(a picture to try)")
    for time in ("first", "second"):
        data = codec.encode(picture, Target("quality", 50)).data
        lap(f"{time} encoding")
        codec.decode(data)
        lap(f"{time} decoding")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:4]))
