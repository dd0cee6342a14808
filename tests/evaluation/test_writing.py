"""Where an evaluation goes: refused before the work, and each output written whatever becomes of the others."""

import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aecodec.errors import MissingExtra, OutputError, UsageError
from aecodec.evaluation import plots
from aecodec.evaluation.gallery import Exhibit
from aecodec.evaluation.writing import Outputs
from tests.evaluation.test_page import EXHIBIT, coding_run

NOWHERE = Outputs(None, None, None, None, replace=False)


def outputs(**where: object) -> Outputs:
    return dataclasses.replace(NOWHERE, **where)


def everything(folder: Path) -> Outputs:
    return Outputs(str(folder / "f.json"), str(folder / "f.csv"), folder / "r.html", folder / "plots", replace=False)


def test_what_is_free_is_taken(tmp_path: Path) -> None:
    everything(tmp_path / "new" / "folder").check(coding=True, resume=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["f.json", "f.csv", "r.html", "plots/psnr.svg", "plots/ssimulacra-2.png"])
def test_what_exists_is_refused_unless_it_may_be_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / name).write_text("")
    with pytest.raises(OutputError, match="exists already"):
        everything(tmp_path).check(coding=True, resume=False)
    dataclasses.replace(everything(tmp_path), replace=True).check(coding=True, resume=False)


def test_plots_of_denoising_do_not_meet_those_of_coding(tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "ms-ssim.svg").write_text("")
    everything(tmp_path).check(coding=False, resume=False)


def test_a_run_that_goes_on_replaces_its_own_figures_alone(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text("")
    everything(tmp_path).check(coding=True, resume=True)
    (tmp_path / "f.csv").write_text("")
    with pytest.raises(OutputError, match=r"f\.csv"):
        everything(tmp_path).check(coding=True, resume=True)


@pytest.mark.parametrize("option", ["json", "csv", "report", "plots"])
def test_what_cannot_be_written_is_refused(tmp_path: Path, option: str) -> None:
    kind = str if option in ("json", "csv") else Path
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is not a folder"):
        outputs(replace=True, **{option: kind(tmp_path / "file" / "x")}).check(coding=True, resume=False)
    if option != "plots":
        with pytest.raises(OutputError, match="is a folder"):
            outputs(replace=True, **{option: kind(tmp_path)}).check(coding=True, resume=False)


def test_a_closed_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # root may write anywhere
    with pytest.raises(OutputError, match="no permission"):
        outputs(csv=str(tmp_path / "new" / "f.csv")).check(coding=True, resume=False)


@pytest.mark.parametrize(
    "where", [{"json": "-", "csv": "-"}, {"json": "a", "csv": "./a"}, {"csv": "a", "report": Path("a")}]
)
def test_outputs_have_files_of_their_own(where: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        outputs(**where).check(coding=True, resume=False)


@pytest.mark.parametrize("json_file", [None, "-"])
def test_going_on_needs_a_file(json_file: str | None) -> None:
    with pytest.raises(UsageError, match="--resume"):
        outputs(json=json_file).check(coding=True, resume=True)


def test_plots_need_their_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    outputs(report=tmp_path / "r.html").check(coding=True, resume=False)
    with pytest.raises(MissingExtra, match=r"aecodec\[plots\]"):
        outputs(plots=tmp_path / "p").check(coding=True, resume=False)


def test_all_is_written(tmp_path: Path) -> None:
    where = everything(tmp_path)
    assert where.write_figures(coding_run()) == []
    assert where.write_drawings(coding_run(), [EXHIBIT], "aecodec evaluate in") == []
    assert json.loads((tmp_path / "f.json").read_text())["complete"] is True
    assert (tmp_path / "f.csv").read_text().startswith("picture,")
    assert "aecodec evaluate in" in (tmp_path / "r.html").read_text()
    assert (tmp_path / "plots" / "psnr.svg").exists()


def test_one_that_fails_is_named_and_the_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = everything(tmp_path)
    (tmp_path / "f.csv").mkdir()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(plots, "write", fail)
    ((option, message),) = where.write_figures(coding_run())
    assert option == "--csv"
    assert f"{tmp_path / 'f.csv'} is a folder" in message
    assert (tmp_path / "f.json").exists()
    assert where.write_drawings(coding_run(), [EXHIBIT], "") == [("--plots", "internal error: RuntimeError: no ink")]
    assert (tmp_path / "r.html").exists()


def test_a_picture_that_went_away_costs_the_page_alone(tmp_path: Path) -> None:
    def exhibits() -> Iterator[Exhibit]:
        yield EXHIBIT
        raise FileNotFoundError(2, "No such file or directory", "a.png")

    assert everything(tmp_path).write_drawings(coding_run(), exhibits(), "") == [
        ("--report", "No such file or directory")
    ]
    assert not (tmp_path / "r.html").exists()
    assert (tmp_path / "plots" / "psnr.svg").exists()
