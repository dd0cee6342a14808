"""The compiled loops: in bounds whatever the stream, free of floats, and at work where nothing can be cached."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest

from aecodec.codec import latents
from aecodec.entropy import intnet, kernels, rans, tables
from aecodec.entropy.rans import Decoder
from aecodec.errors import FormatError
from aecodec.training.tablefit import latent_tables
from tests.entropy import rans_reference as reference

TABLES = latent_tables(np.geomspace(0.11, 256.0, 16), 0.05, 3.0)
DESCRIBED = [
    (int(low), np.diff(TABLES.cdf[begin : begin + size + 1]).tolist())
    for begin, size, low in zip(TABLES.start, TABLES.size, TABLES.low, strict=True)
]


def hostile(random: np.random.Generator) -> bytes:
    """Random bytes, most often behind a legal beginning, so that they reach the kernel."""
    body = random.bytes(int(random.integers(0, 60)))
    match random.integers(0, 4):
        case 0:
            return body
        case 1:
            return b"\0" + random.bytes(4) + b"\1\2\3\4" + body[: len(body) & ~3]
        case 2:
            return b"\1" + (random.bytes(6) + b"\7\0") * 32 + body[: len(body) & ~3]
        case _:
            escapes = random.bytes(int(random.integers(1, 20)))
            return b"\2" + bytes([len(escapes)]) + escapes + random.bytes(7) + b"\0" + body[: len(body) & ~3]


def outcome(data: bytes, rows: np.ndarray) -> list[int] | None:
    try:
        decoder = Decoder(data, TABLES)
        symbols = decoder.code(None, rows)
        decoder.finish()
    except FormatError:
        return None
    return symbols.tolist()  # type: ignore[no-any-return]


def test_hostile_streams_end_as_the_reference_says() -> None:
    random = np.random.default_rng(0)
    reached = 0
    for _ in range(2000):
        data = hostile(random)
        rows = random.integers(0, TABLES.count, int(random.integers(0, 12))).astype(np.int32)
        try:
            expected = reference.decode(DESCRIBED, data, rows.tolist())
        except reference.Illegal:
            expected = None
        assert outcome(data, rows) == expected
        reached += len(data) > 30
    assert reached > 1000


def test_hostile_streams_stay_in_bounds_and_in_64_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uncompiled, NumPy raises for an index out of bounds and warns of an overflow, which pytest makes an error."""
    random = np.random.default_rng(1)
    streams = [(hostile(random), random.integers(0, TABLES.count, 100).astype(np.int32)) for _ in range(300)]
    compiled = [outcome(data, rows) for data, rows in streams]
    monkeypatch.setattr(kernels, "decode", kernels.decode.py_func)  # type: ignore[attr-defined]
    assert [outcome(data, rows) for data, rows in streams] == compiled


@pytest.mark.parametrize("lanes", [1, 32])
def test_the_encoder_stays_in_bounds_and_in_64_bits(lanes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rans, "MANY_LANES_FROM", 0 if lanes == 32 else 1 << 60)
    extreme = reference.make_tables([(0, [1, (1 << 16) - 1]), (0, [(1 << 16) - 1, 1]), (0, [1] * (1 << 16))])
    rows = np.repeat(np.arange(3, dtype=np.int32), 300)
    symbols = np.where(rows == 2, np.arange(900) * 70, 0).astype(np.int32)

    def stream() -> bytes:
        encoder = rans.Encoder(extreme)
        encoder.code(symbols, rows)
        return encoder.finish()

    compiled = stream()
    monkeypatch.setattr(kernels, "encode", kernels.encode.py_func)  # type: ignore[attr-defined]
    assert stream() == compiled


@pytest.mark.parametrize("module", [kernels, tables, rans, intnet, latents])
def test_the_exact_path_has_no_fractions(module: ModuleType) -> None:
    """No float literal and no true division; gains and means may be floats in `latents`, which makes no table index.

    `ideal_bits` of `tables` is beside the path: it says what symbols cost, and codes none.
    """
    tree = ast.parse(Path(str(module.__file__)).read_text())
    tree.body = [node for node in tree.body if getattr(node, "name", "") != "ideal_bits"]
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Div), module
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), module
        if module is not latents:
            name = getattr(node, "attr", getattr(node, "id", ""))
            assert name not in ("exp", "exp2", "log", "log2", "softmax", "sigmoid", "true_divide"), module


def test_kernels_work_where_nothing_can_be_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file where numba wants a folder, for permissions do not stop root: as good as a read-only installation."""
    source = tmp_path / "kernels.py"
    source.write_text(Path(kernels.__file__).read_text())
    (tmp_path / "__pycache__").touch()
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(source))
    spec = importlib.util.spec_from_file_location("uncached", source)
    assert spec is not None
    assert spec.loader is not None
    uncached = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(uncached)
    with pytest.raises(RuntimeError, match="no locator available"):
        numba.njit(cache=True)(uncached.encode.py_func)
    indices, rows = np.array([0, 3], np.int32), np.array([0, 5], np.int32)

    def coded(module: ModuleType) -> tuple[int, list[int]]:
        states = np.full(1, 1 << 31, np.uint64)
        begin = module.encode(indices, rows, 1, TABLES.cdf, TABLES.start, np.empty(3, np.uint32), states)
        return begin, states.tolist()

    assert coded(uncached) == coded(kernels)
