"""Memory: the peak of a picture by its size, and whether it grows with the pictures of a folder."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from aecodec.pictures import imagefile
from benchmarks.speed import given, shell
from benchmarks.speed.tables import Table

LOOK_S = 0.1
SIDES = (96, 352)  # pixels, of the pictures of the folder: no two of one size
SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)  # of the folder that is done


def peaks(sources: list[np.ndarray], sizes: dict[str, tuple[int, int]]) -> Table:
    """MiB of whole processes."""
    made = Table("Memory at the peak, whole process", ("picture", "megapixels", "encode MiB", "decode MiB"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for text, (width, height) in sizes.items():
            given.write_folder(folder, sources, 1, width, height)
            png, aec, out = folder / "00000.png", folder / "coded.aec", folder / "out.png"
            encode = shell.run(*shell.AECODEC, "encode", png, "-o", aec, "--force", "--quiet").mib
            decode = shell.run(*shell.AECODEC, "decode", aec, "-o", out, "--force", "--quiet").mib
            made.add(text, f"{width * height / 1e6:.1f}", f"{encode:,.0f}", f"{decode:,.0f}")
    return made


def flat(sources: list[np.ndarray], count: int) -> Table:
    """Largest MiB of `encode`, then of `decode`, from share to share of a folder of small pictures of all sizes."""
    columns = ("command", *(f"until {100 * share:.0f} %, MiB" for share in SHARES))
    made = Table(f"Memory over a folder of {count:,} pictures", columns)
    with tempfile.TemporaryDirectory() as name:
        pictures, coded, decoded = (Path(name) / part for part in ("pictures", "coded", "decoded"))
        draws = np.random.default_rng(0)
        pictures.mkdir()
        for number in range(count):
            width, height = draws.integers(*SIDES, 2)
            with (pictures / f"{number:05}.png").open("wb") as stream:
                imagefile.write(given.picture(sources, int(width), int(height), number), stream, "png")
        for command, source, out in (("encode", pictures, coded), ("decode", coded, decoded)):
            looks = _watched([*shell.AECODEC, command, source, "-o", out, "--quiet"], out)
            parts = zip((0, *SHARES), SHARES, strict=False)
            held = [[mib for done, mib in looks if low * count <= done <= high * count] for low, high in parts]
            made.add(command, *(f"{max(mibs):,.0f}" if mibs else "" for mibs in held))
    return made


def _watched(command: list[object], out: Path) -> list[tuple[int, float]]:
    """Files that are done, and MiB resident, look by look while a command runs."""
    looks: list[tuple[int, float]] = []
    page = os.sysconf("SC_PAGE_SIZE")
    with subprocess.Popen([str(word) for word in command]) as process:
        while process.poll() is None:
            done = sum(1 for entry in os.scandir(out) if not entry.name.startswith(".")) if out.is_dir() else 0
            resident = Path(f"/proc/{process.pid}/statm").read_text().split()
            if len(resident) > 1 and int(resident[1]):  # else it has just ended
                looks.append((done, int(resident[1]) * page / shell.MIB))
            time.sleep(LOOK_S)
    if process.returncode:
        raise SystemExit(f"{command[3]} of a folder failed")
    return looks
