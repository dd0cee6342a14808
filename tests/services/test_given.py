"""What a Python program may give as a picture or as an .aec file."""

import io
import mmap
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from aecodec.errors import AecodecError, BadInput, Corrupt
from aecodec.services.given import opened, picture_of
from tests import drawn


class Named(os.PathLike):
    def __init__(self, name: bytes) -> None:
        self.name = name

    def __fspath__(self) -> bytes:
        return self.name


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(drawn.png_16(count=3))
    return path


@pytest.mark.parametrize(
    "give",
    [
        str,
        Path,
        lambda path: Named(os.fsencode(path)),
        lambda path: path.read_bytes(),
        lambda path: bytearray(path.read_bytes()),
        lambda path: memoryview(path.read_bytes()),
        lambda path: memoryview(b"".join(bytes([byte, 0]) for byte in path.read_bytes()))[::2],
        lambda path: path.open("rb"),
        lambda path: io.BytesIO(path.read_bytes()),
        lambda path: Pipe(path.read_bytes()),
        mapped,
    ],
)
def test_a_file_may_be_given_as_path_bytes_or_stream(give, file):
    given = give(file)
    assert np.array_equal(picture_of(given).pixels, drawn.samples((20, 31, 3), 16))
    if hasattr(given, "seek"):
        given.seek(0)
    with opened(given) as stream:
        assert stream.seekable()
        assert stream.read() == file.read_bytes()
    if hasattr(given, "close"):
        given.close()


def test_a_stream_is_read_from_where_it_stands_and_stays_open(file, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file, "a.png")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive, archive.open("a.png") as member:
        assert picture_of(member).bit_depth == 16
        assert not member.closed
    stream = io.BytesIO(b"before" + file.read_bytes())
    stream.seek(6)
    assert picture_of(stream).bit_depth == 16


@pytest.mark.parametrize("order", ["<", ">", "="])
@pytest.mark.parametrize("shape", [(20, 31), (20, 31, 1), (20, 31, 2), (20, 31, 3), (20, 31, 4)])
def test_arrays_of_any_byte_order_and_layout(order, shape):
    array = drawn.samples(shape, 16).astype(f"{order}u2")
    for given in (array, np.asfortranarray(array), array[::-1, ::2]):
        picture = picture_of(given)
        assert np.array_equal(picture.interleaved().reshape(given.shape), given)
        assert picture.pixels.dtype == np.uint16


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_subclasses_of_arrays_are_arrays():
    matrix = np.matrix(drawn.samples((4, 5)))
    assert np.array_equal(picture_of(matrix).pixels[:, :, 0], np.asarray(matrix))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
def test_tensors_have_their_channels_first(bits, channels):
    array = drawn.samples((20, 31) if channels is None else (20, 31, channels), bits)
    tensor = torch.from_numpy(array)
    for given in (tensor, torch.nn.Parameter(tensor, requires_grad=False)):
        picture = picture_of(given if channels is None else given.permute(2, 0, 1))
        assert np.array_equal(picture.interleaved().reshape(array.shape), array)
        assert picture.bit_depth == bits


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((4, 4), bool), r"array is bool.* by array\.astype\(np\.uint8\) \* 255"),
        (np.zeros((4, 4, 3)), r"array is float64.*by \(array \* 255\)\.round\(\)\.astype\(np\.uint8\)"),
        (np.zeros((4, 4, 3), int), r"array is int64: convert it to uint8 \(0\.\.255\) or uint16 \(0\.\.65535\)$"),
        (np.zeros((4, 4), object), "array is object"),
        (np.zeros((4, 4), [("r", "u1")]), "array is"),
        (np.zeros((), np.uint8), r"shape \(\)"),
        (np.zeros((3, 4, 5), np.uint8), "C from 1 to 4"),
        (np.zeros((0, 4), np.uint8), "nothing in it"),
        (torch.zeros(3, 9, 9), r"torch\.float32.*by \(tensor \* 255\)\.round\(\)\.to\(torch\.uint8\)"),
        (torch.zeros(3, 9, 9, dtype=torch.bfloat16), r"torch\.bfloat16"),
        (torch.zeros(9, 9, dtype=torch.bool), r"torch\.bool"),
        (torch.zeros(9, 9, 3, dtype=torch.uint8), r"channels last: give tensor\.permute\(2, 0, 1\)"),
        (torch.zeros(3, 9, 3, dtype=torch.uint8), "first or last"),
        (torch.zeros(1, 3, 9, 9, dtype=torch.uint8), r"expected \(H, W\) or \(C, H, W\)"),
        (torch.zeros(5, 9, 9, dtype=torch.uint8), "C from 1 to 4"),
        (torch.zeros(9, dtype=torch.uint8), r"expected \(H, W\)"),
        (torch.zeros(3, 0, 9, dtype=torch.uint8), "nothing in it"),
        ("missing.png", "missing.png: No such file"),
        (Path("."), "Is a directory"),
        ("", "No such file"),
        ("a\0b", "null"),
        ("\ud800", "codec can't encode|surrogates"),
        (b"", "the file is empty"),
        (b"nonsense", "not a picture"),
        (io.StringIO("text"), "'rb'"),
        ([[1, 2], [3, 4]], "list is no picture: give a path"),
        (None, "NoneType is no picture"),
        (3, "int is no picture"),
        (Image, "module is no picture"),
    ],
)
def test_what_is_no_picture_is_told_in_a_line(given, message):
    with pytest.raises(AecodecError, match=message) as refusal:
        picture_of(given)
    assert "\n" not in str(refusal.value)


def test_files_that_cannot_be_read_are_told_in_a_line(tmp_path):
    closed = io.BytesIO(b"x")
    closed.close()
    with (tmp_path / "w").open("wb") as writing:
        for given in (closed, writing):
            with pytest.raises(BadInput, match="cannot be read"):
                picture_of(given)
    with pytest.raises(BadInput, match=r"list is no \.aec file: give a path"), opened([1]):
        pass


def test_a_path_is_named_before_what_is_wrong_with_the_file_and_bugs_stay_what_they_are(tmp_path):
    path = tmp_path / "a.aec"
    path.write_bytes(b"x")
    with pytest.raises(Corrupt, match=r"a\.aec: tile 3"), opened(path):
        raise Corrupt("tile 3")
    with pytest.raises(ValueError, match="a bug"), opened(path):
        raise ValueError("a bug")


def test_no_torch_is_imported_to_see_that_something_is_no_tensor():
    code = "import sys, numpy; from aecodec.services.given import picture_of; picture_of(numpy.zeros((4, 4), 'u1'))"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'torch' not in sys.modules"], check=True)


def test_our_own_picture_is_taken_as_it_is():
    picture = drawn.picture()
    assert picture_of(picture) is picture
