"""Anomalies: planted ones are found, the threshold keeps its quantile, measures are scikit-learn's."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import BadInput, OutputError, UsageError, WeightsError
from aecodec.exploration import anomalies, verdicts, weights
from aecodec.exploration.anomalies import Threshold, Verdict
from aecodec.exploration.inputs import Preparation
from tests.exploration.conftest import ignore, wish


@pytest.fixture(params=["resized", "patches"])
def fitted(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Path:
    asked = wish("deep", folder, tmp_path / "a.safetensors", preparation=Preparation(request.param, 12, 1))
    asked.settings["max_epochs"] = 60  # type: ignore[index]
    told: list[str] = []
    threshold, held, size = anomalies.fit(asked, 0.9, ignore, told.append)
    assert any("of other classes than good" in line for line in told)
    assert held == 3
    assert size == asked.out.stat().st_size
    assert threshold.quantile == 0.9
    return asked.out


def test_planted_anomalies_are_found(fitted: Path, folder: Path) -> None:
    found = verdicts.find(str(folder), fitted, None, "cpu", ignore)
    assert {verdict.label for verdict in found.verdicts[:4]} == {"striped"}
    assert found.measures is not None
    assert found.measures.auroc == 1
    assert found.measures.average_precision == pytest.approx(1)
    assert found.measures.confusion["true_positives"] == 4
    for verdict in found.verdicts:
        assert verdict.heat.shape == verdict.shown.shape
    heats = {
        label: np.mean([v.heat.mean() for v in found.verdicts if v.label == label]) for label in ("good", "striped")
    }
    assert heats["striped"] > 2 * heats["good"]


def test_outputs(fitted: Path, folder: Path, tmp_path: Path) -> None:
    found = verdicts.find(str(folder), fitted, None, "cpu", ignore)
    out = verdicts.Outputs(tmp_path / "a.json", tmp_path / "a.csv", tmp_path / "a.html", tmp_path / "heat", False)
    out.check()
    written = dict(out.write(found, "aecodec anomaly score"))
    assert len(written) == 3 + 20
    whole = json.loads((tmp_path / "a.json").read_text())
    assert whole["measures"]["auroc"] == 1
    assert len(whole["samples"]) == 20
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert float(rows[0]["score"]) >= float(rows[-1]["score"])
    with Image.open(tmp_path / "heat" / "striped-0.png") as picture:
        assert picture.mode == "RGB"
    with pytest.raises(OutputError, match="exists already"):
        out.check()
    with pytest.raises(UsageError, match=r"name it \.html"):
        verdicts.Outputs(None, None, tmp_path / "a.txt", None, False).check()


def test_series_have_verdicts_too(tmp_path: Path) -> None:
    steps = np.arange(400)
    np.save(tmp_path / "s.npy", np.sin(steps / 3))
    asked = wish("deep", tmp_path / "s.npy", tmp_path / "a.safetensors", preparation=Preparation("series", 16, 1))
    asked.settings["max_epochs"] = 100  # type: ignore[index]
    anomalies.fit(asked, 0.95, ignore, ignore)
    odd = np.sin(steps / 3)
    odd[200] += 3
    np.save(tmp_path / "odd.npy", odd)
    found = verdicts.find(str(tmp_path / "odd.npy"), asked.out, None, "cpu", ignore)
    assert found.verdicts[0].name in ("odd.npy step 192", "odd.npy step 200")
    assert found.measures is None
    list(verdicts.Outputs(None, None, tmp_path / "a.html", None, False).write(found, "aecodec"))


def test_measures_without_normal_or_odd_samples_are_none() -> None:
    def verdict(label: str | None) -> Verdict:
        return Verdict("a", label, 1.0, True, np.zeros((2, 2)), np.zeros((2, 2)))

    assert anomalies.measures([verdict(None)], None) is None
    assert anomalies.measures([verdict("good")], None) is None
    assert anomalies.measures([verdict("bad")], None) is None
    assert anomalies.measures([verdict("blue"), verdict("red")], "blue") is not None
    with pytest.raises(UsageError, match="--normal green: no class is called so: blue"):
        anomalies.measures([verdict("blue")], "green")


def test_refusals(vae: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="has no threshold"):
        Threshold.of(weights.read(vae, "variational", "cpu"))
    np.save(tmp_path / "s.npy", np.zeros((1, 16, 1)))
    asked = wish("deep", tmp_path / "s.npy", tmp_path / "x.safetensors", preparation=Preparation("series", 16, 1))
    with pytest.raises(BadInput, match="too few"):
        anomalies.fit(asked, 0.9, ignore, ignore)
