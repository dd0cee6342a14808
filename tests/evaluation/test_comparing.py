"""Two evaluations side by side: what gains, what loses, what cannot be compared."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from aecodec.errors import BadInput, UsageError
from aecodec.evaluation import comparing

CURVE = [(10, 0.1, 28.0), (30, 0.3, 32.0), (50, 0.9, 36.0), (90, 2.0, "inf")]


def coding(path: Path, factors: dict[str, float], codec: str = "aecodec") -> Path:
    """Figures of pictures that need so many times the bits of `CURVE`."""
    rows = [
        {"picture": f"{path.stem}/{name}", "codec": codec, "quality": quality, "bpp": bpp * factor, "psnr_db": psnr_db}
        for name, factor in factors.items()
        for quality, bpp, psnr_db in CURVE
    ]
    return written(path, rows, {"bpp": ""})


def denoising(path: Path, decibels: dict[str, float]) -> Path:
    rows = [
        {"picture": name, "method": method, "sigma": sigma, "psnr_db": psnr_db}
        for name, psnr_db in decibels.items()
        for sigma in (15, 50)
        for method in ("aecodec", "tv")
    ]
    return written(path, rows, {"noise": ""})


def written(path: Path, rows: list[dict[str, Any]], definitions: dict[str, str]) -> Path:
    whole = {"definitions": definitions, "settings": {"aecodec": f"weights {path.stem}"}, "rows": rows}
    path.write_text(json.dumps(whole))
    return path


def test_bits_saved_are_gains_and_the_greatest_comes_first(tmp_path: Path) -> None:
    before = coding(tmp_path / "a.json", {"x.png": 1, "y.png": 1, "z.png": 1, "gone.png": 1})
    after = coding(tmp_path / "b.json", {"x.png": 1, "y.png": 1.25, "z.png": 0.5, "new.png": 1})
    found = comparing.compare(before, after)
    assert [(row.picture, round(row.change or 0, 6), row.gain) for row in found.changes] == [
        ("z.png", -50, 1),
        ("x.png", 0, 0),
        ("y.png", 25, -1),
    ]
    assert found.mean.change == pytest.approx(100 * (2.75 / 3 - 1))
    assert found.settings == ("weights a", "weights b")
    assert comparing.verdict(found) == "3 pictures: 1 gain, 1 lose, 1 stay"
    lines = comparing.table(found)
    assert lines[0] == ("z.png", "0.433 bpp 32.00 dB", "0.217 bpp 32.00 dB", "-50.00 %")
    assert lines[-1][0] == "mean"
    assert {len(line) for line in lines} == {len(comparing.COLUMNS)}


def test_pictures_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    before = coding(tmp_path / "x.json", {"a/1.png": 1, "b/1.png": 1})
    after = coding(tmp_path / "y.json", {"a/1.png": 0.5, "b/1.png": 1.25})
    found = comparing.compare(before, after)
    assert [(row.picture, round(row.change or 0)) for row in found.changes] == [("a/1.png", -50), ("b/1.png", 25)]


def test_decibels_gained_are_gains(tmp_path: Path) -> None:
    before = denoising(tmp_path / "a.json", {"x.png": 30, "y.png": 30})
    after = denoising(tmp_path / "b.json", {"x.png": 29, "y.png": 30.5})
    found = comparing.compare(before, after)
    assert [(row.picture, row.change, row.gain) for row in found.changes] == [("y.png", 0.5, 1), ("x.png", -1, -1)]
    assert found.mean.change == -0.25
    assert comparing.table(found)[0] == ("y.png", "30.00 dB", "30.50 dB", "+0.50 dB")


def test_curves_without_common_quality_are_incomparable(tmp_path: Path) -> None:
    before = coding(tmp_path / "a.json", {"x.png": 1})
    whole = json.loads(before.read_text())
    whole["rows"] = whole["rows"][:1]
    after = tmp_path / "b.json"
    after.write_text(json.dumps(whole))
    (change,) = comparing.compare(before, after).changes
    assert (change.change, change.gain) == (None, 0)
    assert not math.isnan(float(change.after.split()[0]))


def test_what_cannot_be_compared_says_why(tmp_path: Path) -> None:
    codings = coding(tmp_path / "a.json", {"x.png": 1})
    with pytest.raises(UsageError, match="different things"):
        comparing.compare(codings, denoising(tmp_path / "b.json", {"x.png": 30}))
    with pytest.raises(UsageError, match="no picture in common"):
        comparing.compare(codings, coding(tmp_path / "c.json", {"y.png": 1}))
    with pytest.raises(UsageError, match="no picture in common"):
        comparing.compare(codings, coding(tmp_path / "d.json", {"x.png": 1}, codec="jpeg"))


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"rows": 1, "settings": {}, "definitions": {}}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content)
    good = coding(tmp_path / "a.json", {"x.png": 1})
    with pytest.raises(BadInput, match="evaluate --json"):
        comparing.compare(good, tmp_path / "b.json")
    with pytest.raises(BadInput):
        comparing.compare(tmp_path / "missing.json", good)
