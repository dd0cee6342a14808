"""`aecodec thumbnail`: what a file manager calls."""

from PIL import Image


def test_a_small_png_is_written(run, make, tmp_path):
    make("a.png")
    assert run("encode", "a.png", "--lossless").exit_code == 0
    done = run("thumbnail", "a.aec", "b", "16")
    assert (done.exit_code, done.stdout) == (0, "")
    with Image.open(tmp_path / "b") as image:
        assert (image.format, image.size) == ("PNG", (16, 10))
    again = run("thumbnail", "a.aec", "b", "16")
    assert again.exit_code == 1
    assert again.stderr == "aecodec: b exists already; name another, or replace it with --force\n"
    assert run("thumbnail", "a.aec", "b", "16", "--force").exit_code == 0


def test_what_cannot_be_shown_is_one_line(run, make, tmp_path):
    make("a.png")
    for source, told in (("none.aec", "No such file"), ("a.png", "not an .aec file")):
        done = run("thumbnail", source, "b", "16")
        assert done.exit_code == 1
        assert done.stderr.startswith(f"aecodec: {source}: ")
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
    assert run("thumbnail", "a.aec", "b", "0").exit_code == 2
    assert not (tmp_path / "b").exists()
