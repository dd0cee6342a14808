"""Pictures in a bucket of a real S3 server, coded by the plain run and by Ray, of which one worker is killed half-way.

    pip install 'aecodec[remote,ray]' s3fs 'moto[server]' psutil
    python -m benchmarks.bucket PICTURES [--count 300] [--side 256] [--rounds 1]

The server is moto's, on loopback, and the pictures are crops of those in a folder, photographs for choice. Plain
and Ray runs take turns, so that both have the same machine; where others use it too, compare seconds of the processor,
which are those of the command and all processes under it. Then every output of a Ray run that lost a worker must have
the plain run's bytes, decode, and stand in the manifest once. Prints Markdown.
"""

import argparse
import io
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

import psutil
import s3fs
from PIL import Image
from pyarrow import parquet

BUCKET = "bench"
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
WORKER = "MapWorker"  # in the title of Ray's processes


@dataclass
class Run:
    """What one command did."""

    rows: int
    failed: int
    wall_s: float
    steady_s: float  # from the first row to the last
    steady_rows: int  # that came after the first ones
    cpu_s: float
    coding_cpu_s: float  # of those processes that hold a model


@contextmanager
def server() -> Iterator[None]:
    """An S3 server, which this process and those it starts find by their environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = f"http://127.0.0.1:{port}"
    # on a machine that others use too Ray takes its time to start, and its workers would step back
    os.environ |= {"RAY_raylet_start_wait_time_s": "300", "RAY_worker_niceness": "0"}
    os.environ |= {"AWS_ENDPOINT_URL": where, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "FSSPEC_S3_ENDPOINT_URL": where}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def fill(store: s3fs.S3FileSystem, folder: Path, count: int, side: int) -> None:
    """Square crops from all over the pictures, those of one picture apart from each other."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    made = 0
    while made < count:
        for path in files[: count - made]:
            with Image.open(path) as opened:
                picture = opened.convert("RGB")
            x, y = (made * 97 % max(1, length - side) for length in picture.size)
            out = io.BytesIO()
            picture.crop((x, y, x + side, y + side)).save(out, "png")
            store.pipe_file(f"{BUCKET}/in/{made:04}.png", out.getvalue())
            made += 1


def run(command: str, *arguments: str, seen: Callable[[int, int], None] = lambda rows, pid: None) -> Run:
    """`seen` is told how many rows have come, and of which process."""
    start = perf_counter()
    times, failed = [], 0
    used: dict[
        tuple[int, bool], float
    ] = {}  # processor's seconds of each process and whether it codes, of the dead too
    words = [sys.executable, "-P", "-m", "aecodec", command, *arguments, "--device", "cpu", "--json", "--quiet"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            times.append(perf_counter())
            used |= _used(process.pid)
            failed += json.loads(line)["error"] is not None
            seen(len(times), process.pid)
    wall_s = perf_counter() - start
    if not times:
        raise SystemExit(f"{' '.join(words)} did nothing")
    later = [time for time in times if time > times[0] + 0.5]
    return Run(
        len(times),
        failed,
        wall_s,
        times[-1] - times[0],
        len(later),
        sum(used.values()),
        sum(spent for (_, codes), spent in used.items() if codes),
    )


def _used(pid: int) -> dict[tuple[int, bool], float]:
    found = {}
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(pid).children(recursive=True)
        for process in (psutil.Process(pid), *below):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                codes = not below or any(WORKER in word for word in process.cmdline())
                found[process.pid, codes] = times.user + times.system
    return found


def killer(half: int) -> Callable[[int, int], None]:
    """Kills one worker once half of the rows are there."""
    killed: list[int] = []

    def seen(rows: int, pid: int) -> None:
        if rows < half or killed:
            return
        for child in psutil.Process(pid).children(recursive=True):
            if any(WORKER in word for word in child.cmdline()):
                killed.append(child.pid)
                child.kill()
                print(f"killed {child.pid} after {rows} rows", flush=True)
                return
        raise SystemExit("no worker was found to kill")

    return seen


def verdict(store: s3fs.S3FileSystem, count: int) -> str:
    """Raises AssertionError unless the Ray run that lost a worker did everything once."""
    outputs = {out: {Path(p).name for p in store.find(f"{BUCKET}/{out}")} for out in ("plain", "lost")}
    assert len(outputs["plain"]) == count
    assert outputs["lost"] - {"manifest.parquet"} == outputs["plain"]
    for name in outputs["plain"]:
        assert store.cat_file(f"{BUCKET}/lost/{name}") == store.cat_file(f"{BUCKET}/plain/{name}"), name
    rows = parquet.read_table(io.BytesIO(store.cat_file(f"{BUCKET}/lost/manifest.parquet"))).to_pylist()
    assert Counter(row["input"] for row in rows) == Counter(f"s3://{BUCKET}/in/{n:04}.png" for n in range(count))
    assert all(row["error"] is None and row["bytes"] > 0 and row["psnr_db"] is not None for row in rows)
    return f"{count} outputs with the plain run's bytes, none twice, {len(rows)} rows in the manifest, none of an error"


def resume(store: s3fs.S3FileSystem, count: int) -> str:
    """Some outputs are taken away, and the run is started once more."""
    for number in range(5):
        store.rm_file(f"{BUCKET}/lost/{number:04}.aec")
    again = run("encode", *paths("lost"), "--engine", "ray", "--skip-existing")
    assert (again.rows, again.failed) == (count, 0)
    return f"resumed without 5 outputs in {again.wall_s:.0f} s: {verdict(store, count)}"


def paths(out: str) -> tuple[str, ...]:
    return f"s3://{BUCKET}/in", "-o", f"s3://{BUCKET}/{out}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    with server():
        store = s3fs.S3FileSystem()
        store.mkdir(BUCKET)
        fill(store, given.pictures, given.count, given.side)
        print(
            "| run | s | cpu s | of what codes | pictures/s | after the first rows |\n|---|---|---|---|---|---|",
            flush=True,
        )
        for _ in range(given.rounds):
            show("plain", run("encode", *paths("plain"), "--force"))
            show("ray", run("encode", *paths("ray"), "--force", "--engine", "ray"))
        show("ray, a worker killed", run("encode", *paths("lost"), "--engine", "ray", seen=killer(given.count // 2)))
        store.invalidate_cache()
        print(f"\n{verdict(store, given.count)}", flush=True)
        checked = run("decode", "--check", f"s3://{BUCKET}/lost")
        print(f"{checked.rows - checked.failed} of {checked.rows} pass decode --check", flush=True)
        print(resume(store, given.count))


def show(name: str, done: Run) -> None:
    steady = f"{done.steady_rows / done.steady_s:.2f}" if done.steady_s > 1 else "-"
    rate = f"{(done.rows - done.failed) / done.wall_s:.2f}"
    print(
        f"| {name} | {done.wall_s:.1f} | {done.cpu_s:.1f} | {done.coding_cpu_s:.1f} | {rate} | {steady} |", flush=True
    )


if __name__ == "__main__":
    main()
