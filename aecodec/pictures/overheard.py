"""What foreign decoders say beside raising, Python's warnings and libtiff's lines, told as one warning of ours."""

import ctypes
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from PIL import Image

from aecodec.errors import BadInput
from aecodec.pictures.wanted import Warn

SPEAKERS = r"(PIL|tifffile|imagecodecs|pillow_heif)\b"  # modules whose warnings are ours to tell
SHOWN = 2  # of what was said
_PLACE = re.compile(r"( (at|of|in|for|line|scanline|strip|tile|row))*[^\w]*$")  # that arguments of printf would name


class _Ear(threading.local):
    """What was said in this thread, where somebody listens."""

    said: list[str] | None = None
    damage: str | None = None  # of pixels, which libtiff tells and Pillow does not hear


_ear = _Ear()
_lock = threading.Lock()
_listeners = 0
_before: Any = None  # the warnings filters that were there before the first of the listeners
_silenced = False


@contextmanager
def overheard(warn: Warn) -> Iterator[None]:
    """`warn` gets one line on what was said in the block, unless that raises: then the error says enough.

    Raises BadInput where libtiff said that it could not decode some pixels and went on with others.
    `warnings.catch_warnings` alone would not do: with several threads it leaves the filters of one to the others.
    """
    outer, _ear.said, _ear.damage = _ear.said, [], None
    _listen()
    try:
        yield
        said = list(dict.fromkeys(_ear.said))
        if _ear.damage is not None:
            raise BadInput(f"damaged TIFF: {_ear.damage}")
    finally:
        _ear.said = outer
        _leave()
    if said:
        warn(f"its decoder warns: {'; '.join(said[:SHOWN])}{' ...' if len(said) > SHOWN else ''}")


def _listen() -> None:
    global _listeners, _before
    with _lock:
        _listeners += 1
        if _listeners > 1:
            return
        _take_libtiff()
        _before = warnings.catch_warnings()
        _before.__enter__()
        shown = warnings.showwarning

        def note(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
            if _ear.said is None:  # another thread, which is none of ours
                shown(message, category, *rest, **more)
            else:
                _ear.said.append(" ".join(str(message).split()))

        warnings.showwarning = note
        warnings.filterwarnings("always", module=SPEAKERS)
        warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # our own limit has been asked


def _leave() -> None:
    global _listeners
    with _lock:
        _listeners -= 1
        if _listeners == 0:
            _before.__exit__(None, None, None)


def _note_libtiff(module: bytes | None, form: bytes | None, values: int | None) -> None:
    """`form` is for printf and `values` are its arguments, which only C could print: what comes before them is told."""
    if _ear.said is not None:
        who, told = ((text or b"libtiff").decode("ascii", "replace") for text in (module, form))
        line = f"{who}: {_PLACE.sub('', told.partition('%')[0])}"
        _ear.said.append(line)
        if who.endswith("Decode"):
            _ear.damage = line


_libtiff_handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)(_note_libtiff)


def _take_libtiff() -> None:
    """libtiff prints errors to the standard error of the process unless it is given a function, which Pillow does not.

    The library is the one that Pillow is linked with; where it is part of Pillow's own binary, it stays as it is.
    """
    global _silenced
    if not _silenced:
        _silenced = True
        with suppress(OSError, AttributeError):
            setter = ctypes.CDLL(import_module("PIL._imaging").__file__).TIFFSetErrorHandler
            setter.restype = ctypes.c_void_p
            setter(_libtiff_handler)
