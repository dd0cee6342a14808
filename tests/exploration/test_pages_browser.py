"""The pages in a real browser: they draw, answer to mouse and keyboard, fetch nothing and complain of nothing."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.exploration import anomalies, atlas, verdicts
from tests.browser import SIZES, visited
from tests.exploration.conftest import ignore, wish

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(params=SIZES)
def explored(
    request: pytest.FixtureRequest, browser: "sync_api.Browser", folder: Path, vae: Path, tmp_path: Path
) -> Iterator["sync_api.Page"]:
    asked = atlas.Wish(str(folder), vae, tmp_path / "e.html", "pca,tsne", 100, 0, "cpu", False)
    list(atlas.write(asked, "aecodec explore <in>", ignore))
    yield from visited(browser, tmp_path / "e.html", SIZES[request.param])


@pytest.fixture(params=SIZES)
def scored(
    request: pytest.FixtureRequest, browser: "sync_api.Browser", folder: Path, tmp_path: Path
) -> Iterator["sync_api.Page"]:
    asked = wish("deep", folder, tmp_path / "a.safetensors")
    anomalies.fit(asked, 0.9, ignore, ignore)
    found = verdicts.find(str(folder), asked.out, None, "cpu", ignore)
    list(verdicts.Outputs(None, None, tmp_path / "a.html", None, False).write(found, "aecodec anomaly score"))
    yield from visited(browser, tmp_path / "a.html", SIZES[request.param])


def pixels(view: "sync_api.Page", selector: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(view.locator(selector).first.screenshot())).convert("RGB")).astype(int)


def test_the_map_is_drawn_and_tells_of_samples(explored: "sync_api.Page") -> None:
    detail = explored.locator("#detail")
    sync_api.expect(detail.locator("b")).to_have_text("good/00.png")
    before = pixels(explored, "#map")
    assert before.std() > 5, "thumbnails are on the canvas"
    assert detail.locator("span").count() == 2 + 6
    explored.locator("#map").focus()
    explored.keyboard.press("ArrowRight")
    sync_api.expect(detail.locator("b")).to_have_text("good/01.png")
    explored.select_option("#method", "t-SNE")
    assert np.abs(pixels(explored, "#map") - before).mean() > 0.5
    box = explored.locator("#map").bounding_box()
    told = set()
    for share in (0.05, 0.95):
        explored.locator("#map").hover(position={"x": share * box["width"], "y": box["height"] / 2})
        told.add(detail.locator("b").inner_text())
    assert len(told) == 2


def test_a_class_can_be_shown_alone(explored: "sync_api.Page") -> None:
    sync_api.expect(explored.locator("#detail b")).to_be_visible()
    whole = pixels(explored, "#map")
    explored.select_option("#class", "striped")
    assert np.abs(pixels(explored, "#map") - whole).mean() > 0.1
    assert explored.locator("#legend span").count() == 2


def test_pictures_of_all_parts_are_shown(explored: "sync_api.Page") -> None:
    widths = explored.evaluate("[...document.images].map((image) => image.naturalWidth)")
    assert len(widths) == 1 + 3
    assert min(widths) > 50
    assert "aecodec explore <in>" in explored.locator("pre").inner_text()


def test_verdicts_are_shown_with_and_without_heat(scored: "sync_api.Page") -> None:
    assert scored.locator("figure").count() == 20
    assert "striped" in scored.locator("figcaption").first.inner_text()
    assert scored.locator("table").is_visible()
    heated = pixels(scored, "figure")
    scored.locator("#bare").check()
    assert np.abs(pixels(scored, "figure") - heated).max() > 30
    assert not scored.locator("img.heat").first.is_visible()
