"""Make docs/cli.md, the reference of the command line, from the commands themselves: python -m tests.reference

What the options were declared with is written, not what typer and rich draw of it, which changes with their versions.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from aecodec.cli.app import app

FILE = Path(__file__).parent.parent / "docs" / "cli.md"
INTRODUCTION = """\
# The command line

Made from the commands by `python -m tests.reference`; change those, not this file. Every command says the same with
`-h` or `--help`, and `aecodec --install-completion` lets the shell complete them.
"""


def markdown() -> str:
    # without the options for completion, whose words are typer's
    return "\n".join([INTRODUCTION, *_command(typer.main.get_group(app), "aecodec")])


def _command(command: Any, name: str) -> Iterator[str]:
    """Lines about a command and all below it; `command` is click's, or of the click inside typer."""
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    below = getattr(command, "commands", {})
    pieces = [name, *(["[OPTIONS]"] if options else []), *map(_usage, arguments), *(["COMMAND ..."] if below else [])]
    yield f"## {name}\n"
    for paragraph in command.help.split("\n\n"):
        yield re.sub(r"^Example: (.*)", r"Example: `\1`", _line(paragraph)) + "\n"
    yield f"```\n{' '.join(pieces)}\n```\n"
    if arguments:
        yield from _table("argument", [(f"`{each.metavar}`", each) for each in arguments])
    for panel in dict.fromkeys([None, *(each.rich_help_panel for each in options)]):  # those without one first
        mine = [(_spelled(each), each) for each in options if each.rich_help_panel == panel]
        if panel is not None:
            yield f"{panel}:\n"
        if mine:
            yield from _table("option", mine)
    for short, each in below.items():
        yield from _command(each, f"{name} {short}")


def _table(kind: str, rows: list[tuple[str, Any]]) -> Iterator[str]:
    yield f"| {kind} | what it does | default |\n|---|---|---|"
    for name, parameter in rows:
        cells = (name, _line(parameter.help) + _environment(parameter), _default(parameter))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _usage(argument: Any) -> str:
    shown = argument.metavar if argument.required else f"[{argument.metavar}]"
    return f"{shown}..." if argument.nargs == -1 else shown


def _spelled(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if option.is_flag:
        return names
    assert option.metavar, f"{option.opts[-1]} takes a value: give it a metavar"
    return f"{names} `{option.metavar}`"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    shown = parameter.show_default and parameter.default is not None and not getattr(parameter, "is_flag", False)
    return str(parameter.default) if shown else ""


def _environment(parameter: Any) -> str:
    return f" Or the environment's `{parameter.envvar}`." if parameter.envvar else ""


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    FILE.write_text(markdown(), encoding="utf-8")
