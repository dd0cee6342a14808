"""What a run teaches: how a batch of clean crops becomes a question, and what is to become small in the answer."""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from aecodec.nets.compressor import Compressor
from aecodec.nets.restorer import Restorer
from aecodec.quality import QUALITY_STEPS
from aecodec.training.losses import denoising, psnr, rate_distortion
from aecodec.training.mixture import degrade
from aecodec.training.muon import Muon

FEW = 13  # channels of pixels and map
TOLD = 0.5  # of the crops: the denoiser is told the noise level, as `--sigma` does

Forward = Callable[..., Any]  # the task's model, compiled or not


class Task(Protocol):
    """`draw` runs in float32, `values` under autocast; neither waits for the device."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the values, the loss first."""

    @property
    def model(self) -> nn.Module: ...

    @property
    def shape(self) -> str:
        """The model's configuration as checkpoints keep it."""

    def optimisers(self) -> list[torch.optim.Optimizer]:
        """Which share the model's parameters between them; the schedule sets their learning rates."""

    def draw(self, pixels: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """A batch of the source, as clean crops (N, 3, H, W) of 0 ... 1 -> what `values` takes.

        All draws that a resumed run must repeat come from a CPU generator.
        """

    def values(self, forward: Forward, drawn: tuple[Tensor, ...], *, rounded: bool) -> Tensor:
        """Means over the batch, named by `names`; the first has a gradient. `rounded`: the last part of a run."""


class CodecTask:
    """Rate and distortion of a `Compressor` at qualities of the whole range."""

    names = ("loss", "bpp", "dB")

    def __init__(self, model: Compressor) -> None:
        self.model = model

    @property
    def shape(self) -> str:
        return self.model.config.to_json()

    def optimisers(self) -> list[torch.optim.Optimizer]:
        """Without decay: gains and scales are logarithms, which decay would pull to 1."""
        return [torch.optim.AdamW(self.model.parameters(), weight_decay=0, fused=True)]

    def draw(self, pixels: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """The crops and a quality step for each: uniform (lambda log-uniform) and stratified."""
        batch = len(pixels)
        strata = (torch.arange(batch) + torch.rand(batch, generator=generator)) / batch
        return pixels, (strata * (QUALITY_STEPS + 1)).long().to(pixels.device, non_blocking=True)

    def values(self, forward: Forward, drawn: tuple[Tensor, ...], *, rounded: bool) -> Tensor:
        pixels, quality = drawn
        self.model.noisy = not rounded
        result = rate_distortion(self.model.config, forward(pixels, quality), pixels, quality)
        return torch.stack((result.loss, result.bpp.mean(), psnr(result.mse).mean()))


class DenoiserTask:
    """Clean pictures and noise levels from spoilt ones, by a `Restorer`."""

    names = ("loss", "dB", "level error")

    def __init__(self, model: Restorer) -> None:
        self.model = model

    @property
    def shape(self) -> str:
        return self.model.config.to_json()

    def optimisers(self) -> list[torch.optim.Optimizer]:
        return muon_and_adam(self.model)

    def draw(self, pixels: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Clean and spoilt crops, the standard deviation of what was added, and who is told it."""
        clean, spoilt, _ = degrade(pixels, generator)
        told = torch.rand(len(pixels), generator=generator) < TOLD
        sigma = (spoilt - clean).square().mean((1, 2, 3)).sqrt()
        return clean, spoilt, sigma, told.to(pixels.device, non_blocking=True)

    def values(self, forward: Forward, drawn: tuple[Tensor, ...], *, rounded: bool) -> Tensor:
        clean, spoilt, sigma, told = drawn
        restored, level = forward(spoilt, sigma, told)
        result = denoising(restored, level, clean, spoilt)
        return torch.stack((result.loss, psnr(result.mse).mean(), result.level_error))


def muon_and_adam(model: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon, with which a denoiser learns twice as much in equal time; AdamW for kernels of few outputs or inputs."""
    hidden = [weight for weight in model.parameters() if min(weight.shape[:2]) > FEW]
    others = [weight for weight in model.parameters() if min(weight.shape[:2]) <= FEW]
    adam = torch.optim.AdamW(others, weight_decay=0, fused=True)
    return [Muon(hidden), adam] if hidden else [adam]
