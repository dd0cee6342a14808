"""Networks as the graphs that ONNX Runtime runs: exported from their modules, with dynamic sizes and without weights.

For development, with `onnx` and `onnxscript` of the extra `dev`; a graph takes a quarter of a minute. Which functions
there are is said in `executors.interface`; where the graphs lie, in `executors.graphs`.
"""

import inspect
import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxscript import optimizer
from torch import Tensor, nn
from torch.nn import functional as F

from aecodec.executors import graphs
from aecodec.nets import coding
from aecodec.nets.blocks import Block, activation
from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CELL, RESTORERS, SIZES, CodecConfig, RestorerConfig
from aecodec.nets.restorer import ENERGIES, Restorer, energies
from aecodec.nets.transform import CELL_VALUES
from aecodec.quality import QUALITY_STEPS
from aecodec.tiling import HYPER_STRIDE, LATENT_STRIDE

OPSET = 20
COUNT, ROWS, COLUMNS = 2, 2, 3  # of the examples: all different, so that none is taken for another
PREFIX = "model."  # of the names of values, as `_Function` has them

Graph = tuple[Callable[..., Any], tuple[Tensor, ...]]


def shipped() -> Iterator[CodecConfig | RestorerConfig]:
    """Every shape that is made by name."""
    for size in SIZES.values():
        yield size
        yield replace(size, details=CELL_VALUES)
    yield from RESTORERS.values()


def write(config: CodecConfig | RestorerConfig, folder: Path) -> Path:
    """The folder of a shape inside `folder`, with all of its graphs."""
    out = folder / graphs.shape_name(config)
    out.mkdir(parents=True, exist_ok=True)
    model, wanted = _codec(config) if isinstance(config, CodecConfig) else _denoiser(config)
    for module in model.modules():
        if isinstance(module, Block):
            module.forward = partial(_laid_out, module)  # type: ignore[method-assign]
    values = {name: list(value.shape) for name, value in model.state_dict().items()}
    needed = {}
    for name, (function, examples) in wanted.items():
        exported = _exported(model, function, examples)
        _hide_values(exported)
        optimizer.fold_constants(exported)  # and no more: its rules of rewriting take 1e-12 for 0
        optimizer.remove_unused_nodes(exported)
        needed[name] = _name_values(exported, values)
        onnx.save(exported, out / f"{name}.onnx")
    index = {"config": json.loads(config.to_json()), "graphs": needed, "values": values}
    (out / graphs.INDEX).write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    return out


def _codec(config: CodecConfig) -> tuple[nn.Module, dict[str, Graph]]:
    cells = HYPER_STRIDE // LATENT_STRIDE
    pixels = torch.rand(COUNT, 3, HYPER_STRIDE * ROWS, HYPER_STRIDE * COLUMNS)
    z, step = torch.zeros(COUNT, config.hyper, ROWS, COLUMNS), torch.tensor([QUALITY_STEPS // 2])

    def y(channels: int) -> Tensor:
        return torch.rand(COUNT, channels, cells * ROWS, cells * COLUMNS)

    wanted: dict[str, Graph] = {"analysis": (coding.analysis, (pixels,))}
    if config.details:
        wanted["details"] = coding.details, (pixels, y(config.latents))
    for channels in sorted({config.latents, config.channels}):
        wanted[f"hyper-{channels}"] = coding.hyper, (y(channels), step)
        wanted[f"quantise-{channels}"] = coding.quantise, (y(channels), z, step)
        wanted[f"reconstruct-{channels}"] = coding.reconstruct, (z, y(channels), step)
        wanted[f"synthesis-{channels}"] = coding.synthesis, (y(channels), step)
    return Compressor(config), wanted


def _denoiser(config: RestorerConfig) -> tuple[nn.Module, dict[str, Graph]]:
    pixels = torch.rand(COUNT, 3, CELL * ROWS, CELL * COLUMNS)
    wanted: dict[str, Graph] = {
        "energies": (_energies, (pixels,)),
        "estimate": (_estimate, (torch.rand(COUNT, ENERGIES, ROWS, COLUMNS),)),
        "restore": (_restore, (pixels, torch.rand(COUNT, 2, ROWS, COLUMNS))),
    }
    return Restorer(config), wanted


def _laid_out(block: Block, x: Tensor) -> Tensor:
    """`Block.forward` of operators that ONNX Runtime has in its own layout, channels in blocks of 16, start to end.

    A split has it lay all out anew, so the widest convolution is four; so has a sum with what has never been in that
    layout, so a pool of one cell, which changes nothing, brings the input there.
    """
    x = F.max_pool2d(x, 1)
    x = x + block.project(block.depthwise(activation(block.expand(x))))
    assert block.widen.bias is not None
    quarters = zip(block.widen.weight.chunk(4), block.widen.bias.chunk(4), strict=True)
    first, second, third, fourth = (activation(F.conv2d(x, weight, bias)) for weight, bias in quarters)
    out: Tensor = x + block.fold(first + second + third + fourth)
    return out


def _energies(model: Restorer, pixels: Tensor) -> Tensor:
    return energies(pixels)


def _estimate(model: Restorer, energies: Tensor) -> Tensor:
    levels: Tensor = model.estimator(energies)
    return levels


def _restore(model: Restorer, pixels: Tensor, levels: Tensor) -> Tensor:
    return model.denoise(pixels, levels)


class _Function(nn.Module):
    """A function of a network and tensors as a module, whose parameters keep their names."""

    def __init__(self, model: nn.Module, function: Callable[..., Any]) -> None:
        super().__init__()
        self.model = model
        self.function = function

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(self.model, *inputs)


def _exported(model: nn.Module, function: Callable[..., Any], examples: tuple[Tensor, ...]) -> onnx.ModelProto:
    dynamic = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)
    sizes = tuple(dynamic if example.ndim == 4 else {} for example in examples)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Function(model.eval(), function),
            examples,
            input_names=list(inspect.signature(function).parameters)[1:],
            dynamic_shapes=(sizes,),
            opset_version=OPSET,
            optimize=False,  # not yet: it would make constants of values, and leave out what is zero
            verbose=False,
        )
    assert program is not None  # it is only where a file is written
    exported: onnx.ModelProto = program.model_proto
    return exported


def _hide_values(exported: onnx.ModelProto) -> None:
    """Make inputs of the graph of the network's values, so that no optimiser knows anything of them."""
    graph = exported.graph
    for tensor in [tensor for tensor in graph.initializer if tensor.name.startswith(PREFIX)]:
        graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
        graph.initializer.remove(tensor)


def _name_values(exported: onnx.ModelProto, values: dict[str, list[int]]) -> list[str]:
    """Make initialisers of those inputs, to be filled when it is run, by their names in a weights file; returns these.

    Whatever else a run does not need is left out.
    """
    graph = exported.graph
    needed = []
    for place in [place for place in graph.input if place.name.startswith(PREFIX)]:
        name = place.name.removeprefix(PREFIX)
        tensor = graph.initializer.add(name=name, dims=values[name], data_type=onnx.TensorProto.FLOAT)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights")
        graph.input.remove(place)
        needed.append(name)
    for node in graph.node:
        node.ClearField("doc_string")
        node.ClearField("name")
        node.input[:] = [name.removeprefix(PREFIX) for name in node.input]
    graph.ClearField("value_info")
    for part in (exported, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("metadata_props")
    return sorted(needed)
