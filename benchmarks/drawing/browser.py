"""Screenshots of web pages by a Chromium without a window, where there is one."""

import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.drawing.paint import Pixels

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Page:
    html: str
    width: int  # pixels of the picture
    height: int
    density: int = 1  # pixels of the picture to one of the page's, along a side


def missing() -> str | None:
    """What is not installed, in a line; None where screenshots can be made."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "screenshots are left out: playwright is not installed (pip install playwright)"
    if shutil.which("chromium") is None:
        return "screenshots are left out: there is no chromium (apt-get install chromium)"
    return None


def shots(pages: Iterable[Page]) -> Iterator[Pixels]:
    """A picture (height, width, 3) of the top of each page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for page in pages:
            size = {"width": page.width // page.density, "height": page.height // page.density}
            tab = browser.new_page(viewport=size, device_scale_factor=page.density)
            tab.set_content(page.html)
            with Image.open(io.BytesIO(tab.screenshot())) as shot:
                yield np.asarray(shot.convert("RGB"))
            tab.close()
        browser.close()
