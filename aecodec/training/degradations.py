"""What spoils pictures, as the denoiser learns it: noise of formulas, of sensors and of what cameras make of it.

All functions take clean pixels (N, 3, H, W) of 0 ... 1 and a level for each picture (N,), and return spoilt pixels of
the same shape; `*_noise` functions return noise alone. Noise comes from PyTorch's own generator of the device.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.training.jpeg import ycc

# Shot and read noise at four levels: felixcheng97/DenoiseCompression, SyntheticTestDataset.py; the first and the last.
SHOT = (0.05200081, 0.18138522)
READ = (0.0068354, 0.08316627)
MATRIX = ((1.7, -0.6, -0.1), (-0.2, 1.6, -0.4), (0.0, -0.7, 1.7))  # of a camera's colours to sRGB, roughly: rows of 1

Mosaic = Literal["none", "bilinear", "malvar"]


@dataclass(frozen=True)
class Smoothing:
    """What a camera's own processing does to noise, for N pictures, each (N,)."""

    luma: Tensor  # standard deviations of Gaussians in pixels
    chroma: Tensor
    sharpening: Tensor  # of luma: 1 doubles the highest frequencies


def gaussian(pixels: Tensor, sigma: Tensor) -> Tensor:
    """Additive white Gaussian noise of standard deviation `sigma` (1 is white), not clipped."""
    return pixels + torch.randn_like(pixels) * _each(sigma)


def grey_gaussian(pixels: Tensor, sigma: Tensor) -> Tensor:
    """The same noise in all channels, as scans and converted pictures have it."""
    return pixels + torch.randn_like(pixels[:, :1]) * _each(sigma)


def grain(pixels: Tensor, sigma: Tensor, blur: Tensor) -> Tensor:
    """Film grain: the same in all channels, coarse by a Gaussian of `blur` pixels (N,), strongest in the mid-tones."""
    noise = unit(blurred(torch.randn_like(pixels[:, :1]), blur))
    grey = _luma(pixels)
    return pixels + noise * _each(sigma) * (0.4 + 2.4 * grey * (1 - grey))


def photons(pixels: Tensor, white: Tensor) -> Tensor:
    """Poisson noise: white is `white` photons in linear light; clipped to 0 ... 1."""
    count = _each(white)
    return to_srgb((torch.poisson(to_linear(pixels) * count) / count).clamp(0, 1))


def camera(pixels: Tensor, level: Tensor, noise: Tensor) -> Tensor:
    """Shot and read noise in linear light, variance read^2 + light * shot^2 (Foi et al. 2008); clipped to 0 ... 1.

    `level` 0 ... 1 runs from the weakest to the strongest of `SHOT` and `READ`, geometrically, and beyond. `noise`
    (N, 3, H, W) of variance 1 says how it is spread over pixels and colours.
    """
    light = to_linear(pixels)
    read, shot = (first * (last / first) ** _each(level) for first, last in (READ, SHOT))
    return to_srgb((light + noise * (read.square() + light * shot.square()).sqrt()).clamp(0, 1))


def uneven(pixels: Tensor, sigma: Tensor, noise: Tensor, ends: Tensor) -> Tensor:
    """Noise (N, 3, H, W) of variance 1 whose strength depends on brightness; clipped to 0 ... 1.

    `sigma` is what it has in the mid-tones, `ends` (2, N) the factors by which it differs at black and at white.
    """
    grey = _luma(pixels)
    dark, bright = (1 - 2 * grey).clamp_min(0), (2 * grey - 1).clamp_min(0)
    factor = 1 + dark * (_each(ends[0]) - 1) + bright * (_each(ends[1]) - 1)
    return (pixels + noise * _each(sigma) * factor).clamp(0, 1)


def sensor_noise(like: Tensor, mosaic: Mosaic, shrink: float, colour: float) -> Tensor:
    """Noise of variance 1 that a sensor has after demosaicing, colour correction and shrinking by `shrink` 0.5 ... 1.

    All three are linear in the picture, so that the noise can be treated alone, and the picture stays as sharp as the
    one to be restored. `colour` 0 ... 1: from a camera that sees as sRGB does to one that is corrected by `MATRIX`.
    """
    height, width = (2 * round(side / shrink / 2) for side in like.shape[2:])
    noise = torch.randn(len(like), 3, height, width, device=like.device)
    noise = demosaiced(noise, mosaic)
    matrix = torch.lerp(torch.eye(3, device=like.device), noise.new_tensor(MATRIX), colour)
    noise = torch.einsum("ij,njhw->nihw", matrix, noise)
    if noise.shape != like.shape:
        noise = F.interpolate(noise, like.shape[2:], mode="bilinear", antialias=True)
    return unit(noise)


def demosaiced(noise: Tensor, mosaic: Mosaic) -> Tensor:
    """Keep the samples of an RGGB mosaic and interpolate the others. Sides are even.

    Bilinearly, or with the gradients of the other colours (Malvar, He, Cutler 2004, "High-quality linear interpolation
    for demosaicing of Bayer-patterned color images", figure 2).
    """
    if mosaic == "none":
        return noise
    mask = torch.zeros_like(noise[:1])
    mask[:, 0, ::2, ::2] = mask[:, 1, ::2, 1::2] = mask[:, 1, 1::2, ::2] = mask[:, 2, 1::2, 1::2] = 1
    seen = noise * mask
    if mosaic == "bilinear":
        full = noise.new_tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4  # of red and blue: one sample in four
        cross = noise.new_tensor([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4  # of green: one in two
        kernels = torch.stack([full, cross, full])[:, None]
        return F.conv2d(F.pad(seen, (1, 1, 1, 1), mode="reflect"), kernels, groups=3)
    cross, along, diagonal_kernel = _malvar(noise.device)
    kernels = torch.stack([cross, along, along.T, diagonal_kernel])[:, None]
    at_cross, in_row, in_column, diagonal = F.conv2d(
        F.pad(seen.sum(1, keepdim=True), (2, 2, 2, 2), mode="reflect"), kernels
    ).unbind(1)
    red, green, blue = (channel.clone() for channel in seen.unbind(1))
    green[:, ::2, ::2], green[:, 1::2, 1::2] = at_cross[:, ::2, ::2], at_cross[:, 1::2, 1::2]
    for colour, row, column in ((red, 0, 0), (blue, 1, 1)):
        colour[:, row::2, 1 - column :: 2] = in_row[:, row::2, 1 - column :: 2]
        colour[:, 1 - row :: 2, column::2] = in_column[:, 1 - row :: 2, column::2]
        colour[:, 1 - row :: 2, 1 - column :: 2] = diagonal[:, 1 - row :: 2, 1 - column :: 2]
    return torch.stack([red, green, blue], 1)


def _malvar(device: torch.device) -> Tensor:
    """Kernels (3, 5, 5): green at red or blue, red at green between reds of its row, red at blue."""
    cross = [[0, 0, -2, 0, 0], [0, 0, 4, 0, 0], [-2, 4, 8, 4, -2], [0, 0, 4, 0, 0], [0, 0, -2, 0, 0]]
    along = [[0, 0, 1, 0, 0], [0, -2, 0, -2, 0], [-2, 8, 10, 8, -2], [0, -2, 0, -2, 0], [0, 0, 1, 0, 0]]
    diagonal = [[0, 0, -3, 0, 0], [0, 4, 0, 4, 0], [-3, 0, 12, 0, -3], [0, 4, 0, 4, 0], [0, 0, -3, 0, 0]]
    return torch.tensor([cross, along, diagonal], dtype=torch.float32, device=device) / 16


def smoothed_noise(noise: Tensor, smoothing: Smoothing) -> Tensor:
    """Noise (N, 3, H, W) after a camera smoothed luma a little and chroma much, and sharpened luma; of variance 1."""
    matrix = ycc(noise.device)
    spectrum = torch.fft.rfft2(torch.einsum("ij,njhw->nihw", matrix, noise))
    sharpened = 1 + _each(smoothing.sharpening) * (1 - _pass(noise, torch.ones_like(smoothing.luma)))
    luma = spectrum[:, :1] * _pass(noise, smoothing.luma) * sharpened
    chroma = spectrum[:, 1:] * _pass(noise, smoothing.chroma)
    back = torch.fft.irfft2(torch.cat([luma, chroma], 1), noise.shape[2:])
    return unit(torch.einsum("ij,njhw->nihw", matrix.inverse(), back))


def spectral_noise(like: Tensor, smoothing: Smoothing, chroma: Tensor, coarse: Tensor) -> Tensor:
    """Noise of variance 1 of a spectrum that falls: two octaves apart, `coarse` (N,) as strong as the fine one.

    `chroma` (N,): standard deviation of each of Cb and Cr, where luma's is 1.
    """
    parts = []
    for octave, share in ((1.0, torch.ones_like(coarse)), (4.0, coarse)):
        luma = unit(blurred(torch.randn_like(like[:, :1]), smoothing.luma * octave))
        colours = unit(blurred(torch.randn_like(like[:, 1:]), smoothing.chroma * octave))
        parts.append(_each(share) * torch.cat([luma, _each(chroma) * colours], 1))
    return unit(torch.einsum("ij,njhw->nihw", ycc(like.device).inverse(), parts[0] + parts[1]))


def blurred(noise: Tensor, pixels: Tensor) -> Tensor:
    """By a Gaussian of a standard deviation of `pixels` (N,), as if the picture went on beyond its edges."""
    back: Tensor = torch.fft.irfft2(torch.fft.rfft2(noise) * _pass(noise, pixels), noise.shape[2:])
    return back


def unit(noise: Tensor) -> Tensor:
    """Scaled so that each picture's mean square is 1."""
    return noise / noise.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min(1e-6)


def _pass(like: Tensor, pixels: Tensor) -> Tensor:
    """How much of each frequency a Gaussian of so many pixels (N,) leaves: (N, 1, H, W / 2 + 1)."""
    height, width = like.shape[2:]
    rows = torch.fft.fftfreq(height, device=like.device)[:, None]
    columns = torch.fft.rfftfreq(width, device=like.device)
    return torch.exp(-2 * (torch.pi * _each(pixels)).square() * (rows.square() + columns.square()))


def to_linear(srgb: Tensor) -> Tensor:
    """sRGB 0 ... 1 to linear light 0 ... 1 (IEC 61966-2-1)."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb.clamp_min(0) + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Tensor) -> Tensor:
    """Inverse of `to_linear`."""
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055)


def stored(pixels: Tensor) -> Tensor:
    """What an 8-bit file keeps: clipped to 0 ... 1 and rounded to multiples of 1 / 255."""
    return pixels.clamp(0, 1).mul(255).round() / 255


def _luma(pixels: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 1, H, W) of 0 ... 1."""
    return torch.einsum("j,njhw->nhw", ycc(pixels.device)[0], pixels)[:, None].clamp(0, 1)


def _each(values: Tensor) -> Tensor:
    """(N,) against (N, C, H, W)."""
    return values[:, None, None, None]
