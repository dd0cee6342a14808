"""What tiles hold: written and read back, hostile layers named, files that are too short refused from their index."""

import subprocess
import sys

import numpy as np
import pytest

from aecodec.codec import container
from aecodec.codec.header import NO_NETWORK, NO_WEIGHTS, Header
from aecodec.codec.layers import Content, contents, refuse_short
from aecodec.codec.layout import TileKind, read_layout
from aecodec.errors import Corrupt, FormatError, Truncated, UnsupportedVersion
from aecodec.pictures import lossless

HEADER = Header(100, 70, 3, 8, 1, bytes(8), 784, 128)
LOSSLESS_HEADER = Header(100, 70, 3, 8, NO_NETWORK, NO_WEIGHTS, 1584, 128)
LATENTS = bytes(20)


@pytest.mark.parametrize(
    ("content", "holds"),
    [
        (Content(latents=LATENTS), TileKind.LATENTS),
        (Content(lossless=b"picture"), TileKind.LOSSLESS),
        (Content(LATENTS, b"picture"), TileKind.LAYERS),
        (Content(LATENTS, bytes(300)), TileKind.LAYERS),
    ],
)
def test_a_tile_comes_back(content: Content, holds: TileKind) -> None:
    assert content.holds is holds
    header = LOSSLESS_HEADER if holds is TileKind.LOSSLESS else HEADER
    data = container.write(header, [content.to_bytes()], holds=[content.holds])
    assert data[8] == (1 if holds is TileKind.LATENTS else 2)
    assert contents(read_layout(data), container.parse(data).tiles, None) == {0: content}


@pytest.mark.parametrize("payload", [b"\x00" + LATENTS, b"\x14" + LATENTS, b"\x15" + LATENTS, b"\x80\x00" + LATENTS])
def test_layers_that_do_not_fit_their_tile_are_damage(payload: bytes) -> None:
    data = container.write(HEADER, [payload], holds=[TileKind.LAYERS])
    layout, parts = read_layout(data), container.parse(data)
    with pytest.raises(FormatError, match=r"^tile 0 \(x 0, y 0, 100x70\) at byte \d+: "):
        contents(layout, parts.tiles, None)
    damage: list[str] = []
    assert contents(layout, parts.tiles, damage) == {}
    assert len(damage) == 1


def index_byte(data: bytes, offset: int, value: int) -> bytes:
    """`data` of one tile with another byte in its index, checksum right again."""
    index = bytearray(data[37:40])
    index[offset] = value
    return data[:37] + bytes(index) + container.fixed(container.crc32(bytes(index)), 4) + data[44:]


def test_kinds_of_tiles_that_are_unknown_or_need_a_network_are_refused() -> None:
    data = container.write(LOSSLESS_HEADER, [b"picture"], holds=[TileKind.LOSSLESS])
    assert index_byte(data, 1, 1) == data
    with pytest.raises(UnsupportedVersion, match="unknown kind 0x03 of a tile"):
        read_layout(index_byte(data, 1, 3))
    for kind in (TileKind.LATENTS, TileKind.LAYERS):
        with pytest.raises(Corrupt, match="latents without a network"):
            read_layout(index_byte(data, 1, kind))


def test_short_latents_are_found_in_the_index() -> None:
    whole = container.write(HEADER, [LATENTS])
    refuse_short(read_layout(whole), keep_going=False)
    short = read_layout(container.write(HEADER, [b"12345678"]))
    for keep_going in (False, True):
        with pytest.raises(Truncated, match=r"tile 0 .*: 8 bytes of latents are too few"):
            refuse_short(short, keep_going)
    header = Header(200, 70, 3, 8, 1, bytes(8), 784, 128)
    half = read_layout(container.write(header, [LATENTS, b"1"]))
    refuse_short(half, keep_going=True)
    with pytest.raises(Truncated, match="tile 1"):
        refuse_short(half, keep_going=False)


BOMB = """
import sys
from aecodec.__main__ import main
sys.argv[1:] = ["decode", *sys.argv[1:], "-o", "out.png"]
try:
    main()
except SystemExit as end:
    print("exit", end.code)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss has the parent's
print(peak.split()[1], "torch" in sys.modules)
"""


@pytest.mark.parametrize("options", [[], ["--keep-going"]])
@pytest.mark.parametrize("kind", ["latents", "lossless"])
def test_a_bomb_is_refused_before_anything_is_loaded_or_memory_taken(tmp_path, kind: str, options: list[str]) -> None:
    """12,288 x 12,288 pixels in 100 and 230 bytes: took 7 GB."""
    if kind == "latents":
        data = container.write(Header(12288, 12288, 3, 8, 1, bytes(8), 784, 4096), [b"x"] * 9)
    else:
        header = Header(12288, 12288, 3, 8, NO_NETWORK, NO_WEIGHTS, 1584, 4096)
        tile = lossless.encode(np.zeros((64, 64, 3), np.uint8))
        data = container.write(header, [tile] * 9, holds=[TileKind.LOSSLESS] * 9)
    (tmp_path / "bomb.aec").write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-c", BOMB, "bomb.aec", *options], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said, measured = run.stdout.splitlines()[-2:]
    kilobytes, has_torch = measured.split()
    assert said.endswith("1")
    assert (int(kilobytes) < 200_000, has_torch) == (True, "False")
    assert "bomb.aec: " in run.stderr
    assert not (tmp_path / "out.png").exists()
