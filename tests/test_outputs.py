"""Outputs appear whole or not at all."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aecodec import outputs
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


HOLD = """
import sys
from pathlib import Path
from aecodec.outputs import opened
with opened(Path(sys.argv[1]), replace=True) as stream:
    stream.write(b"half")
    print(flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    arguments = [sys.executable, "-c", HOLD, str(tmp_path / "a")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        (half,) = tmp_path.iterdir()
        others = [tmp_path / ".aecodec-0123456789ab-1-0.tmp", tmp_path / ".aecodec-0123456789ab.tmp"]  # who knows whose
        others.append(tmp_path / f"{half.name}.link")
        others[0].touch()
        others[1].touch()
        others[2].symlink_to(half)
        write_whole(tmp_path / "b", b"data")
        assert half.exists()
        other.kill()
    write_whole(tmp_path / "b", b"data")
    assert half.exists(), "looked for once a run: folders may be large"
    outputs._remove_leftovers.cache_clear()
    write_whole(tmp_path / "b", b"data")
    assert set(tmp_path.iterdir()) == {tmp_path / "b", *others}


def test_a_file_taken_for_a_leftover_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    lock, taken = outputs._lock, []

    def late(stream):
        if not taken:
            taken.append(stream.name)
            os.unlink(stream.name)
        return lock(stream)

    monkeypatch.setattr(outputs, "_lock", late)
    write_whole(tmp_path / "a", b"data")
    assert len(taken) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_where_nothing_can_be_locked_files_are_written_and_left(tmp_path, monkeypatch):
    def unable(*_):
        raise OSError(37, "No locks available")

    left = tmp_path / f"{outputs._prefix()}1-0.tmp"
    left.touch()
    monkeypatch.setattr(outputs.fcntl, "flock", unable)
    write_whole(tmp_path / "a", b"data")
    assert set(tmp_path.iterdir()) == {tmp_path / "a", left}


def test_a_file_keeps_its_lock_until_it_has_its_name(tmp_path, monkeypatch):
    rename = os.replace

    def watched(source, target):
        outputs._remove_unlocked(str(source))
        rename(source, target)

    monkeypatch.setattr(os, "replace", watched)
    write_whole(tmp_path / "a", b"data")
    assert (tmp_path / "a").read_bytes() == b"data"


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
