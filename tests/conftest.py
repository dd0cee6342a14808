"""Fixtures that several test modules share: tiny frozen weights and a codec on them."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pytest

from aecodec.codec.codec import Codec
from aecodec.services import places
from tests.browser import CHROMIUM, FLAGS
from tests.tiny import KINDS, TINY_WEIGHTS, detailed_bytes, run_by

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium; where it or playwright is missing, tests say so and skip."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def store() -> fsspec.AbstractFileSystem:
    """fsspec's memory, empty: it stands for what lies behind URLs."""
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    places._make_folder.cache_clear()
    return memory


@pytest.fixture(scope="session")
def tiny_weights() -> Path:
    """The weights file of the tiny network."""
    return TINY_WEIGHTS


@pytest.fixture
def as_photographs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of tests are too small to be told from drawings: here they go the way of photographs."""
    monkeypatch.setattr("aecodec.codec.drawn.is_drawn", lambda pixels, quick_size: False)
    for share in ("QUICK", "LOSSLESS_FROM", "ODD_BITS"):
        monkeypatch.setattr(f"aecodec.codec.choosing.{share}", math.inf)


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec.load(TINY_WEIGHTS, device="cpu")


@pytest.fixture(scope="session", params=KINDS)
def either_codec(request: pytest.FixtureRequest) -> Codec:
    """As `codec`, run by each of the executors."""
    with run_by(request.param):
        return Codec.load(TINY_WEIGHTS, device="cpu")


@pytest.fixture(scope="session")
def detailed_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights file of the tiny network with details."""
    path = tmp_path_factory.mktemp("weights") / "detailed.safetensors"
    path.write_bytes(detailed_bytes())
    return path


@pytest.fixture(scope="session")
def detailed_codec(detailed_weights: Path) -> Codec:
    return Codec.load(detailed_weights, device="cpu")


@pytest.fixture(scope="session", params=KINDS)
def either_detailed_codec(request: pytest.FixtureRequest, detailed_weights: Path) -> Codec:
    """As `detailed_codec`, run by each of the executors."""
    with run_by(request.param):
        return Codec.load(detailed_weights, device="cpu")
