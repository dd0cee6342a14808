"""The README is executed: every command in it runs as it stands, with the weights that ship."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import aecodec
from aecodec.cli.app import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands(marker: str) -> list[str]:
    """Lines of the console block behind a marker."""
    found = re.search(rf"<!-- {marker} -->\n```console\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block marked {marker}"
    return found[1].splitlines()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples in it, where commands may leave what they write."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "samples").mkdir()
    for path in (ROOT / "samples").iterdir():
        (folder / "samples" / path.name).write_bytes(path.read_bytes())
    return folder


def execute(command: str, folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    own = f"{shlex.quote(sys.executable)} -m aecodec"
    command = re.sub(r"(^|&& )(\.venv/bin/)?aecodec ", lambda match: f"{match[1]}{own} ", command)
    done = subprocess.run(
        ["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_first_two_commands_encode_and_decode(checkout: Path) -> None:
    setup, run = commands("run")
    assert "pip install" in setup  # not run here: it takes minutes, and CI does it
    execute(run, checkout)
    assert (checkout / "dog.png").stat().st_size > 100_000


def test_the_second_two_commands_are_what_ci_runs() -> None:
    setup, run = commands("test")
    assert "pip install" in setup
    assert run.endswith("pytest -q -n auto")
    assert "README.md" in (ROOT / ".ci" / "run").read_text()


def test_every_other_command_runs(checkout: Path) -> None:
    for command in commands("executed"):
        execute(command, checkout)
    assert 19_000 < (checkout / "small.aec").stat().st_size <= 20_000
    assert len(list((checkout / "coded").glob("*.aec"))) == len(list((ROOT / "samples").glob("*.png")))


def test_the_python_block_runs(checkout: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = checkout / "block.py"
    script.write_text(f"{block}\nassert picture.size == (576, 576)\n")
    execute(f"{shlex.quote(sys.executable)} block.py", checkout)


def test_every_command_and_public_name_is_mentioned() -> None:
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]
    names += [group.name for group in app.registered_groups if group.name]
    for name in names:
        assert f"aecodec {name}" in README, name
    for name in ("encode", "decode"):
        assert f"aecodec.{name}(" in README
        assert name in aecodec.__all__


def test_what_it_links_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_tree_is_that_of_the_package() -> None:
    tree = re.search(r"^aecodec/\n((?:[├└].*\n)+)", README, re.MULTILINE)
    assert tree
    shown = re.findall(r"(?:── |, )(\w+/|\w+\.py)", tree[1])
    package = ROOT / "aecodec"
    assert {name for name in shown if not (package / name).exists()} == set()
    folders = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    assert {name for name in shown if name.endswith("/")} == folders
