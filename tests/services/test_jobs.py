"""Which inputs there are, and where outputs go."""

import os
from pathlib import Path

import pytest
from PIL import Image

from aecodec.errors import UsageError
from aecodec.pictures import formats
from aecodec.pictures.wanted import Wanted
from aecodec.services import jobs
from aecodec.services.jobs import ENCODE, PICTURE_SUFFIXES, READ, Job, Selection
from tests.warned import drop, keep, refuse


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"x")


def outputs(*inputs: str, **options) -> dict[str, str | None]:
    planned = jobs.plan(Selection(inputs, **options), ENCODE, refuse)
    assert [job for job in planned if job.refusal] == []
    return {job.name: job.output_name for job in planned}


def refusals(*inputs: str, **options) -> dict[str, str]:
    planned = jobs.plan(Selection(inputs, **options), ENCODE, drop)
    return {job.name: job.refusal for job in planned if job.refusal}


@pytest.mark.parametrize(
    ("inputs", "out", "expected"),
    [
        (["a.png"], None, {"a.png": "a.aec"}),
        (["in/a.png"], None, {"in/a.png": "in/a.aec"}),
        (["a.png"], "b.x", {"a.png": "b.x"}),
        (["a.png"], "new/", {"a.png": "new/a.aec"}),
        (["a.png"], "in", {"a.png": "in/a.aec"}),
        (["a.png", "in/b.JPG"], "new", {"a.png": "new/a.aec", "in/b.JPG": "new/b.aec"}),
        (["in"], None, {"in/a.png": "in/a.aec", "in/b.JPG": "in/b.aec"}),
        (["in"], "new", {"in/a.png": "new/a.aec", "in/b.JPG": "new/b.aec"}),
        (["only"], "new", {"only/a.png": "new/a.aec"}),
        (["-"], None, {"-": "-"}),
        (["-"], "a.aec", {"-": "a.aec"}),
        (["a.png"], "-", {"a.png": "-"}),
        (["a.png", "./a.png", "."], None, {"a.png": "a.aec"}),
        (["missing"], None, {"missing": "missing.aec"}),
        (["./-"], None, {"-": "-.aec"}),
    ],
)
def test_where_outputs_go(inputs, out, expected):
    touch("a.png", "in/a.png", "in/b.JPG", "only/a.png", "in/c.aec")
    planned = jobs.plan(Selection(tuple(inputs), out), ENCODE, drop)
    assert {job.name: job.output_name for job in planned} == expected


@pytest.mark.parametrize(
    ("inputs", "out", "message"),
    [
        (["a.png", "a.jpg"], None, "a.png and a.jpg would both be written to"),
        (["x/a.png", "y/a.png"], "new", "would both be written to"),
        (["x", "y"], "new", "would both be written to"),
        (["a.png", "a.jpg"], "-", "one input at a time"),
        (["a.png", "-"], None, "one input at a time"),
        (["x"], "-", "one input at a time"),
        (["a.png", "x/a.png"], "a.jpg", "is a file, but these inputs need a folder"),
        (["-"], "x", "standard input has no name"),
        ([""], None, "cannot be the name of a file"),
        ([], None, "nothing to do"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything(inputs, out, message):
    touch("a.png", "a.jpg", "x/a.png", "y/a.png")
    with pytest.raises(UsageError, match=message):
        jobs.plan(Selection(tuple(inputs), out), ENCODE, refuse)


def test_links_to_one_output_collide():
    touch("x/a.png", "z/a.jpg")
    os.symlink("x", "y")
    Path("z/a.aec").symlink_to("../x/a.aec")
    with pytest.raises(UsageError, match="both be written"):
        outputs("y/a.png", "z/a.jpg")


def test_an_input_is_never_an_output_even_with_force():
    touch("a.png", "b.png", "c.png")
    assert list(refusals("a.png", out="a.png", replace=True)) == ["a.png"]
    os.symlink("a.png", "link.aec")
    assert list(refusals("a.png", out="link.aec", replace=True)) == ["a.png"]
    found = refusals("a.png", "a.aec", replace=True)
    assert found == {
        "a.png": "its output a.aec is itself an input; name another with -o",
        "a.aec": "is a .aec file already",
    }


def test_commands_that_write_nothing_have_jobs_without_outputs():
    touch("in/a.aec", "in/a.png")
    planned = jobs.plan(Selection(("in",)), READ, refuse)
    assert planned == [Job(Path("in/a.aec"), None)]


def test_shards_are_disjoint_complete_and_the_same_for_any_order():
    named = [f"{number}.png" for number in range(10)]
    touch(*named)
    shards = [outputs(*named, shard=(index, 3)) for index in (1, 2, 3)]
    assert [list(shard) for shard in shards] == [named[0::3], named[1::3], named[2::3]]
    assert set(outputs(*reversed(named), shard=(2, 3))) == set(named[1::3])


def test_every_shard_refuses_a_collision_of_others():
    touch("a.png", "a.jpg", "b.png")
    for index in (1, 2, 3):
        with pytest.raises(UsageError, match="both be written"):
            outputs("a.png", "a.jpg", "b.png", shard=(index, 3))


@pytest.mark.parametrize(
    ("out", "chosen", "expected"),
    [(None, None, "a.png"), (None, "tiff", "a.tiff"), ("b.webp", None, "b.webp"), ("b.x", "ppm", "b.x")],
)
def test_plan_decoding(out, chosen, expected):
    touch("a.aec")
    (job,) = jobs.plan_decoding(Selection(("a.aec",), out), chosen, refuse)
    assert job.output_name == expected


def test_plan_decoding_refuses_a_suffix_that_names_no_format():
    with pytest.raises(UsageError, match="--format"):
        jobs.plan_decoding(Selection(("a.aec",), "b.x"), None, refuse)


def denoised(*inputs: str, chosen: str | None = None, **options) -> dict[str, str | None]:
    """Inputs and outputs, these as seen from here."""
    planned = jobs.plan_denoising(Selection(inputs, **options), chosen, refuse)
    assert [job for job in planned if job.refusal] == []
    return {job.name: None if job.output is None else os.path.relpath(job.output) for job in planned}


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("photo.jpg", None, "photo-denoised.jpg"),
        ("x/photo.jpg", None, "x/photo-denoised.jpg"),
        ("photo.JPEG", None, "photo-denoised.JPEG"),
        ("photo.jpe", None, "photo-denoised.jpe"),
        ("photo.JFIF", None, "photo-denoised.JFIF"),
        ("a.b.tif", None, "a.b-denoised.tif"),
        ("a.pgm", None, "a-denoised.pgm"),
        ("a.webp", None, "a-denoised.webp"),
        ("a.avif", None, "a-denoised.avif"),
        ("a.gif", None, "a-denoised.png"),
        ("a.BMP", None, "a-denoised.BMP"),
        ("a", None, "a-denoised.png"),
        ("photo.jpg", "tiff", "photo-denoised.tiff"),
        ("a.avif", "jpeg", "a-denoised.jpg"),
    ],
)
def test_a_denoised_picture_is_marked_and_keeps_its_format_where_it_can(name, chosen, expected):
    touch(name)
    assert denoised(name, chosen=chosen) == {name: expected}


@pytest.mark.parametrize("name", ["in", "in/", "./in", "in/."])
def test_a_denoised_folder_is_marked_and_mirrored(name):
    touch("in/a.png", "in/deep/b.gif", "in/deep/c-1.JPG")
    found = denoised(name, recursive=True)
    assert list(found.values()) == ["in-denoised/a.png", "in-denoised/deep/b.png", "in-denoised/deep/c-1.JPG"]


@pytest.mark.parametrize(("place", "name"), [("in", "."), ("in/deep", "..")])
def test_a_denoised_folder_may_be_named_by_dots(monkeypatch, place, name):
    touch("in/a.png", "in/deep/b.png")
    found = Path("in-denoised/a.png").resolve()
    monkeypatch.chdir(place)
    planned = jobs.plan_denoising(Selection((name,)), None, drop)
    assert [(job.refusal, job.output) for job in planned] == [(None, found)]


@pytest.mark.parametrize(
    ("inputs", "out", "chosen", "expected"),
    [
        (["a.jpg"], "b.png", None, {"a.jpg": "b.png"}),
        (["a.jpg"], "b.x", "webp", {"a.jpg": "b.x"}),
        (["a.jpg"], "new/", None, {"a.jpg": "new/a.jpg"}),
        (["a.jpg"], "in", None, {"a.jpg": "in/a.jpg"}),
        (["a.jpg", "in/b.gif"], "new", None, {"a.jpg": "new/a.jpg", "in/b.gif": "new/b.png"}),
        (["in"], "new", None, {"in/b.gif": "new/b.png", "in/c.JPG": "new/c.JPG"}),
        (["in"], "new", "png", {"in/b.gif": "new/b.png", "in/c.JPG": "new/c.png"}),
        (["a.jpg"], "-", None, {"a.jpg": None}),
        (["-"], None, None, {"-": None}),
        (["-"], "b.jpg", None, {"-": "b.jpg"}),
    ],
)
def test_a_denoised_picture_goes_where_it_is_told(inputs, out, chosen, expected):
    touch("a.jpg", "in/b.gif", "in/c.JPG")
    assert denoised(*inputs, out=out, chosen=chosen) == expected


@pytest.mark.parametrize(
    ("inputs", "options", "refused"),
    [
        (["a.jpg"], {"out": "a.jpg"}, ["a.jpg"]),
        (["a.jpg", "a-denoised.jpg"], {}, ["a.jpg"]),
        (["in"], {"out": "in"}, ["in/b.png"]),
        (["in", "in-denoised"], {}, ["in/b.png"]),
    ],
)
def test_a_denoised_picture_never_replaces_an_input(inputs, options, refused):
    touch("a.jpg", "a-denoised.jpg", "in/b.png", "in-denoised/b.png")
    planned = jobs.plan_denoising(Selection(tuple(inputs), replace=True, **options), None, refuse)
    assert [job.name for job in planned if job.refusal] == refused
    assert all("is itself an input" in job.refusal for job in planned if job.refusal)


def test_denoised_pictures_of_one_name_are_refused():
    touch("in/a.gif", "in/a.png")
    with pytest.raises(UsageError, match="both be written"):
        denoised("in")


@pytest.mark.parametrize("out", ["b.x", "b.gif", "b"])
def test_a_denoised_picture_needs_a_suffix_that_names_a_format(out):
    touch("a.jpg")
    with pytest.raises(UsageError, match="--format"):
        denoised("a.jpg", out=out)


def test_what_is_no_picture_is_not_denoised_but_named():
    touch("in/a.png", "in/a.aec", "in/notes.txt")
    told: list[tuple[str, str]] = []
    planned = jobs.plan_denoising(Selection(("in",)), None, keep(told))
    assert [job.name for job in planned] == ["in/a.png"]
    assert told == [("in", "1 left alone: notes.txt")]


@pytest.mark.parametrize(
    ("output", "chosen", "expected"),
    [
        (None, None, "png"),
        (None, "webp", "webp"),
        ("a.jpg", None, "jpeg"),
        ("a.JPEG", None, "jpeg"),
        ("a.jpe", None, "jpeg"),
        ("a.jfif", None, "jpeg"),
        ("a.tif", None, "tiff"),
        ("a.pgm", None, "ppm"),
        ("a.odd", "ppm", "ppm"),
    ],
)
def test_output_format(output, chosen, expected):
    assert jobs.output_format(None if output is None else Path(output), chosen) == expected


@pytest.mark.parametrize(("output", "why"), [("a", "no suffix to tell the format"), ("a.gif", "suffix '.gif'")])
def test_an_unknown_output_format(output, why):
    with pytest.raises(UsageError, match=f"{why}.*use --format"):
        jobs.output_format(Path(output), None)


@pytest.mark.parametrize("chosen", [None, "png"])
def test_a_picture_never_gets_the_suffix_of_a_coded_file(chosen):
    with pytest.raises(UsageError, match=r"a\.png\.aec: \.aec is the suffix of a coded file"):
        jobs.output_format(Path("a.png.aec"), chosen)


def test_a_device_needs_no_suffix():
    assert jobs.output_format(Path("/dev/null"), None) == "png"
    assert jobs.plan_encoding(Selection(("a.png",), "/dev/null"), refuse)[0].output == Path("/dev/null")


@pytest.mark.parametrize("suffix", [".jpg", ".PNG", ".tif", ".gif", ".avif"])
def test_a_coded_file_never_gets_the_suffix_of_a_picture(suffix):
    with pytest.raises(UsageError, match=rf"-o q\{suffix}: \{suffix.lower()} is the suffix of a picture"):
        jobs.plan_encoding(Selection(("a.bmp",), f"q{suffix}"), refuse)


@pytest.mark.parametrize("out", ["q", "q.bin", "q.aec.tmp"])
def test_a_coded_file_of_another_name_is_warned_of(out):
    told: list[tuple[str, str]] = []
    (job,) = jobs.plan_encoding(Selection(("a.png",), out), keep(told))
    assert job.output_name == out
    assert told == [(out, "has not the suffix .aec, by which files are found in folders")]


@pytest.mark.parametrize("out", ["q.aec", "q.AEC", "new/", "-", None])
def test_a_coded_file_of_a_usual_name_is_not(out):
    jobs.plan_encoding(Selection(("a.png",), out), refuse)


def test_pictures_that_differ_in_their_suffix_are_kept_apart_by_it():
    touch("in/a.jpg", "in/a.png", "in/b.JPG")
    with pytest.raises(UsageError, match=r"nothing is done \(--keep-suffix tells them apart\)"):
        outputs("in")
    beside = {"in/a.jpg": "in/a.jpg.aec", "in/a.png": "in/a.png.aec", "in/b.JPG": "in/b.JPG.aec"}
    assert outputs("in", keep_suffix=True) == beside
    assert outputs("in", out="new", keep_suffix=True) == {k: v.replace("in/", "new/") for k, v in beside.items()}


@pytest.mark.parametrize("keep_suffix", [True, False])
def test_what_the_suffix_does_not_keep_apart_is_refused_without_that_advice(keep_suffix):
    touch("x/a.png", "y/a.png", "x/a.aec", "y/a.aec")
    with pytest.raises(UsageError, match=r"nothing is done$"):
        outputs("x", "y", out="new", keep_suffix=keep_suffix)
    with pytest.raises(UsageError, match=r"nothing is done$"):
        jobs.plan_decoding(Selection(("x/a.aec", "x/a.png.aec"), "new"), None, drop)


@pytest.mark.parametrize(
    ("coded", "chosen", "picture"),
    [
        ("a.aec", None, "a.png"),
        ("a.png.aec", None, "a.png"),
        ("a.PNG.aec", None, "a.PNG"),
        ("a.jpg.aec", None, "a.jpg.png"),
        ("a.jpg.aec", "jpeg", "a.jpg"),
        ("a.tif.aec", "tiff", "a.tif"),
        ("a.1.aec", None, "a.1.png"),
    ],
)
@pytest.mark.parametrize("out", [None, "new/"])
def test_a_decoded_picture_has_one_suffix_of_its_format(coded, chosen, picture, out):
    (job,) = jobs.plan_decoding(Selection((coded,), out), chosen, refuse)
    assert job.output_name == (out or "") + picture


@pytest.mark.parametrize(
    ("inputs", "options", "expected"),
    [
        (["a.gif", "a.png"], {}, ["a-denoised.gif.png", "a-denoised.png"]),
        (["a.jpg", "a.png"], {"chosen": "tiff"}, ["a-denoised.jpg.tiff", "a-denoised.png.tiff"]),
        (["in"], {}, ["in-denoised/a.gif.png", "in-denoised/a.png"]),
    ],
)
def test_denoised_pictures_are_kept_apart_by_suffixes_that_change(inputs, options, expected):
    touch("in/a.gif", "in/a.png")
    assert list(denoised(*inputs, keep_suffix=True, **options).values()) == expected


def pages_of(name: str, count: int) -> None:
    frames = [Image.new("L", (4, 4), 80 * page) for page in range(count)]
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    frames[0].save(name, "TIFF", save_all=True, append_images=frames[1:])


def all_pages(*inputs: str, **options) -> list[Job]:
    return jobs.plan(Selection(inputs, all_pages=True, **options), ENCODE, drop)


def test_each_page_gets_a_name_that_sorts():
    pages_of("in/scan.tif", 12)
    pages_of("in/photo.tif", 1)
    planned = all_pages("in")
    expected = ["in/photo.aec", *(f"in/scan-{page:02}.aec" for page in range(1, 13))]
    assert [job.output_name for job in planned] == expected
    assert [job.wanted.page for job in planned] == [None, *range(1, 13)]
    assert [job.output_name for job in all_pages("in/scan.tif", out="x.y")][::11] == ["x-01.y", "x-12.y"]
    assert [job.output_name for job in all_pages("in/scan.tif", out="new/")][::11] == [
        "new/scan-01.aec",
        "new/scan-12.aec",
    ]


def test_pages_of_denoised_pictures_are_marked():
    pages_of("scan.tif", 2)
    planned = jobs.plan_denoising(Selection(("scan.tif",), all_pages=True), None, refuse)
    assert [job.output_name for job in planned] == ["scan-denoised-1.tif", "scan-denoised-2.tif"]


def test_pages_collide_and_are_protected_as_files_are():
    pages_of("scan.tif", 2)
    touch("scan-1.png")
    with pytest.raises(UsageError, match=r"scan.tif and scan-1.png would both be written to .*scan-1.aec"):
        all_pages("scan.tif", "scan-1.png")
    planned = all_pages("scan.tif", "scan-2.aec", replace=True)
    assert [job.refusal for job in planned] == [
        None,
        "its output scan-2.aec is itself an input; name another with -o",
        "is a .aec file already",
    ]


def test_pages_of_a_file_go_to_one_shard():
    pages_of("a.tif", 3)
    pages_of("b.tif", 2)
    names = [[job.name for job in all_pages("a.tif", "b.tif", shard=(i, 2))] for i in (1, 2)]
    assert names == [["a.tif"] * 3, ["b.tif"] * 2]


def test_what_has_no_pages_to_count_is_one_job_and_others_go_on():
    pages_of("a.tif", 2)
    Path("b.tif").write_bytes(b"II*\0\xff\xff\xff\xff")
    planned = all_pages("a.tif", "b.tif", "missing.tif")
    assert [(job.name, job.refusal is None) for job in planned] == [
        ("a.tif", True),
        ("a.tif", True),
        ("b.tif", True),
        ("missing.tif", False),
    ]


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        (["-"], {}, "standard input cannot serve"),
        (["a.tif"], {"out": "-"}, "a.tif has 2 pages, and standard output serves one"),
        (["a.tif"], {"wanted": Wanted(1)}, "--page and --all-pages exclude each other"),
    ],
)
def test_all_pages_of_what_cannot_have_them_is_wrong_usage(inputs, options, message):
    pages_of("a.tif", 2)
    with pytest.raises(UsageError, match=message):
        all_pages(*inputs, **options)


def test_what_is_wanted_reaches_every_job():
    touch("a.png")
    wanted = Wanted(2, 1000)
    for kind in (ENCODE, READ, jobs.EVALUATE):
        (job,) = jobs.plan(Selection(("a.png",), wanted=wanted), kind, drop)
        assert job.wanted == wanted


def test_folders_take_what_the_readers_read():
    touch("in/a.jxl", "in/b.JP2", "in/c.qoi", "in/d.tga", "in/e.pfm", "in/f.heic", "in/g.txt")
    planned = jobs.plan(Selection(("in",)), ENCODE, drop)
    assert [job.name[3:] for job in planned] == ["a.jxl", "b.JP2", "c.qoi", "d.tga", "e.pfm", "f.heic"]
    assert PICTURE_SUFFIXES == formats.SUFFIXES
