"""The post-filter: what it computes, that it makes a picture better where that is worth it, and how it is stored."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aecodec import metrics
from aecodec.codec import container, fitting, postfilter
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import PartKind, read_layout
from aecodec.codec.postfilter import MAX_WEIGHT, PAIRS, REACH, SHAPES, SHIFTS, PostFilter, Shape
from aecodec.compiled import loops, native
from aecodec.errors import Corrupt, LimitExceeded
from aecodec.pictures.picture import Picture, Samples
from tests.tiny import sample

Q50 = Target("quality", 50)


SMALL, WIDE = SHAPES


def random_filter(channels: int, shape: Shape = WIDE, shift: int = 8, largest: int = 60) -> PostFilter:
    draw = np.random.default_rng(channels)
    weights = draw.integers(-largest, largest + 1, (channels, shape.features(channels)), np.int32)
    return PostFilter(shape, weights, shift)


def samples_of(channels: int, depth: int) -> Samples:
    given = sample()[40:77, 50:103, :channels].copy()
    given[5:9, 9:30:3] = 255 * (given[5:9, 9:30:3] < 128)  # differences as large as there are
    return np.ascontiguousarray(given if depth == 8 else given.astype(np.uint16) * 257 + 3)


def slowly(chosen: PostFilter, samples: Samples) -> np.ndarray:
    """Pixel by pixel, as docs/format.md has it."""
    height, width, _ = samples.shape
    level = 1 if samples.dtype == np.uint8 else 256
    found = np.zeros(samples.shape, int)
    for row, column in np.ndindex(height, width):

        def beyond(down: int, right: int, row: int = row, column: int = column) -> np.ndarray:
            place = min(max(row + down, 0), height - 1), min(max(column + right, 0), width - 1)
            return samples[place].astype(int) - samples[row, column]

        features = [[level], samples[row, column].astype(int) - 128 * level]
        for pair in PAIRS[: chosen.shape.plain]:
            features.append(beyond(*pair) + beyond(-pair[0], -pair[1]))
        for most in chosen.shape.clips:
            for pair in PAIRS[: chosen.shape.pairs]:
                both = np.stack([beyond(*pair), beyond(-pair[0], -pair[1])])
                features.append(both.clip(-most * level, most * level).sum(0))
        change = chosen.weights.astype(int) @ np.concatenate(features)
        found[row, column] = samples[row, column] + (change + (1 << chosen.shift - 1) >> chosen.shift)
    return found.clip(0, np.iinfo(samples.dtype).max)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("largest", [60, MAX_WEIGHT])
def test_it_is_what_the_format_says_to_the_last_bit(
    channels: int, depth: int, shape: Shape, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postfilter, "STRIP", 4 * 53)  # of four rows: the last has one
    samples, chosen = samples_of(channels, depth), random_filter(channels, shape, largest=largest)
    filtered = chosen.apply(samples, 2)
    assert filtered.dtype == samples.dtype
    assert np.array_equal(filtered, slowly(chosen, samples))
    assert not np.array_equal(filtered, samples)


@pytest.mark.parametrize("shape", SHAPES)
def test_compiled_and_as_written_it_is_the_same(shape: Shape, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, chosen = samples_of(3, 8)[:9, :20], random_filter(3, shape)
    compiled = chosen.apply(samples, 1)

    def as_written(name: str, *given: Any) -> int:
        flat = [value.reshape(-1) if isinstance(value, np.ndarray) else value for value in given]
        return int(getattr(loops, name)(*flat))

    monkeypatch.setattr(native, "run", as_written)
    assert np.array_equal(chosen.apply(samples, 1), compiled)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_fitted_are_the_features_that_are_run(channels: int, depth: int, shape: Shape) -> None:
    """Sums of weighted features, as far as floats go, are what the filter adds."""
    samples, chosen = samples_of(channels, depth), random_filter(channels, shape, SHIFTS[-1], largest=9)
    rows, columns = np.array([0, 3, 17, len(samples) - 1])[:, None], np.arange(samples.shape[1])[None]
    features = fitting._features(samples, rows, columns)[fitting._places(shape, channels)]
    added = (chosen.weights @ features * (postfilter.level_of(samples) / 2**chosen.shift)).T
    wanted = chosen.apply(samples, 1)[rows[:, 0]].reshape(-1, channels).astype(float)
    before = samples[rows[:, 0]].reshape(-1, channels)
    within = np.clip(before + added, 0, np.iinfo(samples.dtype).max)
    assert np.abs(wanted - within).max() <= 0.51


def test_a_crop_is_filtered_as_the_whole() -> None:
    samples, chosen = samples_of(3, 8), random_filter(3)
    whole = chosen.apply(samples, 1)
    for crop in [(0, 0, 53, 37), (0, 0, 9, 7), (20, 11, 1, 1), (40, 30, 13, 7)]:
        x, y, width, height = crop
        left, top, more, higher = postfilter.around(crop, 53, 37)
        part = chosen.apply(samples[top : top + higher, left : left + more], 1)
        inside = part[y - top : y - top + height, x - left : x - left + width]
        assert np.array_equal(inside, whole[y : y + height, x : x + width])
    assert postfilter.around((20, 11, 5, 5), 53, 37) == (20 - REACH, 11 - REACH, 5 + 2 * REACH, 5 + 2 * REACH)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("largest", [0, 1, 90, MAX_WEIGHT])
def test_bytes_are_read_as_they_were_written(channels: int, shape: Shape, largest: int) -> None:
    given = random_filter(channels, shape, 9, largest)
    given.weights[0, :2] = -largest, largest
    payload = given.to_bytes()
    read = PostFilter.from_bytes(payload, channels)
    assert (read.shape, read.shift) == (shape, 9)
    assert np.array_equal(read.weights, given.weights)
    assert len(payload) <= 1 + given.weights.size * (2 * largest + 1).bit_length() / 4 + 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda payload: payload[:-2],
        lambda payload: payload + b"\0",
        lambda payload: payload[:-1] + bytes([payload[-1] | 0x80]),
        lambda payload: bytes([payload[0] | 15]) + payload[1:],
        lambda payload: bytes([payload[0] & 15 | 0xF0]) + payload[1:],
        lambda payload: payload[:1] + b"\xff" * 40,
        lambda payload: payload[:1],
    ],
)
def test_what_is_no_filter_is_corrupt(spoil: Any) -> None:
    payload = PostFilter(SMALL, np.ones((1, SMALL.features(1)), np.int32), 8).to_bytes()
    with pytest.raises(Corrupt, match="POSTFILTER"):
        PostFilter.from_bytes(spoil(payload), 1)


def test_weights_beyond_their_range_are_corrupt() -> None:
    payload = PostFilter(SMALL, np.full((1, SMALL.features(1)), 1 << 15, np.int32), 8).to_bytes()
    with pytest.raises(Corrupt, match="beyond"):
        PostFilter.from_bytes(payload, 1)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_was_blurred_becomes_sharper(channels: int, depth: int) -> None:
    wanted = samples_of(channels, depth)
    padded = np.pad(wanted.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    blurred = (6 * padded[1:-1, 1:-1] + padded[:-2, 1:-1] + padded[2:, 1:-1]) // 8
    shown = blurred.astype(wanted.dtype)
    price = 0.05 if depth == 8 else 0.05 / 257**2
    better = fitting.fitted(shown, wanted, None, price, 1).apply(shown, 1)
    peak = (1 << depth) - 1
    assert metrics.psnr(better, wanted, peak=peak) > metrics.psnr(shown, wanted, peak=peak) + 1


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5000, 1), (300, 400), (2000, 3000), (1, 1 << 20), (9000, 12000)])
def test_what_is_fitted_to_is_from_everywhere(size: tuple[int, int]) -> None:
    height, width = size
    rows, columns = fitting._sample(height, width)
    pixels = np.broadcast_to(rows, columns.shape) * width + columns
    assert np.unique(pixels).size == pixels.size
    assert pixels.size == height * width or fitting.SAMPLE // 2 <= pixels.size <= 2 * fitting.SAMPLE
    assert rows.max() >= height - max(height // 50, 3)
    assert columns.max() >= width - max(width // 50, 3)
    if min(size) > 100:
        assert all(np.unique(places % 8).size == 8 for places in (rows, columns))


def test_what_is_hidden_does_not_count() -> None:
    wanted = samples_of(3, 8)
    shown = wanted.copy()
    hidden = np.zeros(shown.shape[:2], bool)
    hidden[:, 20:] = True
    shown[hidden] = 0
    found = fitting.fitted(shown, wanted, hidden, 1.0, 1)
    assert not found.weights.any()


def test_dear_errors_buy_more_weights() -> None:
    wanted = samples_of(3, 8)
    noise = np.random.default_rng(0).normal(0, 6, wanted.shape)
    shown = np.clip(wanted + noise, 0, 255).astype(np.uint8)
    few, many = (fitting.fitted(shown, wanted, None, price, 1) for price in (1e-4, 1.0))
    assert len(few.to_bytes()) < len(many.to_bytes())
    assert np.count_nonzero(few.weights) < np.count_nonzero(many.weights)


def part(data: bytes) -> int:
    return sum(entry.size for entry in read_layout(data).parts if entry.kind == PartKind.POSTFILTER)


@pytest.mark.usefixtures("as_photographs")
def test_a_picture_gets_one_that_is_worth_its_bytes(codec: Codec) -> None:
    picture = Picture(sample()[:256, :300])
    encoded = codec.encode(picture, Q50)
    shown = codec.decode(encoded.data).picture.pixels
    assert metrics.psnr(shown, picture.pixels, peak=255) == pytest.approx(encoded.psnr_db)
    parts = container.parse(encoded.data)
    plain = container.write(parts.header, [tile or b"" for tile in parts.tiles])
    assert len(plain) == len(encoded.data) - postfilter.part_bytes(parts.postfilter)
    without = metrics.psnr(codec.decode(plain).picture.pixels, picture.pixels, peak=255)
    assert encoded.psnr_db > without + 0.1
    crop = codec.decode(encoded.data, crop=(33, 64, 100, 65)).picture.pixels
    assert np.array_equal(crop, shown[64:129, 33:133])


@pytest.mark.usefixtures("as_photographs")
def test_one_that_costs_more_than_it_gains_is_left_out(codec: Codec) -> None:
    assert part(codec.encode(Picture(sample()[:9, :9]), Target("quality", 5)).data) == 0


@pytest.mark.usefixtures("as_photographs")
def test_it_goes_where_the_size_would_be_exceeded(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(sample()[:128, :128])
    whole = codec.encode(picture, Q50)
    assert part(whole.data) > 0
    way = codec_way(codec, picture)
    step = read_layout(whole.data).header.quality_step
    assert way.encoded(step).data == whole.data
    tight = way.encoded(step, len(whole.data) - 1)
    assert part(tight.data) == 0
    assert len(tight.data) < len(whole.data)
    assert tight.psnr_db < whole.psnr_db
    for most in range(len(whole.data) - 60, len(whole.data) + 60, 15):
        assert len(codec.encode(picture, Target("max_bytes", most)).data) <= most


def codec_way(codec: Codec, picture: Picture) -> Any:
    from aecodec.codec.encoding import Encoding, Request

    return Encoding(Request(picture, codec.weights, codec.executor))


@pytest.mark.usefixtures("as_photographs")
def test_a_damaged_one_is_named_and_the_rest_is_shown(codec: Codec) -> None:
    picture = Picture(sample()[:128, :128])
    data = codec.encode(picture, Q50).data
    (entry,) = read_layout(data).parts
    hurt = bytearray(data)
    hurt[entry.offset] ^= 0xFF
    with pytest.raises(Corrupt, match="POSTFILTER"):
        codec.decode(bytes(hurt))
    kept = codec.decode(bytes(hurt), keep_going=True)
    assert len(kept.damage) == 1
    assert "POSTFILTER" in kept.damage[0]
    assert metrics.psnr(kept.picture.pixels, picture.pixels, peak=255) > 20
    parts = container.parse(data)
    illegal = container.write(parts.header, [parts.tiles[0] or b""], parts={PartKind.POSTFILTER: b"\xff\xff"})
    assert codec.decode(illegal, keep_going=True).damage == ("part POSTFILTER: a shift of 13 is illegal",)


@pytest.mark.usefixtures("as_photographs")
def test_one_that_is_too_large_is_refused_before_it_is_read(codec: Codec) -> None:
    parts = container.parse(codec.encode(Picture(sample()[:64, :64]), Q50).data)
    with pytest.raises(LimitExceeded, match="POSTFILTER"):
        container.write(parts.header, [parts.tiles[0] or b""], parts={PartKind.POSTFILTER: bytes(1025)})


@pytest.mark.usefixtures("as_photographs")
def test_files_without_one_are_as_they_were(codec: Codec) -> None:
    picture = Picture(sample()[:128, :128])
    parts = container.parse(codec.encode(picture, Q50).data)
    tile = parts.tiles[0] or b""
    assert replace(parts, postfilter=None) == container.parse(container.write(parts.header, [tile]))
