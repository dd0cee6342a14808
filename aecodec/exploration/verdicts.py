"""What `aecodec anomaly score` tells and writes: a table, CSV, JSON, a page, and pictures under their heat."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aecodec.errors import OutputError, UsageError
from aecodec.exploration import anomalies, heat, mosaics, pages, weights
from aecodec.exploration.anomalies import Measures, Threshold, Verdict
from aecodec.exploration.inputs import Note
from aecodec.exploration.sampling import span_of
from aecodec.exploration.weights import Trained
from aecodec.outputs import refuse_existing, write_whole

SHOWN = 20  # lines of the table


@dataclass(frozen=True)
class Found:
    """Verdicts, the worst first, and how good they are where that is known."""

    trained: Trained
    threshold: Threshold
    verdicts: Sequence[Verdict]
    measures: Measures | None


def find(data: str, path: Path | None, normal: str | None, device: str, note: Note) -> Found:
    """Raises BadInput, UsageError, WeightsError."""
    trained = weights.read(path, "ganomaly", device)
    threshold = Threshold.of(trained)
    verdicts = sorted(anomalies.score(trained, data, threshold, note), key=lambda verdict: -verdict.score)
    return Found(trained, threshold, verdicts, anomalies.measures(verdicts, normal))


def table(found: Found) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and the first lines."""
    rows: list[tuple[str, ...]] = [
        (verdict.name, verdict.label or "", f"{verdict.score:.5g}", "anomalous" if verdict.anomalous else "")
        for verdict in found.verdicts[:SHOWN]
    ]
    return ("sample", "class", "score", "verdict"), rows


def lines(found: Found) -> Iterator[str]:
    """What is to be said below the table."""
    called = sum(verdict.anomalous for verdict in found.verdicts)
    yield f"{called:,} of {len(found.verdicts):,} above the threshold {found.threshold.score:.5g}"
    if found.measures is not None:
        measured = found.measures
        counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in measured.confusion.items())
        yield f"AUROC {measured.auroc:.4f}, average precision {measured.average_precision:.4f}; {counts}"


@dataclass(frozen=True)
class Outputs:
    """Files to write; None: not asked for."""

    json: Path | None
    csv: Path | None
    report: Path | None
    heat_maps: Path | None
    replace: bool

    def check(self) -> None:
        """Raise before anything is scored: UsageError, OutputError for what could not be written."""
        if self.report is not None and self.report.suffix.lower() not in (".html", ".htm"):
            raise UsageError(f"--report {self.report}: a page is written, so name it .html")
        if self.heat_maps is not None and self.heat_maps.exists() and not self.heat_maps.is_dir():
            raise OutputError(f"--heat-maps {self.heat_maps} is a file, and a folder is needed")
        for path in (self.json, self.csv, self.report):
            if path is not None and not self.replace:
                refuse_existing(path)

    def write(self, found: Found, command: str) -> Iterator[tuple[Path, int]]:
        """Path and bytes of each file; raises OutputError."""
        for path, content in self._contents(found, command):
            write_whole(path, content, replace=self.replace)
            yield path, len(content)

    def _contents(self, found: Found, command: str) -> Iterator[tuple[Path, bytes]]:
        if self.json is not None:
            yield self.json, to_json(found).encode()
        if self.csv is not None:
            yield self.csv, to_csv(found).encode()
        if self.report is not None:
            page = pages.anomaly_page(found.verdicts, found.measures, found.threshold, found.trained, command)
            yield self.report, page.encode()
        if self.heat_maps is not None:
            preparation = found.trained.preparation
            span = span_of(preparation, (verdict.shown for verdict in found.verdicts))
            for verdict in found.verdicts:
                name = verdict.name.replace("/", "-")
                path = self.heat_maps / (name if name.endswith(".png") else f"{name}.png")
                yield path, mosaics.png(heat.overlaid(verdict, preparation.kind == "series", span)[1])


def to_json(found: Found) -> str:
    whole = {
        "threshold": found.threshold.score,
        "quantile": found.threshold.quantile,
        "measures": None if found.measures is None else found.measures.to_json(),
        "samples": [
            {"name": each.name, "class": each.label, "score": each.score, "anomalous": each.anomalous}
            for each in found.verdicts
        ],
    }
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def to_csv(found: Found) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "class", "score", "anomalous"))
    for each in found.verdicts:
        writer.writerow((each.name, each.label or "", each.score, int(each.anomalous)))
    return text.getvalue()
