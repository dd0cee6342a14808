"""`aecodec encode`: the contract of its options, outputs, messages and exit codes."""

import json
import re
import signal
import sys
import threading
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageOps

from aecodec.codec.header import Cleaning
from aecodec.codec.layout import MAGIC as AEC_MAGIC
from aecodec.codec.ratecontrol import DEFAULT_QUALITY
from aecodec.executors.interruption import heed
from aecodec.pictures import imagefile
from aecodec.pictures.resolution import Resolution, Unit
from aecodec.services import files
from tests import drawn, fake_codec
from tests.cli.conftest import png


def names(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_picture_becomes_an_aec_file_beside_it(run, make, tmp_path):
    make("img.png")
    result = run("encode", "img.png")
    assert result.exit_code == 0
    assert result.stdout == ""
    line = r"img\.png -> img\.aec  [\d,]+ bytes  \d+\.\d{3} bpp  quality 50  \d+\.\d\d dB  \d+\.\d s\n"
    assert re.fullmatch(line, result.stderr)
    assert names(tmp_path) == ["img.aec", "img.png"]
    assert (tmp_path / "img.aec").read_bytes().startswith(AEC_MAGIC)


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        ([], ("quality", 50.0)),
        (["-q", "62.5"], ("quality", 62.5)),
        (["-q", "62.49"], ("quality", 62.5)),
        (["--quality", "100"], ("quality", 100.0)),
        (["--bpp", "0.25"], ("bpp", 0.25)),
        (["--max-bytes", "20000"], ("max_bytes", 20000)),
        (["--max-bytes", "20k"], ("max_bytes", 20000)),
        (["--max-bytes", "1.5M"], ("max_bytes", 1500000)),
        (["--max-bytes", "1.001k"], ("max_bytes", 1001)),
        (["--max-bytes", "50KB"], ("max_bytes", 50000)),
        (["--max-bytes", "50kB"], ("max_bytes", 50000)),
        (["--max-bytes", "500B"], ("max_bytes", 500)),
        (["--max-bytes", "5KiB"], ("max_bytes", 5120)),
        (["--max-bytes", "1.5 mib"], ("max_bytes", 3 << 19)),
        (["--max-bytes", "2GIB"], ("max_bytes", 2 << 30)),
        (["--psnr", "36.5"], ("psnr", 36.5)),
    ],
)
def test_each_target_reaches_the_codec(run, make, log, arguments, target):
    make("img.png")
    assert run("encode", "img.png", *arguments).exit_code == 0
    assert [call[1:3] for call in log if call[0] == "encode"] == [target]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-q", "50", "--bpp", "1"], "--quality and --bpp exclude each other"),
        (["--psnr", "30", "--max-bytes", "9k"], "--max-bytes and --psnr exclude each other"),
        (["-q", "lossless"], "--lossless"),
        (["-q", "101"], "--lossless"),
        (["-q", "0"], "from 1 to 100"),
        (["-q", "nan"], "from 1 to 100"),
        (["-q", "best"], "not a number"),
        (["--psnr", "inf"], "--lossless"),
        (["--psnr", "nan"], "above 0"),
        (["--bpp", "0"], "above 0"),
        (["--max-bytes", "0"], "size in bytes"),
        (["--max-bytes", "12q"], "size in bytes"),
        (["--max-bytes", "12Ki"], "size in bytes"),
        (["--max-bytes", "12iB"], "size in bytes"),
        (["--max-bytes", "9" * 400], "size in bytes"),
        (["-o", "q.jpg"], "-o q.jpg: .jpg is the suffix of a picture"),
        (["--effort", "10"], "goes from 0"),
        (["--strip", "gps"], "exif, icc, xmp, dpi, colour"),
        (["--resize", "big"], "give WxH, Wx or xH"),
        (["--resize", "x"], "give WxH"),
        (["--resize", "0x10"], "give WxH"),
        (["--resize", "0%"], "give WxH"),
        (["--resize", "-5x"], "give WxH"),
        (["--resize", "100"], "give WxH"),
        (["--resize", "infx"], "give WxH"),
        (["--strength", "0.5"], "--denoise"),
        (["--denoise", "--strength", "1.5"], "goes from 0"),
        (["--shard", "3/2"], "I/N"),
        (["--shard", "0/2"], "I/N"),
        (["--device", "tpu"], "auto, cpu, cuda"),
        (["--force", "--skip-existing"], "exclude each other"),
        (["-o", "-", "--json"], "standard output"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(run, make, tmp_path, arguments, message):
    make("img.png")
    result = run("encode", "img.png", *arguments)
    assert result.exit_code == 2
    assert re.fullmatch(r"aecodec: [^\n]*\n", result.stderr)
    assert message in result.stderr
    assert names(tmp_path) == ["img.png"]


def test_a_file_whose_name_begins_like_an_option_is_explained(run, make):
    make("-q.png")
    result = run("encode", "-q.png")
    assert result.exit_code == 2
    assert result.stderr == "aecodec: -q .png: not a number; the file -q.png is named ./-q.png\n"
    assert run("encode", "./-q.png").exit_code == 0


def test_pictures_of_one_name_are_kept_apart_on_request(run, make, tmp_path):
    make("in/IMG_1.jpg", "in/IMG_1.png")
    result = run("encode", "in")
    assert result.exit_code == 2
    assert "(--keep-suffix tells them apart)" in result.stderr
    assert run("encode", "in", "--keep-suffix").exit_code == 0
    assert run("decode", "in", "-o", "back").exit_code == 0
    assert names(tmp_path / "back") == ["IMG_1.jpg.png", "IMG_1.png"]


def test_no_input_is_wrong_usage(run):
    result = run("encode")
    assert result.exit_code == 2
    assert "name pictures" in result.stderr


def test_effort_says_what_it_was_good_for(run, make):
    make("img.png")
    result = run("encode", "img.png", "--effort", "3")
    assert "effort 3: -50.0 % bytes, +0.00 dB" in result.stderr
    row = json.loads(run("encode", "img.png", "--effort", "3", "--json", "--force").stdout)
    assert (row["effort"], row["plain_bytes"]) == (3, 2 * row["bytes"])


def test_without_effort_there_is_no_gain_to_print(run, make):
    make("img.png")
    assert "effort" not in run("encode", "img.png", "--effort", "0").stderr


def test_options_of_the_machine_reach_the_codec(run, make, log, tmp_path):
    make("img.png")
    run("encode", "img.png", "--device", "cpu", "-j", "2", "--batch", "3", "--weights", "w.safetensors")
    assert [(str(call[1]), *call[2:]) for call in log if call[0] == "load"] == [("w.safetensors", "cpu", 2, 3)]


def test_pictures_of_a_folder_go_together_with_a_thread_each(run, make, log, tmp_path):
    make("in/a.png", "in/b.png", "in/c.png")
    result = run("encode", "in", "-o", "out", "-j", "2")
    assert [call[3] for call in log if call[0] == "load"] == [1]
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["in/a.png", "in/b.png", "in/c.png"]
    assert names(tmp_path / "out") == ["a.aec", "b.aec", "c.aec"]
    log.clear()
    make("in/d.png")
    run("encode", "in", "-o", "out", "-j", "2", "--skip-existing")
    assert [call[3] for call in log if call[0] == "load"] == [2], "one that is left has all threads"


def test_warnings_stand_before_the_line_of_their_picture_whoever_is_done_first(run, make, monkeypatch):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("black", "white")]
    make("a.gif", "b.gif", data=drawn.pil_file(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    second = threading.Event()
    real = imagefile.read

    def read(source, *, warn, wanted):
        if source.name == "a.gif":
            assert second.wait(20)
        picture = real(source, warn=warn, wanted=wanted)
        second.set()
        return picture

    monkeypatch.setattr(files.imagefile, "read", read)
    result = run("encode", "a.gif", "b.gif", "-j", "2", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["input"] for row in rows] == ["a.gif", "b.gif"]
    assert rows[0]["warnings"] == rows[1]["warnings"] != []
    told = [line.split(":")[1].strip() for line in result.stderr.splitlines() if "warning" in line]
    assert told == sorted(told)
    assert len(told) == 2 * len(rows[0]["warnings"])


def test_weights_may_come_from_the_environment(run, make, log, monkeypatch):
    make("img.png")
    monkeypatch.setenv("AECODEC_WEIGHTS", "elsewhere")
    run("encode", "img.png")
    assert str(log[0][1]) == "elsewhere"


def test_an_existing_output_is_refused_but_the_others_go_on(run, make, tmp_path, log):
    make("a.png", "b.png")
    make("a.aec", data=b"precious")
    result = run("encode", "a.png", "b.png")
    assert result.exit_code == 1
    assert "aecodec: a.png: a.aec exists already; name another with -o, or replace it with --force" in result.stderr
    assert "1 of 2 failed" in result.stderr
    assert (tmp_path / "a.aec").read_bytes() == b"precious"
    assert (tmp_path / "b.aec").exists()


def test_force_replaces_and_skip_existing_skips(run, make, tmp_path, log):
    make("a.png")
    make("a.aec", data=b"old")
    skipped = run("encode", "a.png", "--skip-existing")
    assert skipped.exit_code == 0
    assert skipped.stderr == "a.png -> a.aec  skipped: exists already\n"
    assert log == []  # nothing to do: the model was not even loaded
    assert run("encode", "a.png", "--force").exit_code == 0
    assert (tmp_path / "a.aec").read_bytes().startswith(AEC_MAGIC)


def test_a_bad_file_does_not_stop_the_run(run, make, tmp_path):
    make("a.png", "c.png")
    make("b.png", data=b"no picture")
    result = run("encode", ".", "missing.png")
    assert result.exit_code == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("aecodec: ")]
    assert errors[0].startswith("aecodec: b.png: ")
    assert errors[1] == "aecodec: missing.png: No such file or directory"
    assert names(tmp_path) == ["a.aec", "a.png", "b.png", "c.aec", "c.png"]


def test_a_bug_in_one_file_is_a_row_too_and_verbose_shows_where(run, make, monkeypatch):
    make("a.png", data=png(8, 8))
    make("b.png")
    strip = files.strip

    def fail(picture, names, warn):
        if picture.height == 8:
            raise ZeroDivisionError("oops")
        return strip(picture, names, warn)

    monkeypatch.setattr(files, "strip", fail)
    result = run("encode", "a.png", "b.png", "--strip", "all", "-v")
    assert result.exit_code == 1
    assert "aecodec: a.png: internal error: ZeroDivisionError: oops" in result.stderr
    assert "Traceback" in result.stderr
    assert "b.png -> b.aec" in result.stderr
    assert "Traceback" not in run("encode", "a.png", "--strip", "all", "--force").stderr


def test_a_target_out_of_reach_is_an_error(run, make, tmp_path):
    make("img.png")
    result = run("encode", "img.png", "--max-bytes", "7")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: img.png: quality 1 needs 100 bytes, more than 7\n"
    assert names(tmp_path) == ["img.png"]


def test_a_tree_is_mirrored(run, make, tmp_path):
    make("in/a.png", "in/deep/er/b.png", "in/.hidden.png")
    make("in/notes.txt", data=b"text")
    result = run("encode", "in", "-r", "-o", "out")
    assert result.exit_code == 0
    assert names(tmp_path / "out") == ["a.aec", "deep/er/b.aec"]
    assert "aecodec: in: warning: 1 left alone: notes.txt" in result.stderr


def test_without_r_folders_inside_are_left_alone_and_named(run, make, tmp_path):
    make("in/a.png", "in/deep/b.png")
    result = run("encode", "in")
    assert result.exit_code == 0
    assert names(tmp_path) == ["in/a.aec", "in/a.png", "in/deep/b.png"]
    assert "1 left alone: deep/" in result.stderr


def test_a_folder_without_pictures_is_an_error(run, tmp_path):
    (tmp_path / "empty").mkdir()
    result = run("encode", "empty")
    assert result.exit_code == 1
    assert "aecodec: empty: no picture in this folder" in result.stderr


def test_standard_input_goes_to_standard_output(run, tmp_path):
    result = run("encode", "-", input=png())
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(AEC_MAGIC)
    assert "- -> -  " in result.stderr
    assert names(tmp_path) == []


def test_a_file_can_go_to_standard_output_and_standard_input_to_a_file(run, make, tmp_path):
    make("img.png")
    assert run("encode", "img.png", "-o", "-").stdout_bytes.startswith(AEC_MAGIC)
    assert run("encode", "-", "-o", "new/x.aec", input=png()).exit_code == 0
    assert names(tmp_path) == ["img.png", "new/x.aec"]


def test_json_gives_one_object_per_input(run, make):
    make("a.png")
    make("b.png", data=b"no picture")
    result = run("encode", "a.png", "b.png", "--json")
    good, bad = [json.loads(line) for line in result.stdout.splitlines()]
    fields = [
        "bpp",
        "bytes",
        "effort",
        "error",
        "height",
        "input",
        "lossless",
        "output",
        "plain_bytes",
        "plain_psnr_db",
        "psnr_db",
        "quality",
        "seconds",
        "sigma",
        "skipped",
        "strength",
        "warnings",
        "width",
    ]
    assert sorted(good) == sorted(bad) == fields
    assert (good["input"], good["output"], good["width"], good["height"]) == ("a.png", "a.aec", 31, 20)
    assert good["bpp"] == pytest.approx(8 * good["bytes"] / (31 * 20))
    assert good["error"] is None
    assert (bad["input"], bad["output"], bad["bytes"]) == ("b.png", None, None)
    assert bad["error"]
    assert "->" not in result.stderr


def test_json_says_inf_for_a_lossless_result(run, make):
    make("black.png", data=black())
    assert json.loads(run("encode", "black.png", "--json").stdout)["psnr_db"] == "inf"
    assert "  lossless  " in run("encode", "black.png", "--force").stderr


def black() -> bytes:
    from io import BytesIO

    from aecodec.pictures.picture import Picture

    stream = BytesIO()
    imagefile.write(Picture(np.zeros((8, 8, 3), np.uint8)), stream, "png")
    return stream.getvalue()


def test_quiet_says_nothing_but_errors(run, make):
    make("a.png")
    make("b.png", data=b"no picture")
    result = run("encode", "a.png", "b.png", "--quiet")
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("aecodec: b.png: ")


def test_dry_run_writes_nothing_and_foresees_refusals(run, make, tmp_path, log):
    make("a.png", "b.png")
    make("b.aec", data=b"old")
    result = run("encode", "a.png", "b.png", "--dry-run")
    assert result.exit_code == 1
    assert "a.png -> a.aec  (not written)\n" in result.stderr
    assert "aecodec: b.png: b.aec exists already" in result.stderr
    assert names(tmp_path) == ["a.png", "b.aec", "b.png"]
    assert log == []


def test_inputs_may_come_from_a_list(run, make, tmp_path):
    make("a.png", "b c.png", "d.png")
    (tmp_path / "list").write_text("a.png\n\n  \nb c.png\r\n")
    assert run("encode", "--files-from", "list").exit_code == 0
    assert names(tmp_path) == ["a.aec", "a.png", "b c.aec", "b c.png", "d.png", "list"]
    assert run("encode", "--files-from", "-", input=b"d.png\n").exit_code == 0
    assert (tmp_path / "d.aec").exists()
    assert run("encode", "--files-from", "nowhere").exit_code == 2


def test_strip_drops_metadata_and_keeps_the_picture_upright(run, make, log):
    make("img.png", data=tagged())
    assert run("encode", "img.png", "--strip", "exif,xmp").exit_code == 0
    kept = log[-1][4]
    assert kept.icc is not None
    assert kept.exif is None
    assert kept.xmp is None
    result = run("encode", "img.png", "--strip", "all", "--force")
    assert "31 x" not in result.stderr
    assert "warning: its pixels are turned upright" in result.stderr
    assert log[-1][4] == type(kept)()


@pytest.mark.parametrize(
    ("names", "left"),
    [
        ("dpi", {"icc", "exif", "xmp", "gamma", "chromaticities", "cicp", "srgb"}),
        ("colour", {"icc", "exif", "xmp", "resolution"}),
        ("exif,DPI , icc", {"xmp", "gamma", "chromaticities", "cicp", "srgb"}),
        ("all", set()),
    ],
)
def test_each_kind_of_metadata_can_be_stripped(run, make, log, names, left):
    from tests.codec.test_ancillary import FULL

    full = replace(FULL, icc=drawn.srgb_profile(), exif=drawn.exif_block(1), xmp=drawn.XMP)
    full = replace(full, resolution=Resolution(Fraction(2835), Fraction(3000), Unit.METRE))
    make("img.png", data=drawn.written(replace(drawn.picture(), metadata=full), "png"))
    assert run("encode", "img.png").exit_code == 0
    assert log[-1][4] == full
    assert run("encode", "img.png", "--strip", names, "--force").exit_code == 0
    kept = log[-1][4]
    assert {field.name for field in fields(kept) if getattr(kept, field.name) is not None} == left


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("10x40", (10, 40)),
        ("62x", (62, 40)),
        ("X10", (16, 10)),
        ("50%", (16, 10)),
        ("12.5%", (4, 2)),
        ("31x20", (31, 20)),
    ],
)
def test_resize_says_the_size_of_what_is_coded(run, make, tmp_path, asked, size):
    make("img.png", data=png(bits=16, alpha=True))
    row = json.loads(run("encode", "img.png", "--resize", asked, "--exact", "--verify", "--json").stdout)
    assert (row["width"], row["height"], row["error"]) == (*size, None)
    assert run("decode", "img.aec", "--force").exit_code == 0
    back = imagefile.read(tmp_path / "img.png")
    assert (back.width, back.height, back.bit_depth, back.alpha is not None) == (*size, 16, True)


def test_a_size_beyond_the_limits_is_an_error_of_that_file(run, make, tmp_path):
    make("img.png")
    result = run("encode", "img.png", "--resize", "999999999x")
    assert result.exit_code == 1
    assert re.fullmatch(
        r"aecodec: img\.png: the picture is 999999999 x \d+ pixels: a side has at most 262144\n", result.stderr
    )
    assert names(tmp_path) == ["img.png"]


@pytest.mark.parametrize("tag", range(1, 9))
def test_auto_orient_turns_pixels_and_keeps_the_rest_of_exif(run, make, log, tmp_path, tag):
    make("img.png", data=tagged(tag))
    result = run("encode", "img.png", "--auto-orient", "-o", "out.aec")
    assert result.exit_code == 0
    assert "warning" not in result.stderr
    assert log[-1][4] == drawn.metadata(1)
    assert ("20x31" if tag > 4 else "31x20") in run("decode", "out.aec", "-o", "back.png").stderr
    upright = ImageOps.exif_transpose(Image.open(tmp_path / "img.png"))
    assert (imagefile.read(tmp_path / "back.png").pixels == np.asarray(upright) // 4 * 4).all()


def test_resize_comes_after_auto_orient_and_after_strip(run, make):
    make("img.png", data=tagged(6))  # 31 x 20 as stored, 20 x 31 as shown
    sizes = {}
    for options in ("", "--auto-orient", "--strip exif"):
        result = run("encode", "img.png", "--resize", "10x", *options.split(), "--json", "--force")
        row = json.loads(result.stdout)
        sizes[options] = row["width"], row["height"]
    assert sizes == {"": (10, 6), "--auto-orient": (10, 16), "--strip exif": (10, 16)}
    assert "see --auto-orient" in run("encode", "img.png", "--resize", "10x", "--force").stderr
    assert "see --auto-orient" not in run("encode", "img.png", "--resize", "10x", "--auto-orient", "--force").stderr


def test_noise_is_removed_before_a_picture_is_resized(run, make, monkeypatch):
    make("img.png")
    seen = []
    real = fake_codec.Denoiser.denoise

    def noted(self, picture, **options):
        seen.append(picture.width)
        return real(self, picture, **options)

    monkeypatch.setattr(fake_codec.Denoiser, "denoise", noted)
    assert run("encode", "img.png", "--denoise", "--resize", "50%").exit_code == 0
    assert seen == [31]


def tagged(tag: int = 6) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    imagefile.write(replace(drawn.picture(), metadata=drawn.metadata(orientation=tag)), stream, "png")
    return stream.getvalue()


@pytest.mark.parametrize(("arguments", "strength"), [([], 1.0), (["--strength", "0.5"], 0.5), (["--strength", "0"], 0)])
def test_denoise_cleans_first_and_notes_it_in_the_file(run, make, log, arguments, strength):
    make("img.png")
    assert run("encode", "img.png", "--denoise", *arguments).exit_code == 0
    assert [call[0] for call in log] == ["load", "load denoiser", "denoise", "encode"]
    assert log[2] == ("denoise", None, strength)
    assert log[3][5] == Cleaning(fake_codec.SIGMA, strength)


def test_denoise_says_how_much_noise_was_removed(run, make):
    make("img.png")
    assert run("encode", "img.png", "--denoise").stderr.endswith(" s  noise of sigma 12.5 removed\n")
    row = json.loads(run("encode", "img.png", "--denoise", "--strength", "0.8", "--json", "--force").stdout)
    assert (row["sigma"], row["strength"]) == (12.5, 0.8)


def test_without_denoise_the_noise_stays_and_nothing_is_noted(run, make, log):
    make("img.png")
    assert "noise" not in run("encode", "img.png").stderr
    assert [call[0] for call in log] == ["load", "encode"]
    assert log[1][5] is None


def test_denoise_runs_on_the_same_device_and_leaves_the_weights_to_the_codec(run, make, log):
    make("img.png")
    run("encode", "img.png", "--denoise", "--device", "cpu", "-j", "2", "--batch", "3", "--weights", "w.safetensors")
    assert log[1] == ("load denoiser", None, "cpu", 2, 3)


def test_exact_reaches_the_codec(run, make, log):
    make("img.png")
    run("encode", "img.png", "--exact")
    assert log[-1][3] is True


def test_verify_decodes_with_a_fresh_decoder(run, make, log):
    make("img.png", data=png(alpha=True))
    assert run("encode", "img.png", "--verify", "--exact").exit_code == 0
    assert [call[0] for call in log] == ["load", "encode", "load", "decode"]


def test_a_file_that_fails_verification_does_not_stay(run, make, tmp_path, monkeypatch):
    make("img.png")
    codec = sys.modules["aecodec.codec.codec"].Codec
    real = codec.decode

    def worse(self, data, **options):
        decoded = real(self, data, **options)
        decoded.picture.pixels[0, 0] ^= 0xFF
        return decoded

    monkeypatch.setattr(codec, "decode", worse)
    result = run("encode", "img.png", "--verify")
    assert result.exit_code == 1
    assert "aecodec: img.png: --verify: decodes at " in result.stderr
    assert names(tmp_path) == ["img.png"]


def ctrl_c(*_):
    raise KeyboardInterrupt  # not by signal: where tests run in the background, shells have SIGINT ignored


def terminated(*_):
    signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("interrupt", [ctrl_c, terminated])
def test_interruption_leaves_no_file_and_exits_130(run, make, tmp_path, monkeypatch, interrupt):
    make("img.png")
    monkeypatch.setattr(files, "_verify", interrupt)
    before = signal.getsignal(signal.SIGTERM)
    result = run("encode", "img.png", "--verify")
    assert result.exit_code == 130
    assert result.stderr == "aecodec: interrupted\n"
    assert names(tmp_path) == ["img.png"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_interruption_of_several_at_once_leaves_no_file_and_exits_130(run, make, tmp_path, monkeypatch):
    make("a.png", "b.png", "c.png")
    both = threading.Barrier(2)

    def verify(*_):
        if both.wait(20) == 0:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
        while True:
            heed()

    monkeypatch.setattr(files, "_verify", verify)
    result = run("encode", "a.png", "b.png", "c.png", "--verify", "-j", "2")
    assert result.exit_code == 130
    assert result.stderr == "aecodec: interrupted\n"
    assert names(tmp_path) == ["a.png", "b.png", "c.png"]


def test_an_animation_is_warned_about_once(run, make):
    from PIL import Image

    frames = [Image.new("RGB", (8, 8), colour) for colour in ("black", "white")]
    make("a.gif", data=drawn.pil_file(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    result = run("encode", "a.gif")
    assert result.exit_code == 0
    assert result.stderr.count("aecodec: a.gif: warning: 2 pictures") == 1


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(28, "No space left on device")])
def test_an_output_that_cannot_be_written_is_a_line(run, make, tmp_path, monkeypatch, error):
    make("img.png")

    def fail(*_):
        raise error

    monkeypatch.setattr("aecodec.outputs.os.replace", fail)
    result = run("encode", "img.png")
    assert result.exit_code == 1
    assert result.stderr == f"aecodec: img.png: cannot write img.aec: {error.strerror}\n"
    assert names(tmp_path) == ["img.png"]


def test_names_with_line_breaks_and_escapes_stay_on_one_line(run, make):
    make("bad\n\x1b[31m.png", data=b"no picture")
    result = run("encode", ".")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_every_option_of_the_design_is_there(run):
    text = run("encode", "--help").stdout
    for option in (
        "-o",
        "-q",
        "--bpp",
        "--max-bytes",
        "--psnr",
        "--effort",
        "--strip",
        "--exact",
        "--verify",
        "--denoise",
        "--strength",
    ):
        assert option in text
    assert DEFAULT_QUALITY == 50


def test_lossless_loads_no_codec_and_keeps_every_sample(run, make, tmp_path, log):
    make("img.png", data=png(alpha=True))
    result = run("encode", "img.png", "--lossless", "--verify")
    assert result.exit_code == 0
    assert "lossless" in result.stderr
    assert run("decode", "img.aec", "-o", "back.png").exit_code == 0
    assert log == []
    before, after = imagefile.read(tmp_path / "img.png"), imagefile.read(tmp_path / "back.png")
    assert (before.interleaved() == after.interleaved()).all()
    assert before.metadata == after.metadata


def test_lossless_and_a_quality_exclude_each_other(run, make):
    make("img.png")
    result = run("encode", "img.png", "--lossless", "-q", "50")
    assert result.exit_code == 2
    assert result.stderr == "aecodec: --quality and --lossless exclude each other: give one of them\n"


def test_what_is_lost_is_said_and_stands_in_the_row(run, make, monkeypatch):
    make("img.png")
    codec = sys.modules["aecodec.codec.codec"].Codec
    real = codec.encode

    def poor(self, picture, target, **options):
        encoded = real(self, picture, target, **options)
        return replace(encoded, psnr_db=20.0, data=encoded.data + bytes(5000), ceiling="a ceiling")

    monkeypatch.setattr(codec, "encode", poor)
    result = run("encode", "img.png", "-q", "60", "--json")
    (row,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert row["warnings"][0] == "a ceiling"
    assert "20.00 dB at quality 60" in row["warnings"][1]
    assert "more than the" in row["warnings"][2]
    for message in row["warnings"]:
        assert f"aecodec: img.png: warning: {message}" in result.stderr
    quiet = run("encode", "img.png", "-q", "49", "--force")
    assert "much is lost" not in quiet.stderr
