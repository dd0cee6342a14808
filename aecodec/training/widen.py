"""A trained denoiser in a wider or deeper network: it goes on from what was learned, as the new parts change nothing.

New channels read everything and write to no old one; new blocks start as the identity (Chen, Goodfellow, Shlens 2016,
"Net2Net", with zeros in place of copies).
"""

import torch
from torch import nn

from aecodec.errors import UsageError
from aecodec.nets.config import RestorerConfig
from aecodec.nets.restorer import Restorer


@torch.no_grad()
def widen(model: Restorer, config: RestorerConfig) -> Restorer:
    """The same function of another shape. Raises UsageError if anything is smaller than it was."""
    old = model.config
    shrinks = any(new < was for new, was in zip(config.widths, old.widths, strict=True))
    if shrinks or config.blocks < old.blocks or config.estimator_width < old.estimator_width:
        raise UsageError(f"a network of widths {old.widths} cannot grow to {config.widths}: something would be lost")
    wide = Restorer(config)
    layers = dict(wide.named_modules())
    for name, small in model.named_modules():
        if isinstance(small, nn.Conv2d | nn.ConvTranspose2d):
            layer = layers[name]
            assert isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)  # of the same name in every shape
            transposed = isinstance(small, nn.ConvTranspose2d)  # whose first axis is the inputs
            kernel, known = (part.weight.transpose(0, 1) if transposed else part.weight for part in (layer, small))
            outputs, inputs = known.shape[:2]
            kernel[:outputs] = 0
            kernel[:outputs, :inputs] = known
    return wide
