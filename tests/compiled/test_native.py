"""What ships of the loops: made of their text as it is, the same in machine code, and readable by any LLVM."""

import re
import subprocess
import sys
from threading import Event

import numpy as np
import pytest

from aecodec.compiled import loops, native

HINT = "loops.py has changed: python -m benchmarks.loops"


def test_every_loop_ships_and_nothing_else() -> None:
    assert {path.stem for path in native.FOLDER.iterdir()} == set(loops.SIGNATURES)


@pytest.mark.parametrize("name", loops.SIGNATURES)
def test_what_ships_was_made_of_the_loops_as_they_are(name: str) -> None:
    assert native.path_of(name).read_text(encoding="utf-8").splitlines()[0] == native.head(), HINT


@pytest.mark.parametrize("name", loops.SIGNATURES)
def test_what_ships_is_for_any_machine(name: str) -> None:
    """No target, no layout of data, no attribute of a processor, and only functions that every LLVM has."""
    text = native.path_of(name).read_text(encoding="utf-8")
    assert not re.search(r"target |attributes |asm |float|double|<\d+ x|#\d", text)
    least_and_most = {f"llvm.{kind}.{width}" for kind in ("smin", "smax") for width in ("i32", "i64")}
    assert set(re.findall(r"@([\w.]+)\(", text)) <= {name, "llvm.abs.i64", *least_and_most}


def test_escapes_are_the_same_compiled_and_as_written() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        low = random.integers(-50, 0, 40)
        high = low + random.integers(0, 99, 40)
        beyond = random.integers(1, 1 << random.integers(1, 40), 40)
        symbols = np.where(random.random(40) < 0.5, low - beyond, high + beyond)
        compiled, written = np.zeros(4000, np.uint8), np.zeros(4000, np.uint8)
        end = native.run("escape", symbols, low, high, 40, compiled)
        assert end == loops.escape(symbols, low, high, 40, written)
        assert compiled.tolist() == written.tolist()
        packed = np.packbits(compiled[:end], bitorder="little")
        found = np.zeros(40, np.int64)
        assert native.run("unescape", packed, 8 * packed.size, 0, low, high, found, 40, 45, 1 << 45) == end
        assert found.tolist() == symbols.tolist()


def test_hostile_escapes_end_the_same_compiled_and_as_written() -> None:
    random, ends = np.random.default_rng(1), set()
    zero = np.zeros(9, np.int64)
    for _ in range(300):
        data = np.frombuffer(random.bytes(int(random.integers(0, 12))), np.uint8) & random.integers(
            0, 256, dtype=np.uint8
        )
        compiled, written = zero.copy(), zero.copy()
        given = (8 * data.size, int(random.integers(0, 9)), zero, zero)
        end = native.run("unescape", data, *given, compiled, 9, 12, 2000)
        assert end == loops.unescape(data, *given, written, 9, 12, 2000)
        assert compiled.tolist() == written.tolist()
        ends.add(min(end, 0))
    assert ends == {0, loops.OUT_OF_BITS, loops.TOO_LONG, loops.BEYOND}


def test_loops_run_where_nothing_can_be_written_and_without_a_compiler_of_python() -> None:
    """In a process that has no home, no folder for files that pass, and no numba."""
    code = """
import sys
sys.modules["numba"] = None
import numpy as np
from aecodec.compiled import native
bits = np.zeros(9, np.uint8)
assert native.run("escape", *np.array([[5], [0], [3]]), 1, bits) == 4
assert bits.tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0]
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={"HOME": "/dev/null", "TMPDIR": "/dev/null"})


def test_a_loop_is_compiled_while_other_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, begun = Event(), Event()

    def compiling(name: str) -> None:
        assert begun.wait(9)
        compiled.set()

    monkeypatch.setattr(native, "_function", compiling)
    native.prepare("encode")
    assert not compiled.is_set()
    begun.set()
    assert compiled.wait(9)
