"""The loops as machine code: what ships of them, `ir/`, is compiled where it runs, by LLVM, with the vectors of there.

That takes a tenth of a second at most, where numba, which compiled `compiled.loops` to `ir/`, takes seconds of each
process.
"""

import ctypes
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from aecodec.compiled import loops

FOLDER = Path(__file__).with_name("ir")
_LOCK = Lock()
_COMPILERS = ThreadPoolExecutor(1)
_ENGINES: list[Any] = []  # what owns the machine code


def run(name: str, *given: np.ndarray | int) -> int:
    """What a loop of `loops` returns, compiled, for arrays of its signature; other threads go on meanwhile.

    Raises ValueError for arrays of another type, with gaps or read-only: a pointer says nothing of what it points to.
    """
    arguments = [_argument(value, kind) for value, kind in zip(given, loops.SIGNATURES[name], strict=True)]
    result = ctypes.c_int64()
    _function(name)(ctypes.byref(result), None, *arguments)
    return result.value


def prepare(name: str) -> None:
    """Begin to compile a loop that will be run soon; returns at once, and leaves what fails to `run`."""
    _COMPILERS.submit(_function, name)


def _argument(value: np.ndarray | int, kind: str) -> int:
    if not kind.endswith("*"):
        return int(value)
    if not isinstance(value, np.ndarray) or value.dtype != kind.rstrip("*") or not value.flags.carray:
        raise ValueError(f"an array is not {kind.rstrip('*')}, without gaps and writable")
    return value.ctypes.data


def _function(name: str) -> Callable[..., None]:
    with _LOCK:
        return _compiled(name)


@cache
def _compiled(name: str) -> Callable[..., None]:
    from llvmlite import binding  # here: who only reads headers needs none

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    processor = {"cpu": binding.get_host_cpu_name(), "features": binding.get_host_cpu_features().flatten()}
    machine = binding.Target.from_default_triple().create_target_machine(**processor, opt=3, jit=True)
    module = binding.parse_assembly(path_of(name).read_text(encoding="utf-8"))
    if name in loops.ALONG_ROWS:
        tuning = binding.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_vectorization = True
        passes = binding.create_pass_builder(machine, tuning)
        passes.getModulePassManager().run(module, passes)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _ENGINES.append(engine)
    kinds = (ctypes.c_void_p if kind.endswith("*") else ctypes.c_int64 for kind in loops.SIGNATURES[name])
    returns_nothing = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, *kinds)
    return returns_nothing(engine.get_function_address(name))


def path_of(name: str) -> Path:
    """Where a loop is, in LLVM's language."""
    return FOLDER.joinpath(f"{name}.ll")


def head() -> str:
    """The line that a file of `ir/` begins with: of which text it was made, by its SHA-256."""
    source = Path(loops.__file__).read_bytes().replace(b"\r\n", b"\n")
    return f"; made by benchmarks.loops of loops.py {hashlib.sha256(source).hexdigest()}"
