"""Regular and random pixels: checkerboards, stripes, gradients, noise, codes, fractals and pixel art."""

import colorsys

import numpy as np

from benchmarks.drawing.paint import BLACK, WHITE, Colour, Pixels, Rng, Unit, colour, enlarged, grid, pasted, to_bytes


def checkerboard(width: int, height: int, side: int, first: Colour = BLACK, second: Colour = WHITE) -> Pixels:
    y, x = np.mgrid[:height, :width] // side
    return np.asarray([first, second], np.uint8)[(x + y) % 2]


def stripes(width: int, height: int, period: float, angle: float) -> Pixels:
    """A sine grating (H, W, 3)."""
    y, x = np.mgrid[:height, :width]
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    return grey_to_rgb(to_bytes(0.5 + 0.5 * wave))


def grey_to_rgb(pixels: Pixels) -> Pixels:
    return np.repeat(pixels[:, :, None], 3, 2)


def zone_plate(side: int) -> Pixels:
    """Rings that grow finer outwards, up to the finest."""
    y, x = np.mgrid[:side, :side] - side / 2
    return to_bytes(0.5 + 0.5 * np.cos(np.pi * (x**2 + y**2) / side))


def linear(width: int, height: int, stops: list[Colour], angle: float) -> Unit:
    """A gradient over the colours (H, W, 3), not rounded."""
    x, y = grid(width, height)
    along = x * np.cos(angle) + y * np.sin(angle)
    along = (along - along.min()) / max(float(np.ptp(along)), 1e-9)
    return ramp(along, stops)


def radial(width: int, height: int, stops: list[Colour]) -> Unit:
    x, y = grid(width, height)
    return ramp(np.minimum(np.hypot(x - 0.5, y - 0.5) / 0.7, 1), stops)


def ramp(along: Unit, stops: list[Colour]) -> Unit:
    places = np.linspace(0, 1, len(stops))
    levels = np.asarray(stops, np.float64) / 255
    return np.stack([np.interp(along, places, levels[:, channel]) for channel in range(levels.shape[1])], -1)


def corners(rng: Rng, width: int, height: int) -> Unit:
    """A colour at every corner, mixed between."""
    x, y = (axis[:, :, None] for axis in grid(width, height))
    a, b, c, d = rng.random((4, 3))
    mixed: Unit = (a * (1 - x) + b * x) * (1 - y) + (c * (1 - x) + d * x) * y
    return mixed


def hues(width: int, height: int) -> Unit:
    """Hue across, saturation down, as a colour picker shows them."""
    across = np.array([colorsys.hsv_to_rgb(place, 1, 1) for place in np.linspace(0, 1, width)])
    down = np.linspace(0, 1, height)[:, None, None]
    picked: Unit = across * (1 - down) + down
    return picked


def dithered(rng: Rng, unit: Unit, levels: int = 256) -> Pixels:
    """Rounded to so many levels after noise of half a level: no bands."""
    moved = unit * (levels - 1) + rng.random(unit.shape) - 0.5
    return to_bytes(np.clip(np.rint(moved), 0, levels - 1) / (levels - 1))


def banded(unit: Unit, levels: int) -> Pixels:
    return to_bytes(np.rint(unit * (levels - 1)) / (levels - 1))


def noise(rng: Rng, width: int, height: int, colours: int, uneven: bool = False) -> Pixels:
    """Every pixel one of a few colours at random; uneven: the first nearly everywhere."""
    palette = np.asarray([colour(rng) for _ in range(colours)], np.uint8)
    chances = np.full(colours, 1 / colours)
    if uneven:
        chances = 0.2 ** np.arange(colours)
        chances /= chances.sum()
    return palette[rng.choice(colours, (height, width), p=chances)]


def clouds(rng: Rng, width: int, height: int, roughness: float = 2.0) -> Unit:
    """Noise whose spectrum falls with the frequency to the power of `roughness`, (H, W), 0 ... 1."""
    across, down = np.fft.rfftfreq(width), np.fft.fftfreq(height)
    frequency = np.hypot(across[None], down[:, None])
    frequency[0, 0] = np.inf
    waves = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    field = np.fft.irfft2(waves / frequency**roughness, (height, width))
    return (field - field.min()) / max(float(np.ptp(field)), 1e-12)


def matrix_code(rng: Rng, modules: int, scale: int, quiet: int = 4) -> Pixels:
    """Black squares in a grid with three finders, as QR codes have them; no message."""
    code = (rng.random((modules, modules)) < 0.5).astype(np.uint8)
    ring = np.zeros((8, 8), np.uint8)
    ring[:7, :7] = 1
    ring[1:6, 1:6] = 0
    ring[2:5, 2:5] = 1
    code[:8, :8], code[:8, -8:], code[-8:, :8] = ring, ring[:, ::-1], ring[::-1]
    return enlarged(255 * (1 - np.pad(code, quiet)), scale)


def bar_code(rng: Rng, width: int, height: int) -> Pixels:
    """Black bars of 1 to 4 modules of two pixels."""
    runs = rng.integers(1, 5, width)
    line = np.repeat(np.arange(width) % 2, runs * 2)[: width - 40].astype(np.uint8)
    return np.full((height, width), 255, np.uint8) * (1 - np.pad(line, 20, constant_values=0)[:width])[None]


def fractal(rng: Rng, width: int, height: int, depth: int = 60) -> Pixels:
    """A piece of a Julia set in a palette of `depth` colours."""
    x, y = grid(width, height)
    z = (x - 0.5) * 3 * width / height + 1j * (y - 0.5) * 3
    c = complex(-0.7 + 0.1 * rng.random(), 0.27 + 0.05 * rng.random())
    steps = np.zeros((height, width), int)
    for _ in range(depth - 1):
        alive = np.abs(z) < 2
        z[alive] = z[alive] ** 2 + c
        steps += alive
    palette = to_bytes(ramp(np.linspace(0, 1, depth), [colour(rng) for _ in range(5)]))
    return palette[steps]


def sprite(rng: Rng, side: int, palette: Pixels) -> Pixels:
    """A symmetric figure of the palette's colours; colour 0 is the ground."""
    half = rng.random((side, (side + 1) // 2))
    y = np.abs(np.arange(side) - side / 2 + 0.5) / side
    inside = half > y[:, None] + np.linspace(0.5, -0.2, half.shape[1])[None]
    left = np.where(inside, 1 + (half * (len(palette) - 1)).astype(int) % (len(palette) - 1), 0)
    return palette[np.concatenate([left, left[:, : side // 2][:, ::-1]], 1)]


def sprites(rng: Rng, across: int, down: int, side: int, colours: int) -> Pixels:
    """A sheet of sprites on one ground."""
    palette = np.asarray([colour(rng) for _ in range(colours)], np.uint8)
    sheet = np.broadcast_to(palette[0], (down * (side + 2), across * (side + 2), 3)).copy()
    pieces = [
        (sprite(rng, side, palette), 1 + column * (side + 2), 1 + row * (side + 2))
        for row in range(down)
        for column in range(across)
    ]
    return pasted(sheet, *pieces)


def tile_scene(rng: Rng, across: int, down: int, side: int = 16) -> Pixels:
    """A level of a game: a few tiles repeated over a grid in patches, figures on it."""
    palette = np.asarray([colour(rng) for _ in range(12)], np.uint8)
    tiles = [palette[rng.choice(len(palette), (side, side), p=_peaked(rng, len(palette)))] for _ in range(6)]
    patches = (clouds(rng, across, down) * 6).astype(int).clip(0, 5)
    ground = np.concatenate([np.concatenate([tiles[index] for index in row], 1) for row in patches], 0)
    for _ in range(across * down // 12):
        figure = sprite(rng, side, palette)
        left, top = int(rng.integers(0, across)) * side, int(rng.integers(0, down)) * side
        shown = (figure != palette[0]).any(2)
        ground[top : top + side, left : left + side][shown] = figure[shown]
    return ground


def _peaked(rng: Rng, count: int) -> Unit:
    chances = rng.random(count) ** 8 + 1e-6
    return chances / chances.sum()
