"""The command line as a whole: help, version, errors that no command handles itself, the terminal."""

import gc
import importlib
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
import typer

import aecodec
from aecodec.__main__ import OFTEN, main
from aecodec.cli import parsing
from aecodec.cli.app import app
from aecodec.cli.console import Talk, printable
from aecodec.codec import container
from aecodec.codec.header import Header
from aecodec.errors import DeviceError, WeightsError
from aecodec.services.rows import Row

DESIGNED = {"encode", "decode", "denoise", "info", "models", "train codec"}
COMMANDS = {command.callback.__name__ for command in app.registered_commands} | {"train codec"}


def test_help_names_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    assert DESIGNED <= COMMANDS
    for command in COMMANDS:
        assert re.search(rf"\b{command.split()[0]}\b", result.stdout)
    assert run("-h").stdout == result.stdout


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_ends_with_an_example(run, command):
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: aecodec {command}" in result.stdout


def test_help_has_no_brackets_which_versions_of_typer_and_rich_take_for_markup_or_show_escaped():
    waiting, texts = [typer.main.get_group(app)], []
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        texts += [command.help, *(each.help for each in command.params)]
    assert len(texts) > 100
    assert [text for text in texts if text and "[" in text] == []


@pytest.mark.parametrize(("told", "kept"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_of_pytorch_wait_without_running_unless_told_otherwise(monkeypatch, told, kept):
    monkeypatch.delenv("OMP_WAIT_POLICY")
    if told:
        monkeypatch.setenv("OMP_WAIT_POLICY", told)
    monkeypatch.setattr(sys, "argv", ["aecodec", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert os.environ["OMP_WAIT_POLICY"] == kept


def test_version_names_versions_and_devices():
    arguments = [sys.executable, "-m", "aecodec", "-V"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    first, second = result.stdout.splitlines()[:2]
    assert re.fullmatch(
        rf"aecodec {re.escape(aecodec.__version__)}, Python 3[\d.]+, ONNX Runtime [\d.]+, torch \S+", first
    )
    assert second.startswith("cpu: ")


def test_an_unknown_command_or_option_is_wrong_usage(run):
    assert run("compress").exit_code == 2
    assert run("encode", "--no-such-option").exit_code == 2


@pytest.mark.parametrize("error", [WeightsError("no weights"), DeviceError("no such device")])
def test_what_concerns_the_whole_run_ends_it_with_one_line(run, make, monkeypatch, error):
    make("a.png", "b.png")

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(sys.modules["aecodec.codec.codec"].Codec, "load", fail)
    result = run("encode", "a.png", "b.png")
    assert result.exit_code == 1
    assert result.stderr == f"aecodec: {error}\n"


def test_an_error_of_the_system_outside_a_run_is_one_line(run, monkeypatch):
    def fail(*_):
        raise PermissionError(13, "Permission denied", "somewhere")

    monkeypatch.setattr("aecodec.services.jobs.plan", fail)
    result = run("encode", "a.png")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: somewhere: Permission denied\n"


ANY = {"input", "output", "width", "height", "seconds", "skipped", "warnings", "error"}
CODED = {"bytes", "bpp", "quality"}
HEADER = {"channels", "bit_depth", "alpha", "exact", "model", "weights_id", "tile_side", "tiles", "tile_bytes"}
HEADER |= {"lossless_tiles", "covered_tiles"}
SAID = {"resolution", "gamma", "chromaticities", "cicp", "srgb"}
FIELDS = {
    "encode a.png": ANY
    | CODED
    | {"lossless", "psnr_db", "effort", "plain_bytes", "plain_psnr_db", "sigma", "strength"},
    "decode a.aec": ANY | CODED,
    "decode --check a.aec": ANY | CODED,
    "denoise a.png": ANY | {"bytes", "sigma", "strength"},
    "info b.aec": ANY | CODED | HEADER | SAID | {"denoised", "parts"},
}


@pytest.mark.parametrize("line", FIELDS)
@pytest.mark.parametrize("option", ["--force", "--dry-run", "--skip-existing"])
def test_json_has_the_same_fields_for_every_input_of_a_command(run, make, line, option):
    """Those that make sense for the command, whether an input succeeds, fails, is there already or only rehearsed."""
    make("source.png")
    assert run("encode", "source.png", "-o", "a.aec").exit_code == 0
    make("b.aec", data=container.write(Header(40, 30, 3, 8, 1, bytes(8), 784, 64), [b"tile"]))
    make("a.png", "done.png", "a-denoised.png")
    options = [] if line.split()[0] == "info" or "--check" in line else [option]
    result = run(*line.split(), "missing", "done.png", *options, "--json")
    rows = [json.loads(text) for text in result.stdout.splitlines()]
    assert len(rows) == 3, result.stderr
    for row in rows:
        assert set(row) == FIELDS[line]
    assert rows[1]["error"] == "No such file or directory"


def test_binary_data_is_not_written_to_a_terminal(monkeypatch, run):
    from aecodec.cli import options

    monkeypatch.setattr(options, "_stdout_is_terminal", lambda: True)
    result = run("encode", "-", input=b"picture")
    assert result.exit_code == 2
    assert result.stderr == "aecodec: standard output is a terminal; redirect it or name a file with -o\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a b.png", "a b.png"), ("ä→", "ä→"), ("a\nb", "a\\nb"), ("\x1b[2J", "\\x1b[2J"), ("\udcff", "\\udcff")],
)
def test_printable(text, shown):
    assert printable(text) == shown


def test_on_a_terminal_several_inputs_have_a_bar_and_lines_stay_whole(monkeypatch, capsys):
    monkeypatch.setattr("aecodec.cli.console.Talk.live", True)
    talk = Talk()
    rows = [Row(f"[bold]{number}.png", "x.aec", width=1) for number in range(3)]
    talk.report((row for row in rows), 3, Row, lambda row: talk.line(f"{row.input} done"))
    shown = capsys.readouterr()
    assert shown.out == ""
    for row in rows:
        assert f"{row.input} done" in shown.err


def test_on_a_terminal_the_bar_counts_inputs_and_says_how_fast(monkeypatch, capsys):
    monkeypatch.setattr("aecodec.cli.console.Talk.live", True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Talk().counting(3) as advance:
        advance("")
        advance("0.25 MP/s")
    assert "2 of 3  0.25 MP/s" in capsys.readouterr().err


def test_the_pace_is_pictures_and_megapixels_a_second_from_the_start(monkeypatch):
    @contextmanager
    def counting(self, total):
        yield paces.append

    paces: list[str] = []
    monkeypatch.setattr(Talk, "counting", counting)
    monkeypatch.setattr("aecodec.cli.console.monotonic", iter([10.0, 12.0, 12.0, 14.0]).__next__)
    rows = [
        Row("a.png", "a.aec", width=1000, height=1500),
        Row("b.png", "b.aec", skipped=True),
        Row("c.png", "c.aec", width=1000, height=500),
    ]
    Talk(quiet=True).report((row for row in rows), 3, Row, lambda row: None)
    assert paces == [
        "0.50 pictures/s, 0.75 MP/s",
        "0.50 pictures/s, 0.75 MP/s",  # what was skipped took no time
        "0.50 pictures/s, 0.50 MP/s",
    ]


@pytest.mark.parametrize(("count", "collected"), [(1, False), (2, True)])
def test_what_lies_about_is_collected_where_there_are_many_files(count, collected, monkeypatch):
    enabled = []
    monkeypatch.setattr(gc, "enable", lambda: enabled.append(True))
    Talk(quiet=True).report((Row("a", "b", skipped=True) for _ in range(count)), count, Row, lambda row: None)
    assert bool(enabled) == collected


def test_help_leaves_what_it_did_without_to_others(run, monkeypatch):
    for name in ("typer.rich_utils", *parsing.UNUSED):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert run("--help").exit_code == 0
    assert parsing.UNUSED.keys().isdisjoint(sys.modules)
    for name, value in parsing.UNUSED.items():
        assert hasattr(importlib.import_module(name), value)


def test_on_a_terminal_a_gauge_shows_the_last_line(monkeypatch, capsys):
    monkeypatch.setattr("aecodec.cli.console.Talk.live", True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Talk().gauge() as show:
        show(0.25, "step 1")
    assert "step 1" in capsys.readouterr().err


@pytest.mark.parametrize("rest", [["--help"], ["--nope"], ["--quiet=1"]])
@pytest.mark.parametrize("name", OFTEN)
def test_a_command_alone_says_what_it_says_among_the_others(name, rest, run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["aecodec", name, *rest])
    disabled = []
    monkeypatch.setattr(gc, "disable", lambda: disabled.append(name))
    with pytest.raises(SystemExit) as ended:
        main()
    assert disabled == [name]
    said = capsys.readouterr()
    monkeypatch.undo()
    monkeypatch.setenv("COLUMNS", "200")
    among = run(name, *rest)
    assert (ended.value.code, said.out, said.err) == (among.exit_code, among.stdout, among.stderr)
