"""The mixture has its shares, and the same seed draws the same."""

import pytest
import torch
from torch import Tensor

from aecodec.training import mixture
from tests.tiny import crops


def test_a_batch_has_its_share_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    spoil = mixture._spoil

    def counting(kind: str, pixels: Tensor, generator: torch.Generator) -> Tensor:
        seen[kind] = seen.get(kind, 0) + len(pixels)
        return spoil(kind, pixels, generator)

    monkeypatch.setattr(mixture, "_spoil", counting)
    pixels = crops(32, 32)
    before = pixels.clone()
    clean, spoilt, white = mixture.degrade(pixels, torch.Generator().manual_seed(0))
    assert seen == mixture.SHARES
    assert int(white.sum()) == sum(mixture.SHARES[kind] for kind in mixture.WHITE)
    assert torch.equal(pixels, before)
    untouched = [index for index in range(32) if torch.equal(spoilt[index], clean[index])]
    assert len(untouched) == mixture.SHARES["clean"]


def test_small_batches_get_every_kind_in_the_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    monkeypatch.setattr(mixture, "_spoil", lambda kind, pixels, _: seen.update({kind: seen.get(kind, 0) + 1}) or pixels)
    generator = torch.Generator().manual_seed(0)
    for _ in range(400):
        mixture.degrade(torch.zeros(2, 3, 16, 16), generator)
    assert seen["white"] / 800 == pytest.approx(9 / 32, rel=0.15)
    assert set(seen) == set(mixture.SHARES)


def test_the_same_seed_gives_the_same_batch() -> None:
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(mixture.degrade(crops(4, 32), torch.Generator().manual_seed(3))[1])
    assert torch.equal(*results)


def test_some_pictures_are_smooth_gradients() -> None:
    generator = torch.Generator().manual_seed(0)
    clean = torch.cat([mixture.degrade(torch.rand(16, 3, 32, 32), generator)[0] for _ in range(40)])
    rough = clean.diff(dim=3).abs().mean((1, 2, 3))
    smooth = rough < 0.1  # noise has a third
    assert float(smooth.float().mean()) == pytest.approx(mixture.SMOOTH, rel=0.3)
    assert clean.min() >= 0
    assert clean.max() <= 1
    assert clean[smooth].mean((2, 3)).std(0).min() > 0.1, "of every colour"


def test_pictures_of_cameras_are_softer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixture, "SHARES", {"spectral": 1})
    monkeypatch.setattr(mixture, "SMOOTH", 0)

    def rough(share: float) -> float:
        monkeypatch.setattr(mixture, "ENLARGED", share)
        clean, spoilt, _ = mixture.degrade(crops(4, 64), torch.Generator().manual_seed(1))
        assert not torch.equal(clean, spoilt)
        return float(clean.diff(dim=3).abs().mean())

    assert rough(1.0) < 0.9 * rough(0.0)
