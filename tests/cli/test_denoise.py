"""`aecodec denoise`: the contract of its options, outputs, messages and exit codes."""

import json
import re

import numpy as np
import pytest

from aecodec.pictures import imagefile
from tests import drawn, fake_codec
from tests.cli.conftest import png


def names(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_picture_becomes_a_clean_one_beside_it(run, make, tmp_path):
    make("img.png")
    result = run("denoise", "img.png")
    assert result.exit_code == 0
    assert result.stdout == ""
    line = r"img\.png -> img-denoised\.png  31x20  sigma 12\.5 \(estimated\)  \d+\.\d s\n"
    assert re.fullmatch(line, result.stderr)
    assert names(tmp_path) == ["img-denoised.png", "img.png"]
    assert (tmp_path / "img.png").read_bytes() == png()
    clean = imagefile.read(tmp_path / "img-denoised.png")
    assert (clean.pixels == fake_codec.cleaned(drawn.picture().pixels)).all()


def test_pictures_of_one_name_are_kept_apart_on_request(run, make, tmp_path):
    make("in/a.gif", "in/a.png")
    assert "(--keep-suffix tells them apart)" in run("denoise", "in").stderr
    assert run("denoise", "in", "--keep-suffix").exit_code == 0
    assert names(tmp_path / "in-denoised") == ["a.gif.png", "a.png"]


def test_a_noise_level_that_was_given_is_not_called_estimated(run, make):
    make("img.png")
    line = run("denoise", "img.png", "--sigma", "20").stderr
    assert re.fullmatch(r"img\.png -> img-denoised\.png  31x20  sigma 20\.0  \d+\.\d s\n", line)


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], (None, 1.0)),
        (["--sigma", "20"], (20.0, 1.0)),
        (["--sigma", "0.5", "--strength", "0.25"], (0.5, 0.25)),
        (["--sigma", "255", "--strength", "1"], (255.0, 1.0)),
        (["--strength", "0"], (None, 0.0)),
    ],
)
def test_noise_level_and_strength_reach_the_denoiser(run, make, log, arguments, asked):
    make("img.png")
    assert run("denoise", "img.png", *arguments).exit_code == 0
    assert [call[1:] for call in log if call[0] == "denoise"] == [asked]


def test_options_of_the_machine_reach_the_denoiser(run, make, log):
    make("img.png")
    run("denoise", "img.png", "--device", "cpu", "-j", "2", "--batch", "3", "--weights", "w.safetensors")
    assert [(str(call[1]), *call[2:]) for call in log if "load" in call[0]] == [("w.safetensors", "cpu", 2, 3)]


def test_the_weights_of_the_codec_in_the_environment_are_not_the_denoisers(run, make, log, monkeypatch):
    make("img.png")
    monkeypatch.setenv("AECODEC_WEIGHTS", "elsewhere")
    assert run("denoise", "img.png").exit_code == 0
    assert log[0] == ("load denoiser", None, "auto", None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sigma", "0"], "--sigma 0: give the noise's standard deviation"),
        (["--sigma", "-3"], "above 0"),
        (["--sigma", "256"], "levels of 255"),
        (["--sigma", "inf"], "levels of 255"),
        (["--sigma", "nan"], "levels of 255"),
        (["--sigma", "much"], "--sigma much: not a number"),
        (["--strength", "-0.1"], "goes from 0"),
        (["--strength", "1.01"], "--strength 1.01: goes from 0"),
        (["--strength", "nan"], "goes from 0"),
        (["--strength", "all"], "--strength all: not a number"),
        (["-o", "x.odd"], "no format has the suffix '.odd'"),
        (["-o", "x.gif"], "use --format"),
        (["--shard", "3/2"], "I/N"),
        (["--device", "tpu"], "auto, cpu, cuda"),
        (["--force", "--skip-existing"], "exclude each other"),
        (["-o", "-", "--json"], "standard output"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(run, make, tmp_path, log, arguments, message):
    make("img.png")
    result = run("denoise", "img.png", *arguments)
    assert result.exit_code == 2
    assert re.fullmatch(r"aecodec: [^\n]*\n", result.stderr)
    assert message in result.stderr
    assert names(tmp_path) == ["img.png"]
    assert log == []


def test_no_input_is_wrong_usage(run):
    result = run("denoise")
    assert result.exit_code == 2
    assert "name pictures" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "output", "start"),
    [
        ([], "img-denoised.JPEG", b"\xff\xd8"),
        (["--format", "png"], "img-denoised.png", b"\x89PNG"),
        (["--format", "tiff"], "img-denoised.tiff", b"II*\0"),
        (["--format", "webp"], "img-denoised.webp", b"RIFF"),
        (["--format", "ppm"], "img-denoised.ppm", b"P6"),
        (["-o", "x.TIF"], "x.TIF", b"II*\0"),
        (["-o", "x.odd", "--format", "png"], "x.odd", b"\x89PNG"),
        (["-o", "out/"], "out/img.JPEG", b"\xff\xd8"),
    ],
)
def test_the_format_follows_the_option_then_the_suffix_then_the_input(run, make, tmp_path, arguments, output, start):
    make("img.JPEG", data=drawn.MAKERS["jpeg-rgb"]())
    assert run("denoise", "img.JPEG", *arguments).exit_code == 0
    assert names(tmp_path) == sorted(["img.JPEG", output])
    assert (tmp_path / output).read_bytes().startswith(start)


@pytest.mark.parametrize(("name", "start"), [("img.avif", b"\0\0\0 ftypavif"), ("img.bmp", b"BM")])
def test_avif_and_bmp_stay_what_they_were(run, make, tmp_path, name, start):
    make(name, data=drawn.MAKERS[name[4:]]())
    assert run("denoise", name).exit_code == 0
    assert (tmp_path / name.replace(".", "-denoised.")).read_bytes().startswith(start)


def test_a_bmp_with_alpha_stays_one(run, make, tmp_path):
    make("img.bmp", data=drawn.written(drawn.picture(alpha=True), "bmp"))
    assert run("denoise", "img.bmp").exit_code == 0
    before, after = (imagefile.read(tmp_path / name) for name in ("img.bmp", "img-denoised.bmp"))
    assert np.array_equal(after.alpha, before.alpha)


def test_a_quality_is_of_the_outputs_that_have_one(run, make, tmp_path):
    make("in/a.png")
    make("in/b.jpg", data=drawn.MAKERS["jpeg-rgb"]())
    assert run("denoise", "in", "-o", "out").exit_code == 0
    assert run("denoise", "in", "-o", "small", "--output-quality", "20").exit_code == 0
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "out").iterdir()}
    small = {path.name: path.stat().st_size for path in (tmp_path / "small").iterdir()}
    assert small["a.png"] == sizes["a.png"]
    assert small["b.jpg"] < sizes["b.jpg"]


def test_a_quality_that_no_output_has_is_wrong_usage(run, make, log):
    make("img.png")
    result = run("denoise", "img.png", "--output-quality", "80")
    assert result.exit_code == 2
    assert "png have none" in result.stderr
    assert log == []


def test_a_picture_that_cannot_be_written_as_it_was_becomes_a_png(run, make, tmp_path):
    make("img.gif", data=drawn.MAKERS["gif"]())
    assert run("denoise", "img.gif").exit_code == 0
    assert (tmp_path / "img-denoised.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", [".jpe", ".jfif"])
def test_a_jpeg_of_a_rare_suffix_stays_one(run, make, tmp_path, suffix):
    make(f"img{suffix}", data=drawn.MAKERS["jpeg-rgb"]())
    assert run("denoise", f"img{suffix}").exit_code == 0
    assert (tmp_path / f"img-denoised{suffix}").read_bytes().startswith(b"\xff\xd8")


def test_a_tree_is_mirrored_beside_it(run, make, tmp_path):
    make("in/a.png", "in/deep/b.png", "in/.hidden.png")
    make("in/notes.txt", data=b"text")
    result = run("denoise", "in/", "-r")
    assert result.exit_code == 0
    assert names(tmp_path / "in-denoised") == ["a.png", "deep/b.png"]
    assert names(tmp_path / "in") == [".hidden.png", "a.png", "deep/b.png", "notes.txt"]
    assert "1 left alone: notes.txt" in result.stderr


def test_a_bad_file_does_not_stop_the_run_and_exits_1(run, make, tmp_path):
    make("a.png", "c.png")
    make("b.png", data=b"no picture")
    result = run("denoise", "a.png", "b.png", "c.png", "missing.png")
    assert result.exit_code == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("aecodec: ")]
    assert errors == [
        "aecodec: b.png: not a picture that aecodec can read",
        "aecodec: missing.png: No such file or directory",
        "aecodec: 2 of 4 failed",
    ]
    assert names(tmp_path) == ["a-denoised.png", "a.png", "b.png", "c-denoised.png", "c.png"]


def test_force_replaces_and_skip_existing_skips_and_neither_is_an_error(run, make, tmp_path, log):
    make("a.png")
    make("a-denoised.png", data=b"old")
    skipped = run("denoise", "a.png", "--skip-existing")
    assert skipped.exit_code == 0
    assert skipped.stderr == "a.png -> a-denoised.png  skipped: exists already\n"
    refused = run("denoise", "a.png")
    assert refused.exit_code == 1
    assert "a-denoised.png exists already; name another with -o, or replace it with --force" in refused.stderr
    assert (tmp_path / "a-denoised.png").read_bytes() == b"old"
    assert log == []  # nothing to do: the model was not even loaded
    assert run("denoise", "a.png", "--force").exit_code == 0
    assert (tmp_path / "a-denoised.png").read_bytes().startswith(b"\x89PNG")


def test_an_input_is_not_replaced_even_with_force(run, make, tmp_path):
    make("a.png")
    result = run("denoise", "a.png", "-o", "a.png", "--force")
    assert result.exit_code == 1
    assert "is itself an input" in result.stderr
    assert (tmp_path / "a.png").read_bytes() == png()


def test_dry_run_writes_nothing_and_foresees_refusals(run, make, tmp_path, log):
    make("a.png", "b.png")
    make("b-denoised.png", data=b"old")
    result = run("denoise", "a.png", "b.png", "--dry-run")
    assert result.exit_code == 1
    assert "a.png -> a-denoised.png  (not written)\n" in result.stderr
    assert "aecodec: b.png: b-denoised.png exists already" in result.stderr
    assert names(tmp_path) == ["a.png", "b-denoised.png", "b.png"]
    assert log == []


def test_json_gives_one_object_per_input(run, make, tmp_path):
    make("a.png")
    make("b.png", data=b"no picture")
    result = run("denoise", "a.png", "b.png", "--strength", "0.8", "--json")
    good, bad = [json.loads(line) for line in result.stdout.splitlines()]
    expected = {"input": "a.png", "output": "a-denoised.png", "width": 31, "height": 20, "skipped": False}
    expected |= {"sigma": 12.5, "strength": 0.8, "bytes": (tmp_path / "a-denoised.png").stat().st_size}
    expected |= {"error": None}
    assert good.items() >= expected.items()
    assert (bad["input"], bad["output"], bad["sigma"], bad["strength"]) == ("b.png", None, None, None)
    assert bad["error"] == "not a picture that aecodec can read"
    assert "->" not in result.stderr


def test_quiet_says_nothing_but_errors(run, make):
    make("a.png")
    make("b.png", data=b"no picture")
    result = run("denoise", "a.png", "b.png", "--quiet")
    assert result.stdout == ""
    assert result.stderr == "aecodec: b.png: not a picture that aecodec can read\n"


def test_standard_input_goes_to_standard_output(run, tmp_path):
    result = run("denoise", "-", input=png())
    assert result.exit_code == 0
    assert result.stdout_bytes == drawn.written(clean_picture(), "png")
    assert result.stderr.startswith("- -> -  31x20  sigma 12.5 (estimated)")
    assert names(tmp_path) == []


def test_a_file_can_go_to_standard_output_and_standard_input_to_a_file(run, make, tmp_path):
    make("img.png")
    assert run("denoise", "img.png", "-o", "-", "--format", "tiff").stdout_bytes.startswith(b"II*\0")
    assert run("denoise", "-", "-o", "new/x.webp", input=png()).exit_code == 0
    assert names(tmp_path) == ["img.png", "new/x.webp"]
    drawn.assert_same_samples(imagefile.read(tmp_path / "new/x.webp"), clean_picture())


def clean_picture():
    return fake_codec.Denoiser([]).denoise(drawn.picture()).picture


def test_inputs_may_come_from_a_list_and_be_shared_out(run, make, tmp_path):
    make("a.png", "b.png", "c.png")
    (tmp_path / "list").write_text("a.png\nb.png\nc.png\n")
    assert run("denoise", "--files-from", "list", "--shard", "2/2").exit_code == 0
    assert names(tmp_path) == ["a.png", "b-denoised.png", "b.png", "c.png", "list"]
