"""An evaluation as JSON, CSV and table."""

import csv
import dataclasses
import io
import json
import math
from pathlib import Path

import pytest

from aecodec.evaluation import denoising, report
from aecodec.evaluation.compression import DEFINITIONS, Row
from aecodec.evaluation.sums import BdRate, Point
from tests.evaluation.made import coded, restored

DOCS = Path(__file__).parent.parent.parent / "docs"
ROWS = [
    Row("a.png", "aecodec", 50.0, coded(4.0, math.inf)),
    Row("b.png", "", math.nan, error="not a picture"),
]
POINTS = [Point("aecodec", 50.0, 1, 4.0, math.inf, math.inf, 1.0, None, None, 6.0, 3.0, 0.5, 0.25)]
BD_RATE = BdRate("jpeg", -50.04, -48.0, None, 3.456)
FOUND = report.Evaluation("0.1.0", DEFINITIONS, {"aecodec": "weights x"}, ROWS, POINTS, [BD_RATE])


def test_json_is_strict_and_whole() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    whole = json.loads(report.to_json(FOUND), parse_constant=refuse)
    assert whole["rows"][0]["psnr_db"] == "inf"
    assert whole["rows"][1] | {"error": "not a picture", "quality": None} == whole["rows"][1]
    assert whole["bd_rates"] == [dataclasses.asdict(BD_RATE)]
    assert whole["settings"] == {"aecodec": "weights x"}
    assert set(whole["definitions"]) >= {"bpp", "psnr_db", "ssim", "ms_ssim", "bd_rate"}


def test_csv_has_a_line_for_each_file() -> None:
    lines = list(csv.DictReader(io.StringIO(report.to_csv(FOUND))))
    assert [line["picture"] for line in lines] == ["a.png", "b.png"]
    assert lines[0]["psnr_db"] == "inf"
    assert lines[1]["error"] == "not a picture"


@pytest.mark.parametrize("name", ["kodak", "kodak-denoising", "cbsd68"])
def test_figures_of_earlier_runs_keep_their_names_and_meaning(name: str, tmp_path: Path) -> None:
    whole = json.loads((DOCS / f"{name}.json").read_text())
    coding = "bpp" in whole["definitions"]
    since = {"psnr_luma_db": 31.0, "ssimulacra2": None} if coding else {"clean": None}  # what did not exist then
    whole["rows"] = [row | since for row in whole["rows"]]
    (tmp_path / "f.json").write_text(json.dumps(whole))
    now = report.Evaluation(whole["aecodec"], whole["definitions"], whole["settings"], [], [])
    rows = report.read_rows(tmp_path / "f.json", Row if coding else denoising.Row, now)
    assert json.loads(report.to_json(dataclasses.replace(now, rows=rows)))["rows"] == whole["rows"]


def test_a_row_that_lacks_a_figure_is_not_taken_over(tmp_path: Path) -> None:
    """As rows of versions that did not measure luma."""
    whole = json.loads((DOCS / "kodak.json").read_text())
    now = report.Evaluation(whole["aecodec"], whole["definitions"], whole["settings"], [], [])
    assert len(report.read_rows(DOCS / "kodak.json", Row, now)) == len(whole["rows"])
    for row in whole["rows"][1:]:
        del row["psnr_luma_db"]
    (tmp_path / "older.json").write_text(json.dumps(whole))
    (taken,) = report.read_rows(tmp_path / "older.json", Row, now)
    assert taken.picture == whole["rows"][0]["picture"]


def test_rows_are_read_as_they_were(tmp_path: Path) -> None:
    noted = Row("c.png", "jpeg", 5.0, note="8-bit only")
    found = dataclasses.replace(FOUND, rows=[*ROWS, noted], settings={"aecodec": "weights x", "jpeg": ""})
    (tmp_path / "f.json").write_text(report.to_json(found))
    assert report.read_rows(tmp_path / "f.json", Row, found) == [ROWS[0], noted]


def test_the_table_says_lossless_and_na() -> None:
    (line,) = report.table(POINTS)
    assert len(line) == len(report.COLUMNS)
    assert line[:6] == ("aecodec", "50", "4.000", "lossless", "1.0000", "n/a")


def test_bd_rates_are_signed() -> None:
    assert report.bd_line(FOUND.bd_rates[0]) == (
        "BD-rate of aecodec against jpeg: -50.0 % (PSNR), -48.0 % (luma PSNR), n/a (MS-SSIM); BD-PSNR +3.46 dB"
    )


def test_denoising_has_the_same_shapes() -> None:
    row = denoising.Row("a.png", "aecodec", None, restored(30.0, estimate=12.5))
    point = denoising.Point("aecodec", None, 1, 30.0, None, 12.5, 20.0, 1, 2.5)
    found = report.Evaluation("0.1.0", denoising.DEFINITIONS, {"aecodec": "weights x"}, [row], [point])
    whole = json.loads(report.to_json(found))
    assert whole["rows"][0]["estimate"] == 12.5
    assert whole["bd_rates"] == []
    (line,) = csv.DictReader(io.StringIO(report.to_csv(found)))
    assert (line["sigma"], line["psnr_db"]) == ("", "30.0")
    assert report.denoising_table([point]) == [("aecodec", "real", "20.00", "30.00", "1 of 1", "n/a", "12.5", "2.50")]
    assert len(report.DENOISING_COLUMNS) == 8
