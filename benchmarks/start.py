"""What a command takes from the shell, the whole process: on the clock, and of the processor (user and system).

    python -m benchmarks.start kodim05.png --runs 9

Medians of as many runs, all commands in turn, after one that does not count: then files are in the cache and modules
are compiled, as pip leaves them. A loaded machine lengthens the clock, and less so what is counted of the processor.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    picture = str(given.picture.resolve())
    with tempfile.TemporaryDirectory() as folder:
        coded = f"{folder}/coded.aec"
        commands = {
            "--help": ["--help"],
            "info": ["info", coded],
            "encode": ["encode", picture, "-o", coded, "--force", "--device", "cpu"],
            "decode": ["decode", coded, "-o", f"{folder}/decoded.png", "--force", "--device", "cpu"],
            "denoise": ["denoise", picture, "-o", f"{folder}/clean.png", "--force", "--device", "cpu"],
        }
        timed(commands["encode"])
        for command in commands.values():
            timed(command)
        found = {name: list[tuple[float, float]]() for name in commands}
        for _ in range(given.runs):
            for name, command in commands.items():
                found[name].append(timed(command))
    print("| command | seconds | least | of the processor | least |\n|---|---:|---:|---:|---:|")
    for name, pairs in found.items():
        clock, processor = zip(*pairs, strict=True)
        cells = [statistics.median(clock), min(clock), statistics.median(processor), min(processor)]
        print(f"| `{name}` | {' | '.join(f'{seconds:.2f}' for seconds in cells)} |")


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds on the clock and of the processor that a command takes."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-P", "-m", "aecodec", *arguments]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
