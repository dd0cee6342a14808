"""Writing outputs: each appears whole or not at all, and none replaces a file that it must not.

A file is written under a hidden name, which says machine and process, and is locked until it has its own. A process
that is killed leaves such a file; the next one that writes into the folder removes it, if it is of the same machine
and no longer locked. Process ids cannot tell: they are used again, and containers share folders but not ids. Nor can
locks alone: on a network drive another machine may not see them.
"""

import hashlib
import io
import os
import platform
import secrets
import stat
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from aecodec.errors import OutputError

if sys.platform != "win32":  # where nothing is locked, and so nothing removed
    import fcntl


@contextmanager
def opened(output: Path | None, *, replace: bool) -> Iterator[BinaryIO]:
    """A stream to write (and read back) `output`, which is there only once the block has ended well.

    A file is written under a hidden name beside its final one and renamed at the end; standard output (None)
    and devices get everything at once. `replace`: an existing file may be overwritten. Raises OutputError.
    """
    if output is None:
        with io.BytesIO() as buffer:
            yield buffer
            sys.stdout.buffer.write(buffer.getvalue())
            sys.stdout.buffer.flush()
        return
    try:
        if is_device(output):
            with io.BytesIO() as buffer:
                yield buffer
                output.write_bytes(buffer.getvalue())
        else:
            with _staged(output, replace) as stream:
                yield stream
    except OSError as error:
        raise OutputError(f"cannot write {output}: {error.strerror or error}") from error


def write_whole(output: Path | None, content: bytes, *, replace: bool = True) -> None:
    """Put `content` into `output`, in place of what was there unless `replace` is false; as `opened`.

    Raises OutputError, and then the old file stays.
    """
    with opened(output, replace=replace) as stream:
        stream.write(content)


def refuse_existing(output: Path) -> None:
    """Raises OutputError if there is something at `output` that a new file would replace."""
    if output.is_dir():
        raise OutputError(f"{output} is a folder; name a file with -o")
    if os.path.lexists(output) and not is_device(output):
        raise OutputError(f"{output} exists already; name another with -o, or replace it with --force")


def is_device(path: Path) -> bool:
    """Devices and pipes such as /dev/null take data; a file must never take their place."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def _staged(output: Path, replace: bool) -> Iterator[BinaryIO]:
    output.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(output.parent.absolute())
    with _claimed(output.parent) as (temporary, stream):
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut after the rename could leave an empty file
        if not replace:
            refuse_existing(output)  # again: it may have appeared since
        os.replace(temporary, output)
        _sync_folder(output.parent)


@contextmanager
def _claimed(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file, locked for as long as the block lasts (also when its stream is closed) and removed at the end."""
    while True:
        temporary = folder / f"{_prefix()}{os.getpid()}-{secrets.token_hex(6)}.tmp"
        stream = temporary.open("x+b")
        held = _lock(stream)
        if temporary.exists():  # else somebody took it for a leftover before it was locked
            break
        stream.close()
    try:
        yield temporary, stream
    finally:
        stream.close()
        temporary.unlink(missing_ok=True)
        if held is not None:
            os.close(held)


def _lock(stream: BinaryIO) -> int | None:
    """A descriptor that keeps the lock until it is closed; None where files cannot be locked."""
    if sys.platform == "win32":
        return None
    with suppress(OSError):  # of some network drives
        fcntl.flock(stream, fcntl.LOCK_EX)
        return os.dup(stream.fileno())
    return None


@cache
def _prefix() -> str:
    """Of hidden names of this machine: by its name and its network address, as two may share one of them."""
    machine = f"{platform.node()} {uuid.getnode():x}"
    return f".aecodec-{hashlib.sha256(machine.encode()).hexdigest()[:12]}-"


@cache  # once a run: a folder may be large
def _remove_leftovers(folder: Path) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_prefix()) and entry.is_file(follow_symlinks=False):
                _remove_unlocked(entry.path)


def _remove_unlocked(path: str) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError), open(path, "r+b") as stream:  # to write: NFS locks nothing else exclusively
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)


def _sync_folder(folder: Path) -> None:
    """Make a rename last, where the system can: Windows opens no folders and some network drives sync none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
