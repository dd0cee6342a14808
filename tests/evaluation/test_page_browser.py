"""The report in a real browser: it draws, answers to mouse and keyboard, fetches nothing and complains of nothing."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.evaluation import gallery, page
from tests.browser import SIZES, visited
from tests.evaluation.test_page import coding_run, denoising_run, pairs_run

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def exhibits() -> list[gallery.Exhibit]:
    def panel(name: str, level: int) -> gallery.Panel:
        stream = io.BytesIO()
        Image.fromarray(np.full((60, 80, 3), level, np.uint8)).save(stream, "WEBP", lossless=True)
        return gallery.Panel(name, f"of {level}", stream.getvalue())

    kinds = ("original", "aecodec", "jpeg")
    return [
        gallery.Exhibit(
            Path("in", name), "80x60", tuple(panel(kind, 60 * index + 10) for index, kind in enumerate(kinds))
        )
        for name in ("a.png", "b.png")
    ]


@pytest.fixture(params=SIZES)
def shown(request: pytest.FixtureRequest, browser: "sync_api.Browser", tmp_path: Path) -> Iterator["sync_api.Page"]:
    """The open page of a coding run."""
    path = tmp_path / "report.html"
    path.write_text(page.page(coding_run(), exhibits(), "aecodec evaluate in"), encoding="utf-8")
    yield from visited(browser, path, SIZES[request.param])


def test_plots_are_drawn_and_tell_values(shown: "sync_api.Page") -> None:
    assert shown.locator(".uplot").count() == 5  # four of the set, one of the picture
    over = shown.locator("#chart-0 .u-over")
    over.scroll_into_view_if_needed()
    over.hover(position={"x": 60, "y": 60})
    values = shown.locator("#chart-0 .u-legend .u-value").all_inner_texts()
    assert sum("bpp" in value for value in values) == 2


def test_the_slider_moves_by_keyboard_and_mouse(shown: "sync_api.Page") -> None:
    slider, right = shown.locator("#slider"), shown.locator("#stage .right")
    before = right.evaluate("image => image.style.clipPath")
    slider.focus()
    for _ in range(20):
        shown.keyboard.press("ArrowRight")
    after = right.evaluate("image => image.style.clipPath")
    assert before != after
    shown.locator("#stage").hover(position={"x": 5, "y": 5})
    assert float(slider.input_value()) < 10


def test_a_picture_is_opened_and_its_panels_chosen(shown: "sync_api.Page") -> None:
    shown.select_option("#picture", "b.png")
    left = shown.locator("#stage .left")
    sync_api.expect(left).to_have_attribute("alt", re.compile("^b.png"))
    assert shown.url.endswith("#b.png")
    shown.select_option("#left", "original")
    assert shown.locator("#left-caption").inner_text() == "original of 10"
    shown.locator("#next").click()
    sync_api.expect(left).to_have_attribute("alt", "a.png, original")
    shown.locator("#difference").check()
    assert "difference" in (shown.locator("#stage").get_attribute("class") or "")


def test_pixels_of_both_sides_are_on_the_screen(shown: "sync_api.Page") -> None:
    shown.select_option("#left", "original")
    shown.select_option("#right", "jpeg")
    shown.locator("#slider").evaluate("slider => { slider.value = 50; slider.dispatchEvent(new Event('input')); }")
    stage = shown.locator("#stage")
    pixels = np.asarray(Image.open(io.BytesIO(stage.screenshot())).convert("RGB"))
    height, width = pixels.shape[:2]
    assert np.abs(pixels[height // 2, width // 8].astype(int) - 10).max() <= 3
    assert np.abs(pixels[height // 2, -width // 8].astype(int) - 130).max() <= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_a_light_and_a_dark_page(browser: "sync_api.Browser", tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(page.page(denoising_run(), [], "aecodec evaluate --denoise in"), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme)
    view = context.new_page()
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text))
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.goto(path.as_uri())
    pixels = np.asarray(Image.open(io.BytesIO(view.screenshot())).convert("L"))
    assert (np.median(pixels) > 200) == (scheme == "light")
    assert view.locator(".uplot").count() == 2
    assert complaints == []
    context.close()


def test_pairs_are_dots_and_the_line_of_no_change(browser: "sync_api.Browser", tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page.page(pairs_run(), exhibits(), "aecodec evaluate --denoise in --clean in"), encoding="utf-8")
    context = browser.new_context(color_scheme="light")
    view = context.new_page()
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text))
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.goto(path.as_uri())
    plot = view.locator("#chart-0")
    plot.scroll_into_view_if_needed()
    plot.locator(".u-over").hover(position={"x": 20, "y": 60})
    assert plot.locator(".u-legend .u-value").all_inner_texts()[1:] == [
        "31.000 dB, 30.00",
        "31.000 dB, 27.00",
        "31.000 dB, 31.00",
    ]
    pixels = np.asarray(Image.open(io.BytesIO(plot.locator("canvas").screenshot())).convert("RGB")).astype(int)
    ours = np.abs(pixels - (11, 107, 203)).sum(2) < 60
    assert 10 < ours.sum() < 400, "two dots of aecodec's colour and no line between them"
    assert not view.locator("#picture-chart").is_visible()
    assert complaints == []
    context.close()
