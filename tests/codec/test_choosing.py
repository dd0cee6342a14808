"""The choice between latents, a lossless file and a cover: what is drawn becomes exact and small, photographs stay."""

import dataclasses
import math

import numpy as np
import pytest

from aecodec.codec import container, decoding
from aecodec.codec.codec import Codec, Target
from aecodec.codec.encoding import Encoding, Request
from aecodec.codec.layout import TileKind, read_header, read_layout
from aecodec.codec.results import Encoded
from aecodec.errors import TargetUnreachable
from aecodec.pictures import lossless
from aecodec.pictures.picture import Picture, from_array
from tests.codec.test_codec import Q50, psnr
from tests.codec.test_drawn import beside_text, gradient, text
from tests.tiny import sample

PHOTOGRAPH = from_array(sample()[:136, :136])


def kinds(data: bytes) -> list[TileKind]:
    return [part.holds for part in read_layout(data).tiles]


def check_decodes(codec: Codec, encoded: Encoded, picture: Picture) -> np.ndarray:
    """Decodes to what the encoder said; returns which pixels are identical."""
    decoded = codec.decode(encoded.data).picture
    assert psnr(decoded.pixels, picture.pixels) == pytest.approx(encoded.psnr_db, abs=0.01)
    identical: np.ndarray = (decoded.pixels == picture.pixels).all(2)
    assert identical.mean() >= encoded.lossless
    return identical


def test_a_page_of_text_is_exact_and_small(codec: Codec) -> None:
    picture = from_array(text())
    encoded = codec.encode(picture, Q50)
    assert (encoded.lossless, encoded.psnr_db) == (1, math.inf)
    assert kinds(encoded.data) == [TileKind.LOSSLESS]
    assert len(encoded.data) <= len(lossless.encode(picture.pixels)) + 60
    assert check_decodes(codec, encoded, picture).all()


def test_a_photograph_is_of_version_1_as_ever(codec: Codec) -> None:
    encoded = codec.encode(PHOTOGRAPH, Q50)
    assert encoded.data[8] == 1
    assert encoded.lossless == 0
    assert kinds(encoded.data) == [TileKind.LATENTS]


def test_text_beside_a_photograph_is_exact_and_the_photograph_is_not(codec: Codec) -> None:
    picture = from_array(beside_text())
    encoded = codec.encode(picture, Q50)
    assert kinds(encoded.data) == [TileKind.LAYERS]
    identical = check_decodes(codec, encoded, picture)
    assert identical[:48].all()
    assert identical[340:].all()
    assert identical[64:320, 64:320].mean() < 0.5
    assert len(encoded.data) < len(lossless.encode(picture.pixels)) / 2


def tiles_of(monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    monkeypatch.setattr("aecodec.codec.encoding.choose_tile_side", lambda width, height: side)


def test_every_tile_has_what_it_needs(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles_of(monkeypatch, 192)
    page = text(576, 576)
    page[:192, :192] = sample()[:192, :192]
    picture = from_array(page)
    encoded = codec.encode(picture, Q50)
    found = kinds(encoded.data)
    assert found[0] in (TileKind.LATENTS, TileKind.LAYERS)
    assert found[8] is TileKind.LOSSLESS
    assert TileKind.LAYERS in found[:5]
    identical = check_decodes(codec, encoded, picture)
    assert identical[:, 208:].all()


def test_tiles_make_no_difference_to_what_latents_show(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = from_array(beside_text())
    cover = np.zeros((36, 36), bool)
    cover[:, :6] = cover[20:] = True
    request = Request(picture, codec.weights, codec.executor)
    shown = []
    for side in (576, 192):
        tiles_of(monkeypatch, side)
        encoding = Encoding(request, cover)
        encoded = encoding.encoded(784)
        decoded = codec.decode(encoded.data).picture.pixels
        assert encoded.psnr_db == pytest.approx(psnr(decoded, picture.pixels), abs=0.01)
        assert (decoded[:, :96] == picture.pixels[:, :96]).all()
        shown.append(decoded.astype(int))
    assert kinds(encoded.data)[6:] == [TileKind.LOSSLESS] * 3
    assert np.abs(shown[0] - shown[1])[:, 96:].mean() < 2  # z and context end at tiles, so symbols differ a little


def test_crops_of_every_kind_are_parts_of_the_whole(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles_of(monkeypatch, 192)
    data = codec.encode(from_array(beside_text()), Q50).data
    whole = codec.decode(data).picture.pixels
    for x, y, width, height in (
        (0, 0, 576, 576),
        (10, 20, 5, 7),
        (180, 180, 30, 30),
        (400, 3, 170, 500),
        (575, 575, 1, 1),
    ):
        part = codec.decode(data, crop=(x, y, width, height)).picture.pixels
        assert np.abs(part.astype(int) - whole[y : y + height, x : x + width].astype(int)).max() <= 1


@pytest.mark.parametrize("depth", [8, 16])
def test_a_cover_keeps_alpha_and_depth(codec: Codec, depth: int) -> None:
    page = beside_text().astype(np.uint16) * 257 if depth == 16 else beside_text()
    alpha = np.full(page.shape[:2], page.max(), page.dtype)
    alpha[:, 100:200] = 0
    picture = Picture(page, alpha)
    encoded = codec.encode(picture, Q50, exact=True)
    assert kinds(encoded.data) == [TileKind.LAYERS]
    decoded = codec.decode(encoded.data).picture
    assert decoded.alpha is not None
    assert (decoded.alpha == alpha).all()
    assert (decoded.pixels[:48] == page[:48]).all()


def test_grey_pages_have_covers_too(codec: Codec) -> None:
    picture = from_array(beside_text()[:, :, 1])
    encoded = codec.encode(picture, Q50)
    assert kinds(encoded.data) == [TileKind.LAYERS]
    assert check_decodes(codec, encoded, picture)[:48].all()


def test_a_drawn_picture_has_at_least_the_promised_psnr(codec: Codec) -> None:
    noisy = np.clip(gradient()[:64, :96] + np.random.default_rng(1).normal(0, 14, (64, 96, 3)), 0, 255).astype(np.uint8)
    noisy[::32] = noisy[:, ::32] = 255  # boxes
    for quality, least in ((20, 29), (50, 35), (80, 41)):
        assert codec.encode(from_array(noisy), Target("quality", quality)).psnr_db >= least


def test_what_takes_far_more_than_a_photograph_is_looked_at_again(
    codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aecodec.codec.choosing.ODD_BITS", 0.001)  # the tiny network has few bits for noise
    noise = np.random.default_rng(0).integers(0, 256, (136, 136, 3)).astype(np.uint8)
    assert codec.encode(from_array(noise), Q50).psnr_db >= 35


@pytest.mark.parametrize("target", [Target("psnr", 60.0), Target("psnr", 99.0)])
def test_a_psnr_beyond_the_ceiling_is_lossless_and_says_so(codec: Codec, target: Target) -> None:
    encoded = codec.encode(PHOTOGRAPH, target)
    assert encoded.psnr_db == math.inf
    assert encoded.ceiling is not None
    assert "quality 100 reaches" in encoded.ceiling
    assert "lossless" in encoded.ceiling
    assert check_decodes(codec, encoded, PHOTOGRAPH).all()


@pytest.mark.parametrize("kind", ["bpp", "max_bytes"])
def test_a_size_that_lossless_fits_is_lossless(codec: Codec, kind) -> None:
    size = len(lossless.encode(PHOTOGRAPH.pixels)) + 60
    value = {"max_bytes": size, "bpp": size * 8 / 136**2}[kind]
    encoded = codec.encode(PHOTOGRAPH, Target(kind, value))
    assert encoded.lossless == 1
    assert len(encoded.data) <= size


def test_a_size_between_the_ceiling_and_lossless_says_so(codec: Codec) -> None:
    best = len(codec.encode(PHOTOGRAPH, Target("quality", 100)).data)
    identical = len(lossless.encode(PHOTOGRAPH.pixels))
    assert best < 0.8 * identical
    encoded = codec.encode(PHOTOGRAPH, Target("max_bytes", round(0.95 * identical)))
    assert encoded.lossless == 0
    assert encoded.ceiling is not None
    assert f"{len(encoded.data)} bytes" in encoded.ceiling
    assert codec.encode(PHOTOGRAPH, Target("max_bytes", 2000)).ceiling is None


def test_sizes_of_drawn_pictures_are_met(codec: Codec) -> None:
    picture = from_array(beside_text())
    whole = len(lossless.encode(picture.pixels))
    for share in (0.1, 0.3, 0.7, 1.2):
        most = round(share * whole)
        encoded = codec.encode(picture, Target("max_bytes", most))
        assert len(encoded.data) <= most
        check_decodes(codec, encoded, picture)
    assert encoded.lossless == 1
    with pytest.raises(TargetUnreachable):
        codec.encode(picture, Target("max_bytes", 60))


def test_the_cheaper_file_of_a_psnr_is_taken(codec: Codec) -> None:
    assert codec.encode(from_array(text()), Target("psnr", 30.0)).lossless == 1


def test_effort_makes_covered_files_smaller_and_no_worse(codec: Codec) -> None:
    page = text(256, 192)
    page[64:] = sample("city")[:128, :256]
    cover = np.zeros((12, 16), bool)
    cover[:4] = True
    picture = from_array(page)
    encoding = Encoding(Request(picture, codec.weights, codec.executor), cover)
    plain, refined = encoding.encoded(784), encoding.refined(784, 5)
    assert kinds(refined.data) == [TileKind.LAYERS]
    assert len(refined.data) < len(plain.data)
    assert refined.psnr_db >= plain.psnr_db
    assert check_decodes(codec, refined, picture)[:64].all()


@pytest.mark.parametrize("alpha_of_hidden", [0, 255])
def test_lossless_keeps_every_sample(codec: Codec, alpha_of_hidden: int) -> None:
    draw = np.random.default_rng(2)
    pixels = draw.integers(0, 256, (40, 50, 3)).astype(np.uint8)
    alpha = np.where(draw.integers(0, 2, (40, 50)), 255, alpha_of_hidden).astype(np.uint8)
    encoded = codec.encode(Picture(pixels, alpha), Target("lossless", 1))
    header = read_header(encoded.data)
    assert (header.tiles_alpha, header.exact, header.has_network) == (True, True, False)
    decoded = codec.decode(encoded.data).picture
    assert decoded.alpha is not None
    assert (decoded.pixels == pixels).all()
    assert (decoded.alpha == alpha).all()


def test_a_lossless_file_asks_for_no_network(codec: Codec) -> None:
    encoded = codec.encode(from_array(text()), Target("lossless", 1))

    def refuse(header: object) -> None:
        raise AssertionError("a network was asked for")

    assert (decoding.decode(encoded.data, refuse).picture.pixels == text()).all()  # type: ignore[arg-type]


def test_large_lossless_pictures_are_tiled(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.limits.MAX_TILE_SIDE", 128)
    picture = from_array(np.dstack([sample()[:200, :300], sample("city")[:200, :300, :1]]))
    encoded = codec.encode(picture, Target("lossless", 1))
    assert kinds(encoded.data) == [TileKind.LOSSLESS] * 6
    decoded = codec.decode(encoded.data, crop=(100, 90, 90, 60)).picture
    assert decoded.alpha is not None
    assert picture.alpha is not None
    assert (decoded.pixels == picture.pixels[90:150, 100:190]).all()
    assert (decoded.alpha == picture.alpha[90:150, 100:190]).all()


def test_a_lost_tile_of_a_lossless_file_costs_itself(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aecodec.limits.MAX_TILE_SIDE", 128)
    picture = from_array(sample()[:200, :300])
    data = bytearray(codec.encode(picture, Target("lossless", 1)).data)
    part = read_layout(bytes(data)).tiles[1]
    data[part.offset + 9] ^= 1
    decoded = codec.decode(bytes(data), keep_going=True)
    assert len(decoded.damage) == 1
    assert decoded.damage[0].startswith(f"tile 1 (x 128, y 0, 128x128) at byte {part.offset}")
    assert (decoded.picture.pixels[:128, 128:256] == 128).all()
    assert (decoded.picture.pixels[128:] == picture.pixels[128:]).all()


def test_a_lossless_tile_of_another_size_is_damage_at_its_place(codec: Codec) -> None:
    encoded = codec.encode(from_array(text()), Target("lossless", 1)).data
    parts = container.parse(encoded)
    header = dataclasses.replace(parts.header, width=255)
    assert parts.tiles[0] is not None
    spoiled = container.write(header, [parts.tiles[0]], holds=[TileKind.LOSSLESS])
    part = read_layout(spoiled).tiles[0]
    with pytest.raises(Exception, match=rf"tile 0 .* at byte {part.offset}: the lossless picture cannot be read"):
        codec.decode(spoiled)
