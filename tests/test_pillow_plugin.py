"""The Pillow plugin, as Pillow's own tests look at theirs: modes, lazy opening, options, metadata, damage."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, UnidentifiedImageError

import aecodec.pillow_plugin
from aecodec import api
from aecodec.codec.codec import Codec, Target
from aecodec.codec.layout import read_header, read_layout
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.picture import Picture, from_array
from aecodec.pictures.resolution import of_dpi
from tests.tiny import TINY_WEIGHTS, sample

GOLDEN = Path(__file__).parent / "golden"
TILES = GOLDEN / "v1" / "tiles-q20.aec"  # 1330 x 1100, four tiles


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files are read with the tiny weights, and none stay loaded for other tests."""
    monkeypatch.setattr(aecodec.pillow_plugin, "WEIGHTS", TINY_WEIGHTS)
    monkeypatch.setattr(aecodec.pillow_plugin, "DEVICE", "cpu")
    api._codec.cache_clear()
    yield
    api._codec.cache_clear()


@pytest.fixture
def photograph() -> Image.Image:
    return Image.fromarray(sample()[:64, :72])


def saved(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "AEC", device="cpu", weights=TINY_WEIGHTS, **options)
    return out.getvalue()


def cut(path: Path, tile: int) -> bytes:
    """A file with a wrong byte in the payload of one tile."""
    data = bytearray(path.read_bytes())
    part = read_layout(bytes(data)).tiles[tile]
    data[part.offset + part.size // 2] ^= 0xFF
    return bytes(data)


def test_the_format_is_registered() -> None:
    assert Image.registered_extensions()[".aec"] == "AEC"
    assert Image.MIME["AEC"] == "image/x-aec"
    with Image.open(TILES) as image:
        assert isinstance(image, aecodec.pillow_plugin.AecImageFile)
        assert image.get_format_mimetype() == "image/x-aec"


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *[("v1/rgb-q50", "RGB"), ("v1/grey-q1", "L"), ("v1/rgba-metadata-q30", "RGBA"), ("v2/cover-alpha", "RGBA")],
        *[("v2/grey", "L"), ("v2/rgba", "RGBA"), ("v2/one-pixel", "RGBA"), ("v2/cover-grey16", "I;16")],
    ],
)
def test_a_file_opens_and_loads_to_what_the_codec_gives(name: str, mode: str, codec: Codec) -> None:
    data = (GOLDEN / f"{name}.aec").read_bytes()
    header, expected = read_header(data), codec.decode(data).picture.interleaved()
    with Image.open(io.BytesIO(data)) as image:
        assert (image.mode, image.size, image.format) == (mode, (header.width, header.height), "AEC")
        assert np.array_equal(np.atleast_3d(np.asarray(image)).squeeze(), expected.squeeze())


def test_colour_of_16_bits_opens_in_8(codec: Codec) -> None:
    for name, mode in (("v1/rgb16-q100", "RGB"), ("v2/rgba16", "RGBA"), ("v2/grey-alpha16", "LA")):
        path = GOLDEN / f"{name}.aec"
        expected = codec.decode(path.read_bytes()).picture.interleaved() / 257
        with Image.open(path) as image:
            assert image.mode == mode
            assert np.abs(np.asarray(image) - expected).max() <= 0.5


def test_opening_reads_the_head_alone_and_loads_no_torch(tmp_path: Path) -> None:
    code = f"""
import io, sys
import aecodec.pillow_plugin
from PIL import Image
class Counted(io.BytesIO):
    most = 0
    def read(self, *size):
        found = super().read(*size)
        self.most = max(self.most, self.tell())
        return found
data = open({str(TILES)!r}, "rb").read()
stream = Counted(data)
image = Image.open(stream)
assert image.size == (1330, 1100) and stream.most < 200, stream.most
assert not {{"torch", "numba", "onnxruntime"}} & set(sys.modules)
image = Image.open({str(GOLDEN / "v2" / "rgba.aec")!r})
image.load()  # a lossless file
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_path_is_closed_after_loading_and_a_stream_is_not() -> None:
    image = Image.open(GOLDEN / "v2" / "rgb.aec")
    own = image.fp
    image.load()
    assert own.closed
    image.close()
    stream = io.BytesIO((GOLDEN / "v2" / "rgb.aec").read_bytes())
    Image.open(stream).load()
    assert not stream.closed


@pytest.mark.usefixtures("as_photographs")
def test_save_takes_the_options_of_encode(photograph: Image.Image, codec: Codec) -> None:
    picture = from_array(np.asarray(photograph))
    assert saved(photograph, quality=30) == codec.encode(picture, Target("quality", 30)).data
    assert saved(photograph) == codec.encode(picture, Target("quality", 50)).data
    assert len(saved(photograph, max_bytes=400)) <= 400
    assert saved(photograph, bpp=0.3) == codec.encode(picture, Target("bpp", 0.3)).data
    assert saved(photograph, psnr=26) == codec.encode(picture, Target("psnr", 26)).data
    exactly = Image.open(io.BytesIO(saved(photograph, lossless=True)))
    assert np.array_equal(np.asarray(exactly), picture.pixels)
    assert len(saved(photograph, quality=30, effort=1)) <= len(saved(photograph, quality=30))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_that_can_be_written_is(mode: str, photograph: Image.Image) -> None:
    image = photograph.convert("L").convert("I").convert(mode) if mode == "I;16" else photograph.convert(mode)
    shown = {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode)
    with Image.open(io.BytesIO(saved(image, lossless=True))) as back:
        assert (back.mode, back.size) == (shown, image.size)
        if mode == shown:
            assert back.tobytes() == image.tobytes()


def test_a_name_is_enough_to_save_and_a_failure_leaves_no_file(photograph: Image.Image, tmp_path: Path) -> None:
    photograph.save(tmp_path / "x.aec", lossless=True)
    with Image.open(tmp_path / "x.aec") as image:
        assert image.size == photograph.size
    for options in ({"quality": 0}, {"quality": 50, "bpp": 1}, {"effort": 11}):
        with pytest.raises(ValueError, match=r"quality|effort"):
            photograph.save(tmp_path / "y.aec", **options)
    with pytest.raises(OSError, match="32-bit"):
        Image.new("F", (8, 8)).save(tmp_path / "y.aec", lossless=True)
    assert not (tmp_path / "y.aec").exists()


def test_metadata_are_kept_replaced_and_left_out(photograph: Image.Image) -> None:
    photograph.info |= {"icc_profile": b"icc", "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0", "xmp": b"<x/>", "dpi": (72, 72)}
    kept = Image.open(io.BytesIO(saved(photograph, lossless=True)))
    assert {key: kept.info[key] for key in photograph.info} == photograph.info
    exif = Image.Exif()
    exif[0x0112] = 6
    other = Image.open(io.BytesIO(saved(photograph, lossless=True, exif=exif, icc_profile=b"other", xmp="<y/>")))
    assert other.getexif()[0x0112] == 6
    assert (other.info["icc_profile"], other.info["xmp"]) == (b"other", b"<y/>")
    none = Image.open(io.BytesIO(saved(photograph, lossless=True, exif=None, icc_profile=None, xmp=b"")))
    assert not {"exif", "icc_profile", "xmp"} & set(none.info)


def test_what_pillow_has_no_option_for_comes_from_its_info() -> None:
    metadata = Metadata(resolution=of_dpi(300, 300), gamma=45455, srgb=1)
    data = api.encode(Picture(sample()[:9, :9], None, metadata), lossless=True)
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["dpi"] == (300, 300)
        assert (image.info["gamma"], image.info["srgb"]) == (0.45455, 1)
        assert saved(image, lossless=True) == data


def test_a_damaged_head_is_no_picture() -> None:
    data = TILES.read_bytes()
    for broken in (data[:30], data[:38], data[:20] + b"\xff" + data[21:], data[:8] + b"\x09" + data[9:]):
        with pytest.raises(UnidentifiedImageError):
            Image.open(io.BytesIO(broken))


def test_damage_behind_it_is_told_when_it_is_loaded() -> None:
    for broken in (TILES.read_bytes()[:-9], cut(TILES, 1)):
        with Image.open(io.BytesIO(broken)) as image, pytest.raises(OSError, match=r"tile \d at byte|tile \d \("):
            image.load()
        with Image.open(io.BytesIO(broken)) as image, pytest.raises(OSError, match="tile"):
            image.verify()
    with Image.open(TILES) as image:
        image.verify()


def test_what_is_left_is_painted_where_pillow_is_told_so(monkeypatch: pytest.MonkeyPatch, codec: Codec) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    broken = cut(TILES, 1)
    with Image.open(io.BytesIO(broken)) as image:
        shown = np.asarray(image)
    assert np.array_equal(shown, codec.decode(broken, keep_going=True).picture.pixels)
    assert (shown[:500, -200:] == 128).all()


def test_lost_metadata_and_alpha(monkeypatch: pytest.MonkeyPatch) -> None:
    path = GOLDEN / "v1" / "rgba-metadata-q30.aec"
    data = bytearray(path.read_bytes())
    for part in read_layout(bytes(data)).parts:
        data[part.offset] ^= 0xFF
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(bytes(data)))
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with Image.open(io.BytesIO(bytes(data))) as image:
        assert image.info == {}
        assert image.mode == "RGBA"
        assert (np.asarray(image)[:, :, 3] == 255).all()


def test_missing_weights_are_an_oserror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(aecodec.pillow_plugin, "WEIGHTS", None)
    with Image.open(TILES) as image, pytest.raises(OSError, match="weights 63aca16c"):
        image.load()


def test_imageio_reads_it() -> None:
    imageio = pytest.importorskip("imageio.v3")
    with Image.open(GOLDEN / "v2" / "rgb.aec") as image:
        expected = np.asarray(image)
    assert np.array_equal(imageio.imread(GOLDEN / "v2" / "rgb.aec"), expected)


def test_scikit_image_reads_it() -> None:
    skimage = pytest.importorskip("skimage.io")
    with Image.open(GOLDEN / "v2" / "rgb.aec") as image:
        expected = np.asarray(image)
    assert np.array_equal(skimage.imread(GOLDEN / "v2" / "rgb.aec"), expected)
