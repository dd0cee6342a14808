"""Commands where an extra is not installed: those that need none work, the others say at once what to install."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aecodec.errors import EXTRAS
from tests.cli.conftest import png
from tests.tiny import TINY_WEIGHTS

MODULES = sorted({module for modules in EXTRAS.values() for module in modules})
TINY = ("--weights", str(TINY_WEIGHTS), "--device", "cpu")
SCRIPT = """
import json, sys
blocked, lines = json.loads(sys.argv[1])
sys.modules.update(dict.fromkeys(blocked))
from aecodec.__main__ import main
for line in lines:
    sys.argv = ["aecodec", *line]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            sys.exit(f"{line}: {ended.code}")
"""


def test_encode_decode_info_and_denoise_need_no_extra(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(64, 64))
    lines = [
        ["encode", "a.png", "-o", "a.aec", *TINY],
        ["encode", "a.png", "-o", "b.aec", *TINY, "--denoise", "--verify", "--max-bytes", "2k"],
        ["decode", "a.aec", "-o", "b.png", *TINY],
        ["info", "a.aec"],
        ["denoise", "a.png", "-o", "c.png"],
        ["models"],
    ]
    command = [sys.executable, "-c", SCRIPT, json.dumps([MODULES, lines])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "a.aec", "b.aec", "b.png", "c.png"}


@pytest.mark.parametrize("module", EXTRAS["evaluate"])
def test_evaluate_says_what_to_install(run, make, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    result = run("evaluate", str(make("a.png")), "--json", "f.json")
    assert result.exit_code == 1
    assert result.stderr == f"aecodec: not installed: {module}; get it by pip install 'aecodec[evaluate]'\n"
    assert not Path("f.json").exists()


@pytest.mark.parametrize(
    ("option", "extra", "module"),
    [(("--plots", "p"), "plots", "matplotlib"), (("--ssimulacra2",), "ssimulacra2", "ssimulacra2")],
)
def test_evaluate_says_what_an_option_needs_before_anything_is_measured(
    run, make, log, monkeypatch, option, extra, module
):
    monkeypatch.setitem(sys.modules, module, None)
    result = run("evaluate", str(make("a.png")), "--json", "f.json", *option)
    assert result.exit_code == 1
    assert result.stderr == f"aecodec: not installed: {module}; get it by pip install 'aecodec[{extra}]'\n"
    assert log == []
    assert not Path("f.json").exists()


@pytest.mark.parametrize("module", EXTRAS["train"])
@pytest.mark.parametrize("kind", ["codec", "denoiser"])
def test_train_says_what_to_install(run, make, monkeypatch, kind, module):
    monkeypatch.setitem(sys.modules, module, None)
    make("photos/a.png")
    result = run("train", kind, "--data", "photos", "-o", "w.safetensors", "--time-budget", "1s")
    assert result.exit_code == 1
    assert result.stderr == f"aecodec: not installed: {module}; get it by pip install 'aecodec[train]'\n"
