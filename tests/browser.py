"""Pages of ours in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZES = {"desktop": {"width": 1100, "height": 900}, "phone": {"width": 390, "height": 800}}


def visited(browser: "Browser", path: Path, size: dict[str, int]) -> Iterator["Page"]:
    """The open page; at the end nothing was fetched, nothing went wrong and nothing is wider than the screen."""
    context = browser.new_context(viewport=size)
    view = context.new_page()
    fetched: list[str] = []
    complaints: list[str] = []
    view.on("request", lambda asked: fetched.append(asked.url))
    view.on("console", lambda message: complaints.append(message.text))
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.goto(path.as_uri())
    yield view
    assert complaints == []
    assert [url for url in fetched if not url.startswith(("data:", path.as_uri()))] == []
    assert view.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()
