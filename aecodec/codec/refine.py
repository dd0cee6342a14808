"""Refinement: gradient steps on the latents of the picture at hand, for fewer bits at no cost to the decoder.

Annealed rounding: every symbol lies between its two neighbouring integers, at first anywhere, at last on one of them,
while Adam moves y and z downhill in bits + price * squared error. Stochastic Gumbel annealing (Yang, Bamler and Mandt,
"Improving Inference for Neural Image Compression", NeurIPS 2020) with less noise: all of it wanders for hundreds of
steps, none of it ends where rounding hurts. From a third on the price of the error is steered, tile by tile, so that
the error ends where it began and the gain is bits; at the end, parts of the way back to the start are looked at too,
which takes back first what was rounded otherwise by a hair. What is returned is the best state seen whose rounded
symbols are no worse in either. Legend: N tiles of one shape, C channels of y (the latents, or details too), h, w cells
of y, H, W pixels of a tile without its padding.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aecodec.codec.windowed import Surroundings
from aecodec.executors.interface import Floats
from aecodec.executors.interruption import heed
from aecodec.nets.blocks import bounded
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import SCALES
from aecodec.tiling import LATENT_STRIDE

# Chosen on validation pictures at two qualities; `pretrained/LOG.md` has what else was tried.
HOT, COLD = 0.6, 0.2  # temperature of the rounding at first and at last
NOISE = 0.5  # of the noise that Gumbel annealing has; in shorter runs than usual less, by the root of their length
RATE_Y, RATE_Z = 0.02, 0.005  # learning rates in quantiser steps, for a run of
USUAL_STEPS = 60
STILL = 2.0  # bits per quantiser step: a gradient well below it hardly moves a latent (Adam's epsilon)
PRICE = 1.2  # of the error at first, in lambda: short runs end a little worse than they began
STEER_FROM, LOOKS = 0.3, 10  # from then on rounded symbols are looked at every tenth of a run
STIFFNESS, STEERING = 3, (0.85, 1.2)  # how the price follows the error at a look, and how far at most
WAYS_BACK = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)  # of the way from the start to the end
SLACK = 5e-4  # of the squared error, kept in hand for what lies beyond a tile's rim and for rounding pixels
EDGE = 1e-4  # keeps the logits of rounding finite

Quantiser = Callable[[Tensor], Tensor]


def refine(model: Compressor, y: Floats, around: Surroundings, step: int, iterations: int) -> tuple[Floats, Floats]:
    """Latents before the gain (N, C, h, w) -> better ones, and rounded hyper-latents (N, hyper, h/4, w/4) to go with.

    Repeatable: the noise is seeded.
    """
    device = next(model.parameters()).device
    better, z = _refined(model, _placed(y, device), around, step, iterations)
    return better.cpu().numpy(), z.cpu().numpy()


def _placed(array: NDArray[np.float32], device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)


def _refined(model: Compressor, y: Tensor, around: Surroundings, step: int, iterations: int) -> tuple[Tensor, Tensor]:
    tiles = _Tiles(model, around, step, y)
    start = y * tiles.gain
    start_z = model.prior.hyper_analysis(start, tiles.steps)
    best = _Best(start, start_z, *tiles.rounded(start, start_z))
    price = torch.full_like(best.bits, PRICE * model.config.lambda_of(step) * 255**2 / 3)  # the MSE is over 3 channels
    scaled, z = start.clone().requires_grad_(), start_z.clone().requires_grad_()
    hurry = (USUAL_STEPS / iterations) ** (1 / 3)
    moving = [{"params": [scaled], "rate": RATE_Y * hurry}, {"params": [z], "rate": RATE_Z * hurry}]
    optimiser = torch.optim.Adam(moving, betas=(0.9, 0.99), eps=STILL)
    draw = torch.Generator(y.device).manual_seed(step)
    noise = NOISE * min(iterations / USUAL_STEPS, 1) ** 0.5
    for index in range(iterations):
        heed()
        progress = index / iterations
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * (1 - 0.9 * progress)
        bits, error = tiles.cost(scaled, z, _AnnealedRounding(HOT * (COLD / HOT) ** progress, noise, draw))
        optimiser.zero_grad()
        (bits + price * error).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if index + 1 == iterations or (progress >= STEER_FROM and index % max(iterations // LOOKS, 1) == 0):
            bits, error = tiles.rounded(scaled, z)
            best.offer(scaled, z, bits, error)
            price = price * ((error / best.error) ** STIFFNESS).clamp(*STEERING)
    for part in WAYS_BACK:
        back, back_z = start.lerp(scaled.detach(), part), start_z.lerp(z.detach(), part)
        best.offer(back, back_z, *tiles.rounded(back, back_z))
    return best.scaled / tiles.gain, torch.round(best.z)


class _AnnealedRounding:
    """floor + sigmoid((logit + noise) / temperature), the logit that of Gumbel annealing, the noise logistic."""

    def __init__(self, temperature: float, noise: float, draw: torch.Generator) -> None:
        self.temperature, self.noise = temperature, noise
        self.draw = draw

    def __call__(self, value: Tensor) -> Tensor:
        below = value.detach().floor()
        part = (value - below).clamp(EDGE, 1 - EDGE)
        chance = torch.rand(value.shape, generator=self.draw, device=value.device).clamp(EDGE, 1 - EDGE)
        logit = (torch.atanh(part) - torch.atanh(1 - part)) / self.temperature + self.noise * torch.logit(chance)
        return below + torch.sigmoid(logit / self.temperature)


class _Tiles:
    """Bits and squared error of N tiles as functions of their latents."""

    def __init__(self, model: Compressor, around: Surroundings, step: int, y: Tensor) -> None:
        self.model = model
        self.windows, self.pixels, self.shown = (
            _placed(array, y.device) for array in (around.windows, around.pixels, around.shown)
        )
        self.rows, self.columns = around.rows, around.columns
        self.steps = torch.full((len(y),), step, device=y.device)
        self.channels = y.shape[1]
        self.gain = model.prior.log_gain(self.steps).exp()[:, : self.channels]
        self.inverse = model.prior.log_inverse(self.steps).exp()[:, : self.channels]

    def cost(self, scaled: Tensor, z: Tensor, quantise: Quantiser) -> tuple[Tensor, Tensor]:
        """Bits (N,) and squared error (N,) of pixels as they are shown, 0 ... 1, summed over them and channels."""
        prior = self.model.prior
        z_symbols = quantise(z)
        index = bounded(prior.scales(z_symbols, self.steps, self.channels), 0, SCALES - 1)
        symbols = torch.zeros_like(scaled)

        def code(mean: Tensor, mask: Tensor) -> Tensor:
            nonlocal symbols
            chosen = quantise(scaled - mean)
            symbols = symbols + mask * chosen
            return mean + chosen

        known = prior.code_in_context(z_symbols, self.steps, self.gain, code)
        bits = prior.bits(symbols, index).sum((1, 2, 3)) + prior.factorised.bits(z_symbols, self.steps).sum((1, 2, 3))
        cells = self.windows.clone()
        cells[:, :, self.rows, self.columns] = known
        cells = (cells * self.inverse).contiguous(memory_format=torch.channels_last)
        shown = self.model.synthesis(cells, self.steps)
        top, left = self.rows.start * LATENT_STRIDE, self.columns.start * LATENT_STRIDE
        height, width = self.pixels.shape[2:]
        clipped = shown[:, :, top : top + height, left : left + width].clamp(0, 1)
        difference = (clipped - self.pixels) * self.shown
        return bits, difference.square().sum((1, 2, 3))

    @torch.no_grad()
    def rounded(self, scaled: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        return self.cost(scaled, z, torch.round)


class _Best:
    """The cheapest state of each tile whose error is no larger than that of the first, and that first error."""

    def __init__(self, scaled: Tensor, z: Tensor, bits: Tensor, error: Tensor) -> None:
        self.scaled, self.z, self.bits, self.error = scaled, z, bits, error

    @torch.no_grad()
    def offer(self, scaled: Tensor, z: Tensor, bits: Tensor, error: Tensor) -> None:
        better = (bits < self.bits) & (error <= self.error * (1 - SLACK))
        each = better[:, None, None, None]
        self.scaled = torch.where(each, scaled, self.scaled)
        self.z = torch.where(each, z, self.z)
        self.bits = torch.where(better, bits, self.bits)
