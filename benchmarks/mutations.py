"""Damaged files by the thousand: each must decode or give one AecodecError, within 5 seconds and 1 GB.

    python -m benchmarks.mutations OUT [FILE.aec ...] [--count 20000] [--first 0] [--seed 1] [--weights WEIGHTS]

The files are damaged copies of those given and of some made here with the tiny weights of the tests (`--weights`:
those that the given files name). Every one is decoded strictly and with `keep_going`, in a process that lives on until
it dies, hangs or grows. What goes wrong is printed and kept in OUT as `NUMBER-WAY.aec`. Mutation number N is the same
in every run with the same seed and files: `--first N` goes on from there. POSIX only.
"""

import argparse
import multiprocessing as mp
import resource
import time
import traceback
from collections import Counter
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import torch

from aecodec.codec.codec import Codec, Target
from aecodec.errors import AecodecError
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array
from benchmarks.anatomy import Anatomy
from benchmarks.damage import damaged
from benchmarks.drawing import lettering, patterns
from benchmarks.drawing.paint import ink

TINY_WEIGHTS = Path(__file__).parent.parent / "tests" / "golden" / "tiny.safetensors"
SECONDS = 5.0  # of a decode; of processor time, as this machine may be busy
GROWTH = 1 << 30  # bytes that a process may grow by
GUARD = 6 << 30  # bytes of address space beyond what it has, so that this machine survives
PATIENCE = 20.0  # seconds on the clock until a process is killed
RSS_UNIT = 1024  # bytes of ru_maxrss on Linux
LIFE = 2000  # files that one process decodes


@dataclass(frozen=True)
class Outcome:
    """Of one decode: "decoded", the name of an AecodecError, or what is wrong (then `bad`)."""

    what: str
    seconds: float
    bad: bool = False


def seeds(codec: Codec, given: list[Path]) -> list[bytes]:
    """Legal files of every shape the format has, small."""
    rng = np.random.default_rng(0)
    photo = np.clip(patterns.clouds(rng, 96, 80)[:, :, None] * 255 * (1, 0.8, 0.6), 0, 255).astype(np.uint8)
    alpha = np.tile(np.arange(96, dtype=np.uint8) * 2, (80, 1))
    text = ink(lettering.page(rng, 128, 64, "sans", 11))
    page = np.concatenate([text, np.pad(photo, ((0, 0), (0, 32), (0, 0)))], 0)
    metadata = Metadata(b"icc" * 20, b"II*\0" + bytes(20), b"<x/>")
    pictures = [
        from_array(photo),
        from_array(photo[:, :, 0].copy()),
        Picture(photo, alpha, metadata),
        from_array(photo.astype(np.uint16) * 257),
        from_array(text),
        from_array(page),
        from_array(patterns.noise(rng, 40, 30, 4)),
        from_array(photo[:1, :1].copy()),
    ]
    targets = [Target("quality", 20), Target("quality", 90), Target("lossless", 1)]
    files = [codec.encode(picture, target).data for picture in pictures for target in targets]
    return [*files, _tiled(codec, page), *(path.read_bytes() for path in given)]


def _tiled(codec: Codec, pixels: np.ndarray) -> bytes:
    """Tiles of 64 pixels, whatever each is coded as; the encoder would make one of them all."""
    height, width = (side // 64 * 64 for side in pixels.shape[:2])
    made = [
        Anatomy.of(codec.encode(from_array(pixels[top : top + 64, left : left + 64]), Target("quality", 50)).data)
        for top in range(0, height, 64)
        for left in range(0, width, 64)
    ]
    fields = next(fields for fields in (one.fields() for one in made) if fields[4])  # of one that has a network
    fields[0], fields[1], fields[7] = width, height, 1
    tiles = tuple(tile for one in made for tile in one.in_version_2().tiles)
    whole = replace(made[0].in_version_2().with_fields(fields), tiles=tiles)
    if all(tile.kind == 0 for tile in tiles):
        whole = replace(whole, version=1, tiles=tuple(replace(tile, kind=None) for tile in tiles))
    return whole.to_bytes()


# --- decoding, in a process of its own ---


def decode_forever(pipe: Connection, codec: Codec) -> None:
    """Answers every file with two outcomes, strict and kept going, and one more when it has grown too large."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + GUARD
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while True:
        data = pipe.recv_bytes()
        outcomes = [decode_once(codec, data, keep_going) for keep_going in (False, True)]
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * RSS_UNIT
        if grown > GROWTH:
            outcomes.append(Outcome(f"the process grew by {grown >> 20} MiB", 0.0, bad=True))
        pipe.send(outcomes)


def decode_once(codec: Codec, data: bytes, keep_going: bool) -> Outcome:
    started = time.process_time()
    bad = False
    try:
        codec.decode(data, keep_going=keep_going)
        what = "decoded"
    except AecodecError as error:
        what = type(error).__name__
        bad = "\n" in str(error) or not str(error)
    except BaseException as error:  # that there is none is what is measured
        what, bad = f"{type(error).__name__}: {error}; {traceback.extract_tb(error.__traceback__)[-1]}", True
    seconds = time.process_time() - started
    if seconds > SECONDS:
        what, bad = f"{what} after {seconds:.1f} s", True
    return Outcome(f"{what} (kept going)" if bad and keep_going else what, seconds, bad)


class Worker:
    """A process that decodes; another one is started after it has ended, by itself or not."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.process: BaseProcess | None = None
        self.done = 0

    def outcomes(self, data: bytes) -> list[Outcome]:
        """What becomes of a file, strict and kept going, and of the process."""
        if self.process is None or not self.process.is_alive() or self.done >= LIFE:
            self.stop()
            self.start()
        assert self.process is not None
        self.done += 1
        try:
            self.pipe.send_bytes(data)
            if self.pipe.poll(PATIENCE):
                found: list[Outcome] = self.pipe.recv()
                if any(outcome.bad for outcome in found):
                    self.stop()
                return found
        except (EOFError, ConnectionError):
            self.process.join(PATIENCE)
            return [Outcome(f"the process died: {self.process.exitcode}", 0.0, bad=True)]
        self.stop()
        return [Outcome(f"no answer within {PATIENCE:.0f} s", PATIENCE, bad=True)]

    def start(self) -> None:
        self.pipe, theirs = mp.Pipe()
        self.process = mp.get_context("fork").Process(target=decode_forever, args=(theirs, self.codec), daemon=True)
        self.process.start()
        theirs.close()
        self.done = 0

    def stop(self) -> None:
        """Ends the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=TINY_WEIGHTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # a process with a pool of threads must not fork
    codec = Codec.load(given.weights, device="cpu", threads=1)
    files = seeds(codec, given.files)
    for data in files:
        codec.decode(data)
    print(f"{len(files)} files of {min(map(len, files))} to {max(map(len, files))} bytes", flush=True)
    worker = Worker(codec)
    seen: Counter[str] = Counter()
    slowest, wrong = 0.0, 0
    for number in range(given.first, given.first + given.count):
        rng = np.random.default_rng([given.seed, number])
        way, data = damaged(rng, *(files[int(index)] for index in rng.integers(len(files), size=2)))
        outcomes = worker.outcomes(data)
        slowest = max(slowest, *(outcome.seconds for outcome in outcomes))
        seen.update(f"{way}: {outcome.what if not outcome.bad else 'WRONG'}" for outcome in outcomes)
        for outcome in outcomes:
            if outcome.bad:
                wrong += 1
                (given.out / f"{number}-{way}.aec").write_bytes(data)
                print(f"{number} {way}: {outcome.what}", flush=True)
        if number % 1000 == 999:
            print(f"{number + 1} done, {wrong} wrong, slowest {slowest:.2f} s", flush=True)
    worker.stop()
    print(*(f"{count:7d} {name}" for name, count in sorted(seen.items())), sep="\n")
    print(f"{given.count} files, {2 * given.count} decodes, {wrong} wrong, slowest {slowest:.2f} s")


if __name__ == "__main__":
    main()
