"""Files of this machine and files behind URLs: the same names, the same care. Memory stands for stores."""

import sys
from pathlib import Path

import pytest

from aecodec.errors import BadInput, LimitExceeded, MissingExtra, OutputError, UsageError
from aecodec.services import places


def put(name: str, data: bytes, *, replace: bool = False) -> None:
    with places.opened(places.place(name), replace=replace) as stream:
        stream.write(data)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.png", Path("a/b.png")),
        ("a:b.png", Path("a:b.png")),
        ("C:/a.png", Path("C:/a.png")),
        ("file:///a/b%20c.png", Path("/a/b c.png")),
        ("FILE:///a#1.png", Path("/a#1.png")),
    ],
)
def test_what_lies_on_this_machine_is_a_path(name, expected):
    assert places.place(name) == expected


def test_urls_are_joined_and_named_as_paths_are():
    where = places.place("memory://bucket/in/") / "a.png"
    assert str(where) == places.identity(where) == "memory://bucket/in/a.png"
    assert places.absolute(where) == where
    assert (where.name, where.suffix, str(where.with_name("b.aec"))) == ("a.png", ".png", "memory://bucket/in/b.aec")


def test_what_a_url_needs_is_named(monkeypatch):
    with pytest.raises(UsageError, match=r"^nope://a/b\.png: .*'nope'"):
        places.place("nope://a/b.png")
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(MissingExtra, match=r"^gs://b/a\.png: not installed: .*gcsfs"):
        places.place("gs://b/a.png")
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(MissingExtra, match=r"aecodec\[remote\]"):
        places.place("memory://a")


def test_files_are_read_whole_and_what_is_missing_is_told(store, monkeypatch):
    store.pipe_file("/b/a.png", b"12345")
    where = places.place("memory://b/a.png")
    assert places.size(where) == 5
    assert places.readable(where).read() == b"12345"
    with pytest.raises(BadInput, match=r"^cannot be read: No such file"):
        places.readable(places.place("memory://b/missing.png"))
    monkeypatch.setattr(places, "MAX_INPUT_BYTES", 4)
    with pytest.raises(LimitExceeded):
        places.readable(where)


def test_folders_are_walked_as_those_of_this_machine(store, tmp_path):
    for name in ("b.png", "sub/c.png", "sub/deep/d.png", "left/e.png"):
        store.pipe_file(f"/bucket/{name}", b"x")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    def seen(folder):
        found = []
        for here, folders, names in places.walk(folder, pytest.fail):
            folders[:] = sorted(set(folders) - {"left"})
            found += [(here / name).parts[len(folder.parts) :] for name in names]
        return found

    assert (
        seen(places.place("memory://bucket"))
        == seen(tmp_path)
        == [("b.png",), ("sub", "c.png"), ("sub", "deep", "d.png")]
    )
    with pytest.raises(BadInput, match=r"^memory://none: No such file"):
        list(places.walk(places.place("memory://none"), pytest.fail))


def test_an_output_is_there_whole_or_not_at_all(store, monkeypatch):
    def fail_half_way():
        with places.opened(places.place("memory://b/out/a.aec"), replace=False) as stream:
            stream.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert store.find("/") == []
    put("memory://b/out/a.aec", b"whole")
    assert store.find("/") == ["/b/out/a.aec"]

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(store), "mv", fail)
    with pytest.raises(OutputError, match=r"^cannot write memory://b/out/b\.aec: No space left on device$"):
        put("memory://b/out/b.aec", b"whole")
    assert store.find("/") == ["/b/out/a.aec"]


def test_an_object_store_is_given_the_object_under_its_own_name(store, monkeypatch):
    monkeypatch.setattr(places, "_OBJECT_STORES", {"memory"})
    monkeypatch.setattr(type(store), "mv", lambda *_: pytest.fail("a rename there is a copy"))
    put("memory://b/a.aec", b"whole")
    assert store.cat_file("/b/a.aec") == b"whole"


def test_what_exists_is_kept_unless_it_may_be_replaced(store):
    put("memory://b/a.aec", b"first")
    for refused in (
        lambda: places.refuse_existing(places.place("memory://b/a.aec")),
        lambda: put("memory://b/a.aec", b"second"),
    ):
        with pytest.raises(OutputError, match=r"^memory://b/a\.aec exists already; .* --force$"):
            refused()
    assert store.cat_file("/b/a.aec") == b"first"
    put("memory://b/a.aec", b"second", replace=True)
    assert store.cat_file("/b/a.aec") == b"second"


def test_folders_are_made_but_no_bucket(store, monkeypatch):
    made = []
    monkeypatch.setattr(type(store), "_parent", lambda _, path: path.strip("/").rpartition("/")[0])
    monkeypatch.setattr(type(store), "mkdir", lambda _, path, create_parents: made.append((path, create_parents)))
    put("memory://bucket/a/b/c.aec", b"x")
    assert made == [("bucket/a", False), ("bucket/a/b", False)]


def test_what_a_library_raises_is_one_line():
    class NoCredentialsError(Exception):
        pass

    for error, line in [
        (NoCredentialsError("Unable to\n locate"), "s3://b/x: Unable to locate"),
        (PermissionError("Forbidden"), "s3://b/x: Permission denied"),
        (TimeoutError(), "s3://b/x: TimeoutError"),
    ]:
        with pytest.raises(BadInput) as told, places.told("s3://b/x", BadInput):
            raise error
        assert str(told.value) == line
