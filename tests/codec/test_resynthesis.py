"""Analysis by synthesis: the correction is what networks lose, and brings pixels nearer where it is not rounded off."""

from typing import Any

import numpy as np
import pytest

from aecodec import metrics
from aecodec.codec import resynthesis
from aecodec.codec.codec import Codec, Target
from aecodec.codec.windowed import analyse
from aecodec.pictures.picture import Picture, from_array
from aecodec.quality import KNOT_SPACING, QUALITY_STEPS
from aecodec.tiling import TileGrid
from tests.tiny import sample


def uncorrected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resynthesis, "corrected", lambda frozen, y, lost, step: y)


@pytest.mark.usefixtures("as_photographs")
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_comes_back_nearer_for_its_bytes(
    codec: Codec, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = Picture(np.ascontiguousarray(sample("city")[:256, :256, :channels]))
    better = codec.encode(picture, Target("quality", 80))
    uncorrected(monkeypatch)
    plain = codec.encode(picture, Target("quality", 80))
    assert better.psnr_db > plain.psnr_db + 0.03
    as_large = codec.encode(picture, Target("max_bytes", len(better.data)))
    assert better.psnr_db > as_large.psnr_db


def test_what_is_lost_is_seen_by_the_networks_themselves(codec: Codec) -> None:
    """As PyTorch has it, of one tile without a rim."""
    torch = pytest.importorskip("torch")
    executor, step = codec.executor, 9 * KNOT_SPACING
    pixels = sample()[:128, :192]
    grid = TileGrid(192, 128, 256)
    tiles = analyse(executor, grid, pixels)
    (found,) = resynthesis.lost(executor, grid, tiles, step, 3)
    model = executor.module()
    with torch.no_grad():
        steps = torch.tensor([step])
        there_and_back = (model.prior.log_gain(steps) + model.prior.log_inverse(steps)).exp()
        y = torch.from_numpy(tiles[0])[None]
        shown = model.synthesis(y * there_and_back, steps).clamp(0, 1)
        wanted = (y - model.analysis(shown))[0].numpy()
    scale = np.abs(tiles[0]).max()
    assert np.abs(found - wanted).max() < 1e-3 * scale
    assert np.abs(wanted).max() > 1e-2 * scale


def test_what_a_quantiser_leaves_nothing_of_stays_as_it_is(codec: Codec) -> None:
    frozen = codec.executor.frozen
    gain = frozen.gain(QUALITY_STEPS)[:, None, None]
    y = np.zeros((len(gain), 4, 4), np.float32)
    y[1] = 100
    y[2] = 0.01
    found = resynthesis.corrected(frozen, y / gain, np.ones_like(y), QUALITY_STEPS) - y / gain
    assert found[0] == pytest.approx(0)
    assert found[1] == pytest.approx(1, abs=1e-3)
    assert found[2] == pytest.approx(0, abs=1e-3)
    y[1], y[1, 0, 0] = 0, 2.1  # energy a half, where nine cells share it
    corner = resynthesis.corrected(frozen, y / gain, np.ones_like(y), QUALITY_STEPS) - y / gain
    assert corner[1, 1, 1] == pytest.approx(0.5, abs=0.05)
    assert corner[1, 3, 3] == 0


def test_tiles_make_no_difference(codec: Codec) -> None:
    pixels = sample()[:256, :256]
    executor, step = codec.executor, 6 * KNOT_SPACING
    (whole,) = resynthesis.lost(
        executor, TileGrid(256, 256, 256), analyse(executor, TileGrid(256, 256, 256), pixels), step, 3
    )
    grid = TileGrid(256, 256, 128)
    parts = resynthesis.lost(executor, grid, analyse(executor, grid, pixels), step, 3)
    for tile, found in zip(grid.tiles(), parts, strict=True):
        row, column = tile.y // 16, tile.x // 16
        there = whole[:, row : row + found.shape[1], column : column + found.shape[2]]
        assert found == pytest.approx(there, abs=1e-3 * float(np.abs(whole).max()))


def test_steps_near_one_another_share_it(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    from aecodec.codec.encoding import Encoding, Request

    asked: list[int] = []
    real = resynthesis.lost

    def counting(*given: Any) -> Any:
        asked.append(given[3])
        return real(*given)

    monkeypatch.setattr(resynthesis, "lost", counting)
    way = Encoding(Request(from_array(sample()[:64, :64]), codec.weights, codec.executor))
    sizes = [way.size(step) for step in (700, 660, 661, 720, 100, 700)]
    assert asked == [5 * KNOT_SPACING, KNOT_SPACING, 5 * KNOT_SPACING]
    assert sizes[0] == sizes[-1]


def test_decoders_need_no_word_of_it(codec: Codec) -> None:
    picture = from_array(sample()[:128, :128])
    encoded = codec.encode(picture, Target("quality", 50))
    shown = codec.decode(encoded.data).picture.pixels
    assert metrics.psnr(shown, picture.pixels, peak=255) == pytest.approx(encoded.psnr_db)
