"""Previews: small pictures in large files alone, within their share of the bytes, and no truth."""

import io
from dataclasses import replace

import numpy as np
import pytest

from aecodec import api, metrics
from aecodec.codec import container, previews
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import PartKind, read_layout
from aecodec.codec.previews import Previews, size_of
from aecodec.errors import Corrupt
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, Samples
from tests.tiny import sample


@pytest.fixture(autouse=True)
def _any_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "LEAST_PIXELS", 300 * 300)
    monkeypatch.setattr(previews, "SHARE", 3)


def picture(pixels: Samples) -> Picture:
    return Picture(pixels, None, Metadata(icc=b"icc"))


def parts(data: bytes) -> dict[int, int]:
    return {part.kind: part.size for part in read_layout(data).parts}


def shown(data: bytes) -> Picture | None:
    stream = io.BytesIO(data)
    return previews.read(stream, read_layout(stream))


def near(small: Samples, whole: Samples) -> None:
    stride = whole.shape[1] / small.shape[1]
    rows, columns = (((np.arange(count) + 0.5) * stride).astype(int) for count in small.shape[:2])
    assert metrics.psnr(small, whole[rows][:, columns], peak=255) > 18


@pytest.mark.usefixtures("as_photographs")
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_large_picture_has_one_within_its_share(codec: Codec, channels: int, depth: int) -> None:
    given = sample()[:360, :500, :channels]
    stored = given if depth == 8 else given.astype(np.uint16) * 257
    data = codec.encode(picture(stored), Target("quality", 90)).data
    small = shown(data)
    assert small is not None
    assert small.pixels.shape == (184, 256, channels)
    assert small.metadata == Metadata(icc=b"icc")
    near(small.pixels, given)
    assert 0 < parts(data)[PartKind.PREVIEW] <= len(data) / 3


def test_a_lossless_file_has_one_too() -> None:
    given = sample()[:300, :400]
    small = shown(api.encode(picture(given), lossless=True))
    assert small is not None
    near(small.pixels, given)


def test_a_small_picture_or_one_with_alpha_has_none() -> None:
    given = sample()
    assert Previews(picture(given[:299, :300])).within(10**9) is None
    large = picture(given[:300, :300])
    assert Previews(large).within(10**9) is not None
    assert Previews(replace(large, alpha=np.full((300, 300), 7, np.uint8))).within(10**9) is None


def test_the_best_that_fits_is_taken_and_none_where_none_does() -> None:
    found = Previews(picture(sample()[:300, :400]))
    best = found.within(10**9)
    worst = next(data for size in range(0, 10**6, 200) if (data := found.within(size)) is not None)
    assert best is not None
    assert len(worst) < len(best)
    assert found.within(3 * len(worst) - 1) is None
    assert found.within(3 * len(best)) == best


@pytest.mark.usefixtures("as_photographs")
def test_a_target_of_bytes_counts_it(codec: Codec) -> None:
    encoded = codec.encode(picture(sample()[:360, :500]), Target("max_bytes", 24_000))
    assert len(encoded.data) <= 24_000


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 3000), (256, 192)), ((3000, 4000), (192, 256)), ((1000, 999), (256, 256)), ((2**18, 1), (256, 1))],
)
def test_its_size_follows_from_the_pictures(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert size_of(*size) == expected


def test_what_is_no_preview_is_as_none_and_a_damaged_one_is_named() -> None:
    data = api.encode(picture(sample()[:300, :400]), lossless=True)
    taken = container.parse(data)
    for other in (b"no JPEG XL", Previews(picture(sample()[:400, :300])).within(10**9)):
        tiles = [tile for tile in taken.tiles if tile is not None]
        holds = [tile.holds for tile in read_layout(data).tiles]
        assert shown(container.write(taken.header, tiles, holds=holds, parts={PartKind.PREVIEW: other})) is None
    hurt = bytearray(data)
    hurt[next(part.offset for part in read_layout(data).parts if part.kind == PartKind.PREVIEW) + 50] ^= 1
    with pytest.raises(Corrupt, match="PREVIEW"):
        shown(bytes(hurt))
