"""Inputs and outputs behind URLs, one and many; memory stands for a bucket."""

import pytest

from tests.cli.conftest import png


@pytest.fixture
def bucket(store):
    """A store with two pictures in a folder, one below it and something else."""
    for name in ("in/a.png", "in/b.png", "in/sub/c.png"):
        store.pipe_file(f"/bucket/{name}", png())
    store.pipe_file("/bucket/in/notes.txt", b"x")
    return store


def test_one_input_goes_from_url_to_url_and_back_to_a_file(run, bucket, tmp_path):
    encoded = run("encode", "memory://bucket/in/a.png", "-o", "memory://bucket/a.aec")
    assert encoded.exit_code == 0, encoded.stderr
    assert encoded.stderr.startswith("memory://bucket/in/a.png -> memory://bucket/a.aec  ")
    (tmp_path / "a.png").write_bytes(png())
    assert run("encode", "a.png").exit_code == 0
    assert (tmp_path / "a.aec").read_bytes() == bucket.cat_file("/bucket/a.aec")
    assert run("decode", "memory://bucket/a.aec", "-o", "b.png").exit_code == 0
    assert run("decode", "a.aec", "-o", "c.png").exit_code == 0
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()
    assert run("info", "memory://bucket/a.aec").exit_code == 0
    assert run("decode", "--check", "memory://bucket/a.aec").exit_code == 0


def test_folders_mirror_their_tree(run, bucket):
    result = run("encode", "memory://bucket/in", "-o", "memory://bucket/out", "-r")
    assert result.exit_code == 0, result.stderr
    assert "memory://bucket/in: warning: 1 left alone: notes.txt" in result.stderr
    assert bucket.find("/bucket/out") == [f"/bucket/out/{name}.aec" for name in ("a", "b", "sub/c")]
    assert run("decode", "memory://bucket/out", "-r", "-o", "here").exit_code == 0
    assert run("denoise", "memory://bucket/in").exit_code == 0
    assert bucket.find("/bucket/in-denoised") == ["/bucket/in-denoised/a.png", "/bucket/in-denoised/b.png"]


def test_a_folder_of_this_machine_by_its_url(run, make, tmp_path):
    make("in/a.png")
    assert run("encode", f"file://{tmp_path}/in", "-o", f"file://{tmp_path}/out").exit_code == 0
    assert (tmp_path / "out" / "a.aec").is_file()


def test_what_exists_is_refused_skipped_or_replaced(run, bucket, log):
    bucket.pipe_file("/bucket/out/a.aec", b"there already")
    refused = run("encode", "memory://bucket/in", "-o", "memory://bucket/out")
    assert refused.exit_code == 1
    assert "memory://bucket/in/a.png: memory://bucket/out/a.aec exists already; name another" in refused.stderr
    assert bucket.cat_file("/bucket/out/a.aec") == b"there already"
    assert bucket.exists("/bucket/out/b.aec")
    log.clear()
    skipped = run("encode", "memory://bucket/in", "-o", "memory://bucket/out", "--skip-existing")
    assert (skipped.exit_code, skipped.stderr.count("skipped: exists already"), log) == (0, 2, [])
    assert run("encode", "memory://bucket/in", "-o", "memory://bucket/out", "--force").exit_code == 0
    assert bucket.cat_file("/bucket/out/a.aec") == bucket.cat_file("/bucket/out/b.aec")


def test_a_bad_url_is_one_line_and_stops_no_other(run, bucket):
    result = run("encode", "memory://bucket/none.png", "memory://bucket/in/a.png", "-o", "out")
    assert result.exit_code == 1
    assert "aecodec: memory://bucket/none.png: cannot be read: No such file or directory\n" in result.stderr
    assert "1 of 2 failed" in result.stderr
    unknown = run("encode", "nope://bucket/a.png")
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (2, 1)
    assert unknown.stderr.startswith("aecodec: nope://bucket/a.png: ")


def test_a_store_that_does_not_answer_is_one_line(run, bucket, monkeypatch):
    class EndpointConnectionError(Exception):  # as botocore's, which is no OSError
        pass

    def fails(*_):
        raise EndpointConnectionError("Could not connect\n to the endpoint")

    for method in ("info", "isdir"):
        monkeypatch.setattr(type(bucket), method, fails)
        result = run("encode", "memory://bucket/in/a.png", "-o", "a.aec")
        assert result.exit_code == 1
        assert result.stderr.startswith("aecodec: memory://bucket/in/a.png: ")
        assert result.stderr.endswith("Could not connect to the endpoint\n")
        assert result.stderr.count("\n") == 1


def test_an_input_is_never_replaced(run, bucket):
    result = run("denoise", "memory://bucket/in/a.png", "-o", "memory://bucket/in/a.png", "--force")
    assert result.exit_code == 1
    assert "is itself an input" in result.stderr
    assert bucket.cat_file("/bucket/in/a.png") == png()


def test_two_of_one_name_are_refused(run, bucket):
    result = run(
        "encode", "memory://bucket/in/a.png", "memory://bucket/in/sub/c.png", "memory://x/a.png", "-o", "memory://o/"
    )
    assert result.exit_code == 2
    assert "would both be written to memory://o/a.aec" in result.stderr
