"""What a training step costs and what bounds it: megapixels a second, its parts, the share of the device's peak.

    python -m benchmarks.training codec|denoiser FOLDER [--device cuda] [--size base] [--seconds 60] [--profile]

The peak is that of a matrix product measured here, 8192^3 on a GPU and 2048^3 on a CPU, in bf16 where the device has
it; operations are counted by torch's FlopCounterMode. Parts are timed on their own, the device waited for after each;
the rate without.
"""

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from aecodec import devices
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import RESTORERS, SIZES
from aecodec.nets.restorer import Restorer
from aecodec.training import data, runs
from aecodec.training.codec import CodecRecipe
from aecodec.training.denoiser import DenoiserRecipe
from aecodec.training.loop import EMA_EVERY, Progress, Trainer, Watch
from aecodec.training.tasks import CodecTask, DenoiserTask, Task
from benchmarks.speed.networks import matrix_flops, wait

T = TypeVar("T")
WARM_UP_STEPS = 3
PART_STEPS = 12


def peak_flops(device: torch.device) -> float:
    """Floating-point operations a second of a large matrix product."""
    return matrix_flops(device, torch.bfloat16 if devices.has_bf16(device) else torch.float32)


def parts(trainer: Trainer, pictures: data.Pictures) -> dict[str, float]:
    """Mean seconds of the parts of a step."""
    schedule = trainer.schedule
    device = trainer.device
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        wait(device)
        spent[name] = spent.get(name, 0.0) + (time.perf_counter() - start) / PART_STEPS
        return result

    for index in range(PART_STEPS):
        pixels = timed("crops", lambda: pictures.crops(schedule.crops.batch, schedule.crops.side, trainer.generator))
        drawn = timed("draws", lambda pixels=pixels: trainer.task.draw(pixels, trainer.generator))
        with devices.autocast(device):
            loss = timed("forward", lambda drawn=drawn: trainer.task.values(trainer.forward, drawn, rounded=False)[0])
        trainer.model.zero_grad(set_to_none=True)
        timed("backward", loss.backward)
        timed("clipping", lambda: nn.utils.clip_grad_norm_(trainer.model.parameters(), 1.0, foreach=True))
        timed("optimisers", lambda: [optimiser.step() for optimiser in trainer.optimisers])
        if index % EMA_EVERY == 0:
            timed("average", trainer.average_weights)
    return spent


def flops_per_pixel(trainer: Trainer, pictures: data.Pictures) -> float:
    """Floating-point operations of forward and backward a pixel."""
    drawn = trainer.task.draw(pictures.crops(1, trainer.schedule.crops.side, trainer.generator), trainer.generator)
    with FlopCounterMode(display=False) as counter:
        trainer.task.values(trainer.model, drawn, rounded=False)[0].backward()
    return counter.get_total_flops() / trainer.schedule.crops.side**2


def task_of(what: str, size: str) -> Task:
    return CodecTask(Compressor(SIZES[size])) if what == "codec" else DenoiserTask(Restorer(RESTORERS[size]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("codec", "denoiser"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--size", default="small", choices=(*SIZES, *RESTORERS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--profile", action="store_true", help="print where the device's time goes, operator by operator"
    )
    given = parser.parse_args()
    device = devices.select(given.device, given.threads, exact=False)
    run = runs.Run([given.folder], Path("none"), math.inf, stable=True)
    schedule = runs.schedule_of(run, CodecRecipe() if given.what == "codec" else DenoiserRecipe(), device)
    pictures = data.load([given.folder], device, schedule.largest_side, print)
    torch.manual_seed(0)
    trainer = Trainer(task_of(given.what, given.size), schedule, device, note=print)
    for _ in range(WARM_UP_STEPS):
        trainer.train_step(pictures)
    wait(device)
    spent = parts(trainer, pictures)
    reports: list[Progress] = []
    trainer.run(pictures, given.seconds, Watch(reports.append, given.seconds / 6))
    for report in reports:
        print(f"step {report.step}  loss {report.values['loss']:.3f}  {report.megapixels_per_s:.3f} MP/s")
    rate, peak = reports[len(reports) // 2].megapixels_per_s * 1e6, peak_flops(device)
    share = 100 * rate * flops_per_pixel(trainer, pictures) / peak
    print(f"{rate / 1e6:.2f} MP/s, {share:.1f} % of the {peak / 1e12:.2f} TFLOP/s of a matrix product")
    useful = spent["forward"] + spent["backward"]
    print("parts of a step:", ", ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in spent.items()))
    print(f"beyond forward and backward: {100 * (sum(spent.values()) / useful - 1):.1f} %")
    if given.profile:
        with torch.profiler.profile() as profile:
            trainer.train_step(pictures)
        by = "cuda_time_total" if device.type == "cuda" else "cpu_time_total"
        print(profile.key_averages().table(sort_by=f"self_{by}", row_limit=20))


if __name__ == "__main__":
    main()
