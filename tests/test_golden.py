"""Golden files: what was once written decodes for ever, to the same symbols and (within a level) the same pixels.

`tests.golden.make` says how they came to be. A file that is missing fails: nothing here heals itself.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from aecodec.codec.codec import Codec
from aecodec.codec.layout import PartKind, TileKind, read_header, read_layout
from aecodec.executors.with_torch import TorchCodec
from aecodec.models import manifest, weights
from tests.exactness_probe import symbols_hash
from tests.tiny import TINY_WEIGHTS, run_by

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = [GOLDEN / "v1", GOLDEN / "v2"]  # of the format
FOLDERS = [*VERSIONS, GOLDEN / "filtered", GOLDEN / "wide"]
ROWS = {folder: json.loads((folder / "manifest.json").read_text()) for folder in FOLDERS}
CASES = [(folder, row) for folder in FOLDERS for row in ROWS[folder]]


@pytest.mark.parametrize(("folder", "row"), CASES, ids=[f"{folder.name}/{row['file']}" for folder, row in CASES])
def test_a_golden_file_decodes_to_what_it_did(folder: Path, row: dict[str, str], either_codec: Codec) -> None:
    data = (folder / row["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    assert folder not in VERSIONS or f"v{data[8]}" == folder.name
    tiny = row["weights"] == either_codec.weights.id.hex()
    used = either_codec if tiny else shipped(row["weights"], type(either_codec.executor))
    shown = used.decode(data).picture.interleaved()[:64, :64].astype(int)
    assert used.weights.id.hex() == row["weights"]
    assert symbols_hash(used, data) == row["symbols"]
    expected = np.load(folder / f"{row['file']}.npz")["pixels"]
    level = 257 if expected.dtype == np.uint16 else 1
    tolerance = level if read_header(data).has_network else 0
    assert np.abs(shown[:, :, : expected.shape[2]] - expected.astype(int)).max() <= tolerance


def shipped(weights_id: str, kind: type) -> Codec:
    """Run by the same kind of executor."""
    with run_by("torch" if kind is TorchCodec else "onnx"):
        return Codec.load(weights.find(bytes.fromhex(weights_id), None), device="cpu")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_lies_there_that_no_row_names(folder: Path) -> None:
    files = {row["file"] for row in ROWS[folder]}
    assert {path.name for path in folder.glob("*.aec")} == files
    assert len(files) >= 4
    assert {path.name for path in folder.glob("*.npz")} == {f"{name}.npz" for name in files}


def test_there_is_every_kind_of_tile() -> None:
    layouts = [read_layout((folder / row["file"]).read_bytes()) for folder, row in CASES]
    assert {tile.holds for layout in layouts for tile in layout.tiles} == set(TileKind)


def test_all_of_the_last_folder_have_a_post_filter() -> None:
    layouts = [read_layout((folder / row["file"]).read_bytes()) for folder, row in CASES if folder == FOLDERS[-1]]
    assert all(PartKind.POSTFILTER in {part.kind for part in layout.parts} for layout in layouts)


def test_every_shipped_weights_id_has_a_golden_file() -> None:
    shipped = {row.sha256[:16] for row in manifest.read() if row.kind == "codec"}
    assert shipped
    assert shipped <= {row["weights"] for row in ROWS[FOLDERS[0]]}


def test_the_tiny_weights_are_those_of_the_golden_files(codec: Codec) -> None:
    assert codec.weights.id.hex() == hashlib.sha256(TINY_WEIGHTS.read_bytes()).hexdigest()[:16]
    assert codec.weights.id.hex() in {row["weights"] for row in ROWS[FOLDERS[0]]}
