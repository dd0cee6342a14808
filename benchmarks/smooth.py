"""Smooth pictures whose clean pixels are known, and noise for them: what coloured blotches show on.

Flat fields, straight and round gradients of every colour, skies, snow; of any size, not rounded. Each picture has a
generator of its own, seeded by its name, as has its noise.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import patterns
from benchmarks.drawing.paint import BLACK, WHITE, Colour, Rng, Unit

Drawing = Callable[[Rng, int], Unit]  # side in pixels -> (side, side, 3) of 0 ... 1
Stops = list[Colour]

HUES: dict[str, Colour] = {
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "green": (0, 255, 0),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "magenta": (255, 0, 255),
}
GREYS = (0, 32, 64, 128, 192, 224, 247, 255)
SKY: Stops = [(64, 128, 217), (150, 190, 232), (245, 247, 248)]  # zenith to horizon
CLOUD, SNOW = (243, 243, 245), (237, 242, 250)
ANGLES = (0.0, math.pi / 2, math.pi / 5)  # across, down, aslant


def drawings() -> dict[str, Drawing]:
    """All pictures. The first word of a name is its kind: flat, ramp, radial, sky, snow."""
    made: dict[str, Drawing] = {f"flat-grey-{grey}": _flat((grey, grey, grey)) for grey in GREYS}
    for name, hue in HUES.items():
        made[f"flat-{name}"] = _flat(hue)
        made[f"flat-{name}-strong"] = _flat(_between((128, 128, 128), hue, 0.75))
        made[f"flat-{name}-soft"] = _flat(_between((150, 150, 150), hue, 0.3))
        made[f"flat-{name}-pale"] = _flat(_between(WHITE, hue, 0.08))
    for index, (name, stops) in enumerate(_gradients().items()):
        straight = partial(_ramp, stops=stops, angle=ANGLES[index % len(ANGLES)])
        made |= {f"radial-{name}": partial(_radial, stops=stops)} if index % 2 else {f"ramp-{name}": straight}
    made |= {f"sky-{cover}": partial(_sky, cover=cover / 100) for cover in (0, 30, 60, 90)}
    made |= {f"snow-{depth}": partial(_snow, depth=depth) for depth in (4, 12, 30)}
    return made


def draw(name: str, side: int) -> Unit:
    """(side, side, 3) of 0 ... 1."""
    return drawings()[name](_generator(name), side)


@dataclass(frozen=True)
class Noisy:
    """A picture with noise, and what is to be found below it. Arrays are (H, W, 3) around 0 ... 1."""

    pixels: NDArray[np.float32]
    clean: Unit
    mean: Unit  # of such noisy pixels: it is not `clean` where noise was clipped


def noised(name: str, clean: Unit, sigma: float, *, stored: bool) -> Noisy:
    """White Gaussian noise of standard deviation `sigma` (levels of 255), or what an 8-bit file keeps of it."""
    noisy = clean + _generator(f"{name} {sigma:g}").normal(0, sigma / 255, clean.shape)
    if not stored:
        return Noisy(noisy.astype(np.float32), clean, clean)
    kept = np.rint(noisy.clip(0, 1) * 255) / 255
    return Noisy(kept.astype(np.float32), clean, clipped_mean(clean, sigma / 255))


def clipped_mean(clean: Unit, sigma: float) -> Unit:
    """What clipping to 0 ... 1 makes of the mean of Gaussian noise around `clean`, same unit: by integration of

    a censored normal variable, as in Foi, "Clipped noisy images", Signal Processing 89 (2009).
    """
    from scipy.special import ndtr

    def below(end: float) -> Unit:
        """The mean of max(end - value, 0)."""
        gap = (end - clean) / sigma
        density: Unit = np.exp(-(gap**2) / 2) / math.sqrt(2 * math.pi)
        return sigma * (density + gap * ndtr(gap))

    return clean + below(0.0) - (below(1.0) - (1 - clean))


def _generator(name: str) -> Rng:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _between(first: Colour, second: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def _gradients() -> dict[str, Stops]:
    made: dict[str, Stops] = {"grey": [BLACK, WHITE], "pale-grey": [(205, 205, 205), WHITE]}
    for name, hue in HUES.items():
        made[f"{name}-black"] = [BLACK, hue]
        made[f"{name}-pale"] = [_between(WHITE, hue, 0.3), WHITE]
        made[f"{name}-soft"] = [_between((110, 110, 110), hue, 0.25), _between((170, 170, 170), hue, 0.25)]
        if name in ("red", "yellow", "green"):
            made[f"{name}-opposite"] = [hue, tuple(255 - level for level in hue)]
    return made


def _flat(colour: Colour) -> Drawing:
    return lambda rng, side: np.broadcast_to(np.asarray(colour) / 255, (side, side, 3))


def _ramp(rng: Rng, side: int, stops: Stops, angle: float) -> Unit:
    return patterns.linear(side, side, stops, angle)


def _radial(rng: Rng, side: int, stops: Stops) -> Unit:
    return patterns.radial(side, side, stops)


def _clouds(rng: Rng, side: int) -> Unit:
    """A smooth random field (side, side) of mean 0 and variance about 1: waves of up to three periods."""
    y, x = np.mgrid[:side, :side] / side
    field = np.zeros((side, side))
    for _ in range(24):
        across, down = rng.normal(0, 1, 2)
        field += np.cos(2 * np.pi * (across * x + down * y + rng.random())) / math.sqrt(12)
    return field


def _sky(rng: Rng, side: int, cover: float) -> Unit:
    """Blue to nearly white at the horizon, and soft clouds over about `cover` of it."""
    ground = patterns.linear(side, side, SKY, math.pi / 2)
    cloud = (1 / (1 + np.exp(-2.5 * (_clouds(rng, side) + 3 * (cover - 0.5)))) * (cover > 0))[:, :, None]
    mixed: Unit = ground + (np.asarray(CLOUD) / 255 - ground) * 0.85 * cloud
    return mixed


def _snow(rng: Rng, side: int, depth: float) -> Unit:
    """Nearly white, with bluish shading of about `depth` levels."""
    shade = np.tanh(_clouds(rng, side))[:, :, None] * np.asarray((1.2, 1.0, 0.6)) * depth / 255
    return (np.asarray(SNOW) / 255 - shade).clip(0, 1)
