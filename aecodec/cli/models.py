"""`aecodec models`: the weights that ship with this version."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import options
from aecodec.cli.console import Talk
from aecodec.errors import UsageError

if TYPE_CHECKING:
    from aecodec.models.manifest import ManifestRow

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="One of them.", show_default="all")]


def models(name: Name = None, as_json: options.Json = False) -> None:
    """List the weights that ship with aecodec, or all that is known of one.

    Example: aecodec models
    """
    from aecodec.models import manifest

    talk = Talk(as_json=as_json)
    rows = manifest.read()
    if not rows:
        talk.line("this version ships no weights; --weights names your own")
        return
    chosen = [row for row in rows if name in (None, row.name)]
    if not chosen:
        raise UsageError(f"no shipped weights are called {name!r}; there are: {', '.join(row.name for row in rows)}")
    for row in chosen:
        if as_json:
            talk.record(asdict(row))
        elif name is None:
            talk.data(_summary(row))
        else:
            for line in _lines(row):
                talk.data(line)


def _summary(row: "ManifestRow") -> str:
    costs = (f"{value:.1f} kMAC per pixel to {work}" for work, value in row.kmac_per_pixel.items())
    size = f"{row.million_parameters:.2f} M parameters"
    return (
        f"{row.name}  {row.kind}  weights {row.sha256[:16]}  {', '.join(costs)}  {size}  {row.licence}  {row.trained}"
    )


def _lines(row: "ManifestRow") -> list[str]:
    fields = asdict(row)
    points = fields.pop("validation")
    width = max(len(name) for name in fields) + 2
    lines = [f"{name.replace('_', ' '):{width}}{value}" for name, value in fields.items()]
    if points:
        lines.append("validation")
        lines.append("  " + "".join(f"{name:>12}" for name in points[0]))
        lines += ["  " + "".join(f"{value:>12g}" for value in point.values()) for point in points]
    return lines
