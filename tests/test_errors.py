"""Extras: what is missing is named, and the table of their modules is that of pyproject.toml."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from aecodec.errors import EXTRAS, MissingExtra, require

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]


NOT_IN_DEV = {"ray"}


def distributions(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_is_there_is_let_by(extra: str) -> None:
    if extra in NOT_IN_DEV:
        pytest.importorskip(extra)
    require(extra)


@pytest.mark.parametrize(("extra", "module"), [(extra, module) for extra in EXTRAS for module in EXTRAS[extra]])
def test_what_is_missing_is_named_with_how_to_get_it(extra: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if extra in NOT_IN_DEV:
        pytest.importorskip(extra)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"^not installed: {module}; .*'aecodec\[{extra}\]'$"):
        require(extra)


def test_the_modules_are_those_of_the_extras_that_are_offered() -> None:
    offered = {name: distributions(wanted) for name, wanted in PROJECT["optional-dependencies"].items()}
    known = packages_distributions()
    assert {
        extra: {known.get(module, [module])[0].lower().replace("_", "-") for module in EXTRAS[extra]}
        for extra in EXTRAS
    } == {name: wanted for name, wanted in offered.items() if name != "dev"}


def test_every_dependency_has_a_range_and_a_reason_and_development_has_all_extras() -> None:
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    extras = PROJECT["optional-dependencies"]
    (own,) = [wanted for wanted in extras["dev"] if wanted.startswith("aecodec[")]
    assert set(own[len("aecodec[") : -1].split(",")) == set(extras) - {"dev"} - NOT_IN_DEV
    for requirement in {*PROJECT["dependencies"], *(wanted for name in extras for wanted in extras[name])} - {own}:
        assert re.fullmatch(r"[A-Za-z0-9-]+(\[[a-z]+\])?>=[\d.]+(,<[\d.]+)?", requirement)
        assert re.search(rf'^.*"{re.escape(requirement)}"\]?,?  # \w', text, re.MULTILINE), f"{requirement}: for what?"
