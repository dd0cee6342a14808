"""Where the graphs of networks lie that ONNX Runtime runs: a folder a shape, a file a function, and no weights in them.

`executors.exporting` makes them of the networks in `nets`, for the shapes that `aecodec train` makes by name. Weights
of another shape have none: they may come from anybody, and a graph is a program, where weights are but numbers.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aecodec.errors import WeightsError
from aecodec.models import manifest
from aecodec.models.frozen import Values
from aecodec.nets.config import CodecConfig, RestorerConfig

LAMBDAS = ("lambda_low", "lambda_high", "lambda_rise")  # of a configuration: no graph depends on them
INDEX = "index.json"  # of a folder: the shapes of a network's values, and which of them each graph takes

FOLDERS = [manifest.folder() / "graphs"]  # where shapes are looked for


def shape_name(config: CodecConfig | RestorerConfig) -> str:
    """What the folder of a shape is called: the same for the same shape."""
    kind = "codec" if isinstance(config, CodecConfig) else "denoiser"
    shape = {name: value for name, value in asdict(config).items() if name not in LAMBDAS}
    return f"{kind}-{hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Graphs:
    """The graphs of one shape."""

    folder: Path

    def bytes_of(self, graph: str) -> bytes:
        return (self.folder / f"{graph}.onnx").read_bytes()

    def needed_by(self, graph: str) -> list[str]:
        """Names of the values that a graph takes."""
        return list(self._index["graphs"][graph])

    def check(self, values: Values) -> None:
        """Raises WeightsError unless these are the values of a network of this shape."""
        wanted = {name: tuple(shape) or (1,) for name, shape in self._index["values"].items()}
        if wanted != {name: value.shape or (1,) for name, value in values.items()}:  # a single number has either
            raise WeightsError("does not fit its own configuration")

    @cached_property
    def _index(self) -> dict[str, Any]:
        index: dict[str, Any] = json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
        return index


def find(config: CodecConfig | RestorerConfig) -> Graphs | None:
    """The graphs of a network's shape, where there are any."""
    name = shape_name(config)
    return next((Graphs(folder / name) for folder in FOLDERS if (folder / name / INDEX).is_file()), None)
