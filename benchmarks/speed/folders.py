"""A folder of pictures against the network alone: what of a device's throughput reaches the user."""

import io
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean
from time import perf_counter
from typing import Any

import numpy as np

from aecodec import devices
from aecodec.codec.codec import Codec
from aecodec.executors.interface import CodecExecutor
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from aecodec.services.files import Engine
from benchmarks.speed import given, shell
from benchmarks.speed.busy import watched
from benchmarks.speed.coders import QUALITY
from benchmarks.speed.tables import Table

METHODS = ("analysis", "details", "hyper", "quantise", "scale_rows", "reconstruct", "synthesis")


def recorded(executor: CodecExecutor, action: Callable[[], object]) -> Callable[[], None]:
    """What the action asks of the network, to be asked again without all else."""
    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def recording(inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            calls.append((inner, arguments))
            return inner(*arguments)

        return call

    for name in METHODS:
        setattr(executor, name, recording(getattr(executor, name)))
    action()
    for name in METHODS:
        delattr(executor, name)

    def replay() -> None:
        for function, arguments in calls:
            function(*arguments)

    return replay


def rate(action: Callable[[], object], lanes: int, count: int) -> float:
    """How often a second, by so many threads."""
    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(lambda _: action(), range(lanes)))  # warm
        start = perf_counter()
        list(pool.map(lambda _: action(), range(count)))
        return count / (perf_counter() - start)


class Folder:
    """So many PNGs, and the same as .aec files once they are encoded."""

    def __init__(self, root: Path, sources: list[np.ndarray], count: int, size: tuple[int, int]) -> None:
        self.count = count
        self.pictures, self.coded, self.decoded = root / "pictures", root / "coded", root / "decoded"
        given.write_folder(self.pictures, sources, count, *size)

    def run(self, command: str, device: str, threads: int) -> float:
        """Pictures a second of a whole process on so many cores."""
        source, out = (self.pictures, self.coded) if command == "encode" else (self.coded, self.decoded)
        line = (*shell.AECODEC, command, source, "-o", out, "--force", "--quiet", "--device", device)
        return self.count / shell.run(*line, threads=threads).seconds


def table(sources: list[np.ndarray], size: tuple[int, int], count: int, device: str, threads: list[int]) -> Table:
    """Encoding without its PSNR, and decoding, with every number of threads."""
    title = f"A folder of {count} pictures of {size[0]}x{size[1]}, {device}"
    made = Table(
        title, ("what", "threads", "pictures a second", "of the network", f"of {threads[0]} threads", "GPU busy")
    )
    picture = given.picture(sources, *size)
    first: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name), sources, count, size)

        def add(what: str, threads: int, found: float, network: float, looks: list[float]) -> None:
            more = found / first.setdefault(what, found)
            busy = f"{mean(looks):.0f} %" if looks else ""
            made.add(what, threads, f"{found:.2f}", f"{100 * found / network:.0f} %", f"x {more:.2f}", busy)

        for number in threads:
            codec, lanes = _loaded(device, number)
            data = codec.encode(picture, QUALITY).data
            actions: dict[str, Callable[[], object]] = {
                "encode": lambda codec=codec: codec.encode(picture, QUALITY),
                "decode": lambda codec=codec, data=data: codec.decode(data),
            }
            files = png_alone(picture)
            for command, action in actions.items():
                replay = recorded(codec.executor, action)
                with watched(device) as looks:
                    network = rate(replay, lanes, count)
                add(f"{command}: network alone", number, network, network, looks)
                with watched(device) as looks:
                    memory = rate(action, lanes, count)
                add(f"{command}: in memory, with entropy coding", number, memory, network, looks)
                with watched(device) as looks:
                    whole = folder.run(command, device, number)
                add(f"{command}: files, whole process", number, whole, network, looks)
                add(f"{command}: PNG alone", number, rate(files[command], number, count), network, [])
    return made


def _loaded(device: str, threads: int) -> tuple[Codec, int]:
    """A codec as a folder has it, and how many threads call it."""
    engine = Engine(device=device, threads=threads if device == "cpu" else None)
    lanes = engine.at_once()
    return engine.shared(lanes).load(), lanes


def png_alone(picture: Picture) -> dict[str, Callable[[], object]]:
    """What a command reads or writes in pictures."""
    stream = io.BytesIO()
    imagefile.write(picture, stream, "png")
    png = stream.getvalue()
    return {
        "encode": lambda: imagefile.read(io.BytesIO(png)),
        "decode": lambda: imagefile.write(picture, io.BytesIO(), "png"),
    }


def write_png(path: Path, picture: Picture) -> None:
    with path.open("wb") as stream:
        imagefile.write(picture, stream, "png")


def all_devices() -> list[str]:
    """The CPU, and CUDA where there is one."""
    found = devices.choose().type
    return ["cpu"] if found == "cpu" else ["cpu", found]
