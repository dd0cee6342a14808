"""The command line with the real codec and tiny weights: real files, real damage, nothing lost."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.codec import container
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import read_layout
from aecodec.errors import FormatError
from aecodec.pictures import imagefile
from aecodec.pictures.picture import from_array
from tests.drawn import MAKERS
from tests.test_bits import StingyStream
from tests.test_hostile import bit_flips, truncations
from tests.tiny import TINY_WEIGHTS, sample

ENVIRONMENT = {**os.environ, "AECODEC_WEIGHTS": str(TINY_WEIGHTS)}


def aecodec(*arguments: object, folder: Path, input: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "aecodec", *map(str, arguments)],
        cwd=folder,
        env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parent.parent)},
        input=input,
        capture_output=True,
        check=False,
    )


@pytest.fixture(scope="module")
def small(either_codec: Codec) -> bytes:
    return either_codec.encode(from_array(sample()[:40, :50]), Target("quality", 40)).data


def test_a_folder_of_every_kind_of_picture_comes_back(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name, make in MAKERS.items():
        (source / f"{name}.{name.split('-')[0]}").write_bytes(make())
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    encoded = aecodec("encode", "in", "-o", "coded", "--json", "-q", 80, folder=tmp_path)
    rows = [json.loads(line) for line in encoded.stdout.splitlines()]
    bad = [row["input"] for row in rows if row["error"]]
    assert bad == ["in/broken.png"], encoded.stderr.decode()
    assert len(rows) == len(MAKERS) + 1
    assert encoded.returncode == 1
    decoded = aecodec("decode", "coded", "-o", "back", "--format", "tiff", folder=tmp_path)
    assert decoded.returncode == 0, decoded.stderr
    for row in rows:
        if not row["error"]:
            with (source / Path(row["input"]).name).open("rb") as stream:
                before = imagefile.read(stream)
            after = imagefile.read(tmp_path / "back" / Path(row["output"]).with_suffix(".tiff").name)
            assert after.pixels.shape == before.pixels.shape
            assert after.bit_depth == before.bit_depth
            assert (after.alpha is None) == (before.alpha is None)


def test_pipes(tmp_path: Path) -> None:
    png = BytesIO()
    imagefile.write(from_array(sample()[:50, :70]), png, "png")
    coded = aecodec("encode", "-", folder=tmp_path, input=png.getvalue())
    assert coded.returncode == 0, coded.stderr
    back = aecodec("decode", "-", "--format", "ppm", folder=tmp_path, input=coded.stdout)
    assert back.stdout.startswith(b"P6")


def test_damage_is_named_and_survived(tmp_path: Path, codec: Codec) -> None:
    picture = np.tile(sample("city"), (2, 3, 1))[:1100, :1330]
    data = bytearray(codec.encode(from_array(picture), Target("quality", 20)).data)
    part = read_layout(bytes(data)).tiles[1]
    data[part.offset + 30] ^= 1
    (tmp_path / "a.aec").write_bytes(data)
    refused = aecodec("decode", "a.aec", folder=tmp_path)
    assert refused.returncode == 1
    assert b"tile 1" in refused.stderr
    assert b"Traceback" not in refused.stderr
    assert not (tmp_path / "a.png").exists()
    painted = aecodec("decode", "a.aec", "--keep-going", folder=tmp_path)
    assert painted.returncode == 1
    assert b"tile 1" in painted.stderr
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (1330, 1100)


def test_every_flipped_bit_is_an_error_that_names_a_part(either_codec: Codec, small: bytes) -> None:
    parts = ("signature", "header", "index", "tile 0", "end")
    for offset, damaged in bit_flips(small):
        with pytest.raises(FormatError) as caught:
            either_codec.decode(damaged)
        assert any(part in str(caught.value) for part in parts), f"byte {offset}: {caught.value}"


def test_every_truncation_is_an_error(either_codec: Codec, small: bytes) -> None:
    for damaged in truncations(small):
        with pytest.raises(FormatError):
            either_codec.decode(damaged)


def test_tile_payloads_with_right_checksums_but_flipped_bits_never_pass_unnoticed(
    either_codec: Codec, small: bytes
) -> None:
    """The coder's closing state is the only witness here. Of a thousand and more flips all are caught."""
    parts = container.parse(small)
    (payload,) = (tile for tile in parts.tiles if tile is not None)
    for _, damaged in bit_flips(payload):
        with pytest.raises(FormatError, match="tile 0"):
            either_codec.decode(container.write(parts.header, [damaged]))


def test_a_stream_of_a_few_bytes_at_a_time_is_read_whole(small: bytes) -> None:
    assert container.parse(StingyStream(small, 3)).tiles == container.parse(small).tiles
