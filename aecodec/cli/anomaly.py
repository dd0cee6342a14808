"""`aecodec anomaly fit` and `anomaly score`: what is normal, and what is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecodec.cli import autoencoder, options, samples
from aecodec.cli.console import Talk
from aecodec.cli.parsing import Group
from aecodec.errors import UsageError, require

if TYPE_CHECKING:
    from aecodec.exploration.verdicts import Outputs

app = typer.Typer(cls=Group, no_args_is_help=True, help="Learn what is normal, and find what is not.")

OutFile = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The weights file to write.")]
Kind = Annotated[str, typer.Option("--family", metavar="FAMILY", help="The autoencoder that learns.")]
Quantile = Annotated[
    float,
    typer.Option(
        metavar="Q", help="Of the scores of normal samples that are held out: above it a sample is called anomalous."
    ),
]
JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Scores and measures.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="A line for each sample.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE.html", help="A page with heat maps, the worst first; works offline."),
]
HeatMaps = Annotated[
    Path | None, typer.Option("--heat-maps", metavar="DIR", help="A folder for a PNG of each sample under its heat.")
]
Normal = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The class of normal samples.", show_default="good, normal or ok"),
]


# One parameter per option: that is how typer declares a command line.
@app.command()
def fit(  # noqa: PLR0913
    data: samples.TrainData,
    out: OutFile = Path("anomaly.safetensors"),
    family: Kind = "ganomaly",
    quantile: Quantile = 0.95,
    components: samples.Components = None,
    hidden: samples.Hidden = None,
    epochs: samples.Epochs = None,
    settings: samples.Settings = None,
    side: samples.Side = None,
    patches: samples.Patches = False,
    grey: samples.Grey = False,
    window: samples.Window = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    seed: samples.Seed = 0,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Learn from normal samples, and find the score above which others are called anomalous.

    A fifth of the pictures is held out for that. Of folders of classes those called good, normal or ok are taken, if
    there is one of them.

    Example: aecodec anomaly fit --data bottles/train --patches --side 32 -o bottles.safetensors
    """
    require("family")
    from aecodec.exploration import anomalies, learning

    if not 0 < quantile < 1:
        raise UsageError(f"--quantile {quantile}: give a share between 0 and 1, for example 0.95")
    talk = Talk(quiet=quiet)
    wish = learning.Wish(
        family,
        data,
        out,
        samples.preparation(side, patches, grey, window),
        samples.gathered(components, hidden, epochs, settings) | {"random_state": seed, "device": device},
        replace=force,
    )
    samples.use(device, threads)
    with talk.gauge() as show:
        threshold, held, size = anomalies.fit(wish, quantile, autoencoder.shown(talk, show), talk.line)
    found = f"threshold {threshold.score:.5g} ({quantile:g} quantile of {held:,} held out)"
    talk.line(f"{out}  {size:,} bytes  {found}")


# One parameter per option: that is how typer declares a command line.
@app.command()
def score(  # noqa: PLR0913
    data: samples.Data,
    weights: samples.Weights = None,
    normal: Normal = None,
    json_file: JsonFile = None,
    csv_file: CsvFile = None,
    report_file: ReportFile = None,
    heat_maps: HeatMaps = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Score samples, the larger the less normal; with a folder a class, say how well they are told apart.

    Example: aecodec anomaly score bottles/test --weights bottles.safetensors --report bottles.html --csv scores.csv
    """
    require("family")
    from aecodec.exploration import verdicts

    talk = Talk(quiet=quiet)
    samples.use(device, threads)
    outputs: Outputs = verdicts.Outputs(json_file, csv_file, report_file, heat_maps, force)
    outputs.check()
    found = verdicts.find(data, weights, normal, device, talk.line)
    columns, rows = verdicts.table(found)
    talk.table(columns, rows)
    for line in verdicts.lines(found):
        talk.line(line)
    for path, size in outputs.write(found, samples.command_line()):
        talk.line(f"{path}  {size:,} bytes")
