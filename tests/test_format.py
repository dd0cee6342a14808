"""docs/format.md says what the code does: its tables are those of the docstrings, its examples are decoded."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from aecodec import limits
from aecodec.codec import container, layout
from aecodec.entropy import rans
from tests.test_reference_decoder import GOLDEN, reference, weights_at
from tests.tiny import TINY_WEIGHTS

TEXT = (Path(__file__).parent.parent / "docs" / "format.md").read_text(encoding="utf-8")
FENCED = "\n".join(re.findall(r"^```\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE))
VECTOR = GOLDEN / "v1" / "one-pixel-q75.aec"


@pytest.mark.parametrize("module", [container, rans], ids=lambda module: module.__name__)
def test_tables_and_examples_are_those_of_the_docstrings(module: ModuleType) -> None:
    lines = [line[4:].strip() for line in inspect.getdoc(module).splitlines() if line.startswith("    ")]
    found = [line for line in lines if "  " in line]  # rows of tables: prose has no wide spaces
    assert len(found) > 6
    there = {line.strip() for line in FENCED.splitlines()}
    assert [line for line in found if line not in there] == []


def hexadecimal(after: str) -> bytes:
    """The bytes of the first block of a section that has some."""
    block = re.search(r"```\n(89 41.*?)```", TEXT[TEXT.index(after) :], re.DOTALL)
    assert block
    pairs = [re.match(r"(?:[0-9A-F]{2}(?: |$))+", line) for line in block[1].splitlines()]
    return bytes.fromhex("".join(pair[0] for pair in pairs if pair))


def test_the_example_of_the_container_is_read() -> None:
    file = reference().read(hexadecimal("## 2."))
    assert (file.header.width, file.header.height, file.parts, file.tiles[0][1].hex()) == (
        *(100, 70, {3: b"<x>"}),
        "deadbeef",
    )
    assert layout.read_layout(hexadecimal("## 2.")).size == 60


def numbers(step: str) -> list[float]:
    row = re.search(rf"^\| {re.escape(step)} \| (.*) \|$", TEXT, re.MULTILINE)
    assert row, step
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", row[1])]


def test_the_test_vector_is_what_every_step_gives() -> None:
    data = hexadecimal("## 10.")
    assert data == VECTOR.read_bytes()
    weights, file = weights_at(TINY_WEIGHTS), reference().read(data)
    step = file.header.quality_step
    z, y = reference().decode_tile(weights, file.tiles[0][1], 1, 1, step)
    rows = reference().scale_rows(weights, z, step, 32)
    assert z.ravel().tolist() == numbers("z, 8 channels of 1 x 1")
    assert rows[0].ravel().tolist() == numbers("tables of y, channel 0, 4 x 4, by rows")[:16]
    assert [int(rows.sum())] == numbers("sum of all 512 numbers of tables")
    assert y[0].ravel().tolist() == numbers("symbols of y, channel 0, by rows")
    assert [int(y.sum()), int(np.abs(y).sum())] == numbers("sum of all 512 symbols, and of their magnitudes")
    network = reference().Network(weights, step)
    latents = network.latents(z, y)
    assert latents[0, 0] == pytest.approx(numbers("quantised y, first four, channel 0"), abs=1e-3)
    pixel = network.synthesis(latents)[:, 0, 0]
    assert pixel == pytest.approx(numbers("pixel before rounding"), abs=1e-4)
    assert reference().decode(data, weights).samples[0, 0].tolist() == numbers("samples")


def test_the_limits_are_ours() -> None:
    theirs = reference()
    for name in ("MAX_SIDE", "MAX_PIXELS", "MAX_TILES", "MAX_SYMBOL"):
        assert getattr(theirs, name) == getattr(limits, name)
    for name in ("MAX_METADATA", "MAX_ALPHA", "MAX_POSTFILTER", "MAX_TILE"):
        assert getattr(theirs, name) == getattr(limits, f"{name}_BYTES")
