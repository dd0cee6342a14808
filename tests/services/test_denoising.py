"""One noisy picture in, one clean picture out, and a folder of them."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from aecodec.errors import BadInput, OutputError
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from aecodec.pictures.wanted import Warn
from aecodec.services import batch, denoising, jobs
from aecodec.services.jobs import FORMAT_SUFFIX, Job
from aecodec.services.rows import DenoisedRow, Row
from tests import drawn, fake_codec
from tests.drawn import MAKERS
from tests.fake_codec import cleaned
from tests.warned import keep, refuse


def denoise(source: Path, output: Path, warn_about=refuse, **options) -> DenoisedRow:
    return denoising.denoiser(fake_codec.Engine(), denoising.DenoiseOptions(**options), warn_about)(Job(source, output))


def before_and_after(tmp_path: Path, data: bytes, suffix: str, **options) -> tuple[Picture, Picture]:
    source, output = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    source.write_bytes(data)
    denoise(source, output, **options)
    return imagefile.read(source), imagefile.read(output)


def test_a_row_tells_what_became_of_a_picture(tmp_path):
    (tmp_path / "a.png").write_bytes(drawn.png_16())
    row = denoise(tmp_path / "a.png", tmp_path / "b.tiff", strength=0.5)
    assert (row.input, row.output) == (str(tmp_path / "a.png"), str(tmp_path / "b.tiff"))
    assert (row.width, row.height, row.bytes) == (31, 20, (tmp_path / "b.tiff").stat().st_size)
    assert (row.sigma, row.strength, row.errors) == (fake_codec.SIGMA, 0.5, ())
    assert row.seconds > 0


def test_a_noise_level_that_is_told_is_the_one_in_the_row(tmp_path):
    (tmp_path / "a.png").write_bytes(drawn.png_16())
    assert denoise(tmp_path / "a.png", tmp_path / "b.png", sigma=30.0).sigma == 30


@pytest.mark.parametrize(
    ("maker", "suffix", "start"),
    [
        ("png-grey", ".png", b"\x89PNG"),
        ("png-rgba", ".png", b"\x89PNG"),
        ("png-grey-alpha-16", ".png", b"\x89PNG"),
        ("png-rgba-16", ".png", b"\x89PNG"),
        ("tiff-grey-16", ".tif", b"II*\0"),
        ("tiff-rgba-16", ".tiff", b"II*\0"),
        ("webp-alpha", ".webp", b"RIFF"),
        ("pgm-16", ".pgm", b"P5"),
        ("ppm", ".ppm", b"P6"),
    ],
)
def test_format_depth_channels_and_alpha_stay(tmp_path, maker, suffix, start):
    before, after = before_and_after(tmp_path, MAKERS[maker](), suffix)
    assert (tmp_path / f"b{suffix}").read_bytes().startswith(start)
    drawn.assert_same_samples(after, replace(before, pixels=cleaned(before.pixels)))
    assert not np.array_equal(after.pixels, before.pixels)


def test_a_strength_of_0_gives_the_input_back(tmp_path):
    before, after = before_and_after(tmp_path, MAKERS["png-rgba-16"](), ".png", strength=0.0)
    drawn.assert_same_samples(after, before)


@pytest.mark.parametrize("format", ["png", "tiff", "jpeg", "webp"])
def test_metadata_stay_and_nothing_is_turned(tmp_path, format):
    tagged = replace(drawn.picture(), metadata=drawn.metadata(orientation=6))
    suffix = FORMAT_SUFFIX[format]
    before, after = before_and_after(tmp_path, drawn.written(tagged, format), suffix)
    assert after.metadata == before.metadata
    assert after.metadata.icc == tagged.metadata.icc
    assert after.metadata.xmp == drawn.XMP
    assert drawn.exif_of(after.metadata)[274] == 6
    assert after.pixels.shape == (20, 31, 3)


def test_the_format_may_be_another_and_what_it_cannot_hold_is_told(tmp_path):
    told: list[tuple[str, str]] = []
    (tmp_path / "a.png").write_bytes(drawn.png_16())
    denoise(tmp_path / "a.png", tmp_path / "b.x", keep(told), format="jpeg")
    assert (tmp_path / "b.x").read_bytes().startswith(b"\xff\xd8")
    assert told == [(str(tmp_path / "a.png"), "jpeg holds 8 bits a sample: 16 are rounded to 8")]


def test_alpha_is_not_dropped_for_a_format_without_it(tmp_path):
    (tmp_path / "a.png").write_bytes(MAKERS["png-rgba"]())
    with pytest.raises(BadInput, match="jpeg holds no alpha channel"):
        denoise(tmp_path / "a.png", tmp_path / "b.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_an_output_that_appeared_meanwhile_is_kept(tmp_path):
    (tmp_path / "a.png").write_bytes(MAKERS["png-rgb"]())
    (tmp_path / "b.png").write_bytes(b"theirs")
    with pytest.raises(OutputError, match="exists already"):
        denoise(tmp_path / "a.png", tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes() == b"theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


INPUTS = {
    "alpha.png": MAKERS["png-rgba"],
    "broken.png": lambda: MAKERS["png-rgb"]()[:-200],
    "cmyk.jpg": MAKERS["jpeg-cmyk"],
    "deep/deep.tif": MAKERS["tiff-rgb-16"],
    "notes.txt": lambda: b"text",
    "text.png": lambda: b"text",
    "turned.jpg": lambda: drawn.written(replace(drawn.picture(seed=5), metadata=drawn.metadata(orientation=6)), "jpeg"),
}


@pytest.fixture
def mixed(tmp_path):
    """A folder of all kinds, denoised into another: its rows by name, both folders, and what was told."""
    for name, make in INPUTS.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(make())
    told: list[tuple[str, str]] = []
    engine, options = fake_codec.Engine(), denoising.DenoiseOptions()

    def warn_about(where: str) -> Warn:
        return lambda message: told.append((Path(where).name, message))

    planned = jobs.plan_denoising(jobs.Selection((str(tmp_path / "in"),), recursive=True), None, warn_about)
    rows = batch.run(planned, lambda: denoising.denoiser(engine, options, warn_about), False, lambda: None)
    made = {Path(row.input).name: row for row in rows}
    return SimpleNamespace(rows=made, source=tmp_path / "in", output=tmp_path / "in-denoised", told=told)


def test_of_a_mixed_folder_exactly_the_good_pictures_are_written(mixed):
    written = sorted(str(path.relative_to(mixed.output)) for path in mixed.output.rglob("*") if path.is_file())
    assert written == ["alpha.png", "cmyk.jpg", "deep/deep.tif", "turned.jpg"]
    assert [name for name, row in mixed.rows.items() if not row.errors] == [
        "alpha.png",
        "cmyk.jpg",
        "turned.jpg",
        "deep.tif",
    ]


def test_of_a_mixed_folder_the_bad_files_are_named_with_a_reason(mixed):
    bad = {name: row for name, row in mixed.rows.items() if row.errors}
    assert list(bad) == ["broken.png", "text.png"]
    assert all((type(row), row.output, row.width) == (Row, None, None) for row in bad.values())
    assert "internal error" not in bad["broken.png"].errors[0]
    assert bad["text.png"].errors == ("not a picture that aecodec can read",)
    assert ("in", "1 left alone: notes.txt") in mixed.told


def test_of_a_mixed_folder_no_input_changes(mixed):
    assert {name: (mixed.source / name).read_bytes() for name in INPUTS} == {n: make() for n, make in INPUTS.items()}


@pytest.mark.parametrize("name", ["alpha.png", "deep/deep.tif"])
def test_of_a_mixed_folder_lossless_pictures_are_clean_to_the_sample(mixed, name):
    before, after = imagefile.read(mixed.source / name), imagefile.read(mixed.output / name)
    drawn.assert_same_samples(after, replace(before, pixels=cleaned(before.pixels)))


@pytest.mark.parametrize("name", ["cmyk.jpg", "turned.jpg"])
def test_of_a_mixed_folder_jpegs_are_the_clean_pictures_as_jpeg_holds_them(mixed, name):
    before = imagefile.read(mixed.source / name)
    clean = replace(before, pixels=cleaned(before.pixels))
    assert (mixed.output / name).read_bytes() == drawn.written(clean, "jpeg")


def test_of_a_mixed_folder_an_orientation_stays_a_tag(mixed):
    after = imagefile.read(mixed.output / "turned.jpg")
    assert (after.width, after.height) == (31, 20)
    assert drawn.exif_of(after.metadata)[274] == 6


def test_of_a_mixed_folder_a_change_of_colour_space_is_told(mixed):
    assert [name for name, message in mixed.told if message.startswith("CMYK")] == ["cmyk.jpg"]
