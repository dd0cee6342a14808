"""An evaluation as JSON, CSV and table."""

import csv
import dataclasses
import io
import json
import math

from aecodec.evaluation import denoising as evaluate_denoising
from aecodec.evaluation import report
from aecodec.evaluation.compression import DEFINITIONS, Row
from aecodec.evaluation.sums import BdRate, Point

ROWS = [
    Row("a.png", "aecodec", 50.0, 10, 20, 100, 4.0, math.inf, math.inf, 1.0, None, None, 6.0, 3.0, 0.5, 0.25),
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


def test_the_table_says_lossless_and_na() -> None:
    (line,) = report.table(POINTS)
    assert len(line) == len(report.COLUMNS)
    assert line[:6] == ("aecodec", "50", "4.000", "lossless", "1.0000", "n/a")


def test_bd_rates_are_signed() -> None:
    assert report.bd_line(FOUND.bd_rates[0]) == (
        "BD-rate of aecodec against jpeg: -50.0 % (PSNR), -48.0 % (luma PSNR), n/a (MS-SSIM); BD-PSNR +3.46 dB"
    )


def test_denoising_has_the_same_shapes() -> None:
    row = evaluate_denoising.Row("a.png", "aecodec", None, 10, 20, 30.0, 0.9, 20.0, 12.5, 0.5)
    point = evaluate_denoising.Point("aecodec", None, 1, 30.0, None, 12.5, 20.0, 2.5)
    found = report.Evaluation("0.1.0", evaluate_denoising.DEFINITIONS, {"aecodec": "weights x"}, [row], [point])
    whole = json.loads(report.to_json(found))
    assert whole["rows"][0]["estimate"] == 12.5
    assert whole["bd_rates"] == []
    (line,) = csv.DictReader(io.StringIO(report.to_csv(found)))
    assert (line["sigma"], line["psnr_db"]) == ("", "30.0")
    assert report.denoising_table([point]) == [("aecodec", "real", "30.00", "n/a", "12.5", "20.00", "2.50")]
    assert len(report.DENOISING_COLUMNS) == 7
