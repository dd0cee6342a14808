"""`aecodec info`: what .aec files say of themselves, read from their headers alone."""

from typing import TYPE_CHECKING

from aecodec.cli import options
from aecodec.cli.console import Talk

if TYPE_CHECKING:
    from aecodec.services.rows import Description


def info(
    inputs: options.Inputs = None,
    recursive: options.Recursive = False,
    files_from: options.FilesFrom = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> None:
    """Show size, quality, model and parts of .aec files.

    Example: aecodec info photo.aec
    """
    from aecodec.services import batch, describing, jobs
    from aecodec.services.rows import Description

    def show(row: Description) -> None:
        for line in _lines(row):
            talk.data(line)

    talk = Talk(quiet=quiet, verbose=verbose, as_json=as_json)
    selection = jobs.Selection(tuple(inputs or ()), recursive=recursive, files_from=files_from)
    planned = jobs.plan(selection, jobs.READ, talk.warn_about)
    talk.report(batch.run(planned, lambda: describing.describe, False, talk.trace), len(planned), Description, show)


def _lines(row: "Description") -> list[str]:
    colours = ("grey" if row.channels == 1 else "RGB") + (" with alpha" if row.alpha else "")
    parts = ", ".join(f"{name} {size:,}" for name, size in row.parts.items())
    lines = [
        f"{row.input}: {row.width}x{row.height}, {colours}, {row.bit_depth} bits, {_quality(row)}",
        f"  size   {row.bytes:,} bytes, {row.bpp:.3f} bpp",
        f"  model  {_model(row)}",
        f"  tiles  {row.tiles} of at most {row.tile_side}x{row.tile_side} pixels, {row.tile_bytes:,} bytes" + _kinds(row),
        f"  parts  {parts + ' bytes' if parts else 'none'}{', exact under alpha' if row.exact else ''}",
    ]
    if row.denoised is not None:
        clean = row.denoised
        lines.append(f"  noise  of sigma {clean.sigma:.1f} removed before coding, strength {clean.strength:g}")
    if (size := row.resolution) is not None:
        unit = "without a unit" if size.unit == "none" else f"per {size.unit}"
        lines.append(f"  dpi    {size.x:.6g} x {size.y:.6g} pixels {unit}")
    if colour := _colour(row):
        lines.append(f"  colour {colour}")
    return lines


def _colour(row: "Description") -> str:
    """What is said of colours beside an ICC profile."""
    found = []
    if row.cicp is not None:
        found.append(f"CICP {'/'.join(map(str, row.cicp))}")
    if row.srgb is not None:
        found.append(f"sRGB, rendering intent {row.srgb}")
    if row.gamma is not None:
        found.append(f"gamma {row.gamma:g}")
    if row.chromaticities is not None:
        found.append(f"chromaticities {' '.join(f'{number:g}' for number in row.chromaticities)}")
    return ", ".join(found)


def _quality(row: "Description") -> str:
    return f"quality {row.quality:g}" if row.weights_id else "lossless"


def _model(row: "Description") -> str:
    if row.weights_id is None:
        return "none is needed"
    return f"{row.model or 'not among the shipped ones'} (weights {row.weights_id})"


def _kinds(row: "Description") -> str:
    named = ((row.lossless_tiles, "lossless"), (row.covered_tiles, "with a lossless layer"))
    return "".join(f", {count} {kind}" for count, kind in named if count)
