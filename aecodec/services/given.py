"""What a Python program gives as a picture or as an .aec file: a path, bytes, an open file, an array, a tensor."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard

import numpy as np
from numpy.typing import NDArray

from aecodec.errors import BadInput, FormatError, LimitExceeded
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture, from_array
from aecodec.pictures.wanted import FIRST, Wanted

if TYPE_CHECKING:
    from torch import Tensor

FILES = "a path, the bytes of a file, or a file that is open in binary mode"
MOST_CHANNELS = 4


def picture_of(given: object, wanted: Wanted = FIRST) -> Picture:
    """The picture in a file, an array (H, W) or (H, W, C), a tensor (H, W) or (C, H, W), a Pillow picture or ours.

    `wanted` is asked of a file. Raises BadInput, LimitExceeded.
    """
    if isinstance(given, Picture):
        return given
    if isinstance(given, np.ndarray):
        return from_array(given)
    if is_tensor(given):
        return from_array(_array_of(given))
    if imagefile.is_pil(given):
        return imagefile.from_pil(given)
    if not _is_file(given):
        raise BadInput(f"{_kind(given)} is no picture: give {FILES}, a NumPy array, a torch tensor or a Pillow picture")
    with opened(given) as stream:
        return imagefile.read(stream, wanted=wanted)


@contextmanager
def opened(given: object) -> Iterator[BinaryIO]:
    """A seekable stream of a path, of bytes, or of an open binary file, from where that stands.

    Raises BadInput for what is none of these or cannot be read; a path is put before what the block raises about it.
    """
    if isinstance(given, str | os.PathLike):
        path = os.fsdecode(given)
        try:
            with _open(path) as stream:
                yield _seekable(stream)
        except (BadInput, FormatError, LimitExceeded) as error:
            raise type(error)(f"{path}: {error}") from error
    elif isinstance(given, bytes | bytearray | memoryview):
        yield io.BytesIO(bytes(given))
    elif _is_file(given):
        yield _seekable(_readable(given))
    else:
        raise BadInput(f"{_kind(given)} is no .aec file: give {FILES}")


def is_tensor(given: object) -> "TypeGuard[Tensor]":
    """Whether it is one of torch's, without importing that: who has a tensor has."""
    return any(kind.__module__ == "torch" and kind.__name__ == "Tensor" for kind in type(given).__mro__)


def _is_file(given: Any) -> TypeGuard[Any]:
    return isinstance(given, str | os.PathLike | bytes | bytearray | memoryview) or hasattr(given, "read")


def _kind(given: object) -> str:
    kind = type(given)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _open(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:  # the latter of what cannot be a name
        raise BadInput(getattr(error, "strerror", None) or str(error)) from error


def _readable(stream: BinaryIO) -> BinaryIO:
    try:
        nothing: object = stream.read(0)
    except (OSError, ValueError) as error:  # closed, or open for writing
        raise BadInput(f"the file cannot be read: {error}") from error
    if not isinstance(nothing, bytes):
        raise BadInput("the file is open as text: open it in binary mode, with 'rb'")
    return stream


def _seekable(stream: BinaryIO) -> BinaryIO:
    """It itself, or all that a pipe (or what has no such method) gives, up to a limit: raises LimitExceeded."""
    return stream if getattr(stream, "seekable", bool)() else io.BytesIO(imagefile.read_bytes(stream))


def _array_of(tensor: "Tensor") -> NDArray[Any]:
    """(H, W) or (C, H, W) to (H, W) or (H, W, C)."""
    name = str(tensor.dtype)
    if name not in ("torch.uint8", "torch.uint16"):
        how = ", of 0..1 by (tensor * 255).round().to(torch.uint8)" if tensor.is_floating_point() else ""
        raise BadInput(f"the tensor is {name}: convert it to torch.uint8 (0..255) or torch.uint16 (0..65535){how}")
    shape = tuple(tensor.shape)
    first = len(shape) == 3 and 1 <= shape[0] <= MOST_CHANNELS
    last = len(shape) == 3 and 1 <= shape[2] <= MOST_CHANNELS
    if first and last:
        raise BadInput(f"the tensor of shape {shape} may have its channels first or last: give an array (H, W, C)")
    if last:
        raise BadInput(f"the tensor of shape {shape} has its channels last: give tensor.permute(2, 0, 1)")
    if not first and len(shape) != 2:
        raise BadInput(f"the tensor has shape {shape}: expected (H, W) or (C, H, W) with C from 1 to {MOST_CHANNELS}")
    array: NDArray[Any] = tensor.detach().cpu().numpy()
    return np.moveaxis(array, 0, 2) if first else array
