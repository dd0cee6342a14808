"""Whole processes, as they are started from the shell: cold start, picture, end; and the peak of their memory."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.speed import given
from benchmarks.speed.tables import Table, ms

AECODEC = (sys.executable, "-P", "-m", "aecodec")
ONCE = [sys.executable, "-I", "-S", str(Path(__file__).with_name("once.py"))]
MIB = 1 << 20


class Cost(NamedTuple):
    """Of a whole process."""

    seconds: float  # on the clock
    processor: float  # seconds, user and system
    mib: float  # at the peak


def run(*command: object, threads: int = 0) -> Cost:
    """What a command costs, which must succeed; on so many of the cores, 0 for all."""
    line = [*ONCE, str(threads), *map(str, command)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(line[len(ONCE) + 1 :])}: {done.stderr}")
    return Cost(*map(float, done.stdout.split()))


def rivals(png: Path, folder: Path) -> dict[str, tuple[str, list[object], Path]]:
    """By what is said of them: the program, its arguments, and what it writes; those that are installed."""
    known: dict[str, tuple[str, list[object], str]] = {
        "cwebp -q 75": ("cwebp", ["-quiet", "-q", 75, png, "-o"], "webp"),
        "avifenc": ("avifenc", [png], "avif"),  # how a quality is given differs from version to version
        "avifenc --speed 10": ("avifenc", ["--speed", 10, png], "avif"),
        "cjxl, distance 2": ("cjxl", ["--quiet", "-d", 2, png], "jxl"),
    }
    return {
        name: (program, arguments, folder / f"rival.{suffix}")
        for name, (program, arguments, suffix) in known.items()
        if shutil.which(program) is not None
    }


DECODERS = {".webp": ("dwebp", "-quiet"), ".avif": ("avifdec",), ".jxl": ("djxl", "--quiet")}


def table(sources: list[np.ndarray], size: tuple[int, int], runs: int) -> Table:
    """Each command and each of the others' programs, on a PNG of a size."""
    columns = ("command", "ms", "of the processor", "MiB at the peak", "bytes")
    made = Table(f"From the shell, whole process, {size[0]}x{size[1]}", columns)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given.write_folder(folder, sources, 1, *size)
        png, aec, out = folder / "00000.png", folder / "picture.aec", folder / "out.png"
        run(*AECODEC, "encode", png, "-o", aec)

        def add(text: str, written: Path | None, *command: object) -> None:
            run(*command)  # files are in the cache, modules are compiled
            costs = [run(*command) for _ in range(runs)]
            medians = (ms(median(times)) for times in list(zip(*costs, strict=True))[:2])
            size_of = f"{written.stat().st_size:,}" if written else ""
            made.add(text, *medians, f"{max(cost.mib for cost in costs):,.0f}", size_of)

        add("python -c pass", None, sys.executable, "-c", "pass")
        add("aecodec --help", None, *AECODEC, "--help")
        add("aecodec info", None, *AECODEC, "info", aec)
        add("aecodec encode", aec, *AECODEC, "encode", png, "-o", aec, "--force")
        add("aecodec decode", out, *AECODEC, "decode", aec, "-o", out, "--force")
        add("aecodec denoise", out, *AECODEC, "denoise", png, "-o", out, "--force")
        for text, (program, arguments, written) in rivals(png, folder).items():
            add(text, written, program, *arguments, written)
            decoder = DECODERS[written.suffix]
            if shutil.which(decoder[0]) is not None:
                last: tuple[object, ...] = ("-o", out) if decoder[0] == "dwebp" else (out,)
                add(f"{decoder[0]} of that", out, *decoder, written, *last)
    return made
