"""What desktops are told: type, magic, thumbnailer, manual pages, completion."""

import configparser
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from aecodec.cli.app import app
from aecodec.codec.layout import MAGIC
from tests import manpages

DESKTOP = Path(__file__).parent.parent / "desktop"
GOLDEN = Path(__file__).parent / "golden"
SPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name}")
    return found


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_type_has_the_magic_of_the_format() -> None:
    (kind,) = ElementTree.parse(DESKTOP / "aecodec.xml").getroot()
    assert kind.attrib["type"] == "image/x-aec"
    (match,) = kind.iter(f"{SPACE}match")
    assert match.attrib["value"].encode().decode("unicode_escape").encode("latin-1") == MAGIC
    assert [glob.attrib["pattern"] for glob in kind.iter(f"{SPACE}glob")] == ["*.aec"]


def test_the_database_of_types_takes_it(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    shutil.copy(DESKTOP / "aecodec.xml", tmp_path / "packages")
    subprocess.run([tool("update-mime-database"), tmp_path], check=True, env={"PKGSYSTEM_ENABLE_FSYNC": "0"})
    assert "50:image/x-aec:*.aec" in (tmp_path / "globs2").read_text()
    assert MAGIC in (tmp_path / "magic").read_bytes()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("v1/rgb-q50.aec", "aecodec picture, version 1, 150 x 200, RGB, 8-bit"),
        ("v2/grey-alpha16.aec", "aecodec picture, version 2, 30 x 40, grey, 16-bit, lossless"),
    ],
)
def test_file_names_what_a_file_is(name: str, told: str) -> None:
    magic = str(DESKTOP / "aecodec.magic")
    assert output_of(tool("file"), "-b", "-m", magic, str(GOLDEN / name)) == f"{told}\n"
    assert output_of(tool("file"), "-b", "--mime-type", "-m", magic, str(GOLDEN / name)) == "image/x-aec\n"


def test_the_thumbnailer_calls_a_command_that_is_there() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(DESKTOP / "aecodec.thumbnailer")
    section = entry["Thumbnailer Entry"]
    program, command, *arguments = section["Exec"].split()
    assert (program, arguments) == (section["TryExec"], ["%i", "%o", "%s"])
    assert command in {each.callback.__name__ for each in app.registered_commands if each.callback}
    assert section["MimeType"] == "image/x-aec;"


def test_the_manual_pages_say_what_the_commands_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in manpages.FOLDER.glob("*.1")}
    assert written == manpages.pages(), "the command line has changed: run python -m tests.manpages"


def test_man_shows_a_page_without_a_complaint() -> None:
    page = str(manpages.FOLDER / "aecodec-encode.1")
    done = subprocess.run([tool("man"), "--warnings", "-l", page], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "--max-bytes N" in done.stdout


def test_the_shell_completes_commands_and_options() -> None:
    def completed(line: str) -> set[str]:
        environment = {"_AECODEC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        return set(CliRunner().invoke(app, [], prog_name="aecodec", env=environment).stdout.split())

    assert completed("aecodec th") == {"thumbnail"}
    assert {"--max-bytes", "--max-pixels"} <= completed("aecodec encode --max")
