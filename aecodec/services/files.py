"""One file in, one file out: read, code, verify and write a single picture; `services.batch` runs many."""

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from aecodec import bits, devices, metrics
from aecodec.codec.header import Cleaning
from aecodec.codec.layout import read_header
from aecodec.codec.lazy import LazyCodec
from aecodec.codec.ratecontrol import Target
from aecodec.codec.results import Decoded, Encoded
from aecodec.errors import Corrupt
from aecodec.pictures import imagefile
from aecodec.pictures.orientation import SIDEWAYS, orientation, strip, upright
from aecodec.pictures.picture import Picture, Samples, flatten_hidden
from aecodec.pictures.resizing import Size, resized
from aecodec.pictures.wanted import Warn, refuse_more
from aecodec.services import places
from aecodec.services.batch import Work
from aecodec.services.jobs import Job, WarnAbout, output_format
from aecodec.services.places import opened
from aecodec.services.rows import DecodedRow, EncodedRow
from aecodec.services.streams import coded_stream

if TYPE_CHECKING:
    from aecodec.codec.codec import Codec
    from aecodec.denoiser import Denoiser

LOW_DB, LOW_FROM_QUALITY = 28, 50  # photographs have 30 dB and more from there on
VERIFY_TOLERANCE_DB = 0.01  # two devices may differ by one level in rare pixels, which moves PSNR by far less


@dataclass(frozen=True)
class Engine:
    """Which weights and which device; None leaves the choice to the codec."""

    weights: Path | None = None
    device: str = "auto"
    threads: int | None = None
    batch: int | None = None

    def at_once(self) -> int:
        """How many pictures to work on together: as many as threads where these are named.

        Else one more, as one of them waits for a disk, or on CUDA as many more as wait for a batch. Raises DeviceError.
        """
        where = devices.choose(self.device, self.threads)
        if self.threads is not None:
            return where.threads
        return where.threads + (1 if where.type == "cpu" else devices.tiles_at_once(where, self.batch))

    def shared(self, pictures: int) -> "Engine":
        """For so many pictures at once: each takes its part of the threads, one that is alone takes all."""
        if pictures == 1:
            return self
        return replace(self, threads=max(1, devices.choose(self.device, self.threads).threads // pictures))

    def load(self) -> "Codec":
        from aecodec.codec.codec import Codec  # here: it takes its time, and a run may be refused before it

        return Codec.load(self.weights, device=self.device, threads=self.threads, batch=self.batch)

    def codec(self) -> LazyCodec:
        """Loaded when it is needed, or at once where weights or a device are named that may not be there."""
        lazy = LazyCodec(self.load, self.threads)
        if self.weights is not None or self.device not in ("auto", "cpu"):
            _ = lazy.codec
        return lazy

    def load_denoiser(self, weights: Path | None = None) -> "Denoiser":
        """On the same device; the shipped weights, unless others are named."""
        from aecodec.denoiser import Denoiser

        return Denoiser.load(weights, device=self.device, threads=self.threads, batch=self.batch)


@dataclass(frozen=True)
class EncodeOptions:
    target: Target
    effort: int = 0  # 0 ... 9
    exact: bool = False  # keep RGB under alpha 0
    strip: frozenset[str] = frozenset()  # fields of the metadata
    verify: bool = False
    denoise: float | None = None  # strength 0 ... 1; None: leave the noise in
    auto_orient: bool = False  # turn pixels as the EXIF orientation says
    resize: Size | None = None  # after all else


@dataclass(frozen=True)
class DecodeOptions:
    format: str | None = None  # a key of FORMAT_SUFFIX; None: what the output's suffix says
    crop: tuple[int, int, int, int] | None = None  # x, y, width, height as stored
    keep_going: bool = False
    quality: int | None = None  # 1 ... 100, of formats that have one


def encoder(engine: Engine, options: EncodeOptions, warn_about: WarnAbout) -> Work:
    """Load the codec if it is needed, and for `verify` a second one that has seen nothing; the work encodes one job."""
    codec = engine.codec()
    if options.target.kind != "lossless":
        codec.codec.prepare()  # loaded here: without weights no job could succeed
    encoding = _Encoding(
        codec,
        engine.codec() if options.verify else None,
        engine.load_denoiser() if options.denoise is not None else None,
        options,
        warn_about,
    )
    return encoding.work


def decoder(engine: Engine, options: DecodeOptions, warn_about: WarnAbout) -> Work:
    codec = engine.codec()
    return lambda job: _decode(job, codec, options, warn_about(job.name))


def checker(engine: Engine) -> Work:
    """The work decodes one job, writes nothing and lists all damage."""
    codec = engine.codec()
    return lambda job: _check(job, codec)


@dataclass(frozen=True)
class _Encoding:
    """What encodes one job after the other."""

    codec: LazyCodec
    verifier: LazyCodec | None
    denoiser: "Denoiser | None"
    options: EncodeOptions
    warn_about: WarnAbout

    def work(self, job: Job) -> EncodedRow:
        options = self.options
        start = perf_counter()
        warn = self.warn_about(job.name)
        picture, clean = self._prepared(read_picture(job, warn), warn)
        encoded = self.codec.encode(picture, options.target, effort=options.effort, exact=options.exact, clean=clean)
        _warn_of_losses(job, encoded, warn)
        with opened(job.output, replace=job.replace) as stream:
            stream.write(encoded.data)
            if self.verifier is not None:
                stream.seek(0)
                _verify(stream, self.verifier, picture, encoded)
        size = len(encoded.data)
        return EncodedRow(
            input=job.name,
            output=job.output_name,
            width=picture.width,
            height=picture.height,
            bytes=size,
            bpp=bits.per_pixel(size, picture.width, picture.height),
            quality=encoded.quality,
            lossless=encoded.lossless,
            psnr_db=encoded.psnr_db,
            effort=options.effort,
            plain_bytes=encoded.plain.bytes if encoded.plain else None,
            plain_psnr_db=encoded.plain.psnr_db if encoded.plain else None,
            sigma=clean.sigma if clean else None,
            strength=clean.strength if clean else None,
            seconds=perf_counter() - start,
        )

    def _prepared(self, picture: Picture, warn: Warn) -> tuple[Picture, Cleaning | None]:
        """What is coded of a picture that was read. Noise goes first: it is what the denoiser knows before scaling."""
        if self.options.auto_orient:
            picture = upright(picture)
        if self.options.strip:
            picture = strip(picture, self.options.strip, warn)
        picture, clean = self._cleaned(picture)
        if self.options.resize is None:
            return picture, clean
        if orientation(picture.metadata.exif) in SIDEWAYS:
            warn("--resize goes by width and height as stored, and this is shown on its side: see --auto-orient")
        return resized(picture, self.options.resize), clean

    def _cleaned(self, picture: Picture) -> tuple[Picture, Cleaning | None]:
        """Without noise, where that is asked for: noise is the most expensive thing that a codec can keep."""
        if self.denoiser is None or self.options.denoise is None:
            return picture, None
        denoised = self.denoiser.denoise(picture, strength=self.options.denoise)
        return denoised.picture, Cleaning(denoised.sigma, self.options.denoise)


def read_picture(job: Job, warn: Warn) -> Picture:
    """The page that the job wants; raises AecodecError."""
    source = sys.stdin.buffer if job.source is None else places.readable(job.source)
    return imagefile.read(source, warn=warn, wanted=job.wanted)


def _as_coded(picture: Picture, exact: bool) -> Picture:
    """What the encoder measures its PSNR against: it may have changed pixels that alpha 0 hides."""
    return picture if exact else replace(picture, pixels=flatten_hidden(picture))


def _warn_of_losses(job: Job, encoded: Encoded, warn: Warn) -> None:
    """What a user would want to know of a file before the original is gone."""
    if encoded.ceiling is not None:
        warn(encoded.ceiling)
    if encoded.psnr_db < LOW_DB and encoded.quality >= LOW_FROM_QUALITY:
        warn(f"much is lost: {encoded.psnr_db:.2f} dB at quality {encoded.quality:g}; --lossless keeps all")
    if job.source is not None and len(encoded.data) > (before := places.size(job.source)):
        warn(f"the output has {len(encoded.data):,} bytes, more than the {before:,} of the input")


def _verify(written: BinaryIO, verifier: LazyCodec, picture: Picture, encoded: Encoded) -> None:
    """Raises Corrupt unless the file decodes to what the encoder promised."""
    picture = _as_coded(picture, read_header(written).exact)
    written.seek(0)
    seen = verifier.decode(written).picture
    psnr_db = metrics.psnr(seen.pixels, picture.pixels, peak=2**picture.bit_depth - 1)
    promised_db = encoded.psnr_db
    if not math.isclose(psnr_db, promised_db, rel_tol=0, abs_tol=VERIFY_TOLERANCE_DB):
        raise Corrupt(f"--verify: decodes at {psnr_db:.2f} dB, not at the encoder's {promised_db:.2f} dB")
    if seen.metadata != picture.metadata:
        raise Corrupt("--verify: the metadata differs from the input's")
    if not _same(seen.alpha, picture.alpha):
        raise Corrupt("--verify: the alpha channel differs from the input's")


def _same(a: Samples | None, b: Samples | None) -> bool:
    return a is b if a is None or b is None else np.array_equal(a, b)


def _decode(job: Job, codec: LazyCodec, options: DecodeOptions, warn: Warn) -> DecodedRow:
    start = perf_counter()
    with coded_stream(job) as (stream, size):
        refuse_large(stream, job.wanted.max_pixels, options.crop)
        decoded = codec.decode(stream, crop=options.crop, keep_going=options.keep_going)
    with opened(job.output, replace=job.replace) as output:
        name = output_format(job.output, options.format)
        imagefile.write(decoded.picture, output, name, quality=options.quality, warn=warn)
    row = _decoded_row(job, size, decoded, start)
    return replace(row, output=job.output_name, bpp=None if options.crop else row.bpp)


def refuse_large(stream: BinaryIO, max_pixels: int, crop: tuple[int, int, int, int] | None = None) -> None:
    """Raises LimitExceeded for a picture, or the part that is to be painted, of more pixels than the user allows."""
    start = stream.tell()
    header = read_header(stream)
    stream.seek(start)
    width, height = (header.width, header.height) if crop is None else crop[2:]
    refuse_more(min(width, header.width), min(height, header.height), max_pixels)


def _check(job: Job, codec: LazyCodec) -> DecodedRow:
    start = perf_counter()
    with coded_stream(job) as (stream, size):
        refuse_large(stream, job.wanted.max_pixels)
        decoded = codec.decode(stream, keep_going=True)
    return _decoded_row(job, size, decoded, start)


def _decoded_row(job: Job, size: int, decoded: Decoded, start: float) -> DecodedRow:
    picture = decoded.picture
    return DecodedRow(
        input=job.name,
        width=picture.width,
        height=picture.height,
        bytes=size,
        bpp=bits.per_pixel(size, picture.width, picture.height),
        quality=decoded.quality,
        seconds=perf_counter() - start,
        errors=decoded.damage,
    )
