"""Where inputs and outputs lie: files of this machine, or whatever fsspec reaches by a URL.

A place is a `Path`, or a `UPath` of universal_pathlib, which joins, splits and lists names the same way.
"""

import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Union

from aecodec import outputs
from aecodec.errors import AecodecError, BadInput, LimitExceeded, MissingExtra, OutputError, UsageError, require
from aecodec.limits import MAX_INPUT_BYTES

if TYPE_CHECKING:
    from upath import UPath

Place = Union[Path, "UPath"]  # not with |, which knows no names in quotes

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:{1,2}//|[A-Za-z0-9+.-]+::")
_OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})  # an object is there whole or not at all
_CODES = {FileNotFoundError: errno.ENOENT, PermissionError: errno.EACCES, NotADirectoryError: errno.ENOTDIR}


def place(name: str) -> Place:
    """Where a name leads: a path, also for file://, or what fsspec makes of the URL.

    Raises MissingExtra, which says what a URL needs, and UsageError for a URL that cannot be one.
    """
    if _URL.match(name) is None:
        return Path(name)
    if name.lower().startswith("file://"):
        from urllib.parse import unquote, urlsplit  # here: few names are URLs

        return Path(unquote(urlsplit(name, allow_fragments=False).path))
    require("remote")
    from upath import UPath

    with told(name, UsageError):
        found = UPath(name)
        _ = found.fs  # now: here it is told what else must be installed
        return found


@contextmanager
def told(name: object, kind: Callable[[str], AecodecError]) -> Iterator[None]:
    """Whatever a store's library raises leaves as an error of `kind`: one line, which names the URL.

    The libraries know dozens of exceptions, most of them no OSError: of credentials, of hosts, of HTTP.
    """
    try:
        yield
    except (AecodecError, MemoryError):
        raise
    except ImportError as error:
        raise MissingExtra(f"{name}: not installed: {_line(error)}") from error
    except OSError as error:
        code = next((code for known, code in _CODES.items() if isinstance(error, known)), None)
        text = error.strerror or (_line(error) if code is None else os.strerror(code))
        raise kind(f"{name}: {text}") from error
    except Exception as error:
        raise kind(f"{name}: {_line(error)}") from error


def identity(where: Place) -> str:
    """The same for all names of one file, links resolved."""
    return os.path.realpath(where) if isinstance(where, Path) else str(where)


def absolute(where: Place) -> Place:
    """The same for other processes, whatever folder they are in."""
    return Path(os.path.abspath(where)) if isinstance(where, Path) else where


def exists(where: Place) -> bool:
    """Also a link to nothing."""
    if isinstance(where, Path):
        return os.path.lexists(where)
    with told(where, BadInput):
        return bool(where.fs.exists(where.path))


def is_file(where: Place) -> bool:
    """Raises BadInput where a store does not answer."""
    if isinstance(where, Path):
        return where.is_file()
    with told(where, BadInput):
        return bool(where.fs.isfile(where.path))


def is_folder(where: Place) -> bool:
    """Raises BadInput where a store does not answer."""
    if isinstance(where, Path):
        return where.is_dir()
    with told(where, BadInput):
        return bool(where.fs.isdir(where.path))


def walk(folder: Place, failed: Callable[[OSError], None]) -> Iterator[tuple[Place, list[str], list[str]]]:
    """As os.walk: each folder, the names of folders in it, which may be taken out of the list, and of files."""
    if isinstance(folder, Path):
        for root, folders, names in os.walk(folder, onerror=failed):
            yield Path(root), folders, names
        return
    with told(folder, BadInput):
        ((_, folders, names),) = folder.fs.walk(folder.path, maxdepth=1, on_error="raise")
    yield folder, folders, [name for name in names if name]  # a store may hold an object named as the folder
    for name in folders:
        yield from walk(folder / name, failed)


def size(where: Place) -> int:
    """Bytes of a file. Raises OSError or BadInput where there is none."""
    if isinstance(where, Path):
        return where.stat().st_size
    with told("cannot be read", BadInput):
        return int(where.fs.info(where.path)["size"] or 0)


def readable(where: Place) -> Path | BinaryIO:
    """A path as it is; behind a URL all of a file, since what reads pictures wants all. Raises BadInput, LimitExceeded.

    Messages name no URL, as those of readers name no path.
    """
    if isinstance(where, Path):
        return where
    with told("cannot be read", BadInput):
        if size(where) > MAX_INPUT_BYTES:
            raise LimitExceeded(f"the file has more than {MAX_INPUT_BYTES} bytes")
        return io.BytesIO(where.fs.cat_file(where.path))


def is_device(output: Place) -> bool:
    """As `outputs.is_device`; no URL is one."""
    return isinstance(output, Path) and outputs.is_device(output)


def refuse_existing(output: Place) -> None:
    """Raises OutputError if there is something at `output` that a new file would replace."""
    if isinstance(output, Path):
        outputs.refuse_existing(output)
    elif exists(output):
        raise OutputError(f"{output} exists already; name another with -o, or replace it with --force")


@contextmanager
def opened(output: Place | None, *, replace: bool) -> Iterator[BinaryIO]:
    """A stream to write (and read back) `output`, as `outputs.opened`: it is there whole or not at all.

    Raises OutputError.
    """
    if output is None or isinstance(output, Path):
        with outputs.opened(output, replace=replace) as stream:
            yield stream
        return
    with io.BytesIO() as buffer:
        yield buffer
        with told(f"cannot write {output}", OutputError):
            _put(output, buffer.getvalue(), replace)


def _put(output: "UPath", data: bytes, replace: bool) -> None:
    """An object store shows an object once it is there; elsewhere a file gets its name once it is whole."""
    store = output.fs
    folder = store._parent(output.path)
    _make_folder(store, folder)
    store.invalidate_cache(folder)  # of names that it has seen: one may have appeared since
    if not replace:
        refuse_existing(output)
    if output.protocol in _OBJECT_STORES:
        store.pipe_file(output.path, data)
        return
    temporary = f"{folder}/.aecodec-{os.urandom(9).hex()}.tmp"
    try:
        store.pipe_file(temporary, data)
        store.mv(temporary, output.path)
    except BaseException:
        if store.exists(temporary):
            store.rm_file(temporary)
        raise


@cache  # once a run: it asks over a network
def _make_folder(store: Any, folder: str) -> None:
    """With those above it, but never what has none above: that is a bucket, and its name is a typing error."""
    above = store._parent(folder)
    if above in ("", folder) or store.isdir(folder):
        return
    _make_folder(store, above)
    store.mkdir(folder, create_parents=False)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
