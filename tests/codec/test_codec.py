"""Picture to bytes and back: every kind of picture, tiles without seams, crops, damage, rates."""

import dataclasses
import io
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecodec.codec import container
from aecodec.codec.codec import Codec, Target
from aecodec.codec.encoding import Encoding, Request
from aecodec.codec.layout import read_header, read_layout
from aecodec.codec.windowed import synthesise
from aecodec.errors import Corrupt, FormatError, TargetUnreachable, UnsupportedVersion, UsageError, WeightsError
from aecodec.executors.interface import Form
from aecodec.models import weights
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array
from aecodec.tiling import TileGrid
from tests.tiny import expected_bits, sample

Q50 = Target("quality", 50)
LARGE = np.tile(sample("city"), (2, 3, 1))[:1100, :1330]  # above 1.3 megapixels: several tiles


@pytest.fixture(scope="module")
def large(codec: Codec) -> bytes:
    return codec.encode(from_array(LARGE), Q50).data


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    peak = np.iinfo(first.dtype).max
    mse = np.square(first.astype(float) - second.astype(float)).mean()
    return 10 * math.log10(peak**2 / mse) if mse else math.inf


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (63, 65), (64, 64), (130, 97)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_every_shape_depth_and_mode_comes_back(
    either_codec: Codec, size: tuple[int, int], channels: int, depth: int
) -> None:
    rgb = sample()[: size[0], : size[1]].astype(np.uint16 if depth == 16 else np.uint8)
    rgb = rgb * (257 if depth == 16 else 1)
    array = np.dstack([rgb, rgb[:, :, :1]])[:, :, {1: [1], 2: [1, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]]
    picture = from_array(array)
    encoded = either_codec.encode(picture, Target("quality", 90))
    decoded = either_codec.decode(encoded.data).picture
    assert decoded.pixels.shape == picture.pixels.shape
    assert decoded.pixels.dtype == picture.pixels.dtype
    assert psnr(decoded.pixels, picture.pixels) > 20
    if picture.alpha is None:
        assert decoded.alpha is None
        assert psnr(decoded.pixels, picture.pixels) == pytest.approx(encoded.psnr_db, abs=0.01)
    else:
        assert decoded.alpha is not None
        assert (decoded.alpha == picture.alpha).all()


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("depth", [8, 16])
def test_alpha_of_the_smallest_pictures_is_exact(codec: Codec, channels: int, depth: int) -> None:
    dtype = np.uint8 if depth == 8 else np.uint16
    for height, width in [*itertools.product((1, 2, 3), repeat=2), (1, 70), (70, 1)]:
        for alpha in (0, 1, 2**depth - 1, None):
            array = np.random.default_rng(0).integers(0, 2**depth, (height, width, channels)).astype(dtype)
            if alpha is not None:
                array[:, :, -1] = alpha
            data = codec.encode(from_array(array), Target("quality", 1)).data
            assert np.array_equal(codec.decode(data).picture.interleaved()[:, :, -1], array[:, :, -1])


def test_metadata_comes_back_byte_for_byte(codec: Codec) -> None:
    metadata = Metadata(icc=b"profile" * 9, exif=b"II*\0" + bytes(20), xmp=b"<x/>", gamma=45_455, cicp=(9, 16, 0, 1))
    picture = Picture(sample()[:64, :64], metadata=metadata)
    assert codec.decode(codec.encode(picture, Q50).data).picture.metadata == metadata


@pytest.mark.parametrize("effort", [-1, 10, 1.5, "1"])
def test_an_effort_that_there_is_not_is_a_usage_error(codec: Codec, effort: Any) -> None:
    with pytest.raises(UsageError, match="from 0 to 9"):
        codec.encode(from_array(sample()[:64, :64]), Q50, effort=effort)


def test_higher_quality_is_larger_and_better(codec: Codec) -> None:
    coded = [codec.encode(from_array(sample()[:256, :256]), Target("quality", q)) for q in (1, 25, 50, 75, 100)]
    assert [len(e.data) for e in coded] == sorted(len(e.data) for e in coded)
    assert [e.psnr_db for e in coded] == sorted(e.psnr_db for e in coded)


def test_the_file_is_as_large_as_the_model_says(either_codec: Codec) -> None:
    data = either_codec.encode(from_array(sample()), Q50).data
    (tile,) = container.parse(data).tiles
    assert tile is not None
    expected = expected_bits(either_codec.executor, [tile], (36, 36), read_header(data).quality_step)
    assert abs(len(data) - expected / 8) <= 0.01 * len(data) + 200


@pytest.mark.parametrize("side", [1, 65])
def test_a_psnr_of_a_flat_picture_is_reached(codec: Codec, side: int) -> None:
    picture = from_array(np.full((side, side), 128, np.uint8))
    try:
        assert codec.encode(picture, Target("psnr", 45)).psnr_db >= 45
    except TargetUnreachable:
        assert codec.encode(picture, Target("quality", 100)).psnr_db < 45


@pytest.mark.parametrize("target", [Target("bpp", 0.4), Target("max_bytes", 3000)])
def test_sizes_are_met_from_below(codec: Codec, target: Target) -> None:
    picture = from_array(sample()[:256, :320])
    most = target.value * 256 * 320 / 8 if target.kind == "bpp" else target.value
    assert 0.98 * most <= len(codec.encode(picture, target).data) <= most


def test_a_psnr_is_reached(codec: Codec) -> None:
    picture = from_array(sample()[:256, :320])
    encoded = codec.encode(picture, Target("psnr", 31))
    assert 31 <= encoded.psnr_db < 31.2
    assert psnr(codec.decode(encoded.data).picture.pixels, picture.pixels) >= 31


def test_impossible_targets_say_so(codec: Codec) -> None:
    picture = from_array(sample()[:128, :128])
    with pytest.raises(TargetUnreachable):
        codec.encode(picture, Target("max_bytes", 60))
    with pytest.raises(TargetUnreachable):
        codec.encode(picture, Target("bpp", 0.01))


@pytest.mark.parametrize("target", [Q50, Target("psnr", 27.0)])
def test_effort_makes_a_file_smaller_and_no_worse(codec: Codec, target: Target) -> None:
    picture = from_array(sample("city")[:192, :250])
    plain, refined = codec.encode(picture, target), codec.encode(picture, target, effort=5)
    assert refined.plain is not None
    assert (refined.plain.bytes, refined.plain.psnr_db) == (len(plain.data), plain.psnr_db)
    assert len(refined.data) < len(plain.data)
    assert refined.psnr_db >= plain.psnr_db
    assert psnr(codec.decode(refined.data).picture.pixels, picture.pixels) == pytest.approx(refined.psnr_db)


def test_effort_spends_what_it_saves_where_a_size_is_given(codec: Codec) -> None:
    picture = from_array(sample("city")[:192, :250])
    target = Target("max_bytes", 1500)
    plain, refined = codec.encode(picture, target), codec.encode(picture, target, effort=5)
    assert len(refined.data) <= 1500
    assert refined.psnr_db > plain.psnr_db
    assert refined.quality >= plain.quality


@pytest.mark.usefixtures("as_photographs")
@pytest.mark.parametrize("channels", [1, 4])
def test_effort_refines_every_tile_of_every_kind(codec: Codec, channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.codec.encoding.choose_tile_side", lambda width, height: 128)
    colours = sample("city")[:300, :250]
    picture = from_array(np.dstack([colours, np.maximum(colours[:, :, 0], 1)]) if channels == 4 else colours[:, :, :1])
    plain, refined = (codec.encode(picture, Q50, effort=effort) for effort in (0, 5))
    assert len(refined.data) < len(plain.data)
    assert refined.psnr_db >= plain.psnr_db
    assert psnr(codec.decode(refined.data).picture.pixels, picture.pixels) == pytest.approx(refined.psnr_db, abs=0.01)


def test_hidden_colour_changes_unless_exact(codec: Codec) -> None:
    pixels = sample()[:128, :128].copy()
    alpha = np.full((128, 128), 255, np.uint8)
    alpha[32:96, 32:96] = 0
    picture = Picture(pixels, alpha)
    free, exact = codec.encode(picture, Q50), codec.encode(picture, Q50, exact=True)
    assert len(free.data) < len(exact.data)
    assert read_header(exact.data).exact
    kept = codec.decode(exact.data).picture.pixels[40:90, 40:90]
    assert psnr(kept, pixels[40:90, 40:90]) > psnr(codec.decode(free.data).picture.pixels[40:90, 40:90], kept)


def test_windows_equal_the_whole(either_codec: Codec) -> None:
    encoding = Encoding(Request(from_array(LARGE), either_codec.weights, either_codec.executor))
    assert encoding.grid.count > 1
    canvas, deep = encoding.at(784).canvas, Form(3, 16)
    whole = TileGrid(LARGE.shape[1], LARGE.shape[0], 1344)
    ((_, expected),) = synthesise(either_codec.executor, whole, canvas, 784, whole.tiles(), deep)
    for tile, shown in synthesise(either_codec.executor, encoding.grid, canvas, 784, encoding.grid.tiles(), deep):
        assert np.abs(shown - expected[tile.region].astype(int)).max() < 1e-4 * 65535


@pytest.mark.parametrize("crop", [(0, 0, 1330, 1100), (5, 3, 1, 1), (700, 600, 300, 400), (1329, 1099, 1, 1)])
def test_a_crop_is_the_same_part_of_the_whole(codec: Codec, large: bytes, crop: tuple[int, int, int, int]) -> None:
    x, y, width, height = crop
    whole = codec.decode(large).picture.pixels[y : y + height, x : x + width].astype(int)
    part = codec.decode(large, crop=crop).picture.pixels.astype(int)
    assert part.shape == whole.shape
    assert np.abs(part - whole).max() <= 1


class CountedStream(io.BytesIO):
    """Says how many bytes were read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_of_a_stream_only_the_index_and_the_tiles_needed_are_read(codec: Codec, large: bytes) -> None:
    stream = CountedStream(large)
    whole = codec.decode(large).picture.pixels
    part = codec.decode(stream, crop=(5, 3, 20, 10)).picture.pixels
    assert np.abs(part.astype(int) - whole[3:13, 5:25]).max() <= 1
    layout = read_layout(large)
    assert len(layout.tiles) == 4
    assert stream.taken < layout.tiles[0].offset + layout.tiles[0].size + 100 < len(large) / 2
    stream = CountedStream(large)
    assert np.array_equal(codec.decode(stream).picture.pixels, whole)
    assert stream.taken == len(large)  # header and index once, not twice


def test_a_crop_outside_is_a_usage_error(codec: Codec, large: bytes) -> None:
    with pytest.raises(UsageError, match="not inside"):
        codec.decode(large, crop=(1300, 0, 31, 10))


def test_a_damaged_tile_costs_itself_and_a_rim(codec: Codec, large: bytes) -> None:
    part = read_layout(large).tiles[0]
    damaged = bytearray(large)
    damaged[part.offset + part.size // 2] ^= 4
    with pytest.raises(Corrupt, match=r"tile 0 .* at byte"):
        codec.decode(bytes(damaged))
    decoded = codec.decode(bytes(damaged), keep_going=True)
    assert len(decoded.damage) == 1
    whole, rest = codec.decode(large).picture.pixels.astype(int), decoded.picture.pixels.astype(int)
    assert part.tile is not None
    rim = codec.weights.config.synthesis_halo
    assert (np.abs(whole - rest)[: part.tile.height, : part.tile.width]).max() > 1
    changed = np.abs(whole - rest).max(axis=2) > 1
    assert not changed[part.tile.height + rim :].any()
    assert not changed[:, part.tile.width + rim :].any()


def test_a_stream_that_does_not_close_is_damage_although_its_checksum_is_right(codec: Codec, large: bytes) -> None:
    parts = container.parse(large)
    tiles = [tile for tile in parts.tiles if tile is not None]
    spoiled = bytearray(tiles[1])
    spoiled[len(spoiled) // 2] ^= 1
    data = container.write(parts.header, [tiles[0], bytes(spoiled), *tiles[2:]])
    with pytest.raises(FormatError, match="tile 1"):
        codec.decode(data)
    assert "tile 1" in codec.decode(data, keep_going=True).damage[0]


def test_unknown_networks_and_weights_are_named(codec: Codec) -> None:
    data = codec.encode(from_array(sample()[:64, :64]), Q50).data
    parts = container.parse(data)
    tiles = [tile for tile in parts.tiles if tile is not None]
    for change, error in (({"model_id": 99}, UnsupportedVersion), ({"weights_hash": bytes(8)}, WeightsError)):
        header = dataclasses.replace(parts.header, **change)  # type: ignore[arg-type]
        with pytest.raises(error):
            codec.decode(container.write(header, tiles))


def test_a_folder_is_searched_for_the_weights_a_file_names(codec: Codec, tiny_weights: Path) -> None:
    data = codec.encode(from_array(sample()[:64, :64]), Q50).data
    assert weights.find(read_header(data).weights_hash, tiny_weights.parent) == tiny_weights
