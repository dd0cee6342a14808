"""Files of a network with details: what comes back, which tiles have them, what is refused."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from aecodec.codec import container, latents, windowed
from aecodec.codec.codec import Codec, Target
from aecodec.codec.encoding import Encoding, Request
from aecodec.codec.layout import read_header, read_layout
from aecodec.codec.windowed import synthesise
from aecodec.devices import Device
from aecodec.errors import Corrupt, FormatError
from aecodec.executors import modules
from aecodec.executors.interface import CodecExecutor, Floats, Form
from aecodec.models import weights
from aecodec.nets import cost
from aecodec.pictures.picture import Picture, from_array
from aecodec.tiling import LATENT_STRIDE, TileGrid
from tests.codec.test_codec import psnr
from tests.tiny import DETAILS, KINDS, TINY, executor, expected_bits, sample, tiny_detailed, tiny_frozen

SIDE = 128
CPU = Device("cpu", 1)
Q50, Q90 = Target("quality", 50), Target("quality", 90)
STEP = 784  # of quality 50


def partly_flat() -> Picture:
    """Six tiles (the last of each row and column is cut), of which those of the first two columns are flat."""
    pixels = np.full((203, 300, 3), 64, np.uint8)
    pixels[:, 256:] = sample("city")[200:403, :44]
    return from_array(pixels)


FLAGS = [0, 0, 1, 0, 0, 1]
pytestmark = pytest.mark.usefixtures("as_photographs")


@pytest.fixture
def tiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.codec.encoding.choose_tile_side", lambda width, height: SIDE)


@pytest.fixture
def data(detailed_codec: Codec, tiled: None) -> bytes:
    return detailed_codec.encode(partly_flat(), Q50).data


def payloads(data: bytes) -> list[bytes]:
    tiles = [tile for tile in container.parse(data).tiles if tile is not None]
    assert len(tiles) == len(container.parse(data).tiles)
    return tiles


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (63, 65), (130, 97)])
@pytest.mark.parametrize(("channels", "depth"), [(1, 8), (2, 16), (3, 8), (3, 16), (4, 8)])
def test_every_shape_depth_and_mode_comes_back(
    either_detailed_codec: Codec, size: tuple[int, int], channels: int, depth: int
) -> None:
    rgb = sample()[: size[0], : size[1]].astype(np.uint16 if depth == 16 else np.uint8) * (257 if depth == 16 else 1)
    array = np.dstack([rgb, rgb[:, :, :1]])[:, :, {1: [1], 2: [1, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]]
    picture = from_array(array)
    encoded = either_detailed_codec.encode(picture, Q90)
    decoded = either_detailed_codec.decode(encoded.data).picture
    assert (decoded.pixels.shape, decoded.pixels.dtype) == (picture.pixels.shape, picture.pixels.dtype)
    assert psnr(decoded.pixels, picture.pixels) > 30
    if picture.alpha is None:
        assert psnr(decoded.pixels, picture.pixels) == pytest.approx(encoded.psnr_db, abs=0.01)


def test_a_high_quality_shows_what_the_network_without_details_cannot(codec: Codec, detailed_codec: Codec) -> None:
    picture = from_array(sample("city")[:192, :160])
    without, full = (used.encode(picture, Target("quality", 100)).psnr_db for used in (codec, detailed_codec))
    assert full > without + 5


def test_only_tiles_that_need_details_have_them(detailed_codec: Codec, data: bytes) -> None:
    assert [payload[0] for payload in payloads(data)] == FLAGS
    decoded = detailed_codec.decode(data).picture.pixels
    picture = partly_flat().pixels
    assert psnr(decoded[:, :240], picture[:, :240]) > 40
    assert psnr(decoded[:, 256:], picture[:, 256:]) > 25


@pytest.mark.usefixtures("tiled")
def test_the_decoder_reads_the_symbols_and_the_canvas_of_the_encoder(either_detailed_codec: Codec) -> None:
    encoding = Encoding(Request(partly_flat(), either_detailed_codec.weights, either_detailed_codec.executor))
    coded = encoding.at(STEP)
    canvas = windowed.empty_canvas(encoding.grid, TINY.latents + DETAILS)
    for tile, payload in zip(encoding.grid.tiles(), payloads(coded.data), strict=True):
        (y,) = latents.decode(either_detailed_codec.executor, [payload], tile.y_shape, STEP)
        assert isinstance(y, np.ndarray)
        assert len(y) == TINY.latents + (DETAILS if FLAGS[tile.index] else 0)
        windowed.paste(canvas, tile, y)
    np.testing.assert_allclose(canvas, coded.canvas, atol=1e-3, rtol=0)
    assert coded.canvas[TINY.latents :].any()


@pytest.mark.usefixtures("tiled")
@pytest.mark.parametrize("batch", [1, 4])
def test_batches_do_not_matter(detailed_codec: Codec, data: bytes, batch: int) -> None:
    other = Codec(detailed_codec.weights, CPU, batch, None)
    assert [tile[0] for tile in payloads(other.encode(partly_flat(), Q50).data)] == FLAGS
    expected = detailed_codec.decode(data).picture.pixels.astype(int)
    assert np.abs(other.decode(data).picture.pixels - expected).max() <= 1


def test_the_file_is_as_large_as_the_model_says(either_detailed_codec: Codec) -> None:
    data = either_detailed_codec.encode(from_array(sample("city")[:256, :320]), Q90).data
    (tile,) = payloads(data)
    assert tile[0] == latents.WITH_DETAILS
    expected = expected_bits(either_detailed_codec.executor, [tile], (16, 20), read_header(data).quality_step)
    assert abs(len(data) - expected / 8) <= 0.01 * len(data) + 200


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_details_in_windows_are_those_of_the_whole(kind: str) -> None:
    model, pixels = modules.compressor(tiny_detailed()), sample("city")[:203, :300]
    grid = TileGrid(300, 203, SIDE)
    padded = np.pad(pixels, ((0, grid.padded_height - 203), (0, grid.padded_width - 300), (0, 0)), mode="edge")
    whole = model.analyse(torch.from_numpy(padded).permute(2, 0, 1)[None].float() / 255)[0].numpy()
    canvas = windowed.empty_canvas(grid, TINY.latents + DETAILS)
    run = executor(tiny_detailed(), kind, 2)
    for tile, y in zip(grid.tiles(), windowed.analyse(run, grid, pixels), strict=True):
        windowed.paste(canvas, tile, y)
    assert canvas.shape == whole.shape
    assert whole[TINY.latents :].std() > 0.01
    assert np.abs(canvas - whole).max() < 1e-4


@pytest.mark.usefixtures("tiled")
def test_synthesis_in_windows_is_that_of_the_whole(either_detailed_codec: Codec) -> None:
    encoding = Encoding(Request(partly_flat(), either_detailed_codec.weights, either_detailed_codec.executor))
    canvas, run, deep = encoding.at(STEP).canvas, either_detailed_codec.executor, Form(3, 16)
    whole = TileGrid(300, 203, 320)
    ((_, expected),) = synthesise(run, whole, canvas, STEP, whole.tiles(), deep)
    for tile, shown in synthesise(run, encoding.grid, canvas, STEP, encoding.grid.tiles(), deep):
        assert np.abs(shown - expected[tile.region].astype(int)).max() < 1e-4 * 65535


@pytest.mark.parametrize("crop", [(5, 3, 1, 1), (120, 100, 150, 60), (290, 190, 10, 13)])
def test_a_crop_is_the_same_part_of_the_whole(
    detailed_codec: Codec, data: bytes, crop: tuple[int, int, int, int]
) -> None:
    x, y, width, height = crop
    whole = detailed_codec.decode(data).picture.pixels[y : y + height, x : x + width].astype(int)
    part = detailed_codec.decode(data, crop=crop).picture.pixels.astype(int)
    assert part.shape == whole.shape
    assert np.abs(part - whole).max() <= 1


def test_a_tile_without_details_costs_what_a_network_without_them_costs() -> None:
    detailed, plain = executor(tiny_detailed(), "torch"), executor(tiny_frozen(), "torch")

    def synthesised(run: CodecExecutor, canvas: Floats) -> float:
        grid = TileGrid(cost.SIDE, cost.SIDE, cost.SIDE)
        form = Form(3, 8)
        return cost.kmac_per_pixel(lambda: list(synthesise(run, grid, canvas, 0, grid.tiles(), form)))["Global"]

    def decoded(channels: int) -> float:
        cells = cost.SIDE // LATENT_STRIDE
        coded = latents.encode(detailed, np.zeros((1, channels, cells, cells), np.float32), 0).payloads
        assert coded[0][0] == (channels > TINY.latents)
        return cost.kmac_per_pixel(lambda: latents.decode(detailed, coded, (cells, cells), 0))["Global"]

    side = cost.SIDE // LATENT_STRIDE
    canvas = np.zeros((TINY.latents + DETAILS, side, side), np.float32)
    assert synthesised(detailed, canvas) == synthesised(plain, canvas[: TINY.latents])
    assert decoded(TINY.latents) < decoded(TINY.latents + DETAILS)
    canvas[-1, 0, 0] = 1
    assert synthesised(detailed, canvas) > synthesised(plain, canvas[: TINY.latents])


@pytest.mark.parametrize("flag", [2, 255])
def test_another_flag_is_damage_of_its_tile(detailed_codec: Codec, data: bytes, flag: int) -> None:
    tiles = payloads(data)
    tiles[2] = bytes([flag]) + tiles[2][1:]
    spoiled = container.write(read_header(data), tiles)
    with pytest.raises(Corrupt, match=rf"tile 2 .* at byte {read_layout(spoiled).tiles[2].offset}: flag {flag}"):
        detailed_codec.decode(spoiled)
    damage = detailed_codec.decode(spoiled, keep_going=True).damage
    assert len(damage) == 1


@pytest.mark.parametrize("tile", [b"\x00", b"\x01", b"\x01\x00"])
def test_a_stream_that_ends_behind_its_flag_is_damage(detailed_codec: Codec, data: bytes, tile: bytes) -> None:
    tiles = payloads(data)
    with pytest.raises(FormatError, match="tile 4"):
        detailed_codec.decode(container.write(read_header(data), [*tiles[:4], tile, tiles[5]]))


@pytest.mark.parametrize("flags", [(1, 0), (0, 1)])
def test_a_wrong_flag_is_damage(detailed_codec: Codec, data: bytes, flags: tuple[int, int]) -> None:
    tiles = [bytes([flags[1]]) + tile[1:] if tile[0] == flags[0] else tile for tile in payloads(data)]
    with pytest.raises(FormatError, match="tile"):
        detailed_codec.decode(container.write(read_header(data), tiles))


def test_files_name_the_network_that_their_weights_have(
    codec: Codec, detailed_codec: Codec, detailed_weights: Path
) -> None:
    picture = from_array(sample()[:64, :64])
    for used, number in ((codec, weights.PLAIN), (detailed_codec, weights.DETAILED)):
        data = used.encode(picture, Q90).data
        header = read_header(data)
        assert header.model_id == number
        other = dataclasses.replace(header, model_id=3 - number)
        with pytest.raises(Corrupt, match=f"network {3 - number} is named, but its weights are of {number}"):
            used.decode(container.write(other, payloads(data)))
    assert weights.find(header.weights_hash, detailed_weights.parent) == detailed_weights


@pytest.mark.usefixtures("tiled")
def test_effort_makes_a_file_smaller_and_no_worse(detailed_codec: Codec) -> None:
    picture = from_array(sample("city")[:192, :250])
    plain, refined = (detailed_codec.encode(picture, Q90, effort=effort) for effort in (0, 3))
    assert len(refined.data) < len(plain.data)
    assert refined.psnr_db >= plain.psnr_db
    assert psnr(detailed_codec.decode(refined.data).picture.pixels, picture.pixels) == pytest.approx(refined.psnr_db)


@pytest.mark.usefixtures("tiled")
@pytest.mark.parametrize("quality", [20, 50])
def test_effort_is_never_larger_nor_worse_where_few_tiles_have_details(detailed_codec: Codec, quality: int) -> None:
    target = Target("quality", quality)
    plain, refined = (detailed_codec.encode(partly_flat(), target, effort=effort) for effort in (0, 2))
    assert len(refined.data) <= len(plain.data)
    assert refined.psnr_db >= plain.psnr_db
    decoded = detailed_codec.decode(refined.data).picture.pixels
    assert psnr(decoded, partly_flat().pixels) == pytest.approx(refined.psnr_db, abs=0.01)


def test_a_picture_is_analysed_once_for_all_qualities(detailed_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    details = detailed_codec.executor.details

    def counted(*arguments: Any) -> Floats:
        calls.append(1)
        return details(*arguments)

    monkeypatch.setattr(detailed_codec.executor, "details", counted)
    detailed_codec.encode(from_array(sample()[:100, :100]), Target("max_bytes", 4000))
    assert len(calls) == 1
