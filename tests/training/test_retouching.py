"""Retouched pictures are still clean pictures."""

import pytest
import torch

from aecodec.training import retouching
from aecodec.training.retouching import retouched
from tests.tiny import crops

CHANCES = ("ENLARGED", "SHARPENED", "COMPOSED", "TONED", "COLOURED", "CHROMA_SHRUNK")


def only(monkeypatch: pytest.MonkeyPatch, chosen: str | None) -> torch.Tensor:
    for name in CHANCES:
        monkeypatch.setattr(retouching, name, float(name == chosen))
    return retouched(crops(4, 64), torch.Generator().manual_seed(0))


@pytest.mark.parametrize("chosen", CHANCES)
def test_each_does_something_within_the_range(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    found = only(monkeypatch, chosen)
    assert found.shape == (4, 3, 64, 64)
    assert 0 <= float(found.min()) < float(found.max()) <= 1
    assert not torch.equal(found, crops(4, 64))


def test_without_chance_all_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert torch.equal(only(monkeypatch, None), crops(4, 64))


def test_a_seed_gives_the_same_again() -> None:
    first, second, other = (retouched(crops(4, 64), torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_shrunk_chroma_leaves_luma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retouching, "SATURATION", (0.2, 0.2))  # nothing is clipped
    grey = crops(4, 64).mean(1, keepdim=True).clamp(0.3, 0.7)
    muted = grey.lerp(crops(4, 64), 0.2).clamp(0.1, 0.9)
    for name in CHANCES:
        monkeypatch.setattr(retouching, name, float(name == "CHROMA_SHRUNK"))
    found = retouched(muted, torch.Generator().manual_seed(0))
    luma = torch.tensor([0.299, 0.587, 0.114])
    assert torch.allclose(torch.einsum("j,njhw->nhw", luma, found), torch.einsum("j,njhw->nhw", luma, muted), atol=1e-3)
