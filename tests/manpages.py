"""Make desktop/man/, a manual page for each command, from the commands themselves: python -m tests.manpages

click-man cannot: it looks for options of click's own classes, and typer brings a click of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from aecodec import __version__
from aecodec.cli.app import app
from tests import reference

FOLDER = Path(__file__).parent.parent / "desktop" / "man"
EXIT_STATUS = "0 all good, 1 something failed, 2 wrong usage."


def pages() -> dict[str, str]:
    """The text of each file, by its name."""
    return dict(_pages(typer.main.get_group(app), "aecodec", []))


def _pages(command: Any, name: str, above: list[str]) -> Iterator[tuple[str, str]]:
    below = {short: f"{name} {short}" for short in getattr(command, "commands", {})}
    related = [*above, *below.values()]
    page = name.replace(" ", "-")
    yield f"{page}.1", "\n".join(_page(command, name, related)) + "\n"
    for short, full in below.items():
        yield from _pages(command.commands[short], full, [*above, name])


def _page(command: Any, name: str, related: list[str]) -> Iterator[str]:
    page = name.replace(" ", "-")
    first, *more = [" ".join(paragraph.split()) for paragraph in command.help.split("\n\n")]
    yield f'.TH {page.upper()} 1 "" "aecodec {__version__}"'
    yield f".SH NAME\n{_plain(page)} \\- {_plain(first.partition('. ')[0].rstrip('.'))}"
    yield f".SH SYNOPSIS\n{_plain(reference.usage(command, name))}"
    yield f".SH DESCRIPTION\n{_plain(first)}"
    for paragraph in more:
        yield f".PP\n{_plain(paragraph)}"
    for kind, title in (("argument", "ARGUMENTS"), ("option", "OPTIONS")):
        shown = [each for each in command.params if each.param_type_name == kind and not getattr(each, "hidden", False)]
        yield from [f".SH {title}"] if shown else []
        for each in shown:
            spelled = reference.spelled(each) if kind == "option" else each.metavar
            default = "" if each.required else reference.default_of(each)
            told = [
                reference.line(each.help) + reference.environment(each),
                *([f"Default: {default}."] * bool(default)),
            ]
            yield f".TP\n{_plain(spelled)}\n{_plain(' '.join(told))}"
    yield f".SH EXIT STATUS\n{EXIT_STATUS}"
    if related:
        yield ".SH SEE ALSO\n" + ", ".join(f"{_plain(other.replace(' ', '-'))}(1)" for other in related)


def _plain(text: str) -> str:
    """Text that roff takes as it is."""
    shown = re.sub(r"`([^`]*)`", r"\1", text).replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", shown)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.1"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
