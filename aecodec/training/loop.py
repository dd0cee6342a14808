"""The training loop: one readable loop over random batches, as a schedule has it."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn

from aecodec import devices
from aecodec.errors import WeightsError
from aecodec.pictures.imagefile import ignore
from aecodec.training.compiled import compiled
from aecodec.training.data import Source
from aecodec.training.schedule import Kind, Schedule
from aecodec.training.tasks import Task

EMA_EVERY = 4  # steps: the average changes too slowly for each of them to matter


@dataclass(frozen=True)
class Progress:
    """What is reported while training: means since the last report."""

    step: int
    progress: float  # of the whole run, 0 ... 1
    values: dict[str, float]  # by the names that the task gives them, the loss first
    megapixels: float  # seen so far
    megapixels_per_s: float
    time_left_s: float  # infinite where nothing but the user ends the run


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Watch:
    """What happens beside training, and how often."""

    report: Callable[[Progress], None]
    report_every_s: float = 1.0
    save: Callable[[], None] = _nothing
    save_every_s: float = 300.0


class Trainer:
    """A model, its averaged copy, its optimiser and their place in a schedule; everything a checkpoint holds."""

    def __init__(
        self,
        task: Task,
        schedule: Schedule,
        device: torch.device,
        seed: int = 0,
        note: Callable[[str], None] = ignore,
    ) -> None:
        self.device = device
        self.schedule = schedule
        self.task = task
        self.model: nn.Module = task.model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(task.model)
        self.optimisers = task.optimisers()
        self.forward = compiled(self.model, device, note)
        self.generator = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        torch.set_flush_denormal(True)  # what decays to nothing, as momentum of idle weights, took most of the time
        self.step = 0
        self.elapsed = 0.0
        self.pixels = 0

    @property
    def progress(self) -> float:
        return self.schedule.progress(self.step, self.elapsed)

    def state(self) -> dict[str, Any]:
        return {
            "config": self.task.shape,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "random": torch.get_rng_state(),
            "random_device": torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None,
            "generator": self.generator.get_state(),
            "counters": {"step": self.step, "elapsed": self.elapsed, "pixels": self.pixels},
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Take up where `state` stopped; on a CPU, by steps, the result is the same to the bit."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and state["random_device"] is not None:
            torch.cuda.set_rng_state(state["random_device"], self.device)
        self.generator.set_state(state["generator"])
        self.step = state["counters"]["step"]
        self.elapsed = state["counters"]["elapsed"]
        self.pixels = state["counters"]["pixels"]

    def train_step(self, source: Source) -> Tensor:
        """One step; returns the task's values, on the device: nothing waits for it here."""
        progress = self.progress
        kind = self.schedule.kind(progress)
        rate = self.schedule.learning_rate(self.step, progress)
        for group in chain.from_iterable(optimiser.param_groups for optimiser in self.optimisers):
            group["lr"] = rate
        values = self._gradients(source, kind, self.generator)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, foreach=True)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        self.pixels += kind.batch * kind.side**2
        if self.step % EMA_EVERY == 0:
            self.average_weights()
        return values.detach()

    def _gradients(self, source: Source, kind: Kind, generator: torch.Generator) -> Tensor:
        """The task's values of a batch, whose gradients the model then has."""
        drawn = self.task.draw(source.crops(kind.batch, kind.side, generator), generator)
        with devices.autocast(self.device):
            values = self.task.values(self.forward, drawn, rounded=kind.rounded)
        self.model.zero_grad(set_to_none=True)
        values[0].backward()  # type: ignore[no-untyped-call]
        return values

    def warm_up(self, source: Source) -> None:
        """Compile what every kind of step to come needs, where steps are compiled, before the clock starts.

        Of a run of minutes it takes a large share; met on the way, it would cost the last part, which matters most.
        """
        if self.forward is self.model:
            return
        self.model.train()
        for kind in self.schedule.kinds(self.progress):
            self._gradients(source, kind, torch.Generator().manual_seed(0))

    @torch.no_grad()
    def average_weights(self) -> None:
        """Move the averaged copy towards the trained weights (EMA, with a shorter memory in the first steps)."""
        decay = min(self.schedule.ema_decay, (1 + self.step) / (10 + self.step)) ** EMA_EVERY
        mine: list[Tensor] = list(self.average.parameters())
        trained: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(mine, trained, 1 - decay)

    def check(self) -> None:
        """Raises WeightsError if a weight, or its average, is not finite. Waits for the device."""
        sizes = torch._foreach_norm([*self.model.parameters(), *self.average.parameters()])
        if not torch.stack(sizes).isfinite().all():
            raise WeightsError(f"the weights are no longer finite at step {self.step}")

    def run(self, source: Source, budget_s: float, watch: Watch) -> None:
        """Train until the schedule or `budget_s` seconds end, whichever is first.

        Raises WeightsError when a report finds a loss that is not finite.
        """
        began, start = monotonic(), self.elapsed
        saved = began
        window = _Window(began, self.pixels)
        self.model.train()
        while self.progress < 1 and monotonic() - began < budget_s:
            window.add(self.train_step(source))
            now = monotonic()
            self.elapsed = start + now - began
            if now - window.began >= watch.report_every_s or self.progress >= 1:
                watch.report(window.report(self, now, min(budget_s - (now - began), self._time_left())))
                window = _Window(now, self.pixels)
            if now - saved >= watch.save_every_s:
                watch.save()
                saved = now

    def _time_left(self) -> float:
        schedule = self.schedule
        if not schedule.by_steps:
            return schedule.start + schedule.total - self.elapsed
        return self.elapsed * (1 - self.progress) / max(self.progress, 1e-9)  # at the pace so far


class _Window:
    """Means over the steps since the last report."""

    def __init__(self, began: float, pixels: int) -> None:
        self.began, self.pixels = began, pixels
        self.sums: Tensor | float = 0.0
        self.count = 0

    def add(self, values: Tensor) -> None:
        self.sums = self.sums + values
        self.count += 1

    def report(self, trainer: Trainer, now: float, time_left_s: float) -> Progress:
        assert isinstance(self.sums, Tensor)  # a report follows a step
        means: list[float] = (self.sums / self.count).tolist()
        if not math.isfinite(means[0]):
            raise WeightsError(f"the loss is no longer finite at step {trainer.step}")
        speed = (trainer.pixels - self.pixels) / 1e6 / max(now - self.began, 1e-9)
        return Progress(
            trainer.step,
            trainer.progress,
            dict(zip(trainer.task.names, means, strict=True)),
            trainer.pixels / 1e6,
            speed,
            max(time_left_s, 0),
        )
