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
    yield f"## {name}\n"
    for paragraph in command.help.split("\n\n"):
        yield re.sub(r"^Example: (.*)", r"Example: `\1`", line(paragraph)) + "\n"
    yield f"```\n{usage(command, name)}\n```\n"
    if arguments:
        yield from _table("argument", [(f"`{each.metavar}`", each) for each in arguments])
    for panel in dict.fromkeys([None, *(each.rich_help_panel for each in options)]):  # those without one first
        mine = [(spelled(each), each) for each in options if each.rich_help_panel == panel]
        if panel is not None:
            yield f"{panel}:\n"
        if mine:
            yield from _table("option", mine)
    for short, each in below.items():
        yield from _command(each, f"{name} {short}")


def usage(command: Any, name: str) -> str:
    """How a command is called, in one line."""
    kinds = [each.param_type_name for each in command.params if not getattr(each, "hidden", False)]
    arguments = [_usage(each) for each in command.params if each.param_type_name == "argument"]
    more = ["COMMAND ..."] if getattr(command, "commands", {}) else []
    return " ".join([name, *(["[OPTIONS]"] if "option" in kinds else []), *arguments, *more])


def _table(kind: str, rows: list[tuple[str, Any]]) -> Iterator[str]:
    yield f"| {kind} | what it does | default |\n|---|---|---|"
    for name, parameter in rows:
        cells = (name, line(parameter.help) + environment(parameter), default_of(parameter))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _usage(argument: Any) -> str:
    shown = argument.metavar if argument.required else f"[{argument.metavar}]"
    return f"{shown}..." if argument.nargs == -1 else shown


def spelled(option: Any) -> str:
    """Its names, and what it takes."""
    names = ", ".join(f"`{name}`" for name in option.opts)
    if option.is_flag:
        return names
    assert option.metavar, f"{option.opts[-1]} takes a value: give it a metavar"
    return f"{names} `{option.metavar}`"


def default_of(parameter: Any) -> str:
    """What a table says of a parameter that is not given; empty where there is nothing to say."""
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    shown = parameter.show_default and parameter.default is not None and not getattr(parameter, "is_flag", False)
    return str(parameter.default) if shown else ""


def environment(parameter: Any) -> str:
    """The variable that a parameter is taken from, too."""
    return f" Or the environment's `{parameter.envvar}`." if parameter.envvar else ""


def line(text: str) -> str:
    """Text of several lines in one."""
    return " ".join(text.split())


if __name__ == "__main__":
    FILE.write_text(markdown(), encoding="utf-8")
