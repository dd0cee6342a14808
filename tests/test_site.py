"""The site is built without a warning and fetches nothing; its examples are run."""

import doctest
import re
from pathlib import Path

import pytest

import aecodec
from aecodec.errors import is_there
from tests import site

RESOURCE = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//[^\s\"'>]+")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not is_there("docs"):
        pytest.skip("the extra docs is not installed")
    folder = tmp_path_factory.mktemp("documents") / "site"
    site.build(folder)
    return folder


def test_every_page_of_the_navigation_is_there(built: Path) -> None:
    named = re.findall(r'"([\w/]+)\.md"', (site.ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8"))
    pages = {built / f"{re.sub('README$', 'index', name)}.html" for name in named}
    assert len(pages) >= 10
    assert {page for page in pages if not page.is_file()} == set()


def test_nothing_is_fetched_from_elsewhere(built: Path) -> None:
    pages = list(built.rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        assert RESOURCE.findall(page.read_text(encoding="utf-8")) == [], page.name
    for sheet in built.rglob("*.css"):
        assert not re.search(r"(url\(|@import )[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet.name


def test_the_python_page_has_the_public_functions_and_classes(built: Path) -> None:
    page = (built / "docs" / "api.html").read_text(encoding="utf-8")
    for name in ("encode", "decode", "decode_array", "denoise"):
        assert f'id="aecodec.api.{name}"' in page
    for name in ("Codec", "Denoiser", "Picture", "Target", "AecodecError"):
        assert name in aecodec.__all__
        assert re.search(rf'id="aecodec\.[\w.]+\.{name}"', page), name


def test_the_examples_say_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.ROOT)
    examples = str(site.ROOT / "docs" / "examples.md")
    failed, tried = doctest.testfile(examples, module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert (failed, tried > 20) == (0, True)
