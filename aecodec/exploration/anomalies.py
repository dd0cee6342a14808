"""Anomaly detection: what normal samples are like is fitted, a threshold is found on some that were held out, and new
ones are scored, with a map of where they differ from what the member makes of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from aecodec.errors import BadInput, UsageError, WeightsError
from aecodec.exploration import inputs, learning, weights
from aecodec.exploration.inputs import Data, Floats, Note, Preparation
from aecodec.exploration.weights import Trained
from aecodec.family import storing
from aecodec.family.estimator import Autoencoder
from aecodec.outputs import refuse_existing
from aecodec.training.loop import Progress

NORMAL = ("good", "normal", "ok")  # names of folders of normal pictures; MVTec's is good
HELD_OUT = 0.2  # of the normal samples, which the threshold is found on
HOT = 0.995  # quantile of differences of normal samples where a map begins to glow
STEPS_A_PATCH = 2  # patches of a scored picture overlap by a half


@dataclass(frozen=True)
class Threshold:
    """Kept with the weights."""

    score: float  # above it a sample is called anomalous
    quantile: float  # of normal samples that were held out
    difference: float  # of a value to what the member makes of it, which few normal values exceed

    @classmethod
    def of(cls, trained: Trained) -> "Threshold":
        """Raises WeightsError for weights that were not fitted by `anomaly fit`."""
        told = trained.about.get("threshold")
        try:
            return cls(**{name: float(told[name]) for name in ("score", "quantile", "difference")})  # type: ignore[index]
        except (TypeError, KeyError, ValueError) as error:
            raise WeightsError(f"{trained.path} has no threshold: make weights by aecodec anomaly fit") from error


@dataclass(frozen=True)
class Verdict:
    """On a sample or a picture. `heat` is of the shape of `shown` without channels, 0 and above: 1 is unusual."""

    name: str
    label: str | None
    score: float
    anomalous: bool
    shown: Floats
    heat: Floats


def fit(
    wish: learning.Wish, quantile: float, report: Callable[[Progress], None], note: Note
) -> tuple[Threshold, int, int]:
    """Weights with a threshold at OUT; the threshold, the number of samples it was found on, and bytes written.

    Raises as `learning.train` does.
    """
    if not wish.replace:
        refuse_existing(wish.out)
    member = learning.configured(wish.family, wish.settings)
    data = inputs.read(wish.data, wish.preparation, note)
    learning.refuse_misfits(wish.family, data.preparation)
    normal, held = _apart(_normal_alone(data, note))
    learning.fit(member, normal, report, wish.tensorboard)
    storing.halve(member)  # as it will be stored, so that the threshold is of what will be read
    threshold = _threshold(member, held, quantile)
    told = {"threshold": vars(threshold), "data": wish.data}
    size = weights.write(member, wish.out, data.preparation, replace=wish.replace, **told)
    return threshold, len(set(map(_picture, held.names))), size


def _picture(name: str) -> str:
    """Of a patch."""
    return name.rsplit(" patch ", 1)[0]


def _normal_alone(data: Data, note: Note) -> Data:
    """Without classes that are not normal, where one of them is called so."""
    if data.labels is None or not set(NORMAL) & set(data.labels):
        return data
    kept = [index for index, label in enumerate(data.labels) if label in NORMAL]
    if len(kept) < len(data):
        note(f"{len(data) - len(kept):,} samples of other classes than {' or '.join(NORMAL)} are left out")
    return replace(data, samples=data.samples[kept], names=[data.names[index] for index in kept], labels=None)


def _apart(data: Data) -> tuple[Data, Data]:
    """What is fitted and what is held out, whole pictures in either. Raises BadInput for one picture alone."""
    pictures = list(dict.fromkeys(map(_picture, data.names)))
    if len(pictures) < 2:
        raise BadInput("one picture or window is too few: some are held out to find the threshold")
    count = max(round(HELD_OUT * len(pictures)), 1)
    held = {pictures[index] for index in np.random.RandomState(0).permutation(len(pictures))[:count]}
    is_held = np.array([_picture(name) in held for name in data.names])

    def part(chosen: np.ndarray) -> Data:
        names = [name for name, wanted in zip(data.names, chosen, strict=True) if wanted]
        return replace(data, samples=data.samples[chosen], names=names, labels=None)

    return part(~is_held), part(is_held)


def _threshold(member: Autoencoder, held: Data, quantile: float) -> Threshold:
    scores: dict[str, float] = {}
    for name, score in zip(map(_picture, held.names), -member.score_samples(held.samples), strict=True):
        scores[name] = max(scores.get(name, -np.inf), float(score))
    differences = np.abs(member.reconstruct(held.samples) - held.samples)
    score = float(np.quantile(list(scores.values()), quantile))
    return Threshold(score, quantile, max(float(np.quantile(differences, HOT)), 1e-6))


def score(trained: Trained, named: str, threshold: Threshold, note: Note) -> Iterator[Verdict]:
    """A verdict on every picture, window or sample of the data; raises BadInput, UsageError."""
    if trained.preparation.kind == "patches" and Path(named).is_dir():
        yield from _by_patches(trained, Path(named), threshold, note)
        return
    data = inputs.read(named, trained.preparation, note)
    for start in range(0, len(data), 1024):
        part = data.samples[start : start + 1024]
        scores = -trained.member.score_samples(part)
        outputs = trained.member.reconstruct(part)
        for index, (sample, output, value) in enumerate(zip(part, outputs, scores, strict=True), start):
            label = None if data.labels is None else data.labels[index]
            heat = _flat(np.abs(sample - output), trained.preparation) / threshold.difference
            yield Verdict(data.names[index], label, float(value), bool(value > threshold.score), sample, heat)


def _flat(difference: Floats, preparation: Preparation) -> Floats:
    """Without channels, of which the largest counts."""
    return difference.max(-1) if preparation.channels > 1 else difference


def _by_patches(trained: Trained, folder: Path, threshold: Threshold, note: Note) -> Iterator[Verdict]:
    """The worst patch is a picture's score; the map is the mean over patches that overlap."""
    wanted = trained.preparation
    note(f"{folder}: {wanted}, overlapping by a half; a picture's score is its worst patch's")
    classes = any(path.is_dir() for path in folder.iterdir())
    found = False
    for path, picture in inputs.pictures(folder, note):
        patches, places = inputs.patches(picture, wanted, wanted.size // STEPS_A_PATCH)
        if not places:
            note(f"{path}: left out: a side is below {wanted.size} pixels")
            continue
        found = True
        value = float(-trained.member.score_samples(patches).min())
        heat = _assembled(_flat(np.abs(patches - trained.member.reconstruct(patches)), wanted), places)
        shown = _assembled(patches, places)
        relative = path.relative_to(folder)
        label = relative.parts[0] if classes and len(relative.parts) > 1 else None
        heated = heat / threshold.difference
        yield Verdict(relative.as_posix(), label, value, value > threshold.score, shown, heated)
    if not found:
        raise BadInput(f"there is no picture of at least {wanted.size} pixels a side in {folder}")


def _assembled(patches: Floats, places: Sequence[tuple[int, int]]) -> Floats:
    """Mean of the patches where they lie, (H, W) or (H, W, C)."""
    side = patches.shape[1]
    height, width = (max(place[axis] for place in places) + side for axis in (0, 1))
    total = np.zeros((height, width, *patches.shape[3:]), np.float32)
    count = np.zeros((height, width, *(1 for _ in patches.shape[3:])), np.float32)
    for patch, (top, left) in zip(patches, places, strict=True):
        total[top : top + side, left : left + side] += patch
        count[top : top + side, left : left + side] += 1
    mean: Floats = (total / count).astype(np.float32)
    return mean


@dataclass(frozen=True)
class Measures:
    """How well scores tell anomalies from normal samples, where it is known which is which."""

    auroc: float
    average_precision: float
    confusion: dict[str, int]  # at the threshold

    def to_json(self) -> dict[str, Any]:
        return {"auroc": self.auroc, "average_precision": self.average_precision, **self.confusion}


def measures(verdicts: Sequence[Verdict], normal: str | None) -> Measures | None:
    """None without classes, or where all are normal or none is.

    `normal` names the normal class, by default the one that is called good, normal or ok. Raises UsageError for a
    name that no class has.
    """
    labels = [verdict.label for verdict in verdicts]
    if normal is not None and normal not in labels:
        known = ", ".join(sorted({label for label in labels if label})) or "there are none"
        raise UsageError(f"--normal {normal}: no class is called so: {known}")
    names = (normal,) if normal is not None else NORMAL
    odd = np.array([label not in names for label in labels])
    if None in labels or odd.all() or not odd.any():
        return None
    scores = np.array([verdict.score for verdict in verdicts])
    called = [verdict.anomalous for verdict in verdicts]
    kept, false_alarms, missed, found = confusion_matrix(odd, called, labels=[False, True]).ravel()
    confusion = {
        "true_negatives": int(kept),
        "false_positives": int(false_alarms),
        "false_negatives": int(missed),
        "true_positives": int(found),
    }
    return Measures(float(roc_auc_score(odd, scores)), float(average_precision_score(odd, scores)), confusion)
