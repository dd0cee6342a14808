"""The second decoder, docs/reference_decoder.py, against the product: what both read of a file is the same."""

import ast
import hashlib
import importlib.util
import json
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from aecodec.codec.codec import Codec, Target
from aecodec.entropy.rans import Encoder
from aecodec.limits import MAX_SYMBOL
from aecodec.models import weights
from aecodec.pictures.picture import Picture, from_array
from tests.exactness_probe import symbols_hash
from tests.tiny import TINY_WEIGHTS, sample

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "docs" / "reference_decoder.py"
GOLDEN = Path(__file__).parent / "golden"
FOLDERS = ("v1", "v2", "filtered", "wide")
CASES = [(folder, row) for folder in FOLDERS for row in json.loads((GOLDEN / folder / "manifest.json").read_text())]
MAX_LINES = 540


@cache
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_decoder", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def weights_at(path: Path) -> Any:
    return reference().read_weights(path.read_bytes())


def named(weights_id: str) -> Path:
    tiny = hashlib.sha256(TINY_WEIGHTS.read_bytes()).hexdigest().startswith(weights_id)
    return TINY_WEIGHTS if tiny else weights.find(bytes.fromhex(weights_id), None)


def hash_of(symbols: list[tuple[np.ndarray, np.ndarray]]) -> str:
    digest = hashlib.sha256()
    for z, y in symbols:
        digest.update(z.astype("<i4").tobytes())
        digest.update(y.astype("<i4").tobytes())
    return digest.hexdigest()


def levels_apart(shown: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference of samples, in levels of 8 bits."""
    assert (shown.dtype, shown.shape) == (expected.dtype, expected.shape)
    return float(np.abs(shown.astype(int) - expected.astype(int)).max()) / (257 if shown.dtype == np.uint16 else 1)


@pytest.mark.parametrize(("folder", "row"), CASES, ids=[f"{folder}/{row['file']}" for folder, row in CASES])
def test_a_golden_file_has_the_same_symbols_and_pixels(folder: str, row: dict[str, str], codec: Codec) -> None:
    data = (GOLDEN / folder / row["file"]).read_bytes()
    found = reference().decode(data, weights_at(named(row["weights"])))
    assert hash_of(found.symbols) == row["symbols"]
    tiny = row["weights"] == codec.weights.id.hex()
    used = codec if tiny else Codec.load(named(row["weights"]), device="cpu")
    expected = used.decode(data).picture.interleaved()
    assert levels_apart(found.samples, expected) <= (1 if found.symbols else 0)
    frozen = np.load(GOLDEN / folder / f"{row['file']}.npz")["pixels"]
    corner = found.samples[:64, :64, : frozen.shape[2]]
    assert levels_apart(corner, frozen) <= (1 if found.symbols else 0)


@pytest.mark.usefixtures("as_photographs")
@pytest.mark.parametrize("quality", [5, 100])  # without details and with them
def test_a_file_of_a_network_with_details(quality: int, detailed_codec: Codec, detailed_weights: Path) -> None:
    data = detailed_codec.encode(from_array(sample()[:100, :130]), Target("quality", quality)).data
    found = reference().decode(data, weights_at(detailed_weights))
    assert hash_of(found.symbols) == symbols_hash(detailed_codec, data)
    assert levels_apart(found.samples, detailed_codec.decode(data).picture.pixels) <= 1
    channels = {y.shape[0] for _, y in found.symbols}
    assert channels == {32 if quality == 5 else 288}


def test_many_lanes_and_escapes(codec: Codec) -> None:
    """A stream longer than those of the golden files, whose symbols are often beyond the tables."""
    draw = np.random.default_rng(0)
    rows = draw.integers(100, 128, 90_000, np.int32)
    symbols = (draw.standard_normal(rows.size) * 400).astype(np.int32)
    symbols[:2] = MAX_SYMBOL, -MAX_SYMBOL
    encoder = Encoder(codec.weights.frozen.tables)
    encoder.code(symbols, rows)
    payload = encoder.finish()
    assert payload[0] == 3
    stream = reference().Stream(payload, weights_at(TINY_WEIGHTS).tables)
    assert np.array_equal(stream.decode(rows.reshape(300, 300)), symbols.reshape(300, 300))
    stream.finish()


@pytest.mark.parametrize(("folder", "name"), [("v1", "rgba-metadata-q30.aec"), ("v2", "cover.aec"), ("v2", "grey.aec")])
def test_it_takes_no_file_with_a_wrong_byte_or_without_its_end(folder: str, name: str) -> None:
    data = (GOLDEN / folder / name).read_bytes()
    for at in range(0, len(data), 1 + len(data) // 60):
        wrong = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        for damaged in (wrong, data[:at]):
            with pytest.raises(reference().Damaged):
                reference().read(damaged)


def test_the_program_writes_a_png(tmp_path: Path, codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    data = GOLDEN / "v1" / "rgba-metadata-q30.aec"
    out = tmp_path / "out.png"
    reference().main(data, TINY_WEIGHTS, out)
    with Image.open(out) as image:
        assert image.mode == "RGBA"
        expected = codec.decode(data.read_bytes()).picture.interleaved()
        assert levels_apart(np.asarray(image), expected) <= 1
    broken = tmp_path / "broken.aec"
    broken.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(SystemExit, match=r"broken\.aec: the data end"):
        reference().main(broken, TINY_WEIGHTS, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_a_lossless_file_needs_no_weights() -> None:
    data = (GOLDEN / "v2" / "rgba16.aec").read_bytes()
    assert reference().decode(data).samples.shape == (40, 30, 4)


def test_it_is_short_and_on_its_own() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MAX_LINES
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names == {"numpy", "imagecodecs"}


def test_alpha_and_pixels_of_a_crop_are_where_they_belong(codec: Codec) -> None:
    """A tile grid of several columns, alpha in its own part."""
    pixels = np.tile(sample("city"), (2, 3, 1))[:1100, :1330]
    alpha = np.arange(1100 * 1330, dtype=np.uint64).reshape(1100, 1330).astype(np.uint8)
    data = codec.encode(Picture(pixels, alpha), Target("quality", 5)).data
    found = reference().decode(data, weights_at(TINY_WEIGHTS))
    assert np.array_equal(found.samples[:, :, 3], alpha)
