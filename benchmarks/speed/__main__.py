"""How long everything takes, in one table, beside JPEG, WebP, AVIF and JPEG XL in the same run.

    python -m benchmarks.speed [PART ...] [--photographs FOLDER] [--out speed.md]

Parts, all of them unless some are named: `shell` (whole processes, cold start), `coders` (in memory, by size and
threads), `stages` (where the time goes), `folder` (a folder against the network alone), `memory` (the peak by size),
`flat` (memory over a folder). CPU, and CUDA where there is one, or the device that `--device` names. `device`, which
must be named, says what of a GPU reaches the user. Prints Markdown, and writes it after each table.
"""

import argparse
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions, version
from pathlib import Path

import numpy as np

from aecodec import devices
from aecodec.outputs import write_whole
from benchmarks.speed import coders, device, folders, given, memory, shell
from benchmarks.speed.tables import Table

PARTS = ("shell", "coders", "stages", "folder", "memory", "flat")
DEVICE = "device"  # a part that must be named
FOLDER_SIZE = "768x512"
CUDA_FOLDER_SIZE = "1080p"  # there, too


def tables(given_: argparse.Namespace, sources: list[np.ndarray]) -> Iterator[Table]:
    parts = given_.parts or PARTS
    sizes = {text: given.size(text) for text in given_.sizes}
    if "shell" in parts:
        yield shell.table(sources, next(iter(sizes.values())), given_.runs)
    if DEVICE in parts:  # first: torch is not to be imported before
        asked = device.Asked(given_.device or "cuda", given.size(given_.device_size), given_.seconds, given_.pictures)
        yield from device.tables(sources, asked)
    if set(parts) & {"coders", "stages", "folder"}:
        yield from on_devices(given_, sources, parts, sizes)
    if "memory" in parts:
        yield memory.peaks(sources, sizes)
    if "flat" in parts:
        yield memory.flat(sources, given_.flat)


def on_devices(
    given_: argparse.Namespace, sources: list[np.ndarray], parts: Sequence[str], sizes: dict[str, tuple[int, int]]
) -> Iterator[Table]:
    for name in [given_.device] if given_.device else folders.all_devices():
        threads = given_.threads if name == "cpu" else [devices.cores()]
        for size in sizes.values() if "coders" in parts else ():
            for number in threads:
                yield coders.by_size(sources, size, name, number, given_.runs)
        for number in threads if "stages" in parts else ():
            yield coders.by_stage(sources, next(iter(sizes.values())), name, number, given_.runs)
        for text in dict.fromkeys([given_.folder_size] + [CUDA_FOLDER_SIZE] * (name != "cpu")):
            if "folder" in parts:
                yield folders.table(sources, given.size(text), given_.pictures, name, threads)


def head() -> str:
    names = [
        name for name in ("onnxruntime", "torch", "numpy", "pillow", "imagecodecs") if any(distributions(name=name))
    ]
    return (
        f"{platform.processor() or platform.machine()}, {devices.cores()} cores, Python {platform.python_version()}, "
        + (", ".join(f"{name} {version(name)}" for name in names))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS, DEVICE], metavar="PART")
    parser.add_argument("--photographs", type=Path, default=given.SAMPLES, help="a folder of PNGs to make pictures of")
    parser.add_argument("--out", type=Path, default=Path("speed.md"))
    parser.add_argument("--sizes", nargs="+", default=list(given.SIZES), help=f"{', '.join(given.SIZES)}, or WxH")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=200, help="of the folder")
    parser.add_argument("--folder-size", default=FOLDER_SIZE)
    parser.add_argument("--device", help="cpu, cuda or cuda:N")
    parser.add_argument("--device-size", default=CUDA_FOLDER_SIZE, help="as --sizes, of the part device")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each rate of the part device")
    parser.add_argument("--flat", type=int, default=1000, metavar="PICTURES")
    asked = parser.parse_args()
    text = f"{head()}\n"
    print(text)
    for table in tables(asked, given.photographs(asked.photographs)):
        print(table.markdown(), flush=True)
        text += f"\n{table.markdown()}"
        write_whole(asked.out, text.encode())


if __name__ == "__main__":
    main()
