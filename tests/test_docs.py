"""The documents are of this code: layers, citations, links, and the reference of the command line."""

import re
from pathlib import Path

import pytest
import typer

from aecodec.cli.app import app
from tests import reference, test_architecture

ROOT = Path(__file__).parent.parent
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
DOCUMENTS = [
    *(ROOT / name for name in ("docs/design.md", "docs/format.md", "desktop/README.md", "CHANGELOG.md")),
    reference.FILE,
]
SOURCES = [path for folder in ("aecodec", "benchmarks", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def table(first: str) -> list[list[str]]:
    """The cells of the rows of a table of the design, by the heading of its first column."""
    found = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DESIGN, re.MULTILINE)
    assert found, f"docs/design.md has no table of {first}"
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in found[1].splitlines()]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_design_has_the_layers_that_are_tested():
    rows = [(name, quoted(modules)) for name, modules, _ in table("row")]
    assert rows == list(test_architecture.LAYERS.items())


def test_the_design_has_the_places_of_third_party_packages_that_are_tested():
    rows = [(tuple(quoted(packages)), quoted(places)) for packages, places in table("packages")]
    assert rows == list(test_architecture.PLACES.items())


def test_what_the_sources_cite_are_sections_of_the_design():
    headings = set(re.findall(r"^#+ (.+)$", DESIGN, re.MULTILINE))
    cited = {
        re.sub(r"\s+", " ", section): path.name
        for path in SOURCES
        for section in re.findall(r'docs/design\.md,\s+"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(cited) >= 3
    assert {section: name for section, name in cited.items() if section not in headings} == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_exists(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", text):
        assert (document.parent / target).exists(), target


def test_modules_that_the_design_names_exist():
    own = {module.split(".")[0] for module in test_architecture.modules()}
    named = [name for name in quoted(DESIGN) if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", name) and name.split(".")[0] in own]
    assert len(named) > 20
    for name in named:
        assert test_architecture.resolve(f"aecodec.{name}") != "__init__", f"there is no {name}"


def test_the_reference_says_what_the_commands_say():
    written = reference.FILE.read_text(encoding="utf-8")
    assert written == reference.markdown(), "the command line has changed: run python -m tests.reference"


def test_the_reference_has_every_option_of_every_command():
    waiting = {"aecodec": typer.main.get_group(app)}
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", reference.markdown(), re.MULTILINE))
    seen = set()
    while waiting:
        name, command = waiting.popitem()
        waiting |= {f"{name} {short}": below for short, below in getattr(command, "commands", {}).items()}
        options = {opt for each in command.params if each.param_type_name == "option" for opt in each.opts}
        assert {opt for opt in options if f"`{opt}`" not in sections[name]} == set(), name
        seen.add(name)
    assert seen == set(sections)
    assert "aecodec train codec" in seen
