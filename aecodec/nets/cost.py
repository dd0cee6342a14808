"""What networks cost: multiply-accumulates a pixel, counted by PyTorch itself part by part, and parameters."""

from collections.abc import Callable

from torch import nn
from torch.utils.flop_counter import FlopCounterMode

SIDE = 256  # pixels of the square that is counted over: four times the coarsest stride


def kmac_per_pixel(work: Callable[[], object]) -> dict[str, float]:
    """Thousands of multiply-accumulates a pixel that `work` does on one picture (1, 3, SIDE, SIDE), by module.

    Modules are named as "Compressor.analysis"; "Global" is all.
    """
    with FlopCounterMode(display=False) as counter:
        work()
    return {part: sum(flops.values()) / 2 / SIDE**2 / 1000 for part, flops in counter.get_flop_counts().items()}


def million_parameters(model: nn.Module) -> float:
    """Of all that weights store, trained or not, rounded to thousands."""
    stored: int = sum(values.numel() for values in model.state_dict().values())
    return round(stored / 1e6, 3)
