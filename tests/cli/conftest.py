"""The command line in an empty folder, with a codec and a denoiser that have no networks."""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aecodec.pictures import imagefile
from tests import drawn, fake_codec

Run = Callable[..., Any]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What codec and denoiser were asked to do."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setitem(sys.modules, "aecodec.codec.codec", fake_codec.module(calls))
    monkeypatch.setitem(sys.modules, "aecodec.denoiser", fake_codec.denoiser_module(calls))
    return calls


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, log: list[tuple[object, ...]]) -> Run:
    """run(*arguments, input=b"") -> what typer's runner gives: exit_code, stdout, stdout_bytes, stderr."""
    from aecodec.cli.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("AECODEC_WEIGHTS", raising=False)

    def call(*arguments: str, input: bytes = b"") -> Any:
        return CliRunner().invoke(app, arguments, input=input, prog_name="aecodec")

    return call


def png(height: int = 20, width: int = 31, **kind: Any) -> bytes:
    stream = BytesIO()
    imagefile.write(drawn.picture(height, width, **kind), stream, "png")
    return stream.getvalue()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """make("a.png", "b/c.png") writes small pictures and returns the path of the last."""

    def write(*names: str, data: bytes | None = None) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png() if data is None else data)
        return path

    return write
