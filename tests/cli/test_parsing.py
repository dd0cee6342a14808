"""Values that are read without typer are those that typer reads, and the others are left to it."""

from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
import typer

from aecodec.cli import options, parsing
from aecodec.cli.app import app
from aecodec.errors import UsageError


def half(text: str) -> float:
    return float(text) / 2


HALF = Annotated[float | None, typer.Option(parser=half)]
UP_TO_9 = Annotated[int, typer.Option(min=2, max=9)]


@pytest.mark.parametrize(
    ("annotation", "value", "read"),
    [
        (options.Inputs, ("a", "b"), ["a", "b"]),
        (options.Inputs, (), []),
        (options.Out, None, None),
        (options.Out, "x.aec", "x.aec"),
        (options.Batch, None, None),
        (options.Batch, "12", 12),
        (UP_TO_9, "9", 9),
        (options.Device, "cuda:1", "cuda:1"),
        (HALF, "3", 1.5),
        (Annotated[options.Format | None, typer.Option()], "tiff", options.Format.TIFF),
    ],
)
def test_what_is_plain_is_read(annotation: Any, value: Any, read: Any) -> None:
    found = parsing.plainly(annotation)(value)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (options.Inputs, None),
        (options.Batch, "0"),
        (options.Batch, "-1"),
        (options.Batch, "+1"),
        (options.Batch, "1.0"),
        (options.Batch, "\u0661"),
        (options.Batch, "1234567890"),
        (UP_TO_9, "10"),
        (UP_TO_9, "1"),
        (HALF, "x"),
        (HALF, 3.0),
        (options.Weights, "."),
        (options.Quiet, False),
        (Annotated[options.Format | None, typer.Option()], "TIFF"),
        (Annotated[float | None, typer.Option()], "1.5"),
    ],
)
def test_what_is_not_plain_is_left_to_typer(annotation: Any, value: Any) -> None:
    assert parsing.plainly(annotation)(value) is parsing.LEFT


def test_what_a_parser_refuses_leaves_as_it_is() -> None:
    with pytest.raises(UsageError, match="--device gpu"):
        parsing.plainly(options.Device)("gpu")


class Fruit(Enum):
    FIG = "fig"


def every_kind(
    inputs: options.Inputs = None,
    out: options.Out = "o",
    number: Annotated[int, typer.Option(min=2, max=99)] = 7,
    halved: HALF = None,
    fruit: Annotated[Fruit, typer.Option()] = Fruit.FIG,
    weights: Annotated[Path | None, typer.Option(envvar="WEIGHTS")] = None,
    quiet: options.Quiet = False,
) -> None:
    seen.append(SimpleNamespace(**locals()))


seen: list[SimpleNamespace] = []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a b",
        "-o x --number 12 --halved 5 --fruit fig --weights w --quiet -- -",
        "--number 1",
        "--number x",
        "--halved x",
        "--fruit apple",
        "-o",
        "--number 100",
    ],
)
def test_a_command_says_the_same_with_and_without(line: str) -> None:
    answers = []
    for kind in (None, parsing.Command):
        tried = typer.Typer()
        tried.command(cls=kind)(every_kind)
        seen.clear()
        result = typer.testing.CliRunner().invoke(tried, line.split(), prog_name="tried")
        answers.append((result.exit_code, result.output, list(seen)))
    assert answers[0] == answers[1]


def test_every_command_of_one_word_reads_plain_values_itself() -> None:
    assert {command.cls for command in app.registered_commands} == {parsing.Command}
