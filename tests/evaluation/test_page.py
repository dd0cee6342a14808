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

from aecodec.errors import OutputError
from aecodec.evaluation import charts, compression, denoising, gallery, page, plots, sums
from aecodec.evaluation.baselines import Contender
from aecodec.evaluation.classical import Method
from aecodec.evaluation.report import Evaluation
from aecodec.pictures.picture import Picture, Samples
from aecodec.services.jobs import Job
from tests.evaluation.made import coded, restored
from tests.tiny import sample

SETTINGS = {"aecodec": "weights x", "jpeg": "4:2:0 <b>"}


def row(picture: str, codec: str, quality: float, bpp: float, psnr_db: float) -> compression.Row:
    return compression.Row(picture, codec, quality, coded(bpp, psnr_db, ssim=0.9, ms_ssim=0.95))


def coding_run(names: tuple[str, ...] = ("in/a.png", "in/b.png")) -> Evaluation:
    curve = [(10, 0.1, 28.0), (50, 0.5, 33.0), (90, 1.5, 39.0)]
    rows = [row(name, "aecodec", q, bpp, db) for name in names for q, bpp, db in curve]
    rows += [row(name, "jpeg", q, 2 * bpp, db) for name in names for q, bpp, db in curve]
    rows.append(row(names[0], "jpeg", 100, 9, math.inf))
    return Evaluation("1", compression.DEFINITIONS, SETTINGS, rows, sums.points(rows), sums.bd_rates(rows))


def denoising_run() -> Evaluation:
    rows = [
        denoising.Row("a.png", method, sigma, restored(psnr_db))
        for method, psnr_db in (("aecodec", 31.0), ("aecodec --sigma", 31.1), ("tv", 29.0))
        for sigma in (15.0, 50.0)
    ]
    settings = {"aecodec": "blind", "aecodec --sigma": "told", "tv": ""}
    return Evaluation("1", denoising.DEFINITIONS, settings, rows, denoising.points(rows))


def pairs_run() -> Evaluation:
    figures = {"a.png": (31.0, 30.0), "b.png": (35.0, 36.5), "c.png": (math.inf, math.inf)}
    rows = [
        denoising.Row(name, method, None, restored(psnr_db - less, noisy_psnr_db=noisy_db, estimate=4.5))
        for name, (noisy_db, psnr_db) in figures.items()
        for method, less in (("aecodec", 0), ("tv", 3))
    ]
    settings = {"aecodec": "blind", "tv": ""}
    return Evaluation("1", denoising.DEFINITIONS, settings, rows, denoising.points(rows))


EXHIBIT = gallery.Exhibit(
    Path("in/a.png"), "100x80", (gallery.Panel("original", "", b"RIFF"), gallery.Panel("jpeg", "9 B", b"R"))
)


def embedded(text: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return dict(json.loads(found))


def test_the_page_says_what_was_found() -> None:
    text = page.page(coding_run(), [EXHIBIT], "aecodec evaluate 'in & out'")
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


def test_pictures_of_one_name_in_two_folders_are_two() -> None:
    paths = [Path("in/a/1.png"), Path("in/b/1.png")]
    exhibits = [dataclasses.replace(EXHIBIT, path=path) for path in paths]
    text = page.page(coding_run(tuple(map(str, paths))), exhibits, "")
    data = embedded(text)
    assert list(data["pictures"]) == ["a/1.png", "b/1.png"]
    assert [exhibit["title"] for exhibit in data["exhibits"]] == ["a/1.png", "b/1.png"]
    assert re.findall(r'<option value="([^"]*)">', text)[:2] == ["a/1.png", "b/1.png"]


def test_a_name_is_chosen_as_it_is_spelt() -> None:
    """Without a value of its own an option has its text, with blanks run together."""
    path = Path("in/a  'b'.png")
    text = page.page(coding_run((str(path),)), [dataclasses.replace(EXHIBIT, path=path)], "")
    assert """<option value="a  &#39;b&#39;.png">""" in text


def test_the_page_of_denoising_has_its_own_words() -> None:
    text = page.page(denoising_run(), [], "aecodec evaluate --denoise in")
    assert "From noise of sigma 15 (20.00 dB) aecodec restores 31.00 dB, 2.00 dB more than tv." in text
    assert 'id="slider"' not in text
    assert [chart["x"] for chart in embedded(text)["charts"]] == ["noise level"] * 2
    assert "Pictures that came out worse than they were: 0 of 1." in text
    assert cells(text, "a.png") == [
        ["15", "20.00", "31.00", "+11.00", "0.5000", "told", "31.10", "29.00"],
        ["50", "20.00", "31.00", "+11.00", "0.5000", "told", "31.10", "29.00"],
    ]


def cells(text: str, picture: str) -> list[list[str]]:
    """Of the lines of a picture."""
    lines = re.findall(rf'<tr><th scope="row">{picture}</th>(.*)</tr>', text)
    return [re.findall(r"<td[^>]*>([^<]*)</td>", line) for line in lines]


def test_the_page_of_pairs_has_every_picture_before_and_after() -> None:
    run = pairs_run()
    text = page.page(dataclasses.replace(run, rows=[row for row in run.rows if row.picture != "c.png"]), [], "")
    assert "Pictures that came out worse than they were: 1 of 3." in text
    assert re.findall(r'<tr><th scope="row">(.)\.png', text) == ["a", "b"], "the least gain first"
    assert cells(text, "a.png") == [["real", "31.00", "30.00", "-1.00", "0.5000", "4.5", "27.00"]]
    assert '<td class="worse">-1.00</td>' in text
    assert '<td class="better">+1.50</td>' in text
    assert "Means over the pictures" not in text


def test_pictures_of_real_noise_are_dots_beside_the_line_of_no_change() -> None:
    (chart,) = charts.charts(pairs_run())
    assert [(curve.name, curve.dots) for curve in chart.curves] == [("aecodec", True), ("tv", True), ("noisy", False)]
    assert (chart.curves[0].x, chart.curves[0].y) == ([31, 35], [30, 36.5])
    assert chart.curves[2].x == chart.curves[2].y == [31, 35]
    assert chart.title in charts.titles(coding=False)
    assert "Real noise" not in [chart.title for chart in charts.charts(denoising_run())]


def test_a_picture_without_noise_has_no_change() -> None:
    assert cells(page.page(pairs_run(), [], ""), "c.png")[0][:4] == ["real", "inf", "inf", "+0.00"]


def test_an_interrupted_run_is_called_so() -> None:
    assert "interrupted" in page.page(dataclasses.replace(coding_run(), complete=False), [], "")
    assert "interrupted" not in page.page(coding_run(), [], "")


def test_nothing_is_fetched() -> None:
    text = page.page(coding_run(), [EXHIBIT], "")
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", text)
    assert "default-src 'none'" in text


def test_curves_are_set_means_in_order_and_finite() -> None:
    (psnr, *_) = charts.charts(coding_run())
    assert [curve.name for curve in psnr.curves] == ["aecodec", "jpeg"]
    assert psnr.curves[1].x == [0.2, 1, 3]
    assert psnr.curves[1].y == [28, 33, 39]
    assert not any(curve.published for curve in psnr.curves)


def test_kodak_is_shown_beside_published_curves() -> None:
    kodak = tuple(f"k/kodim{number:02}.png" for number in range(1, 25))
    (psnr, luma, *_) = charts.charts(coding_run(kodak))
    published = [curve for curve in psnr.curves if curve.published]
    assert all(curve.name.endswith(", published") for curve in published)
    assert len(published) == 4
    assert all(curve.x == sorted(curve.x) and len(curve.x) == len(curve.y) for curve in published)
    assert "CompressAI" in psnr.note
    assert not any(curve.published for curve in luma.curves)


def test_a_picture_has_its_own_curves() -> None:
    chart = charts.of_picture(coding_run(), "in/a.png", "a.png")
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

    found = coding_run((str(path),))
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
    written = plots.write(charts.charts(coding_run()), tmp_path / "plots", replace=False)
    assert [path.name for path in written[:4]] == ["psnr.svg", "psnr.png", "luma-psnr.svg", "luma-psnr.png"]
    assert b"<svg" in written[0].read_bytes()
    with Image.open(written[1]) as image:
        assert image.width > 900
    titles = charts.titles(coding=True)
    assert set(written) <= {path for title in titles for path in plots.paths(title, tmp_path / "plots")}
    with pytest.raises(OutputError):
        plots.write(charts.charts(coding_run()), tmp_path / "plots", replace=False)
