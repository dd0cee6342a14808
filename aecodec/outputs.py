"""Writing outputs: each appears whole or not at all, and none replaces a file that it must not."""

import io
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from aecodec.errors import OutputError


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


def write_whole(output: Path, content: bytes) -> None:
    """Put `content` into `output` in place of what was there; raises OutputError, and then the old file stays."""
    with opened(output, replace=True) as stream:
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
    temporary = output.with_name(f".aecodec-{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("x+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())  # else a power cut after the rename could leave an empty file
        if not replace:
            refuse_existing(output)  # again: it may have appeared since
        os.replace(temporary, output)
        _sync_folder(output.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make a rename last, where the system can: Windows opens no folders and some network drives sync none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
