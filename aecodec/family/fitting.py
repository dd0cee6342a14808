"""How a member is fitted: its samples as batches for the project's training loop, its loss as a task of that loop."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from aecodec.training.loop import Progress, Trainer, Watch
from aecodec.training.schedule import Crops, Schedule
from aecodec.training.tasks import Forward

Terms = Callable[[nn.Module, Tensor], dict[str, Tensor]]  # the total, called "loss", comes first
Optimiser = Callable[[list[nn.Parameter]], torch.optim.Optimizer]

REPORT_EVERY_S = 0.25  # fine enough for curves
MOMENTUM = 0.9  # of SGD, Nesterov's
OPTIMIZERS: dict[str, Callable[[list[nn.Parameter], float], torch.optim.Optimizer]] = {
    "adamw": lambda weights, decay: torch.optim.AdamW(weights, weight_decay=decay, fused=True),
    "rmsprop": lambda weights, decay: torch.optim.RMSprop(weights, weight_decay=decay),
    "sgd": lambda weights, decay: torch.optim.SGD(weights, weight_decay=decay, momentum=MOMENTUM, nesterov=True),
}


class Samples:
    """A `Source` of samples (N, ...) that are each seen once before any is seen again."""

    def __init__(self, samples: Tensor, device: torch.device) -> None:
        self.samples = samples.to(device)
        self.order = torch.empty(0, dtype=torch.long)

    def crops(self, batch: int, side: int, generator: torch.Generator) -> Tensor:
        """`batch` samples; a side has no meaning here."""
        while len(self.order) < batch:
            self.order = torch.cat([self.order, torch.randperm(len(self.samples), generator=generator)])
        chosen, self.order = self.order[:batch], self.order[batch:]
        return self.samples[chosen.to(self.samples.device)]


class MemberTask:
    """A `Task`: whatever the member's terms are, one of them to be made small."""

    def __init__(self, model: nn.Module, terms: Terms, optimiser: Optimiser) -> None:
        self.model = model
        self.terms = terms
        self.optimiser = optimiser
        self.names: tuple[str, ...] = ("loss",)  # until the first batch

    shape = ""  # a fit takes minutes and keeps no checkpoint

    def optimisers(self) -> list[torch.optim.Optimizer]:
        return [self.optimiser(list(self.model.parameters()))]

    def draw(self, pixels: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        return (pixels,)

    def values(self, forward: Forward, drawn: tuple[Tensor, ...], *, rounded: bool) -> Tensor:
        terms = self.terms(self.model, drawn[0])
        self.names = tuple(terms)
        return torch.stack(list(terms.values()))


def fit(
    task: MemberTask, samples: Tensor, schedule: Schedule, seed: int, report: Callable[[Progress], None]
) -> nn.Module:
    """The averaged model after all steps of the schedule; what other code draws at random is as it would have been."""
    device = samples.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        trainer = Trainer(task, schedule, device, seed)
        trainer.run(Samples(samples, device), math.inf, Watch(report, REPORT_EVERY_S))
        trainer.check()
    return trainer.average.eval().requires_grad_(False)


def epochs(count: int, samples: int, batch: int, rate: float) -> Schedule:
    """So many times through the samples, with a cosine; exactly repeatable."""
    batch = min(batch, samples)
    steps = count * max(round(samples / batch), 1)
    return Schedule(steps, Crops(batch, 1, batch, 1), highest=rate, by_steps=True)
