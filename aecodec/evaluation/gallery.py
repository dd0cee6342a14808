"""What codecs and denoisers make of a picture, to be looked at: crops at equal size or noise, lossless, with figures.

Nothing is kept while measuring: a few files of each picture are made again, which a resumed run needs anyway.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aecodec.errors import AecodecError
from aecodec.evaluation import denoising
from aecodec.evaluation.baselines import Contender
from aecodec.evaluation.classical import Method, Unit
from aecodec.evaluation.compression import Coded, Row
from aecodec.evaluation.denoising import Case, Noise
from aecodec.evaluation.pairing import Pairs
from aecodec.evaluation.trials import OWN
from aecodec.pictures import imagefile
from aecodec.pictures.picture import Samples, from_array, from_unit
from aecodec.services.files import read_picture
from aecodec.services.jobs import Job

CROP_SIDE = 288  # pixels of a crop; 24 pictures by 5 codecs then stay below 30 MB


@dataclass(frozen=True)
class Panel:
    """One version of a crop."""

    name: str
    caption: str  # size and quality of the whole picture
    webp: bytes  # lossless


@dataclass(frozen=True)
class Exhibit:
    """A picture and what became of it; the first panel is the original, or the clean one."""

    path: Path
    size: str
    panels: tuple[Panel, ...]


def coded(jobs: Sequence[Job], rows: Sequence[Row], contenders: Sequence[Contender]) -> Iterator[Exhibit]:
    """Each picture by each codec, at the quality whose file is nearest to aecodec's at its middle quality."""
    own = next(contender for contender in contenders if contender.name == OWN)
    middle = sorted(own.qualities)[len(own.qualities) // 2]
    measured = {row.key: row.measured for row in rows if row.measured is not None}
    for job in jobs:
        reference = measured.get((job.name, OWN, middle))
        if reference is None or not isinstance(job.source, Path):
            continue
        picture = read_picture(job, imagefile.ignore)
        panels = [_panel("original", "", picture.pixels)]
        for contender in contenders:
            found = {
                quality: coded
                for quality in contender.qualities
                if (coded := measured.get((job.name, contender.name, quality))) is not None
            }
            if found:
                nearest = min(found, key=lambda quality: abs(math.log(found[quality].bpp / reference.bpp)))
                shown = contender.decode(contender.encode(picture, nearest))
                panels.append(_panel(contender.name, _coding_caption(found[nearest], nearest), shown))
        yield Exhibit(job.source, f"{picture.width}x{picture.height}", tuple(panels))


def denoised(jobs: Sequence[Job], noise: Noise, methods: Sequence[Method]) -> Iterator[Exhibit]:
    """Each picture clean, noisy (at the middle level) and by each method; what cannot be read is left out."""
    level = noise if isinstance(noise, Pairs) else [sorted(noise)[len(noise) // 2]]
    for job in jobs:
        try:
            (case,) = denoising.cases(job, level, lambda name: imagefile.ignore)
        except AecodecError:
            continue  # the rows say why
        shown = [method.restore(case.noisy, case.sigma)[0] for method in methods]
        panels = [
            _panel("clean", "", case.clean.pixels),
            _denoised_panel("noisy", case.noisy, case),
            *(_denoised_panel(method.name, unit, case) for method, unit in zip(methods, shown, strict=True)),
        ]
        noisy = "real noise" if case.sigma is None else f"sigma {case.sigma:g}"
        yield Exhibit(case.path, f"{case.clean.width}x{case.clean.height}, {noisy}", tuple(panels))


def _coding_caption(coded: Coded, quality: float) -> str:
    return f"{coded.bytes:,} bytes, {coded.bpp:.3f} bpp, {coded.psnr_db:.2f} dB (q {quality:g})"


def _denoised_panel(name: str, unit: Unit, case: Case) -> Panel:
    return _panel(name, f"{case.psnr(unit):.2f} dB", from_unit(unit, case.clean.bit_depth))


def _panel(name: str, caption: str, shown: Samples) -> Panel:
    """The middle of what is shown, in 8 bits."""
    pixels = shown[:, :, None] if shown.ndim == 2 else shown
    top, left = ((length - min(length, CROP_SIDE)) // 2 for length in pixels.shape[:2])
    stream = io.BytesIO()
    imagefile.write(from_array(pixels[top : top + CROP_SIDE, left : left + CROP_SIDE]), stream, "webp")
    return Panel(name, caption, stream.getvalue())
