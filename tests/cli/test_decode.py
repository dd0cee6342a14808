"""`aecodec decode`: the contract of its options, outputs, messages and exit codes."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import pytest

from aecodec.cli import options
from aecodec.pictures import formats, imagefile
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import Resolution, Unit
from tests import drawn, fake_codec


@pytest.fixture
def coded(run, make, tmp_path):
    """A function that writes `name`, a .aec file of a picture of the given kind."""

    def write(name="img.aec", ending=b"", **kind):
        stream = BytesIO()
        imagefile.write(drawn.picture(**kind), stream, "png")
        make("source.png", data=stream.getvalue())
        assert run("encode", "source.png", "-o", "made.aec", "--quiet").exit_code == 0
        (tmp_path / "source.png").unlink()
        data = (tmp_path / "made.aec").read_bytes()
        (tmp_path / "made.aec").unlink()
        return make(name, data=data + ending)

    return write


def names(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_aec_file_becomes_a_png_beside_it(run, coded, tmp_path):
    coded("img.aec")
    result = run("decode", "img.aec")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert re.fullmatch(r"img\.aec -> img\.png  31x20  quality 50  \d+\.\d s\n", result.stderr)
    picture = imagefile.read(tmp_path / "img.png")
    assert (picture.pixels == drawn.picture().pixels // 4 * 4).all()


def test_the_original_is_not_overwritten(run, coded, make, tmp_path):
    coded("img.aec")
    make("img.png", data=b"original")
    result = run("decode", "img.aec")
    assert result.exit_code == 1
    assert "img.png exists already; name another with -o, or replace it with --force" in result.stderr
    assert (tmp_path / "img.png").read_bytes() == b"original"


@pytest.mark.parametrize(
    ("arguments", "output", "start"),
    [
        ([], "img.png", b"\x89PNG"),
        (["--format", "tiff"], "img.tiff", b"II*\0"),
        (["--format", "jpeg"], "img.jpg", b"\xff\xd8"),
        (["--format", "webp"], "img.webp", b"RIFF"),
        (["--format", "ppm"], "img.ppm", b"P6"),
        (["--format", "avif"], "img.avif", b"\0\0\0 ftypavif"),
        (["--format", "jxl"], "img.jxl", b"\0\0\0\x0cJXL "),
        (["--format", "bmp"], "img.bmp", b"BM"),
        (["-o", "x.avif"], "x.avif", b"\0\0\0 ftypavif"),
        (["-o", "x.JXL"], "x.JXL", b"\0\0\0\x0cJXL "),
        (["-o", "x.dib"], "x.dib", b"BM"),
        (["-o", "x.jpg"], "x.jpg", b"\xff\xd8"),
        (["-o", "x.TIF"], "x.TIF", b"II*\0"),
        (["-o", "x.odd", "--format", "png"], "x.odd", b"\x89PNG"),
        (["-o", "out/"], "out/img.png", b"\x89PNG"),
        (["-o", "out/", "--format", "webp"], "out/img.webp", b"RIFF"),
    ],
)
def test_the_format_follows_the_option_then_the_suffix_then_is_png(run, coded, tmp_path, arguments, output, start):
    coded("img.aec")
    assert run("decode", "img.aec", *arguments).exit_code == 0
    assert (tmp_path / output).read_bytes().startswith(start)


def test_a_picture_is_not_written_under_the_name_of_a_coded_file(run, coded, tmp_path):
    coded("img.aec")
    result = run("decode", "img.aec", "-o", "x.aec", "--format", "png")
    assert result.exit_code == 2
    assert result.stderr.startswith("aecodec: -o x.aec: .aec is the suffix of a coded file")
    assert names(tmp_path) == ["img.aec"]


def test_format_offers_what_can_be_written():
    assert [format.value for format in options.Format] == list(formats.WRITTEN)


@pytest.mark.parametrize("name", ["x.jpg", "x.avif", "x.webp", "x.jxl"])
def test_the_quality_of_the_output_reaches_its_writer(run, coded, tmp_path, name):
    coded("img.aec")
    sizes = []
    for arguments in ([], ["--output-quality", "90"], ["--output-quality", "20"]):
        assert run("decode", "img.aec", "-o", name, "--force", *arguments).exit_code == 0
        sizes.append((tmp_path / name).stat().st_size)
    assert sizes[0] > sizes[1] > sizes[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output-quality", "0"], "--output-quality 0: a whole number from 1"),
        (["--output-quality", "101"], "to 100"),
        (["--output-quality", "9.5"], "a whole number"),
        (["--output-quality", "best"], "a whole number"),
        (["--output-quality", "80"], "is of jpeg, webp, avif, jxl; png have none: leave it out"),
        (["--output-quality", "80", "-o", "x.bmp"], "bmp have none"),
        (["--output-quality", "80", "--format", "tiff"], "tiff have none"),
        (["--output-quality", "80", "--check"], "--check writes nothing"),
    ],
)
def test_a_quality_that_cannot_be_is_wrong_usage(run, coded, tmp_path, log, arguments, message):
    coded("img.aec")
    log.clear()
    result = run("decode", "img.aec", *arguments)
    assert result.exit_code == 2
    assert re.fullmatch(r"aecodec: [^\n]*\n", result.stderr)
    assert message in result.stderr
    assert names(tmp_path) == ["img.aec"]
    assert log == []


@pytest.mark.parametrize("through", ["png", "jpg", "tiff"])
def test_resolution_and_colour_come_through_the_file(run, make, tmp_path, through):
    resolution = {
        "png": Resolution(Fraction(2835), Fraction(2835), Unit.METRE),
        "jpg": Resolution(Fraction(72), Fraction(72), Unit.INCH),
        "tiff": Resolution(Fraction(145, 2), Fraction(300, 7), Unit.CENTIMETRE),
    }[through]
    said = Metadata(resolution=resolution)
    if through == "png":
        said = replace(said, gamma=100_000, chromaticities=tuple(range(8)), cicp=(9, 16, 0, 1), srgb=2)
    format = {"jpg": "jpeg"}.get(through, through)
    make(f"a.{through}", data=drawn.written(replace(drawn.picture(), metadata=said), format))
    result = run("encode", f"a.{through}", "--verify")
    assert (result.exit_code, result.stderr.count("warning") - result.stderr.count("the output has")) == (0, 0)
    result = run("decode", "a.aec", "-o", f"b.{through}")
    assert (result.exit_code, "warning" in result.stderr) == (0, False)
    assert imagefile.read(tmp_path / f"b.{through}").metadata == said
    assert "warning: webp holds no " in run("decode", "a.aec", "-o", "c.webp").stderr


def test_an_unknown_suffix_without_a_format_is_wrong_usage(run, coded, tmp_path):
    coded("img.aec")
    result = run("decode", "img.aec", "-o", "x.odd")
    assert result.exit_code == 2
    assert "x.odd: no format has the suffix '.odd'; use --format" in result.stderr
    assert names(tmp_path) == ["img.aec"]


def test_16_bits_stay_16_bits(run, coded, tmp_path):
    coded("img.aec", bits=16)
    assert run("decode", "img.aec").exit_code == 0
    assert imagefile.read(tmp_path / "img.png").bit_depth == 16


def test_a_format_without_alpha_is_an_error_for_a_picture_with_it(run, coded, tmp_path):
    coded("img.aec", alpha=True)
    result = run("decode", "img.aec", "--format", "jpeg")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: img.aec: jpeg holds no alpha channel: write png, tiff, webp, avif, jxl or bmp\n"
    assert names(tmp_path) == ["img.aec"]


def test_standard_input_goes_to_standard_output(run, coded):
    data = coded("img.aec").read_bytes()
    result = run("decode", "-", input=data)
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(b"\x89PNG")


@pytest.mark.parametrize("line", ["decode -", "decode --check -", "info -", "encode -", "denoise -"])
def test_standard_input_is_bounded(run, coded, monkeypatch, line):
    data = coded("img.aec").read_bytes()
    monkeypatch.setattr(imagefile, "MAX_INPUT_BYTES", 100)
    result = run(*line.split(), input=data)
    assert result.exit_code == 1
    assert result.stderr == "aecodec: -: the file has more than 100 bytes\n"


def test_crop_reaches_the_codec_and_its_size_is_shown(run, coded, tmp_path, log):
    coded("img.aec")
    result = run("decode", "img.aec", "--crop", "3,4,8,9", "--json")
    row = json.loads(result.stdout)
    assert (row["width"], row["height"], row["bpp"]) == (8, 9, None)
    assert log[-1] == ("decode", (3, 4, 8, 9), False)


@pytest.mark.parametrize("crop", ["1,2,3", "a,b,c,d", "-1,0,5,5", "0,0,0,5"])
def test_a_bad_crop_is_wrong_usage(run, coded, crop):
    coded("img.aec")
    result = run("decode", "img.aec", "--crop", crop)
    assert result.exit_code == 2
    assert re.fullmatch(r"aecodec: --crop [^\n]*\n", result.stderr)


def test_damage_is_an_error_and_nothing_is_written(run, coded, tmp_path):
    coded("img.aec", fake_codec.HURT)
    result = run("decode", "img.aec")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: img.aec: tile 3 at byte 77: checksum mismatch\n"
    assert names(tmp_path) == ["img.aec"]


def test_keep_going_paints_the_rest_names_the_losses_and_exits_1(run, coded, tmp_path):
    coded("img.aec", fake_codec.HURT)
    result = run("decode", "img.aec", "--keep-going")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[:2] == ["aecodec: img.aec: tile 3 is lost", "aecodec: img.aec: tile 4 is lost"]
    assert lines[2].startswith("img.aec -> img.png  31x20")
    assert names(tmp_path) == ["img.aec", "img.png"]
    row = json.loads(run("decode", "img.aec", "--keep-going", "--force", "--json").stdout)
    assert row["error"] == "tile 3 is lost; tile 4 is lost"
    assert row["output"] == "img.png"


def test_check_reads_everything_and_writes_nothing(run, coded, tmp_path):
    coded("good.aec")
    coded("hurt.aec", fake_codec.HURT)
    coded("bad.aec").write_bytes(b"nonsense")
    result = run("decode", "--check", ".")
    assert result.exit_code == 1
    assert "good.aec: ok  31x20  quality 50" in result.stderr
    assert "aecodec: hurt.aec: tile 3 is lost\naecodec: hurt.aec: tile 4 is lost\n" in result.stderr
    assert "aecodec: bad.aec: signature at byte 0" in result.stderr
    assert "hurt.aec: ok" not in result.stderr
    assert names(tmp_path) == ["bad.aec", "good.aec", "hurt.aec"]
    assert run("decode", "--check", "good.aec").exit_code == 0


def test_check_takes_no_output(run, coded):
    coded("img.aec")
    result = run("decode", "--check", "img.aec", "-o", "x.png")
    assert result.exit_code == 2
    assert "--check writes nothing" in result.stderr


@pytest.mark.parametrize("arguments", [["--engine", "ray"], ["--address", "10.0.0.1:6379"]])
def test_check_is_not_run_by_ray(run, coded, log, arguments):
    coded("img.aec")
    log.clear()
    result = run("decode", "--check", "img.aec", *arguments)
    assert result.exit_code == 2
    assert result.stderr == "aecodec: --check runs on this machine alone: leave out --engine and --address\n"
    assert log == []


def test_a_tree_comes_back_as_it_was(run, coded, tmp_path):
    coded("in/a.aec")
    coded("in/deep/b.aec")
    assert run("decode", "in", "-r", "-o", "out").exit_code == 0
    assert names(tmp_path / "out") == ["a.png", "deep/b.png"]


def test_dry_run_writes_nothing(run, coded, tmp_path):
    coded("img.aec")
    result = run("decode", "img.aec", "--dry-run")
    assert result.exit_code == 0
    assert result.stderr == "img.aec -> img.png  (not written)\n"
    assert names(tmp_path) == ["img.aec"]
