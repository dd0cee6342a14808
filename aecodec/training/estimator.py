"""The end of a denoiser's training: its estimator alone learns the noise level, from far more pictures than before.

What it looks at, the energies of cells, is gathered once and then seen many times, which is as good as training it with
all the rest for a hundred times as long: most of a step's work is elsewhere.
"""

import copy
from time import monotonic

import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.nets.restorer import ENERGIES, Estimator, energies
from aecodec.training.data import Pictures
from aecodec.training.loop import Progress, Watch
from aecodec.training.losses import noise_energies, relative_error
from aecodec.training.mixture import ESTIMATOR_SHARES, degrade
from aecodec.training.retouching import retouched
from aecodec.training.schedule import cosine
from aecodec.training.tasks import muon_and_adam

SHARE = 0.1  # of a run's time
GATHERING = 0.5  # of that
COLOURED = 1.6  # levels that restore best, over the RMS
SIDE = 256  # pixels of a crop: quantiles over a picture need many cells
GATHERED_AT_ONCE, MOST_CROPS = 8, 16_384  # 0.6 GB in float16
BATCH = 32
HIGHEST_RATE = 2e-3
EMA_DECAY = 0.995
UNIT = 255  # levels, which float16 holds well


def teach(estimator: Estimator, pictures: Pictures, seconds: float, seed: int, watch: Watch) -> None:
    """Train `estimator`, on its device, for so long: to the level that restores a cell best.

    Of white noise that is its RMS. What is not white takes more, since the restoring network, though told the RMS too,
    leaves much of its coarse part: `COLOURED` times as much was best on the validation pairs of cameras.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    seen, true = gather(pictures, GATHERING * seconds, generator)
    fit(estimator, seen, true, (1 - GATHERING) * seconds, watch)


@torch.no_grad()
def gather(pictures: Pictures, seconds: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Energies (N, 72, 16, 16) of spoilt crops and the squared levels to be found (N, 2, 16, 16), in levels of 255.

    Of a cell and its neighbours, since the energy of coarse noise in one cell is mostly chance.
    """
    seen: list[Tensor] = []
    true: list[Tensor] = []
    began = monotonic()
    while not seen or (monotonic() - began < seconds and len(seen) * GATHERED_AT_ONCE < MOST_CROPS):
        crops = retouched(pictures.crops(GATHERED_AT_ONCE, SIDE, generator), generator)
        clean, spoilt, white = degrade(crops, generator, ESTIMATOR_SHARES)
        seen.append((UNIT * energies(spoilt)).half())
        energy = noise_energies(UNIT * (spoilt - clean))
        energy[:, 0] *= torch.where(white, 1.0, COLOURED**2)[:, None, None]
        true.append(F.avg_pool2d(energy, 3, 1, 1, count_include_pad=False))
    return torch.cat(seen), torch.cat(true)


def fit(estimator: Estimator, seen: Tensor, true: Tensor, seconds: float, watch: Watch) -> None:
    """Train on what was gathered, along a cosine; `estimator` becomes the average of its weights at the end."""
    assert seen.shape[1] == ENERGIES
    average = copy.deepcopy(estimator)
    mine: list[Tensor] = list(average.parameters())
    trained: list[Tensor] = list(estimator.parameters())
    optimisers = muon_and_adam(estimator)
    began = reported = now = monotonic()
    step, errors = 0, torch.zeros((), device=seen.device)
    while (progress := (now - began) / seconds) < 1 or step == 0:
        for group in (group for optimiser in optimisers for group in optimiser.param_groups):
            group["lr"] = HIGHEST_RATE * cosine(step, min(progress, 1.0))
        chosen = torch.randint(len(seen), (BATCH,)).to(seen.device)
        sides = [side for side in (2, 3) if torch.rand(()) < 0.5]
        levels = estimator(seen[chosen].float().flip(sides))
        error = relative_error(levels / UNIT, true[chosen].flip(sides) / UNIT**2)
        estimator.zero_grad(set_to_none=True)
        error.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        for optimiser in optimisers:
            optimiser.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(mine, trained, 1 - min(EMA_DECAY, (1 + step) / (10 + step)))
        errors += error.detach()
        now = monotonic()
        if now - reported >= watch.report_every_s:
            watch.report(_progress(step, now - began, seconds, float(errors) / step, len(seen)))
            reported = now
    estimator.load_state_dict(average.state_dict())


def _progress(step: int, elapsed: float, seconds: float, error: float, crops: int) -> Progress:
    """`error`: mean since the start."""
    speed = step * BATCH * SIDE**2 / 1e6 / elapsed
    return Progress(
        step, min(elapsed / seconds, 1), {"level error": error}, crops * SIDE**2 / 1e6, speed, max(seconds - elapsed, 0)
    )
