"""What a batch of clean crops becomes: one draw of a mixture like the world's noise, the same for the same seed.

Levels come from a CPU generator, so that no device is waited for; noise from PyTorch's own generator of the device.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, get_args

import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.training import degradations as d
from aecodec.training.jpeg import jpeg

# Of every 32 crops. White noise is what denoisers are compared by; the rest is what makes one useful: what cameras
# make of noise and JPEG of that (Guo et al. 2019, "CBDNet"; Brooks et al. 2019, "Unprocessing images"; SCUNet, BSRGAN).
SHARES = {
    "white": 9,
    "stored": 5,
    "grey": 1,
    "grain": 1,
    "photons": 1,
    "sensor": 4,
    "spectral": 6,
    "jpeg": 4,
    "clean": 1,
}
# For the estimator, which has to tell all that from clean pictures, textured all over as they may be.
ESTIMATOR_SHARES = {**SHARES, "white": 7, "sensor": 5, "spectral": 7, "clean": 16}
WHITE = ("white", "stored", "grey", "photons")
FROM_CAMERAS = ("sensor", "spectral")
HIGHEST_SIGMA = 55 / 255
SMOOTH = 1 / 8  # of the crops: skies, walls and snow, where what is left of noise is seen first
SMOOTH_GRIDS = (1, 2, 3, 5)  # colours a side, between which they run
GREY_PICTURES = 0.5  # of those with grey noise
PHOTONS = (2.0, 4.0)  # powers of ten at white: BSRGAN's range (cszn/KAIR, utils/utils_blindsr.py)
SENSOR_LEVELS = (-1.0, 1.0)  # where 0 is the weakest and 1 the strongest of `degradations.SHOT` and `READ`
SPECTRAL_SIGMA = (1 / 255, 25 / 255)  # as most pictures of cameras have it; logarithmic, as all ranges of sizes
GRAIN_SIGMA, GRAIN_BLUR = (1.5 / 255, 20 / 255), (0.4, 1.5)  # pixels
LUMA_BLUR, CHROMA_BLUR = (0.3, 1.5), (0.8, 8.0)
CHROMA_SHARE = (0.1, 0.8)
MOST_COARSE, MOST_SHARPENING, SMALLEST = 0.8, 1.0, 0.5
BLACK_AND_WHITE = (0.3, 1.6)  # the strength of noise there, where the mid-tones have 1
ENLARGED, LARGEST = 0.6, 3.0  # of cameras' pictures: at full size they are softer than what was shrunk
SMOOTHED = 0.75  # of sensors' noise: by the camera itself
THEN_JPEG, TWICE, CHROMA_HALVED = 0.75, 0.1, 0.6  # of what cameras give, of what is JPEG, of JPEG
JPEG_ARTEFACTS, CAMERA_JPEG = (8.0, 95.0), (50.0, 98.0)  # qualities


class Degraded(NamedTuple):
    """Clean pictures (N, 3, H, W) of 0 ... 1, what the mixture made of them, and which noise is white (N,)."""

    clean: Tensor
    spoilt: Tensor
    white: Tensor


def degrade(pixels: Tensor, generator: torch.Generator, shares: Mapping[str, int] = SHARES) -> Degraded:
    """What the mixture makes of pictures (N, 3, H, W) of 0 ... 1, in proportion to `shares`.

    The clean ones differ from `pixels` where a smooth, grey or enlarged picture was drawn. Sides are multiples of 16.
    """
    pixels = _some_smooth(pixels, generator)
    order = torch.randperm(len(pixels), generator=generator).tolist()
    kinds = [kind for kind, share in shares.items() for _ in range(share)]
    offset = torch.rand((), generator=generator).item()
    groups: dict[str, list[int]] = {}
    for place, index in enumerate(order):  # stratified: every batch has its share of each kind
        groups.setdefault(kinds[int((place + offset) / len(order) * len(kinds)) % len(kinds)], []).append(index)
    clean, spoilt = pixels, pixels.clone()
    white = torch.zeros(len(pixels), dtype=torch.bool)
    for kind, indices in groups.items():
        where = torch.tensor(indices).to(pixels.device, non_blocking=True)
        if kind == "grey" and chance(GREY_PICTURES, generator):
            clean[where] = clean[where].mean(1, keepdim=True)
        if kind in FROM_CAMERAS and chance(ENLARGED, generator):
            clean[where] = _enlarged(clean[where], LARGEST ** torch.rand((), generator=generator).item())
        spoilt[where] = _spoil(kind, clean[where], generator)
        white[indices] = kind in WHITE
    return Degraded(clean, spoilt, white.to(pixels.device, non_blocking=True))


def _some_smooth(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """With gradients of every colour, bicubic between a few random ones, in place of a share of the pictures."""
    chosen = (torch.rand(len(pixels), generator=generator) < SMOOTH).nonzero()[:, 0].tolist()
    pixels = pixels.clone()
    for index in chosen:
        side = SMOOTH_GRIDS[int(torch.randint(len(SMOOTH_GRIDS), (), generator=generator))]
        colours = torch.rand(1, 3, side, side, generator=generator)
        contrast = torch.rand((), generator=generator)
        colours = colours.mean((2, 3), keepdim=True).lerp(colours, contrast) if side > 1 else colours
        smooth = F.interpolate(colours, pixels.shape[2:], mode="bicubic").clamp(0, 1)
        pixels[index] = smooth[0].to(pixels.device, non_blocking=True)
    return pixels


def _enlarged(pixels: Tensor, factor: float) -> Tensor:
    """The upper left part, as large as the whole was."""
    height, width = (max(round(side / factor), 2) for side in pixels.shape[2:])
    return F.interpolate(pixels[..., :height, :width], pixels.shape[2:], mode="bicubic").clamp(0, 1)


class Draws:
    """Levels for the pictures of a batch, stratified: each has its own."""

    def __init__(self, pixels: Tensor, generator: torch.Generator) -> None:
        self.count, self.device, self.generator = len(pixels), pixels.device, generator

    def even(self, low: float, high: float) -> Tensor:
        """(N,), uniform."""
        strata = torch.randperm(self.count, generator=self.generator) + torch.rand(self.count, generator=self.generator)
        return (low + (high - low) * strata / self.count).to(self.device, non_blocking=True)

    def size(self, low: float, high: float) -> Tensor:
        """(N,), uniform in its logarithm."""
        return low * (high / low) ** self.even(0, 1)

    def sigma(self) -> Tensor:
        """(N,) of white noise."""
        return self.even(0, HIGHEST_SIGMA)

    def smoothing(self) -> d.Smoothing:
        return d.Smoothing(self.size(*LUMA_BLUR), self.size(*CHROMA_BLUR), self.even(0, MOST_SHARPENING))


def _sensor(pixels: Tensor, draws: Draws) -> Tensor:
    mosaics = get_args(d.Mosaic)
    mosaic = mosaics[int(torch.randint(len(mosaics), (), generator=draws.generator))]
    shrink, colour = torch.rand(2, generator=draws.generator).tolist()
    noise = d.sensor_noise(pixels, mosaic, SMALLEST + (1 - SMALLEST) * shrink, colour)
    if chance(SMOOTHED, draws.generator):
        noise = d.smoothed_noise(noise, draws.smoothing())
    return _as_cameras_store(d.camera(pixels, draws.even(*SENSOR_LEVELS), noise), draws)


def _spectral(pixels: Tensor, draws: Draws) -> Tensor:
    noise = d.spectral_noise(pixels, draws.smoothing(), draws.even(*CHROMA_SHARE), draws.even(0, MOST_COARSE))
    ends = torch.stack([draws.even(*BLACK_AND_WHITE) for _ in range(2)])
    return _as_cameras_store(d.uneven(pixels, draws.size(*SPECTRAL_SIGMA), noise, ends), draws)


SPOIL: dict[str, Callable[[Tensor, Draws], Tensor]] = {
    "white": lambda pixels, draws: d.gaussian(pixels, draws.sigma()),
    "stored": lambda pixels, draws: d.stored(d.gaussian(pixels, draws.sigma())),
    "grey": lambda pixels, draws: d.grey_gaussian(pixels, draws.sigma()),
    "grain": lambda pixels, draws: d.stored(d.grain(pixels, draws.size(*GRAIN_SIGMA), draws.size(*GRAIN_BLUR))),
    "photons": lambda pixels, draws: d.photons(pixels, 10 ** draws.even(*PHOTONS)),
    "sensor": _sensor,
    "spectral": _spectral,
    "jpeg": lambda pixels, draws: _stored_as_jpeg(pixels, draws.even(*JPEG_ARTEFACTS), draws.generator),
    "clean": lambda pixels, draws: pixels,
}


def _spoil(kind: str, pixels: Tensor, generator: torch.Generator) -> Tensor:
    return SPOIL[kind](pixels, Draws(pixels, generator))


def _as_cameras_store(taken: Tensor, draws: Draws) -> Tensor:
    if not chance(THEN_JPEG, draws.generator):
        return d.stored(taken)
    return _stored_as_jpeg(taken, draws.even(*CAMERA_JPEG), draws.generator)


def _stored_as_jpeg(pixels: Tensor, quality: Tensor, generator: torch.Generator) -> Tensor:
    """Half the time its blocks lie anywhere, as they do after a picture was cut; a few are JPEG of JPEG."""
    chroma_halved = chance(CHROMA_HALVED, generator)
    shift = torch.randint(0, 16, (2,), generator=generator).tolist()
    if chance(TWICE, generator):
        pixels = jpeg(pixels, quality.flip(0), chroma_halved=chroma_halved)
    if chance(0.5, generator):
        return jpeg(pixels, quality, chroma_halved=chroma_halved)
    rolled = jpeg(pixels.roll(shift, (2, 3)), quality, chroma_halved=chroma_halved)
    return rolled.roll([-step for step in shift], (2, 3))


def chance(share: float, generator: torch.Generator) -> bool:
    """True in that share of draws."""
    return torch.rand((), generator=generator).item() < share
