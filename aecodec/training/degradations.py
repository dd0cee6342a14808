"""What spoils pictures, as the denoiser learns it: noise of sensors and of formulas, and JPEG; and their mixture.

All functions take clean pixels (N, 3, H, W) of 0 ... 1 and a level for each picture (N,), and return spoilt pixels of
the same shape. Noise comes from PyTorch's own generator of the device, levels from a CPU generator.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

# Of every 16 crops. AWGN is what denoisers are compared by; the rest is what makes one useful (CBDNet, SCUNet).
SHARES = {"gaussian": 7, "stored": 2, "grey": 1, "camera": 2, "photons": 1, "jpeg": 2, "clean": 1}
HIGHEST_SIGMA = 55 / 255
GREY_PICTURES = 0.5  # of those with grey noise
THEN_JPEG = 0.3  # of camera pictures: what a camera gives is a JPEG more often than not
JPEG_QUALITY = (10, 95)
PHOTONS = (2.0, 4.0)  # powers of ten at white: BSRGAN's range (cszn/KAIR, utils/utils_blindsr.py)
# Shot and read noise at four levels: felixcheng97/DenoiseCompression, SyntheticTestDataset.py; the first and the last.
SHOT = (0.05200081, 0.18138522)
READ = (0.0068354, 0.08316627)
FAINTEST = -1.0  # where 0 is the first and 1 the last of these levels


def gaussian(pixels: Tensor, sigma: Tensor) -> Tensor:
    """Additive white Gaussian noise of standard deviation `sigma` (1 is white), not clipped."""
    return pixels + torch.randn_like(pixels) * sigma[:, None, None, None]


def grey_gaussian(pixels: Tensor, sigma: Tensor) -> Tensor:
    """The same noise in all channels, as scans and converted pictures have it."""
    return pixels + torch.randn_like(pixels[:, :1]) * sigma[:, None, None, None]


def photons(pixels: Tensor, white: Tensor) -> Tensor:
    """Poisson noise: white is `white` photons in linear light; clipped to 0 ... 1."""
    count = white[:, None, None, None]
    return to_srgb((torch.poisson(to_linear(pixels) * count) / count).clamp(0, 1))


def camera(pixels: Tensor, level: Tensor, mosaic: bool) -> Tensor:
    """Shot and read noise in linear light, variance read^2 + light * shot^2 (Foi et al. 2008); clipped to 0 ... 1.

    `level` 0 ... 1 runs from the weakest to the strongest of `SHOT` and `READ`, geometrically. With `mosaic` the noise
    is that of a Bayer sensor after bilinear demosaicing, hence correlated.
    """
    light = to_linear(pixels)
    read, shot = (first * (last / first) ** level[:, None, None, None] for first, last in (READ, SHOT))
    noise = torch.randn_like(light) * (read.square() + light * shot.square()).sqrt()
    return to_srgb((light + (demosaiced(noise) if mosaic else noise)).clamp(0, 1))


def demosaiced(noise: Tensor) -> Tensor:
    """Keep the samples of an RGGB mosaic and interpolate the others bilinearly, which is linear in the picture:

    the noise can be treated alone, so that the picture stays as sharp as the one to be restored. Sides are even.
    """
    mask = torch.zeros_like(noise[:1])
    mask[:, 0, ::2, ::2] = mask[:, 1, ::2, 1::2] = mask[:, 1, 1::2, ::2] = mask[:, 2, 1::2, 1::2] = 1
    full = noise.new_tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4  # of red and blue: one sample in four
    cross = noise.new_tensor([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4  # of green: one in two
    kernels = torch.stack([full, cross, full])[:, None]
    return F.conv2d(F.pad(noise * mask, (1, 1, 1, 1), mode="reflect"), kernels, groups=3)


def jpeg(pixels: Tensor, quality: Tensor) -> Tensor:
    """JPEG of baseline tables and 4:2:0 at a quality of 1 ... 100 (ITU-T T.81 annex K, libjpeg's scaling).

    Without the entropy coder, which loses nothing. Sides are multiples of 16.
    """
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None, None, None]
    luma_steps, chroma_steps = (_table(table, pixels.device) for table in (LUMA, CHROMA))
    matrix = _ycc(pixels.device)
    samples = torch.einsum("ij,njhw->nihw", matrix, pixels.clamp(0, 1).mul(255).round()) - pixels.new_tensor(
        [128.0, 0, 0]
    ).view(1, 3, 1, 1)
    luma = _quantised(samples[:, :1], _steps(luma_steps, scale))
    chroma = _quantised(F.avg_pool2d(samples[:, 1:], 2), _steps(chroma_steps, scale))
    # "fancy upsampling" of libjpeg is this triangle filter
    chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear")
    shown = torch.einsum("ij,njhw->nihw", matrix.inverse(), torch.cat([luma + 128, chroma], 1))
    return shown.round().clamp(0, 255) / 255


def _steps(table: Tensor, scale: Tensor) -> Tensor:
    return ((table * scale + 50) / 100).floor().clamp(1, 255)


def _quantised(samples: Tensor, steps: Tensor) -> Tensor:
    """Blocks of 8 x 8 through the DCT, rounded to multiples of `steps`, and back."""
    n, c, height, width = samples.shape
    dct = _dct(samples.device)
    blocks = samples.reshape(n, c, height // 8, 8, width // 8, 8).transpose(3, 4).reshape(n, -1, 1, 8, 8)
    found = dct @ blocks @ dct.T
    kept = dct.T @ ((found / steps).round() * steps) @ dct
    return kept.reshape(n, c, height // 8, width // 8, 8, 8).transpose(3, 4).reshape(n, c, height, width)


def to_linear(srgb: Tensor) -> Tensor:
    """sRGB 0 ... 1 to linear light 0 ... 1 (IEC 61966-2-1)."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb.clamp_min(0) + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Tensor) -> Tensor:
    """Inverse of `to_linear`."""
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055)


def stored(pixels: Tensor) -> Tensor:
    """What an 8-bit file keeps: clipped to 0 ... 1 and rounded to multiples of 1 / 255."""
    return pixels.clamp(0, 1).mul(255).round() / 255


def degrade(pixels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Clean pictures and what one draw of the mixture makes of them, in proportion to `SHARES`.

    The clean ones differ from `pixels` where a grey picture was drawn.
    """
    order = torch.randperm(len(pixels), generator=generator).tolist()
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    offset = torch.rand((), generator=generator).item()
    groups: dict[str, list[int]] = {}
    for place, index in enumerate(order):  # stratified: every batch has its share of each kind
        groups.setdefault(kinds[int((place + offset) / len(order) * len(kinds)) % len(kinds)], []).append(index)
    clean, spoilt = pixels.clone(), pixels.clone()
    for kind, indices in groups.items():
        where = torch.tensor(indices).to(pixels.device, non_blocking=True)
        if kind == "grey" and torch.rand((), generator=generator).item() < GREY_PICTURES:
            clean[where] = clean[where].mean(1, keepdim=True)
        spoilt[where] = _spoil(kind, clean[where], generator)
    return clean, spoilt


def _spoil(kind: str, pixels: Tensor, generator: torch.Generator) -> Tensor:
    uniform = ((torch.arange(len(pixels)) + torch.rand(len(pixels), generator=generator)) / len(pixels)).to(
        pixels.device, non_blocking=True
    )
    coin = torch.rand((), generator=generator).item()
    sigma = uniform * HIGHEST_SIGMA
    if kind == "gaussian":
        return gaussian(pixels, sigma)
    if kind == "stored":
        return stored(gaussian(pixels, sigma))
    if kind == "grey":
        return grey_gaussian(pixels, sigma)
    if kind == "photons":
        return photons(pixels, 10 ** (PHOTONS[0] + (PHOTONS[1] - PHOTONS[0]) * uniform))
    if kind == "camera":
        noisy = camera(pixels, FAINTEST + (1 - FAINTEST) * uniform, mosaic=coin < 0.5)
        last = torch.rand((), generator=generator).item()
        return _shifted_jpeg(noisy, generator) if last < THEN_JPEG else noisy
    if kind == "jpeg":
        return _shifted_jpeg(pixels, generator)
    return pixels


def _shifted_jpeg(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """JPEG at random qualities; half the time its blocks lie anywhere, as they do after a picture was cut."""
    low, high = JPEG_QUALITY
    quality = (low + (high - low) * torch.rand(len(pixels), generator=generator)).to(pixels.device, non_blocking=True)
    shift = torch.randint(0, 16, (2,), generator=generator).tolist()
    if torch.rand((), generator=generator).item() < 0.5:
        return jpeg(pixels, quality)
    rolled = jpeg(pixels.roll(shift, (2, 3)), quality)
    return rolled.roll([-step for step in shift], (2, 3))


@cache
def _dct(device: torch.device) -> Tensor:
    """The orthonormal DCT-II of 8 samples as a matrix."""
    place = torch.arange(8, dtype=torch.float64)
    matrix = torch.cos(math.pi / 8 * (place + 0.5) * place[:, None]) / 2
    matrix[0] /= math.sqrt(2)
    return matrix.float().to(device)


@cache
def _ycc(device: torch.device) -> Tensor:
    """RGB to YCbCr as in JFIF (ITU-R BT.601), Cb and Cr around 0."""
    rows = [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]]
    return torch.tensor(rows, device=device)


# ITU-T T.81, tables K.1 and K.2
LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
)


@cache
def _table(table: tuple[tuple[int, ...], ...], device: torch.device) -> Tensor:
    return torch.tensor(table, dtype=torch.float32, device=device)
