"""Outputs appear whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from aecodec.errors import OutputError
from aecodec.outputs import opened, refuse_existing, write_whole


def test_the_file_is_there_once_the_block_has_ended(tmp_path):
    output = tmp_path / "new" / "a.bin"
    with opened(output, replace=False) as stream:
        stream.write(b"data")
        assert not output.exists()
        stream.seek(0)
        assert stream.read() == b"data"
    assert output.read_bytes() == b"data"
    assert list(output.parent.iterdir()) == [output]


def test_data_are_on_the_disk_before_the_name_is_theirs_and_then_the_name_too(tmp_path, monkeypatch):
    """A power cut after the rename must not leave the final name with nothing behind it."""
    done: list[object] = []
    fsync, rename = os.fsync, os.replace

    def recorded_fsync(descriptor):
        there = os.fstat(descriptor)
        done.append("folder" if stat.S_ISDIR(there.st_mode) else there.st_size)
        fsync(descriptor)

    def recorded_rename(source, target):
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "replace", recorded_rename)
    with opened(tmp_path / "a", replace=False) as stream:
        stream.write(b"data")
    assert done == [4, "rename", "folder"]


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path, monkeypatch):
    fsync = os.fsync

    def files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    write_whole(tmp_path / "a", b"data")
    assert (tmp_path / "a").read_bytes() == b"data"


def test_data_that_do_not_reach_the_disk_are_an_error_and_the_old_file_stays(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_write_whole_replaces(tmp_path):
    write_whole(tmp_path / "new" / "a", b"first")
    write_whole(tmp_path / "new" / "a", b"second")
    assert (tmp_path / "new" / "a").read_bytes() == b"second"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_stays_after_a_failure(tmp_path, error):
    output = tmp_path / "a.bin"
    output.write_bytes(b"old")

    def fail():
        with opened(output, replace=True) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [output]


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with opened(tmp_path / "a", replace=False) as stream:
            stream.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    output = tmp_path / "a"
    with pytest.raises(OutputError, match="exists already"), opened(output, replace=False):
        output.write_bytes(b"theirs")
    assert output.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [output]


def test_devices_take_data_and_stay_devices():
    refuse_existing(Path("/dev/null"))
    with opened(Path("/dev/null"), replace=True) as stream:
        stream.write(b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_errors_of_the_system_name_the_output(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(OutputError, match=r"cannot write .*file/a: "),
        opened(tmp_path / "file" / "a", replace=False),
    ):
        pass


def test_a_folder_and_a_dangling_link_are_in_the_way(tmp_path):
    with pytest.raises(OutputError, match="is a folder"):
        refuse_existing(tmp_path)
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OutputError, match="exists already"):
        refuse_existing(tmp_path / "link")
