"""A measurement that is interrupted leaves what it has, and goes on from there."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aecodec.errors import BadInput, OutputError, UsageError
from aecodec.evaluation import measurement, report, sums
from aecodec.evaluation.compression import Row
from aecodec.evaluation.measurement import Measurement
from aecodec.evaluation.trials import Key
from aecodec.pictures.imagefile import ignore
from aecodec.services.files import Engine
from tests.evaluation.made import coded

SETTINGS = {"aecodec": "weights x", "jpeg": "4:2:0"}
measured: list[Key] = []


def row(codec: str, quality: float, bpp: float) -> Row:
    return Row("a.png", codec, quality, coded(bpp, 30 + quality))


def rows(known: Mapping[Key, Any]) -> Iterator[Row]:
    for codec in SETTINGS:
        for quality in (1.0, 2.0, 3.0):
            new = row(codec, quality, quality * (1 if codec == "jpeg" else 0.5))
            if new.key not in known:
                measured.append(new.key)
            yield known.get(new.key, new)


def total(found: Any, complete: bool) -> report.Evaluation:
    bd_rates = sums.bd_rates(found)
    return report.Evaluation("1", {}, SETTINGS, found, sums.points(found), bd_rates, complete)


MEASUREMENT = Measurement(6, Row, rows, total, report.COLUMNS, report.table, lambda rows: iter(()))


@pytest.fixture(autouse=True)
def forget() -> None:
    measured.clear()


def interrupted(kept: Path, after: int) -> None:
    """A run that Ctrl-C ends after so many rows."""
    run = measurement.run(MEASUREMENT, kept, resume=False)
    for _ in range(after):
        next(run)
    with pytest.raises(KeyboardInterrupt):
        run.throw(KeyboardInterrupt)


def test_an_interrupted_run_leaves_a_valid_part(tmp_path: Path) -> None:
    kept = tmp_path / "f.json"
    interrupted(kept, 4)
    part = json.loads(kept.read_text())
    assert part["complete"] is False
    assert len(part["rows"]) == 4


def test_a_resumed_run_ends_as_one_run(tmp_path: Path) -> None:
    kept = tmp_path / "f.json"
    whole = list(measurement.run(MEASUREMENT, None, resume=False))
    assert len(whole) == 6
    interrupted(kept, 4)
    measured.clear()
    assert list(measurement.run(MEASUREMENT, kept, resume=True)) == whole
    assert len(measured) == 2


def test_a_resumed_run_that_ends_at_once_loses_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "f.json"
    interrupted(kept, 4)
    before = json.loads(kept.read_text())["rows"]
    run = measurement.run(MEASUREMENT, kept, resume=True)
    next(run)
    with pytest.raises(KeyboardInterrupt):
        run.throw(KeyboardInterrupt)
    assert json.loads(kept.read_text())["rows"] == before


def test_what_is_there_is_kept_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurement, "KEEP_EVERY_S", 0)
    monkeypatch.setattr(measurement, "KEEP_SHARE", 0)
    run = measurement.run(MEASUREMENT, tmp_path / "f.json", resume=False)
    for _ in range(3):
        next(run)
    assert len(json.loads((tmp_path / "f.json").read_text())["rows"]) == 2


def test_keeping_takes_a_small_share_of_a_long_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tens of thousands of rows it takes seconds, as much as measuring would in the meantime."""
    clock, kept_s = [0.0], [0.0]

    def slow_total(found: Any, complete: bool) -> report.Evaluation:
        clock[0] += 5
        kept_s[0] += 5
        return total(found, complete)

    def slow_rows(known: Mapping[Key, Any]) -> Iterator[Row]:
        for quality in range(1000):
            clock[0] += 1
            yield Row("a.png", "aecodec", quality, coded(0.5, 30))

    monkeypatch.setattr(measurement, "monotonic", lambda: clock[0])
    slow = dataclasses.replace(MEASUREMENT, rows=slow_rows, sum=slow_total)
    assert len(list(measurement.run(slow, tmp_path / "f.json", resume=False))) == 1000
    assert 0 < kept_s[0] < 0.06 * clock[0]


def test_a_disk_that_is_full_for_a_while_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *, replace: bool) -> None:
        raise OutputError(f"cannot write {path}: No space left on device")

    monkeypatch.setattr(measurement, "KEEP_EVERY_S", 0)
    monkeypatch.setattr(measurement, "KEEP_SHARE", 0)
    run = measurement.run(MEASUREMENT, tmp_path / "f.json", resume=False)
    with monkeypatch.context() as patch:
        patch.setattr(measurement, "opened", full)
        for _ in range(3):
            next(run)
    assert len(list(run)) == 3
    assert len(json.loads((tmp_path / "f.json").read_text())["rows"]) > 3


def test_without_a_file_yet_resuming_is_starting(tmp_path: Path) -> None:
    assert len(list(measurement.run(MEASUREMENT, tmp_path / "f.json", resume=True))) == 6
    assert len(measured) == 6


def test_other_settings_failures_and_versions_are_measured_again(tmp_path: Path) -> None:
    kept = tmp_path / "f.json"
    found = [row("aecodec", 1.0, 0.5), Row("a.png", "aecodec", 2.0, error="no"), row("jpeg", 1.0, 1)]
    for change, expected in (
        ({}, 4),
        ({"settings": {**SETTINGS, "jpeg": "4:4:4"}}, 5),
        ({"version": "0"}, 6),
    ):
        kept.write_text(report.to_json(dataclasses.replace(total(found, False), **change)))
        measured.clear()
        list(measurement.run(MEASUREMENT, kept, resume=True))
        assert len(measured) == expected


@pytest.mark.parametrize("content", ["", "[]", '{"aecodec": "1", "settings": {}, "rows": [{"method": "x"}]}'])
def test_what_is_no_evaluation_is_not_gone_on_with(tmp_path: Path, content: str) -> None:
    kept = tmp_path / "f.json"
    kept.write_text(content)
    with pytest.raises(BadInput, match="no evaluation"):
        list(measurement.run(MEASUREMENT, kept, resume=True))
    assert kept.read_text() == content


def test_an_unknown_name_is_refused_before_a_model_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "load", lambda self: pytest.fail("loaded"))
    monkeypatch.setattr(Engine, "load_denoiser", lambda self, weights: pytest.fail("loaded"))
    plan = measurement.Plan("1", [], Engine(), ["bpg"], lambda name: ignore)
    with pytest.raises(UsageError):
        measurement.of_compression(plan, [50])
    with pytest.raises(UsageError):
        measurement.of_denoising(plan, [15])
