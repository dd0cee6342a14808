"""`aecodec evaluate`: table, files, exit status."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import OutputError
from aecodec.evaluation import baselines, classical, pairing
from aecodec.models import manifest, weights
from tests.tiny import TINY_WEIGHTS, sample, tiny_restorer

TINY = ("--weights", str(TINY_WEIGHTS), "--device", "cpu")


@pytest.fixture
def log() -> list[tuple[object, ...]]:
    """In place of the fake codec's: here the real one works, with tiny weights."""
    return []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    Image.fromarray(sample()[:96, :128]).save(place / "a.png")
    return place


def test_the_table_has_every_codec_and_the_bd_rate(run, folder):
    result = run("evaluate", str(folder), "-q", "20,80", "--against", "jpeg", *TINY)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert sum(line.split()[:1] == ["aecodec"] for line in lines) == 2
    assert sum(line.split()[:1] == ["jpeg"] for line in lines) == 10
    assert "n/a" in result.stdout  # MS-SSIM of so small a picture
    assert any(line.startswith("BD-rate of aecodec against jpeg: ") for line in lines)
    assert any(line.startswith("jpeg: Pillow") for line in lines)


def test_json_and_csv_hold_every_file(run, folder, tmp_path):
    result = run(
        "evaluate", str(folder), "-q", "50", *TINY, "--json", str(tmp_path / "f.json"), "--csv", str(tmp_path / "f.csv")
    )
    assert result.exit_code == 0, result.stderr
    whole = json.loads((tmp_path / "f.json").read_text())
    assert [row["quality"] for row in whole["rows"]] == [50]
    assert len(list(csv.DictReader((tmp_path / "f.csv").read_text().splitlines()))) == 1
    again = run("evaluate", str(folder), *TINY, "--json", str(tmp_path / "f.json"))
    assert again.exit_code == 1
    assert "--force" in again.stderr


def test_json_to_stdout_is_json_alone(run, folder):
    result = run("evaluate", str(folder), "-q", "50", *TINY, "--json", "-")
    assert json.loads(result.stdout)["rows"][0]["error"] is None


def test_a_bad_file_is_named_and_the_rest_measured(run, folder):
    (folder / "bad.png").write_text("text")
    result = run("evaluate", str(folder), "-q", "50", *TINY)
    assert result.exit_code == 1
    assert "bad.png: " in result.stderr
    assert "aecodec" in result.stdout


def test_a_picture_that_a_format_cannot_hold_is_no_failure(run, folder):
    import imagecodecs

    (folder / "deep.png").write_bytes(imagecodecs.png_encode(np.zeros((64, 64, 3), np.uint16)))
    result = run("evaluate", str(folder), "-q", "50", "--against", "jpeg", *TINY)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("deep.png: warning: JPEG is measured on 8-bit pictures only") == 1


@pytest.mark.parametrize("wrong", [("-q", "0"), ("-q", "x"), ("--against", "bpg"), ("--json", "-", "--csv", "-")])
def test_wrong_usage(run, folder, wrong):
    assert run("evaluate", str(folder), *wrong, *TINY).exit_code == 2


@pytest.fixture
def denoiser(tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "d.safetensors"
    path.write_bytes(weights.dump_denoiser(tiny_restorer()))
    return "--denoise", "--weights", str(path), "--device", "cpu"


def test_denoising_is_measured_at_every_level(run, folder, denoiser, tmp_path):
    figures = str(tmp_path / "f.json")
    result = run("evaluate", str(folder), *denoiser, "--sigma", "10,30", "--against", "tv", "--json", figures)
    assert result.exit_code == 0, result.stderr
    starts = [line.split()[:2] for line in result.stdout.splitlines()]
    assert starts.count(["tv", "30"]) == 1
    assert ["aecodec", "10"] in starts
    assert ["aecodec", "--sigma"] in starts
    assert {row["sigma"] for row in json.loads(Path(figures).read_text())["rows"]} == {10, 30}


def test_pairs_of_real_noise_are_measured(run, folder, denoiser, tmp_path):
    clean = tmp_path / "clean"
    clean.mkdir()
    Image.fromarray(sample()[1:97, :128]).save(clean / "a.png")
    result = run("evaluate", str(folder), *denoiser, "--clean", str(clean))
    assert result.exit_code == 0, result.stderr
    assert any(line.split()[:2] == ["aecodec", "real"] for line in result.stdout.splitlines())


def test_pairs_in_one_folder_are_told_by_their_names(run, folder, denoiser, tmp_path):
    (folder / "a.png").rename(folder / "a_mean.png")
    Image.fromarray(sample()[1:97, :128]).save(folder / "a_real.png")
    Image.fromarray(sample()[:96, :128]).save(folder / "b_real.png")
    files = [str(tmp_path / name) for name in ("f.json", "f.csv", "r.html")]
    options = (*denoiser, "--clean", str(folder), "--json", files[0], "--csv", files[1], "--report", files[2])
    result = run("evaluate", str(folder), *options, "--plots", str(tmp_path / "plots"))
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert told[0] == "1 of 3 pictures are the clean ones of others"
    assert len(told) == 2
    assert f"{folder / 'b_real.png'}: no clean picture of this name" in told[1]
    measured, failed = json.loads(Path(files[0]).read_text())["rows"]
    assert [row["picture"] for row in (measured, failed)] == [str(folder / f"{name}_real.png") for name in "ab"]
    assert measured["clean"] == str(folder / "a_mean.png")
    assert str(folder / "a_mean.png") in Path(files[1]).read_text()
    assert "From real noise (" in Path(files[2]).read_text()
    assert (tmp_path / "plots" / "real-noise.svg").exists()
    compared = run("evaluate", "--compare", files[0], files[0])
    assert "1 pictures: 0 gain, 0 lose, 1 stay" in compared.stdout


def test_help_lists_the_words_by_which_pairs_may_differ(run):
    text = re.sub(r"[\s│]", "", run("evaluate", "--help").stdout)
    for words in (pairing.NOISY, pairing.CLEAN):
        (listed,) = [found for found in re.findall(r":([a-z,]+)\.", text) if set(found.split(",")) & words]
        assert set(listed.split(",")) == words


@pytest.mark.parametrize(
    "options",
    [
        ("--sigma", "15"),
        ("--clean", "."),
        ("--denoise", "--quality", "50"),
        ("--denoise", "--sigma", "15", "--clean", "."),
        ("--denoise", "--clean", "nowhere"),
        ("--denoise", "--sigma", "15,x"),
        ("--denoise", "--against", "jpeg"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(run, folder, options):
    result = run("evaluate", str(folder), *options)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_weights_of_the_environment_are_a_codecs(run, folder, denoiser, tmp_path, monkeypatch):
    monkeypatch.setenv("AECODEC_WEIGHTS", str(TINY_WEIGHTS))
    monkeypatch.setattr(manifest, "default_path", lambda kind: tmp_path / "d.safetensors")
    result = run("evaluate", str(folder), "--denoise", "--sigma", "10", "--device", "cpu")
    assert result.exit_code == 0, result.stderr


def test_a_run_is_resumed_from_its_figures(run, folder, tmp_path):
    figures = tmp_path / "f.json"
    first = run("evaluate", str(folder), "-q", "50", *TINY, "--json", str(figures))
    assert first.exit_code == 0, first.stderr
    Image.fromarray(sample()[:64, :64]).save(folder / "b.png")
    before = json.loads(figures.read_text())["rows"]
    again = run("evaluate", str(folder), "-q", "50", *TINY, "--json", str(figures), "--resume")
    assert again.exit_code == 0, again.stderr
    after = json.loads(figures.read_text())
    assert after["rows"][:1] == before
    assert len(after["rows"]) == 2
    assert after["complete"] is True
    assert run("evaluate", str(folder), *TINY, "--resume").exit_code == 2


def test_two_runs_are_compared(run, folder, tmp_path):
    for name, quality in (("a.json", "20,60"), ("b.json", "30,70")):
        run("evaluate", str(folder), "-q", quality, *TINY, "--json", str(tmp_path / name))
    result = run("evaluate", "--compare", str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    assert result.exit_code == 0, result.stderr
    assert "1 pictures: " in result.stdout
    assert any(line.split()[:1] == ["mean"] for line in result.stdout.splitlines())
    assert run("evaluate", "--compare", str(tmp_path / "a.json")).exit_code == 2


def test_ssimulacra2_is_measured_where_asked_for(run, folder, tmp_path):
    figures = tmp_path / "f.json"
    result = run("evaluate", str(folder), "-q", "50", *TINY, "--ssimulacra2", "--json", str(figures))
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(figures.read_text())["rows"]
    assert row["ssimulacra2"] < 100


def test_a_report_and_plots_are_written(run, folder, tmp_path):
    page, plots = tmp_path / "r.html", tmp_path / "plots"
    arguments = ("evaluate", str(folder), "-q", "30,70", *TINY, "--against", "jpeg", "--report", str(page))
    result = run(*arguments, "--plots", str(plots))
    assert result.exit_code == 0, result.stderr
    assert "<!doctype html>" in page.read_text()
    assert (plots / "psnr.svg").exists()
    assert run(*arguments).exit_code == 1
    assert "exists already" in run(*arguments).stderr


def test_pictures_of_one_name_in_two_folders_stay_two(run, folder, tmp_path):
    for name, part in (("a", sample()[:64, :64]), ("b", sample()[64:128, :64])):
        (folder / name).mkdir()
        Image.fromarray(part).save(folder / name / "1.png")
    figures, page = str(tmp_path / "f.json"), tmp_path / "r.html"
    inputs = [str(folder / name / "1.png") for name in ("a", "b")]
    result = run("evaluate", *inputs, "-q", "30,70", *TINY, "--json", figures, "--report", str(page))
    assert result.exit_code == 0, result.stderr
    assert re.findall(r"<option[^>]*>([^<]*1\.png)</option>", page.read_text()) == ["a/1.png", "b/1.png"]
    assert "2 pictures: " in run("evaluate", "--compare", figures, figures).stdout


def test_outputs_are_refused_before_anything_is_measured(run, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("aecodec.services.files.Engine.load", lambda self: pytest.fail("loaded"))
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "psnr.svg").write_text("")
    for option, to in (("--plots", tmp_path / "plots"), ("--report", tmp_path / "plots" / "psnr.svg" / "r.html")):
        result = run("evaluate", str(folder), "-q", "50", *TINY, option, str(to))
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1


def test_figures_are_there_whatever_becomes_of_the_plots(run, folder, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OutputError("cannot write psnr.svg: No space left on device")

    monkeypatch.setattr("aecodec.evaluation.plots.write", fail)
    figures, table, page = tmp_path / "f.json", tmp_path / "f.csv", tmp_path / "r.html"
    files = ("--json", str(figures), "--csv", str(table), "--report", str(page))
    result = run("evaluate", str(folder), "-q", "50", *TINY, *files, "--plots", str(tmp_path / "plots"))
    assert result.exit_code == 1
    assert result.stderr == "aecodec: --plots: cannot write psnr.svg: No space left on device\n"
    assert any(line.split()[:1] == ["aecodec"] for line in result.stdout.splitlines())
    assert json.loads(figures.read_text())["complete"] is True
    assert len(table.read_text().splitlines()) == 2
    assert page.exists()


def test_help_names_everything_that_can_be_measured_and_every_extra(run):
    text = re.sub(r"[\s│]", "", run("evaluate", "--help").stdout)
    (listed,) = re.findall(r"Measuredbesideit:([\w,]*);ofdenoising([\w,]*)\.", text)
    assert [names.split(",") for names in listed] == [list(baselines.NAMES), list(classical.NAMES)]
    for extra in ("plots", "ssimulacra2"):
        assert f"needstheextra{extra}." in text


def test_large_pictures_are_left_out_and_named(run, folder):
    result = run("evaluate", str(folder), "-q", "50", *TINY, "--max-pixels", "12k")
    assert result.exit_code == 1
    assert (
        "a.png: the picture has 12,288 pixels (128 x 96), more than the 12,000 allowed: --max-pixels" in result.stderr
    )
