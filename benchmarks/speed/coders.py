"""Encoding and decoding in memory, everything loaded, by size and number of threads: aecodec beside Pillow's codecs and
JPEG XL; and where aecodec's time goes."""

import io
from collections import defaultdict
from collections.abc import Callable
from time import perf_counter
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image

from aecodec import devices
from aecodec.codec.codec import Codec, Target
from aecodec.denoiser import Denoiser
from aecodec.entropy import rans
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Picture
from benchmarks.speed import given
from benchmarks.speed.tables import Table, median_s, ms

PILLOW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 75},
    "WebP": {"quality": 75},
    "AVIF": {"quality": 60, "subsampling": "4:4:4"},
}
DISTANCE = 2.0  # of JPEG XL
QUALITY = Target("quality", 50)


def by_size(sources: list[np.ndarray], size: tuple[int, int], device: str, threads: int, runs: int) -> Table:
    """Every coder; seconds are medians."""
    picture = given.picture(sources, *size)
    codec = Codec.load(device=device, threads=threads)
    where = devices.name_of(codec.device)
    made = Table(f"In memory, {size[0]}x{size[1]}, {where}", ("coder", "bpp", "encode ms", "decode ms"))

    def add(name: str, encode: Callable[[], bytes], decode: Callable[[bytes], object]) -> None:
        data = encode()
        bpp = 8 * len(data) / (picture.width * picture.height)
        times = median_s(encode, runs), median_s(lambda: decode(data), runs)
        made.add(name, f"{bpp:.3f}", *map(ms, times))

    add("aecodec, quality 50", lambda: codec.encode(picture, QUALITY).data, codec.decode)
    denoiser = Denoiser.load(device=device, threads=threads)
    made.add("aecodec denoise", "", ms(median_s(lambda: denoiser.denoise(picture), runs)), "")
    if devices.choose(device).type != "cpu":
        return made
    for name, options in PILLOW.items():
        add(_said(name, options), lambda name=name, options=options: _pillow(picture, name, threads, options), _opened)
    add(f"JPEG XL (imagecodecs, distance {DISTANCE:g})", lambda: _jpeg_xl(picture, threads), _jpeg_xl_back(threads))
    return made


def _said(name: str, options: dict[str, Any]) -> str:
    return f"{name} (Pillow, {', '.join(f'{key} {value}' for key, value in options.items())})"


def _pillow(picture: Picture, name: str, threads: int, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    more = {"max_threads": threads} if name == "AVIF" else {}
    Image.fromarray(picture.pixels).save(buffer, name, **options, **more)
    return buffer.getvalue()


def _opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def _jpeg_xl(picture: Picture, threads: int) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(picture.pixels, distance=DISTANCE, numthreads=threads))


def _jpeg_xl_back(threads: int) -> Callable[[bytes], object]:
    return lambda data: imagecodecs.jpegxl_decode(data, numthreads=threads)


class Stages:
    """Seconds spent in named parts of the codec, by wrapping what they call."""

    def __init__(self, codec: Codec) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._restore: list[Callable[[], None]] = []
        for name, owner, attribute in (
            ("network: analysis", codec.executor, "analysis"),
            ("network: synthesis", codec.executor, "synthesis"),
            ("network: hyper-analysis", codec.executor, "hyper"),
            ("network: means and context", codec.executor, "quantise"),
            ("network: means and context", codec.executor, "reconstruct"),
            ("network: exact scales", codec.executor, "scale_rows"),
            ("entropy coder", rans.Encoder, "finish"),
            ("entropy coder", rans.Decoder, "code"),
        ):
            self._wrap(name, owner, attribute)

    def _wrap(self, name: str, owner: Any, attribute: str) -> None:
        inner = getattr(owner, attribute)

        def timed(*arguments: Any, **options: Any) -> Any:
            start = perf_counter()
            result = inner(*arguments, **options)
            self.seconds[name] += perf_counter() - start
            return result

        setattr(owner, attribute, timed)
        self._restore.append(lambda: setattr(owner, attribute, inner))

    def unwrap(self) -> None:
        for restore in self._restore:
            restore()

    def of(self, action: Callable[[], object], runs: int) -> dict[str, float]:
        """Mean seconds a run in each part, and in the rest."""
        self.seconds.clear()
        start = perf_counter()
        for _ in range(runs):
            action()
        whole = (perf_counter() - start) / runs
        parts = {name: seconds / runs for name, seconds in self.seconds.items()}
        return {**parts, "rest": whole - sum(parts.values()), "all": whole}


def by_stage(sources: list[np.ndarray], size: tuple[int, int], device: str, threads: int, runs: int) -> Table:
    """Milliseconds of each part of encoding and decoding, and of what reads and writes files."""
    picture = given.picture(sources, *size)
    codec = Codec.load(device=device, threads=threads)
    data = codec.encode(picture, QUALITY).data
    codec.decode(data)  # all graphs are ready
    stages = Stages(codec)
    encoding = stages.of(lambda: codec.encode(picture, QUALITY), runs)
    decoding = stages.of(lambda: codec.decode(data), runs)
    stages.unwrap()
    title = f"Where the time goes, {size[0]}x{size[1]}, {devices.name_of(codec.device)}"
    made = Table(title, ("part", "encode ms", "decode ms"))
    for part in sorted({*encoding, *decoding}, key=lambda part: (part in ("rest", "all"), part == "all", part)):
        made.add(part, *(f"{1000 * times.get(part, 0):.1f}" for times in (encoding, decoding)))
    png = io.BytesIO()
    imagefile.write(picture, png, "png")
    read = median_s(lambda: imagefile.read(io.BytesIO(png.getvalue())), runs)
    write = median_s(lambda: imagefile.write(picture, io.BytesIO(), "png"), runs)
    made.add("(files: reading, writing PNG)", f"{1000 * read:.1f}", f"{1000 * write:.1f}")
    return made
