"""Golden files: what was once written decodes for ever, to the same symbols and (within a level) the same pixels.

`tests.golden.make` says how they came to be. A file that is missing fails: nothing here heals itself.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from aecodec.codec.codec import Codec
from aecodec.models import manifest, weights
from tests.exactness_probe import symbols_hash
from tests.tiny import TINY_WEIGHTS

FOLDER = Path(__file__).parent / "golden" / "v1"
ROWS = json.loads((FOLDER / "manifest.json").read_text())


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_golden_file_decodes_to_what_it_did(row: dict[str, str], codec: Codec) -> None:
    data = (FOLDER / row["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    tiny = row["weights"] == codec.weights.id.hex()
    used = codec if tiny else Codec.load(weights.find(bytes.fromhex(row["weights"]), None), device="cpu")
    pixels = used.decode(data).picture.pixels[:64, :64]
    assert used.weights.id.hex() == row["weights"]
    assert symbols_hash(used, data) == row["symbols"]
    expected = np.load(FOLDER / f"{row['file']}.npz")["pixels"]
    level = 257 if pixels.dtype == np.uint16 else 1
    assert np.abs(pixels.astype(int) - expected.astype(int)).max() <= level


def test_nothing_lies_there_that_no_row_names() -> None:
    files = {row["file"] for row in ROWS}
    assert {path.name for path in FOLDER.glob("*.aec")} == files
    assert len(files) >= 8
    assert {path.name for path in FOLDER.glob("*.npz")} == {f"{name}.npz" for name in files}


def test_every_shipped_weights_id_has_a_golden_file() -> None:
    shipped = {row.sha256[:16] for row in manifest.read() if row.kind == "codec"}
    assert shipped
    assert shipped <= {row["weights"] for row in ROWS}


def test_the_tiny_weights_are_those_of_the_golden_files(codec: Codec) -> None:
    assert codec.weights.id.hex() == hashlib.sha256(TINY_WEIGHTS.read_bytes()).hexdigest()[:16]
    assert codec.weights.id.hex() in {row["weights"] for row in ROWS}
