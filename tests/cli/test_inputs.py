"""What commands read: pages of a file, pictures of a bounded size, kinds that need an extra; and who speaks to whom."""

import json
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from aecodec.pictures import imagefile
from tests import drawn


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def scan(count: int = 3) -> bytes:
    pages = [Image.fromarray(drawn.samples((20, 31), seed=page)) for page in range(count)]
    return drawn.pil_file(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def test_all_pages_become_files(run, make, tmp_path):
    make("scan.tif", data=scan())
    result = run("encode", "scan.tif", "--all-pages", "--json")
    assert result.exit_code == 0, result.stderr
    assert names(tmp_path) == ["scan-1.aec", "scan-2.aec", "scan-3.aec", "scan.tif"]
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["input"], row["output"]) for row in rows] == [("scan.tif", f"scan-{page}.aec") for page in (1, 2, 3)]
    assert run("decode", "scan-3.aec").exit_code == 0
    page = drawn.samples((20, 31), seed=2)
    assert np.array_equal(imagefile.read(tmp_path / "scan-3.png").pixels[:, :, 0], page // 4 * 4)


def test_a_run_over_pages_goes_on_where_it_was(run, make, tmp_path, log):
    make("scan.tif", data=scan())
    make("scan-2.aec", data=b"there already")
    refused = run("encode", "scan.tif", "--all-pages")
    assert refused.exit_code == 1
    assert "aecodec: scan.tif: " in refused.stderr
    assert names(tmp_path) == ["scan-1.aec", "scan-2.aec", "scan-3.aec", "scan.tif"]
    log.clear()
    result = run("encode", "scan.tif", "--all-pages", "--skip-existing")
    assert result.exit_code == 0
    assert result.stderr.count("skipped: exists already") == 3
    assert log == []
    rehearsed = run("encode", "scan.tif", "--all-pages", "--dry-run", "-o", "new/")
    assert [line.split()[2] for line in rehearsed.stderr.splitlines()] == [f"new/scan-{page}.aec" for page in (1, 2, 3)]


def test_one_page_is_chosen(run, make, tmp_path):
    make("a.gif", data=drawn.animation("GIF"))
    result = run("encode", "a.gif", "--page", "2")
    assert (result.exit_code, "warning" in result.stderr) == (0, False)
    assert names(tmp_path) == ["a.aec", "a.gif"]
    result = run("encode", "a.gif", "--page", "4", "--force")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: a.gif: page 4: no such page: the file has 3\n"
    result = run("encode", "-", "--page", "2", "-o", "b.aec", input=drawn.animation("GIF"))
    assert (tmp_path / "b.aec").read_bytes() == (tmp_path / "a.aec").read_bytes()


def test_pages_are_denoised_too(run, make, tmp_path):
    make("scan.tif", data=scan(2))
    assert run("denoise", "scan.tif", "--all-pages").exit_code == 0
    assert names(tmp_path) == ["scan-denoised-1.tif", "scan-denoised-2.tif", "scan.tif"]
    assert run("denoise", "scan.tif", "--page", "2", "-o", "b.png").exit_code == 0


def test_without_either_the_warning_names_both(run, make):
    make("scan.tif", data=scan())
    result = run("encode", "scan.tif")
    assert result.exit_code == 0
    assert "3 pictures in one file: only the first is kept (encode --page and --all-pages take others)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--page", "2", "--all-pages"), "--page and --all-pages exclude each other"),
        (("--all-pages", "-o", "-"), "scan.tif has 3 pages, and standard output serves one"),
        (("--page", "0"), "--page"),
        (("--max-pixels", "0"), "--max-pixels 0: give a number such as 400M or 1G, at most 1,073,741,824"),
        (("--max-pixels", "2G"), "at most 1,073,741,824"),
        (("--max-pixels", "many"), "--max-pixels many"),
    ],
)
def test_wrong_usage(run, make, tmp_path, arguments, message):
    make("scan.tif", data=scan())
    result = run("encode", "scan.tif", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert names(tmp_path) == ["scan.tif"]


@pytest.mark.parametrize(("text", "pixels"), [("200000000", 200_000_000), ("400M", 400_000_000), ("1g", 10**9)])
def test_the_bound_takes_units(run, make, monkeypatch, text, pixels):
    seen = []
    monkeypatch.setattr(imagefile, "read", lambda *_, wanted, warn: seen.append(wanted.max_pixels))
    make("a.png")
    run("encode", "a.png", "--max-pixels", text)
    assert seen == [pixels]


@pytest.mark.parametrize("command", ["encode", "denoise"])
def test_a_large_picture_is_refused_in_one_line_that_names_the_option(run, make, command):
    make("a.ppm", data=b"P6 30000 30000 255 ")
    result = run(command, "a.ppm")
    assert result.exit_code == 1
    assert result.stderr == (
        "aecodec: a.ppm: the picture has 900,000,000 pixels (30000 x 30000), "
        "more than the 178,956,970 allowed by default: --max-pixels (in Python max_pixels) raises that\n"
    )
    raised = run(command, "a.ppm", "--max-pixels", "1G")
    assert "truncated" in raised.stderr


def test_the_bound_is_of_decode_too(run, make):
    make("a.png")
    assert run("encode", "a.png").exit_code == 0
    for line in (["decode", "a.aec", "-o", "b.png"], ["decode", "a.aec", "--check"]):
        result = run(*line, "--max-pixels", "600")
        assert result.exit_code == 1, line
        assert "has 620 pixels (31 x 20), more than the 600 allowed: --max-pixels" in result.stderr


def test_heic_without_its_extra_is_one_line_and_no_picture_of_a_folder(run, make, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    make("a.heic", data=b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    result = run("encode", "a.heic")
    assert result.exit_code == 1
    assert result.stderr == "aecodec: a.heic: not installed: pillow_heif; get it by pip install 'aecodec[heif]'\n"


def damaged_exif() -> bytes:
    data = bytearray(drawn.tiff(drawn.samples((20, 31), 16), software="a program"))
    at = data.index(struct.pack("<HH", 305, 2))
    data[at + 4 : at + 8] = struct.pack("<I", 1 << 30)
    return bytes(data)


def damaged_lzw() -> bytes:
    data = bytearray(drawn.pil_file(drawn._of_mode("P"), "TIFF", compression="tiff_lzw"))
    data[60:90] = bytes(30)
    return bytes(data)


def test_only_aecodec_speaks_on_the_standard_error(tmp_path):
    """A process of its own: nothing that pytest catches or turns into an error stands between."""
    (tmp_path / "exif.tif").write_bytes(damaged_exif())
    (tmp_path / "lzw.tif").write_bytes(damaged_lzw())
    code = (
        "import sys; from pathlib import Path; from aecodec.pictures import imagefile\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try: imagefile.read(path, warn=print)\n"
        "    except imagefile.BadInput as error: print(error)\n"
    )
    command = [sys.executable, "-W", "always", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "its decoder warns: Tag data larger than file. Skipping tag 305"
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""
