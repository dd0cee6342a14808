"""Growing: the same weights in a deeper network, which at first computes exactly what the shallow one did.

New blocks end in zeros, so they start as the identity; what training then adds to them is pure gain. They are put
behind the old ones of each stack, and their first layers are scaled to what the stack gives out.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from aecodec.errors import UsageError
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig
from aecodec.quality import QUALITY_STEPS
from aecodec.training.pca import scale_inputs


def grown(old: CodecConfig, blocks: tuple[int, int]) -> CodecConfig:
    """`old` with `blocks` at 1/8 and at 1/16, each way. Raises UsageError when that is shallower somewhere."""
    if any(blocks[level] < stack[level] for stack in (old.analysis_blocks, old.synthesis_blocks) for level in (0, 1)):
        raise UsageError(f"cannot grow {old.analysis_blocks} and {old.synthesis_blocks} blocks to fewer: {blocks}")
    return replace(old, analysis_blocks=blocks, synthesis_blocks=blocks)


def grow(model: Compressor, config: CodecConfig, crops: Tensor) -> Compressor:
    """`model` in the shape that `grown` gives; crops (N, 3, H, W) of 0 ... 1 show how large features are."""
    larger = Compressor(config)
    larger.load_state_dict(model.state_dict(), strict=False)  # what is missing are the new blocks
    spreads = _spreads(model, crops)
    with torch.no_grad():
        for name, spread in spreads.items():
            had = len(model.get_submodule(name))  # type: ignore[arg-type]
            scale_inputs(larger.get_submodule(name)[had:], spread)  # type: ignore[index]
    return larger


def _spreads(model: Compressor, crops: Tensor) -> dict[str, Tensor]:
    """Standard deviation of each channel (C,) behind each stack of blocks."""
    spreads: dict[str, Tensor] = {}

    def watch(name: str) -> None:
        def hook(stack: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            spreads[name] = output.movedim(1, 0).flatten(1).std(1)

        handles.append(model.get_submodule(name).register_forward_hook(hook))

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for name in ("analysis.fine", "analysis.coarse", "synthesis.fine", "synthesis.coarse"):
        watch(name)
    with torch.no_grad():
        steps = torch.linspace(0, QUALITY_STEPS, len(crops)).long()
        model(crops, steps)
    for handle in handles:
        handle.remove()
    return spreads
