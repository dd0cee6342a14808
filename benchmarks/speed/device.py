"""A device and what reaches the user of it: start, pictures in memory, networks alone, a folder of PNGs.

On a CPU, too, PyTorch runs the networks here, in batches, so that what runs on CUDA can be tried without it.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count as numbers
from pathlib import Path
from statistics import mean
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from aecodec import devices
from aecodec.codec.codec import Codec
from aecodec.pictures.picture import Picture
from aecodec.services.files import Engine
from benchmarks.speed import folders, given, shell
from benchmarks.speed.busy import watched
from benchmarks.speed.coders import QUALITY
from benchmarks.speed.tables import Table

if TYPE_CHECKING:
    from benchmarks.speed.networks import Prepared

DIFFERENT = 8  # pictures
UNTIL_READY = ("own modules and NumPy", "torch", "a context of CUDA", "the model")
Actions = Sequence[Callable[[], object]]


@dataclass(frozen=True)
class Asked:
    """What to measure on."""

    device: str  # cpu, cuda or cuda:N
    size: tuple[int, int]
    seconds: float  # of each rate
    files: int  # PNGs in the folder
    weights: Path | None = None


@dataclass(frozen=True)
class Rate:
    """How fast something goes on for some seconds."""

    a_second: float
    processor_ms: float  # of all threads, of one
    busy: str  # of a GPU, percent


def tables(sources: list[np.ndarray], asked: Asked) -> Iterator[Table]:
    """Nothing here imports torch before the first table, as that may come from a disk that is cold."""
    size = f"{asked.size[0]}x{asked.size[1]}"
    starts = [_started(asked) for _ in range(2)]
    made = Table(f"Start of a process, {asked.device}", ("phase", *_twice("s"), *_twice("s of the processor")))
    for what in starts[0]:
        made.add(what, *(f"{start[what][part]:.2f}" for part in range(2) for start in starts))
    yield made
    pictures = [given.picture(sources, *asked.size, number) for number in range(DIFFERENT)]
    lanes = Engine(device=asked.device).at_once()
    codec = loaded(asked, lanes)
    columns = ("what", "in flight", "pictures a second", "ms of the processor", "GPU busy")
    made = Table(f"{size} in memory, {devices.name_of(codec.device)}, {devices.cores()} cores", columns)
    rates = in_memory(codec, pictures, sorted({1, max(1, lanes // 3), lanes, 2 * lanes}), asked, lanes)
    for (what, flying), rate in rates:
        made.add(what, flying, f"{rate.a_second:.2f}", f"{rate.processor_ms:.1f}", rate.busy)
    yield made
    yield from alone(codec, pictures[0], asked)
    ready_s = sum(starts[1][what][0] for what in UNTIL_READY if what in starts[1])
    yield folder(pictures, asked, ready_s if codec.device.type == "cuda" else 0)  # on a CPU the command has no torch


def _twice(text: str) -> tuple[str, str]:
    return f"{text}, first time", f"{text}, again"


def _started(asked: Asked) -> dict[str, tuple[float, float]]:
    """Seconds of each phase, on the clock and of the processor."""
    line = [sys.executable, "-m", "benchmarks.speed.starting", asked.device, *map(str, asked.size)]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    words = [line.split(" ", 2) for line in said.splitlines()]
    return {what: (float(clock), float(processor)) for clock, processor, what in words}


def loaded(asked: Asked, lanes: int) -> Codec:
    """A codec as a folder of so many pictures at once has it on CUDA."""
    codec = Engine(weights=asked.weights, device=asked.device).shared(lanes).load()
    if codec.device.type == "cpu":
        from aecodec.executors.batching import BatchingCodec
        from aecodec.executors.with_torch import TorchCodec, TorchUploads

        inner = TorchCodec(codec.weights.frozen, codec.device, devices.GPU_BATCH)
        codec.executor = BatchingCodec(inner, TorchUploads(codec.device.name))
        codec._known = {codec.weights.id: (codec.weights, codec.executor)}
    return codec


def in_memory(
    codec: Codec, pictures: list[Picture], flying: Sequence[int], asked: Asked, lanes: int
) -> Iterator[tuple[tuple[str, int], Rate]]:
    """Encoding and decoding, bitstream included, with so many pictures in flight; then, by so many lanes, what they
    ask of the networks, which arrays go to and come from.
    """
    files = [codec.encode(picture, QUALITY).data for picture in pictures]
    actions: dict[str, Actions] = {
        "encode": [lambda picture=picture: codec.encode(picture, QUALITY).data for picture in pictures],  # type: ignore[misc]
        "decode": [lambda data=data: codec.decode(data) for data in files],  # type: ignore[misc]
    }
    for what, ways in actions.items():
        for at_once in flying:
            yield (what, at_once), sustained(ways, at_once, asked)
        replay = folders.recorded(codec.executor, ways[0])
        yield (f"{what}: networks, arrays to and fro", lanes), sustained([replay], lanes, asked)


def sustained(actions: Actions, lanes: int, asked: Asked) -> Rate:
    """Actions in turn, by so many threads, for some seconds after each thread has done one."""
    turn, ready = numbers(), threading.Barrier(lanes + 1)
    until: list[float] = []

    def work(_: int) -> int:
        try:
            actions[next(turn) % len(actions)]()
        except BaseException:
            ready.abort()  # nobody shall wait for who has failed
            raise
        ready.wait()
        ready.wait()
        done = 0
        while not done or perf_counter() < until[0]:
            actions[next(turn) % len(actions)]()
            done += 1
        return done

    with ThreadPoolExecutor(lanes) as pool:
        found = [pool.submit(work, lane) for lane in range(lanes)]
        try:
            ready.wait()
        except threading.BrokenBarrierError:
            errors = [future.exception() for future in found]
            raise next(error for error in errors if not isinstance(error, threading.BrokenBarrierError)) from None
        start, processor = perf_counter(), process_time()
        until.append(start + asked.seconds)
        ready.wait()
        with watched(asked.device) as looks:
            done = sum(future.result() for future in found)
    spent = process_time() - processor
    return Rate(done / (perf_counter() - start), 1000 * spent / done, f"{mean(looks):.0f} %" if looks else "")


def alone(codec: Codec, picture: Picture, asked: Asked) -> Iterator[Table]:
    """The networks on tensors that lie on the device, and the functions that take most of it."""
    import torch

    from benchmarks.speed.networks import Prepared, matrix_flops

    executor: Any = codec.executor
    data = codec.encode(picture, QUALITY).data
    actions: dict[str, Callable[[], object]] = {
        "encode": lambda: codec.encode(picture, QUALITY).data,
        "decode": lambda: codec.decode(data),
    }
    where = torch.device(codec.device.name)
    peaks = {kind: matrix_flops(where, getattr(torch, kind)) for kind in _kinds(where)}
    shares = (f"of {peak / 1e12:.2f} TFLOP/s in {kind}" for kind, peak in peaks.items())
    columns = ("networks", "pictures a second", "GPU busy", "GFLOP a picture", *shares)
    made = Table(f"Networks alone, {codec.executor.batch} pictures at a time, tensors on the device", columns)
    functions = Table("What they take of the device", ("function", "ms a picture", "of all"), left=1)
    for what, action in actions.items():
        prepared = Prepared(executor, action, codec.executor.batch)
        prepared.run()
        flops = prepared.flops()
        for tuned in (False, True) if where.type == "cuda" else (False,):
            torch.backends.cudnn.benchmark = tuned  # which the product leaves off
            rate = sustained([prepared.run], 1, asked)
            a_second = prepared.count * rate.a_second
            name = f"{what}, cuDNN tuned" if tuned else what
            cells = (f"{100 * flops * a_second / peak:.1f} %" for peak in peaks.values())
            made.add(name, f"{a_second:.2f}", rate.busy, f"{flops / 1e9:.1f}", *cells)
        torch.backends.cudnn.benchmark = False
        _add_functions(functions, what, prepared)
    yield made
    yield functions


def _kinds(device: Any) -> list[str]:
    return ["float32", *(["bfloat16"] if devices.has_bf16(device) else [])]


def _add_functions(table: Table, what: str, prepared: "Prepared") -> None:
    spent, whole = prepared.profile()
    for name, ms in spent:
        table.add(f"{what}: {name[:110].replace('|', ' ')}", f"{ms:.3f}", f"{100 * ms / whole:.0f} %")


def folder(pictures: list[Picture], asked: Asked, start_s: float) -> Table:
    """The command on a folder of PNGs, and what PNG alone takes on all cores."""
    columns = ("what", "pictures a second", "without its start", "ms of the processor", "GPU busy")
    made = Table(f"A folder of {asked.files} PNGs of {asked.size[0]}x{asked.size[1]}, {asked.device}", columns)
    more = ("--weights", str(asked.weights)) if asked.weights else ()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        source = root / "pictures"
        _write(source, pictures, asked.files)
        for command, put in (("encode", root / "coded"), ("decode", root / "decoded")):
            line = (*shell.AECODEC, command, source, "-o", put, "--quiet", "--device", asked.device, *more)
            with watched(asked.device) as looks:
                cost = shell.run(*line)
            made.add(
                f"{command}: files, whole process",
                f"{asked.files / cost.seconds:.2f}",
                f"{asked.files / (cost.seconds - start_s):.2f}" if 0 < start_s < cost.seconds else "",
                f"{1000 * cost.processor / asked.files:.1f}",
                f"{mean(looks):.0f} %" if looks else "",
            )
            png = sustained([folders.png_alone(pictures[0])[command]], devices.cores(), asked)
            made.add(f"{command}: PNG alone", "", f"{png.a_second:.2f}", f"{png.processor_ms:.1f}", "")
            source = put
    return made


def _write(root: Path, pictures: list[Picture], count: int) -> None:
    """So many PNGs, some of them copies."""
    root.mkdir()
    first = min(count, len(pictures))
    with ThreadPoolExecutor(devices.cores()) as pool:
        list(pool.map(lambda number: folders.write_png(root / f"{number:05}.png", pictures[number]), range(first)))
    for number in range(first, count):
        shutil.copy(root / f"{number % first:05}.png", root / f"{number:05}.png")
