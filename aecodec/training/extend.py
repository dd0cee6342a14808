"""Extending: a trained codec gets details, channels for what its latents leave of a picture, and a range of lambda to
use them; at once, without training, it keeps what it did and reaches further.

The details start as the principal components of what the codec leaves of blocks of 16x16 pixels.
"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from aecodec.errors import UsageError
from aecodec.nets.blocks import Knots
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig
from aecodec.nets.prior import INDEX_UNIT, SCALE_STEP, FactorisedPrior
from aecodec.nets.transform import CELL_VALUES
from aecodec.quality import KNOT_SPACING, KNOTS
from aecodec.training.pca import start_details


def extended(old: CodecConfig, details: int, lambda_rise: float) -> CodecConfig:
    """`old` with details and a lambda that rises by a factor towards quality 100.

    Raises UsageError when it has details or rises already, or for more details than blocks have values.
    """
    if old.details or old.lambda_rise != 1:
        raise UsageError("the network has details already, or a lambda that rises")
    if details > CELL_VALUES:
        raise UsageError(f"{details} details are more than the {CELL_VALUES} values of a block")
    return replace(old, details=details, lambda_rise=lambda_rise)


@torch.no_grad()
def extend(model: Compressor, config: CodecConfig, crops: Tensor) -> Compressor:
    """`model` in the shape that `extended` gives; low and middle qualities keep their meaning.

    crops (N, 3, H, W) of 0 ... 1, sides multiples of 64: 50,000 blocks of 16x16 pixels or more, sharp ones among them.
    """
    larger = Compressor(config).eval()
    _keep(model, larger)
    _stretch(larger, model)
    start_details(larger, crops)
    return larger


def _keep(model: Compressor, larger: Compressor) -> None:
    """Old weights where they were, zeros for what is new: inputs and outputs of details are the last of a layer."""
    for name, old in model.state_dict().items():
        new = larger.get_parameter(name)
        new.zero_()
        new[tuple(slice(size) for size in old.shape)] = old


def _stretch(larger: Compressor, model: Compressor) -> None:
    """What is learned at knots of quality moves to the same lambda; beyond the last one gains follow theory."""
    step_of_knot = torch.arange(KNOTS) * KNOT_SPACING
    target = larger.config.lambda_of(step_of_knot).double().log()
    known = model.config.lambda_of(step_of_knot).double().log()
    place = (target - known[0]) / (known[-1] - known[0]) * (KNOTS - 1)
    beyond = 0.5 * (target - known[-1]).clamp_min(0)[:, None]  # logarithm of the gain
    prior = larger.prior
    for values in _at_knots(larger):
        below = place.long().clamp(max=KNOTS - 2)
        part = (place - below).clamp(max=1)[:, None]
        values.copy_(values[below].double() * (1 - part) + values[below + 1].double() * part)
    prior.log_gain.value.add_(beyond)
    prior.log_inverse.value.sub_(beyond)
    prior.scales.last_bias.value.add_(beyond / SCALE_STEP / INDEX_UNIT)


def _at_knots(model: Compressor) -> Iterator[Tensor]:
    for module in model.modules():
        if isinstance(module, Knots):
            yield module.value
        if isinstance(module, FactorisedPrior):
            yield from (module.location, module.log_scale)
