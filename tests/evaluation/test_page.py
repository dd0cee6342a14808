"""The report's page, its curves as data, its crops, and the plots for papers."""

import dataclasses
import io
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import MissingExtra, OutputError
from aecodec.evaluation import charts, gallery, page, plots, sums
from aecodec.evaluation import compression as evaluate
from aecodec.evaluation import denoising as evaluate_denoising
from aecodec.evaluation.baselines import Contender
from aecodec.evaluation.classical import Method
from aecodec.evaluation.report import Evaluation
from aecodec.pictures.picture import Picture, Samples
from aecodec.services.jobs import Job
from tests.tiny import sample

SETTINGS = {"aecodec": "weights x", "jpeg": "4:2:0 <b>"}


def row(picture: str, codec: str, quality: float, bpp: float, psnr_db: float) -> evaluate.Row:
    decibels = psnr_db, psnr_db + 1
    return evaluate.Row(picture, codec, quality, 100, 80, 999, bpp, *decibels, 0.9, 0.95, None, 9, 8, 0.5, 0.25)


def coding(names: tuple[str, ...] = ("in/a.png", "in/b.png")) -> Evaluation:
    curve = [(10, 0.1, 28.0), (50, 0.5, 33.0), (90, 1.5, 39.0)]
    rows = [row(name, "aecodec", q, bpp, db) for name in names for q, bpp, db in curve]
    rows += [row(name, "jpeg", q, 2 * bpp, db) for name in names for q, bpp, db in curve]
    rows.append(row(names[0], "jpeg", 100, 9, math.inf))
    return Evaluation("1", evaluate.DEFINITIONS, SETTINGS, rows, sums.points(rows), sums.bd_rates(rows))


def denoising() -> Evaluation:
    rows = [
        evaluate_denoising.Row("a.png", method, sigma, 100, 80, psnr_db, 0.9, 20.0, None, 0.5)
        for method, psnr_db in (("aecodec", 31.0), ("aecodec --sigma", 31.1), ("tv", 29.0))
        for sigma in (15.0, 50.0)
    ]
    settings = {"aecodec": "blind", "aecodec --sigma": "told", "tv": ""}
    return Evaluation("1", evaluate_denoising.DEFINITIONS, settings, rows, evaluate_denoising.points(rows))


EXHIBIT = gallery.Exhibit(
    "a.png", "100x80", (gallery.Panel("original", "", b"RIFF"), gallery.Panel("jpeg", "9 B", b"R"))
)


def embedded(text: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return dict(json.loads(found))


def test_the_page_says_what_was_found() -> None:
    text = page.page(coding(), [EXHIBIT], "aecodec evaluate 'in & out'")
    assert "At equal PSNR aecodec needs 50.0 % fewer bits than jpeg" in text
    assert "+100.0 %" in text, "the matrix has both directions"
    assert "2 pictures, aecodec 1" in text
    assert "in &amp; out" in text
    assert "4:2:0 &lt;b&gt;" in text
    assert "lossless" not in embedded(text)["charts"][0]["title"]
    data = embedded(text)
    assert [chart["title"] for chart in data["charts"]] == ["PSNR", "Luma PSNR", "SSIM", "MS-SSIM"]
    assert list(data["pictures"]) == ["a.png", "b.png"]
    assert data["exhibits"][0]["panels"][0]["webp"] == "UklGRg=="


def test_the_page_of_denoising_has_its_own_words() -> None:
    text = page.page(denoising(), [], "aecodec evaluate --denoise in")
    assert "From noise of sigma 15 (20.00 dB) aecodec restores 31.00 dB, 2.00 dB more than tv." in text
    assert 'id="slider"' not in text
    assert [chart["x"] for chart in embedded(text)["charts"]] == ["noise level"] * 2


def test_an_interrupted_run_is_called_so() -> None:
    assert "interrupted" in page.page(dataclasses.replace(coding(), complete=False), [], "")
    assert "interrupted" not in page.page(coding(), [], "")


def test_nothing_is_fetched() -> None:
    text = page.page(coding(), [EXHIBIT], "")
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", text)
    assert "default-src 'none'" in text


def test_curves_are_set_means_in_order_and_finite() -> None:
    (psnr, *_) = charts.charts(coding())
    assert [curve.name for curve in psnr.curves] == ["aecodec", "jpeg"]
    assert psnr.curves[1].x == [0.2, 1, 3]
    assert psnr.curves[1].y == [28, 33, 39]
    assert not any(curve.published for curve in psnr.curves)


def test_kodak_is_shown_beside_published_curves() -> None:
    kodak = tuple(f"k/kodim{number:02}.png" for number in range(1, 25))
    (psnr, luma, *_) = charts.charts(coding(kodak))
    published = [curve for curve in psnr.curves if curve.published]
    assert all(curve.name.endswith(", published") for curve in published)
    assert len(published) == 4
    assert all(curve.x == sorted(curve.x) and len(curve.x) == len(curve.y) for curve in published)
    assert "CompressAI" in psnr.note
    assert not any(curve.published for curve in luma.curves)


def test_a_picture_has_its_own_curves() -> None:
    chart = charts.of_picture(coding(), "in/a.png")
    assert (chart.title, [len(curve.x) for curve in chart.curves]) == ("a.png", [3, 3])


def shown(panel: gallery.Panel) -> Samples:
    with Image.open(io.BytesIO(panel.webp)) as image:
        return np.asarray(image.convert("RGB"))


def test_codecs_are_shown_at_the_size_nearest_to_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = sample()[:400, :350]
    Image.fromarray(pixels).save(path)
    asked: list[tuple[str, float]] = []

    def contender(name: str) -> Contender:
        def encode(picture: Picture, quality: float) -> bytes:
            asked.append((name, quality))
            return b""

        return Contender(name, "", (10, 50, 90), encode, lambda data: 255 - pixels)

    found = coding((str(path),))
    (exhibit,) = gallery.coded(
        [Job(path, None), Job(tmp_path / "unmeasured.png", None)], found.rows, [contender("aecodec"), contender("jpeg")]
    )
    assert asked == [("aecodec", 50), ("jpeg", 50)], "0.5 bits against 0.2, 1 and 3: 1 is nearer by factors"
    assert [panel.name for panel in exhibit.panels] == ["original", "aecodec", "jpeg"]
    side = gallery.CROP_SIDE
    top, left = (400 - side) // 2, (350 - side) // 2
    crop = pixels[top : top + side, left : left + side]
    assert np.array_equal(shown(exhibit.panels[0]), crop)
    assert np.array_equal(shown(exhibit.panels[1]), 255 - crop)
    assert "999 bytes, 0.500 bpp, 33.00 dB (q 50)" in exhibit.panels[1].caption


@pytest.mark.parametrize("deep", [False, True])
def test_denoisers_are_shown_beside_the_noise(tmp_path: Path, deep: bool) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(sample()[:60, :70, 0].astype(np.uint16) * 257 if deep else sample()[:60, :70, 0]).save(path)
    keep = Method("keep", "", lambda noisy, sigma: (noisy, None))
    jobs = [Job(path, None), Job(tmp_path / "missing.png", None)]
    (exhibit,) = gallery.denoised(jobs, [15.0, 25.0, 50.0], [keep])
    assert exhibit.size == "70x60, sigma 25"
    original, noisy, kept = (shown(panel).astype(float) for panel in exhibit.panels)
    assert np.abs(original[:, :, 0] - sample()[:60, :70, 0]).max() <= 1
    assert 15 < (noisy - original).std() < 26  # what is dark is clipped
    assert np.array_equal(noisy, kept)
    assert exhibit.panels[1].caption == exhibit.panels[2].caption


def test_plots_are_written_in_both_formats(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra aecodec[plots] is not installed")
    written = plots.write(charts.charts(coding()), tmp_path / "plots", replace=False)
    assert [path.name for path in written[:4]] == ["psnr.svg", "psnr.png", "luma-psnr.svg", "luma-psnr.png"]
    assert b"<svg" in written[0].read_bytes()
    with Image.open(written[1]) as image:
        assert image.width > 900
    with pytest.raises(OutputError):
        plots.write(charts.charts(coding()), tmp_path / "plots", replace=False)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"aecodec\[plots\]"):
        plots.write(charts.charts(coding()), tmp_path, replace=False)
