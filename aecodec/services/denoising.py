"""One noisy picture in, one clean picture out; `services.batch` runs many."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from aecodec.pictures import imagefile
from aecodec.pictures.wanted import Warn
from aecodec.services.batch import Work
from aecodec.services.files import Engine, read_picture
from aecodec.services.jobs import Job, WarnAbout, output_format
from aecodec.services.places import opened
from aecodec.services.rows import DenoisedRow

if TYPE_CHECKING:
    from aecodec.denoiser import Denoiser


@dataclass(frozen=True)
class DenoiseOptions:
    sigma: float | None = None  # noise level in levels of 255; None: as estimated
    strength: float = 1.0  # 0 ... 1
    format: str | None = None  # a key of FORMAT_SUFFIX; None: what the output's suffix says
    weights: Path | None = None  # of a denoiser; None: the shipped ones
    quality: int | None = None  # 1 ... 100, of output formats that have one


def denoiser(engine: Engine, options: DenoiseOptions, warn_about: WarnAbout) -> Work:
    loaded = engine.load_denoiser(options.weights)
    return lambda job: _denoise(job, loaded, options, warn_about(job.name))


def _denoise(job: Job, denoiser: "Denoiser", options: DenoiseOptions, warn: Warn) -> DenoisedRow:
    start = perf_counter()
    picture = read_picture(job, warn)
    denoised = denoiser.denoise(picture, sigma=options.sigma, strength=options.strength)
    name = output_format(job.output, options.format)
    with opened(job.output, replace=job.replace) as stream:
        imagefile.write(denoised.picture, stream, name, quality=options.quality, warn=warn)
        size = stream.tell()
    return DenoisedRow(
        input=job.name,
        output=job.output_name,
        width=picture.width,
        height=picture.height,
        bytes=size,
        sigma=denoised.sigma,
        strength=options.strength,
        seconds=perf_counter() - start,
    )
