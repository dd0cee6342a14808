"""Values of options, read at once where they are plain: what typer reads them with takes 0.1 s to import.

What is not plain, and so all that is wrong, is left to typer, whose messages stay what they are.
"""

import inspect
import sys
from collections.abc import Callable
from enum import Enum
from types import ModuleType, NoneType, UnionType
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup

UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}  # of rich, by typer for help: what it names
LEFT = object()  # to typer
MOST_DIGITS = 9  # of a plain whole number


class Command(TyperCommand):
    """A command that reads plain values itself."""

    def get_params(self, ctx: Any) -> Any:
        return _hastened(super().get_params(ctx), self.callback)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _load_formatting()
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """A group of commands that reads plain values itself."""

    def get_params(self, ctx: Any) -> Any:
        return _hastened(super().get_params(ctx), self.callback)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _load_formatting()
        super().format_help(ctx, formatter)


def _load_formatting() -> None:
    """Import what typer formats help with, but for what help has none of: that would take as long as all else.

    Where something loaded it before, it is left there.
    """
    left_out = {name: value for name, value in UNUSED.items() if name not in sys.modules}
    for name, value in left_out.items():
        sys.modules[name] = ModuleType(name)
        setattr(sys.modules[name], value, type(value, (), {}))
    try:
        import typer.rich_utils  # noqa: F401
    finally:
        for name in left_out:
            del sys.modules[name]


def _hastened(parameters: Any, callback: Callable[..., Any] | None) -> Any:
    """The same parameters, of a function or added by typer, which read plain values themselves from now on."""
    annotations = inspect.unwrap(callback).__annotations__ if callback else {}
    for parameter in parameters:
        if not parameter.required and "process_value" not in vars(parameter):
            annotation = annotations.get(parameter.name)
            parameter.process_value = _first(plainly(annotation) if get_args(annotation) else _absent, parameter)
    return parameters


def _first(plain: Callable[[Any], Any], parameter: Any) -> Callable[[Any, Any], Any]:
    """What asks `plain` before typer."""
    typers = parameter.process_value

    def read(context: Any, value: Any) -> Any:
        found = plain(value)
        if found is LEFT:
            return typers(context, value)
        return found if parameter.callback is None else parameter.callback(context, parameter, found)

    return read


def plainly(annotation: Any) -> Callable[[Any], Any]:
    """What makes the value of a parameter, annotated so, of what typer found in the command line, or gives LEFT."""
    declared, information = get_args(annotation)
    kinds = get_args(declared) if get_origin(declared) is UnionType else (declared,)
    kind = next(one for one in kinds if one is not NoneType)
    if kind == list[str]:
        return lambda value: LEFT if isinstance(value, str) or value is None else list(value)
    if information.parser is not None:
        return lambda value: _parsed(information.parser, value) if isinstance(value, str) else _absent(value)
    return lambda value: _of_kind(kind, value, information) if isinstance(value, str) else _absent(value)


def _absent(value: Any) -> Any:
    return None if value is None else LEFT


def _parsed(parser: Callable[[str], Any], text: str) -> Any:
    try:
        return parser(text)
    except ValueError:
        return LEFT


def _of_kind(kind: type, text: str, information: Any) -> Any:
    if kind is str:
        return text
    if kind is int and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        within = (information.min or 0) <= int(text) and (information.max is None or int(text) <= information.max)
        return int(text) if within else LEFT
    if issubclass(kind, Enum):
        return next((one for one in kind if one.value == text), LEFT)
    return LEFT
