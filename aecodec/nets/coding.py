"""What encoder and decoder compute: the functions between pixels, latents and symbols, for one quality step a call.

`executors.with_torch` runs them as they are, `executors.with_onnx` as graphs that `executors.exporting` makes of them.
Legend: N tiles of one shape, C channels of y (the first `latents`, or all), h, w cells of y, multiples of 4; `step` is
a tensor (1,) of int64. y is before the gain, symbols and what they are added to are in quantiser steps; what is rounded
stays float32.
"""

import torch
from torch import Tensor

from aecodec.nets.compressor import Compressor


def analysis(model: Compressor, pixels: Tensor) -> Tensor:
    """RGB of 0 ... 1, (N, 3, 16 h, 16 w) -> y of the latents (N, L, h, w)."""
    y: Tensor = model.analysis(pixels)
    return y


def details(model: Compressor, pixels: Tensor, y: Tensor) -> Tensor:
    """The same pixels, and their latents -> y of the details (N, D, h, w)."""
    return model.details(pixels, y)


def hyper(model: Compressor, y: Tensor, step: Tensor) -> Tensor:
    """y (N, C, h, w) -> rounded hyper-latents z (N, hyper, h / 4, w / 4)."""
    return torch.round(model.prior.hyper_analysis(y * _gain(model, step, y.shape[1]), step))


def quantise(model: Compressor, y: Tensor, z: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
    """y (N, C, h, w), and rounded z -> symbols, and what a decoder will make of them: both (N, C, h, w)."""
    gain = _gain(model, step, y.shape[1])
    scaled = y * gain
    symbols = torch.zeros_like(scaled)

    def code(mean: Tensor, mask: Tensor) -> Tensor:
        nonlocal symbols
        rounded = torch.round(scaled - mean)
        symbols = symbols + mask * rounded
        return mean + rounded

    quantised = model.prior.code_in_context(z, step, gain, code)
    return symbols, quantised


def reconstruct(model: Compressor, z: Tensor, symbols: Tensor, step: Tensor) -> Tensor:
    """Rounded z, and symbols (N, C, h, w) -> quantised y (N, C, h, w)."""
    gain = _gain(model, step, symbols.shape[1])
    return model.prior.code_in_context(z, step, gain, lambda mean, mask: mean + symbols)


def synthesis(model: Compressor, quantised: Tensor, step: Tensor) -> Tensor:
    """Quantised y (N, C, h, w) -> RGB around 0 to 1, (N, 3, 16 h, 16 w)."""
    inverse = model.prior.log_inverse(step).exp()[:, : quantised.shape[1]]
    pixels: Tensor = model.synthesis(quantised * inverse, step)
    return pixels


def _gain(model: Compressor, step: Tensor, channels: int) -> Tensor:
    gain: Tensor = model.prior.log_gain(step).exp()
    return gain[:, :channels]
