"""How long everything takes, in one table, beside JPEG, WebP, AVIF and JPEG XL in the same run.

    python -m benchmarks.speed [PART ...] [--photographs FOLDER] [--out speed.md]

Parts, all of them unless some are named: `shell` (whole processes, cold start), `coders` (in memory, by size and
threads), `stages` (where the time goes), `folder` (a folder against the network alone), `memory` (the peak by size),
`flat` (memory over a folder). CPU, and CUDA where there is one. Prints Markdown, and writes it after each table.
"""

import argparse
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

from aecodec import devices
from aecodec.outputs import write_whole
from benchmarks.speed import coders, folders, given, memory, shell
from benchmarks.speed.tables import Table

PARTS = ("shell", "coders", "stages", "folder", "memory", "flat")
FOLDER_SIZE = "768x512"
CUDA_FOLDER_SIZE = "1080p"  # there, too


def tables(given_: argparse.Namespace, sources: list[np.ndarray]) -> Iterator[Table]:
    parts = given_.parts or PARTS
    sizes = {text: given.size(text) for text in given_.sizes}
    if "shell" in parts:
        yield shell.table(sources, next(iter(sizes.values())), given_.runs)
    for device in folders.all_devices():
        threads = given_.threads if device == "cpu" else [devices.cores()]
        for size in sizes.values() if "coders" in parts else ():
            for number in threads:
                yield coders.by_size(sources, size, device, number, given_.runs)
        for number in threads if "stages" in parts else ():
            yield coders.by_stage(sources, next(iter(sizes.values())), device, number, given_.runs)
        for text in dict.fromkeys([given_.folder_size] + [CUDA_FOLDER_SIZE] * (device != "cpu")):
            if "folder" in parts:
                yield folders.table(sources, given.size(text), given_.pictures, device, threads)
    if "memory" in parts:
        yield memory.peaks(sources, sizes)
    if "flat" in parts:
        yield memory.flat(sources, given_.flat)


def head() -> str:
    names = ("onnxruntime", "torch", "numpy", "pillow", "imagecodecs")
    return (
        f"{platform.processor() or platform.machine()}, {devices.cores()} cores, Python {platform.python_version()}, "
        + (", ".join(f"{name} {version(name)}" for name in names))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--photographs", type=Path, default=given.SAMPLES, help="a folder of PNGs to make pictures of")
    parser.add_argument("--out", type=Path, default=Path("speed.md"))
    parser.add_argument("--sizes", nargs="+", default=list(given.SIZES), help=f"{', '.join(given.SIZES)}, or WxH")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=200, help="of the folder")
    parser.add_argument("--folder-size", default=FOLDER_SIZE)
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
