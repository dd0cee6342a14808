"""Compiling only where a C compiler works; no GPU is needed to see that."""

from pathlib import Path

import pytest
import torch
from torch import nn

from aecodec.training.compiled import c_compiler_works, compiled


@pytest.mark.parametrize(("script", "works"), [("exit 0", True), ("exit 1", False), (None, False)])
def test_the_compiler_is_tried(
    script: str | None, works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "cc"
    if script is not None:
        compiler.write_text(f"#!/bin/sh\n{script}\n")
        compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert c_compiler_works() is works


def test_without_a_compiler_training_runs_uncompiled_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    model, notes = nn.Identity(), list[str]()
    assert compiled(model, torch.device("cuda"), notes.append) is model
    assert len(notes) == 1
    assert "C compiler" in notes[0]


def test_a_cpu_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    model, notes = nn.Identity(), list[str]()
    assert compiled(model, torch.device("cpu"), notes.append) is model
    assert notes == []
