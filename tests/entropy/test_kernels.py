"""The compiled loops: in bounds whatever the stream, what does not fit together refused, and free of floats."""

import ast
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from aecodec.codec import latents
from aecodec.compiled import loops, native
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


def as_written(name: str, *given: np.ndarray | int) -> int:
    """`native.run` without compiling."""
    return int(getattr(loops, name)(*given))


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
    monkeypatch.setattr(native, "run", as_written)
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
    monkeypatch.setattr(native, "run", as_written)
    assert stream() == compiled


@pytest.mark.parametrize("module", [kernels, loops, native, tables, rans, intnet, latents])
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


def int32(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("encode", {"symbols": int32(0)}),
        ("encode", {"states": np.empty(0, np.uint64)}),
        ("encode", {"rows": np.array([0, 1], np.int64)}),
        ("encode", {"symbols": int32(0, 0, 0)[::2]}),
        ("decode", {"first": 1}),
        ("decode", {"first": -1}),
        ("decode", {"position": 5}),
        ("decode", {"position": -1}),
        ("decode", {"words": np.zeros(4, np.int32)}),
        ("decode", {"states": np.frombuffer(bytes(8), np.uint64)}),
    ],
)
def test_what_would_lead_out_of_bounds_is_refused(name: str, wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"rows": int32(0, 1), "tables": TABLES, "words": np.zeros(4, np.uint32)}
    given |= {"states": np.full(1, 1 << 31, np.uint64)}
    given |= {"symbols": int32(0, 0)} if name == "encode" else {"position": 0, "first": 0}
    getattr(kernels, name)(**given)
    with pytest.raises(ValueError, match=r"fit together|without gaps"):
        getattr(kernels, name)(**given | wrong)


@pytest.mark.parametrize("size", [0, 2])
def test_escapes_need_bounds_each(size: int) -> None:
    one, others = np.ones(1, np.int64), np.zeros(size, np.int64)
    with pytest.raises(ValueError, match="fit together"):
        kernels.escape(one, one - 1, others)
    with pytest.raises(ValueError, match="fit together"):
        kernels.unescape(np.zeros(1, np.uint8), 0, one, others, 9, 9)
    with pytest.raises(ValueError, match="fit together"):
        kernels.unescape(np.zeros(1, np.uint8), -1, one, one, 9, 9)


def test_escapes_of_any_magnitude_come_back() -> None:
    low, high = np.array([-5, -5, 0, 3, 0]), np.array([7, 7, 0, 4, 0])
    symbols = np.array([8, -6, 1 << 40, 2, -(1 << 62)])
    bits = kernels.escape(symbols, low, high)
    packed = np.packbits(bits, bitorder="little")
    found, end = kernels.unescape(packed, 0, low, high, 63, 1 << 62)
    assert (found.tolist(), end) == (symbols.tolist(), bits.size)
    assert kernels.unescape(packed, 0, low, high, 63, 1 << 39)[1] == kernels.BEYOND
    assert kernels.unescape(packed, 0, low, high, 40, 1 << 62)[1] == kernels.TOO_LONG
    assert kernels.unescape(packed[:-1], 0, low, high, 63, 1 << 62)[1] == kernels.OUT_OF_BITS
