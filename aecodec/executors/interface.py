"""What runs the networks, in NumPy arrays: all that codec and denoiser know of them.

Legend: N tiles of one shape, H, W pixels, h, w cells of 16 pixels, C channels of y (the latents, or details too);
`step` is a quality step. y is before the gain; what is quantised, and symbols, are in quantiser steps. All is float32,
rounded or not, but for samples of pictures. Several threads may call at once. Every method raises MemoryError where
device or machine run out of memory.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from aecodec.models.frozen import Frozen
from aecodec.pictures.picture import Samples

if TYPE_CHECKING:
    from aecodec.nets.compressor import Compressor

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Form:
    """How samples are stored."""

    channels: int  # 1 or 3
    bit_depth: int  # 8 or 16


class CodecExecutor(Protocol):
    """A codec's network on a device."""

    frozen: Frozen
    threads: int  # of the processor, for the work beside the network
    batch: int  # tiles at a time

    def analysis(self, pixels: Samples) -> Floats:
        """RGB (N, H, W, 3), sides multiples of 64 -> y of the latents (N, latents, h, w)."""

    def details(self, pixels: Samples, y: Floats) -> Floats:
        """The same pixels, and their latents -> y of the details (N, details, h, w)."""

    def hyper(self, y: Floats, step: int) -> Floats:
        """y (N, C, h, w) -> rounded hyper-latents (N, hyper, h / 4, w / 4)."""

    def quantise(self, y: Floats, z: Floats, step: int) -> tuple[Floats, Floats]:
        """y (N, C, h, w), and rounded hyper-latents -> symbols, and quantised y as a decoder will have it."""

    def scale_rows(self, z: Floats, step: int, channels: int) -> NDArray[np.int32]:
        """Rounded hyper-latents -> table rows of y (N, C, h, w), of the first `channels`: the exact path."""

    def reconstruct(self, z: Floats, symbols: Floats, step: int) -> Floats:
        """Rounded hyper-latents, and symbols (N, C, h, w) -> quantised y of that shape."""

    def synthesis(self, quantised: Floats, step: int, form: Form) -> Samples:
        """Quantised y (N, C, h, w) -> samples (N, H, W, channels), rounded and clipped; grey is the mean of RGB."""

    def prepare(self, *functions: str, channels: int | None = None) -> None:
        """Begin to make methods ready that will soon be called, by their names, and return at once.

        `channels` are those of y, for all methods but `analysis` and `details`, which have one number of them.
        """

    def module(self) -> "Compressor":
        """The network of PyTorch, for those who need gradients."""


class DenoiserExecutor(Protocol):
    """A denoiser's network on a device. Pixels are RGB around 0 ... 1, beyond them too, sides multiples of 16."""

    batch: int  # tiles at a time

    def energies(self, pixels: Floats) -> Floats:
        """Pixels (N, H, W, 3) -> what differs in their cells (N, energies, h, w), each for itself."""

    def estimate(self, energies: Floats) -> Floats:
        """Energies of whole pictures (N, energies, h, w) -> two noise levels (N, 2, h, w): `nets.restorer`."""

    def restore(self, pixels: Floats, levels: Floats) -> Floats:
        """Pixels (N, H, W, 3), and noise levels of their cells (N, 2, h, w) -> clean pixels (N, H, W, 3)."""
