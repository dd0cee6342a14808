"""The autoencoder family on MNIST, every figure with several seeds: python -m benchmarks.family MNIST FAMILY.jsonl

Each fit is a line of FAMILY.jsonl as soon as it is done, and what is there is not measured again: an interrupted run
goes on. `--only members denoising ...` measures some parts, `--seeds 3` how often, `--table` prints the means
and deviations of what is there as Markdown. Nothing is chosen on the test digits: every fit ends where its cosine does.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aecodec.exploration.datasets import mnist
from aecodec.family.estimator import Autoencoder
from aecodec.family.registry import MEMBERS
from aecodec.family.variational import VariationalAutoencoder

Values = dict[str, float]
LATENTS = 30  # of all members that are compared with 30 principal components
SIGMA = 0.5  # of the noise that is added and clipped
DRAWS, DIGITS = 200, 2000  # of importance sampling, and test digits that it takes
WIDTH = 8  # latents of the check of a posterior against its prior

MEMBER_SETTINGS: dict[str, dict[str, Any]] = {
    "linear": {},
    "plain": {},
    "deep": {},
    "convolutional": {},
    "denoising": {"noise_level": 0.3},
    "sparse": {},
    "sparse, top-k": {"penalty": "top_k", "sparsity": 0.5},
    "contractive": {},
    "regularised": {},
    "variational": {
        "architecture": "convolutional",
        "hidden_layer_sizes": (32, 64),
        "batch_size": 64,
        "max_epochs": 16,
        "loss": "bce",
        "binarise": True,
    },
    "adversarial": {},
    "ganomaly": {},
}


@dataclass(frozen=True)
class Digits:
    """Training and test digits (n, 28, 28) of 0 ... 1 and their labels."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


@cache
def digits(folder: Path) -> Digits:
    return Digits(*mnist(folder, "train"), *mnist(folder, "test"))


def squared_error(clean: np.ndarray, output: np.ndarray) -> float:
    """Sum over a picture, mean over pictures."""
    return float(((output - clean) ** 2).reshape(len(clean), -1).sum(1).mean())


def accuracy(train: np.ndarray, test: np.ndarray, data: Digits) -> float:
    """Of logistic regression on features, in percent."""
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100, tol=1e-3))
    return 100 * float(classifier.fit(train, data.train_labels).score(test, data.test_labels))


def fitted(name: str, X: np.ndarray, seed: int, **given: Any) -> tuple[Autoencoder, Values]:
    """A member and the seconds that it took, on the clock and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    member = MEMBERS[name.split(",")[0]](**given, random_state=seed).fit(X)
    return member, {"seconds": time.perf_counter() - began, "processor seconds": time.process_time() - used}


# --- the parts ---


def members(data: Digits, case: str, seed: int) -> Values:
    """Squared error, features, and what each member promises beside."""
    member, found = fitted(case, data.train, seed, n_components=LATENTS, **MEMBER_SETTINGS[case])
    features = member.transform(data.test)
    found["squared error"] = squared_error(data.test, member.reconstruct(data.test))
    found["accuracy %"] = accuracy(member.transform(data.train), features, data)
    if case == "sparse":
        found["mean activation / target"] = float(features.mean()) / member.get_params()["sparsity"]
    if isinstance(member, VariationalAutoencoder):
        found["NLL nats"] = nll(member, data)
    return found


def nll(member: VariationalAutoencoder, data: Digits) -> float:
    """Of test digits that are binarised once, by seed 0: every second one of the first part, every class alike."""
    chosen = data.test[:: len(data.test) // DIGITS]
    binary = (np.random.RandomState(0).uniform(size=chosen.shape) < chosen).astype(np.float32)
    return -float(member.log_likelihood(binary, n_draws=DRAWS).mean())


def principal(data: Digits, case: str, seed: int) -> Values:
    train, test = (part.reshape(len(part), -1) for part in (data.train, data.test))
    pca = PCA(LATENTS, svd_solver="randomized", random_state=seed).fit(train)
    error = squared_error(test, pca.inverse_transform(pca.transform(test)))
    return {"squared error": error, "accuracy %": accuracy(pca.transform(train), pca.transform(test), data)}


def denoising(data: Digits, case: str, seed: int) -> Values:
    """PSNR in dB of all test digits, over the mean of their squared errors; the noise of seed 0 for all."""
    architecture = {"convolutional": {"architecture": "convolutional", "hidden_layer_sizes": (32, 64)}}.get(case, {})
    member, found = fitted("denoising", data.train, seed, noise_level=SIGMA, **architecture)
    noise = np.random.RandomState(0).standard_normal(data.test.shape)
    noisy = (data.test + SIGMA * noise).clip(0, 1).astype(np.float32)
    output = member.reconstruct(noisy).clip(0, 1)
    return found | {"PSNR dB": float(-10 * np.log10(((output - data.test) ** 2).mean()))}


def left_out(data: Digits, case: str, seed: int) -> Values:
    """AUROC of a digit that training has not seen."""
    name, digit = case.rsplit(" ", 1)
    train = data.train[data.train_labels != int(digit)]
    return anomalies(data, name, train, data.test_labels == int(digit), seed)


def one_class(data: Digits, case: str, seed: int) -> Values:
    """AUROC of all other digits where training has seen one."""
    name, digit = case.rsplit(" ", 1)
    train = data.train[data.train_labels == int(digit)]
    return anomalies(data, name, train, data.test_labels != int(digit), seed, max_epochs=40)


def anomalies(
    data: Digits, name: str, train: np.ndarray, odd: np.ndarray, seed: int, max_epochs: int | None = None
) -> Values:
    if name == "PCA":
        flat, test = train.reshape(len(train), -1), data.test.reshape(len(data.test), -1)
        pca = PCA(LATENTS, svd_solver="randomized", random_state=seed).fit(flat)
        errors = ((pca.inverse_transform(pca.transform(test)) - test) ** 2).sum(1)
        return {"AUROC": float(roc_auc_score(odd, errors))}
    given = ANOMALY_SETTINGS[name] | ({} if max_epochs is None else {"max_epochs": max_epochs})
    member, found = fitted(name, train, seed, **given)
    return found | {"AUROC": float(roc_auc_score(odd, -member.score_samples(data.test)))}


def posterior(data: Digits, case: str, seed: int) -> Values:
    """A two-sample check: how often a classifier tells whitened latents from draws of N(0, I), 50 % where it cannot."""
    member, found = fitted(case, data.train, seed, n_components=WIDTH)
    latents = StandardScaler().fit_transform(member.transform(data.test))
    draws = np.random.RandomState(seed).standard_normal(latents.shape)
    X, y = np.vstack([latents, draws]), np.repeat([0, 1], len(latents))
    order = np.random.RandomState(0).permutation(len(X))
    half = len(X) // 2
    classifier = MLPClassifier((64, 64), max_iter=15, random_state=0, early_stopping=True)
    classifier.fit(X[order[:half]], y[order[:half]])
    return found | {"told apart %": 100 * float(classifier.score(X[order[half:]], y[order[half:]]))}


def series(data: Digits, case: str, seed: int) -> Values:
    """Windows of waves; anomalies have a spike, a flat piece, or run backwards from their middle on."""
    random = np.random.RandomState(seed)
    train, test, odd = waves(3000, random), waves(1000, random), spoilt(waves(1000, random), random)
    width = 6
    if case == "PCA":
        pca = PCA(width).fit(train)
        errors = [((pca.inverse_transform(pca.transform(part)) - part) ** 2).sum(1) for part in (test, odd)]
        found: Values = {}
    else:
        name, *architecture = case.split(", ")
        given = {"architecture": architecture[0]} if architecture else {}
        member, found = fitted(name, train, seed, n_components=width, max_epochs=40, batch_size=64, **given)
        errors = [((member.reconstruct(part) - part) ** 2).sum(1) for part in (test, odd)]
    labels = np.repeat([0, 1], [len(part) for part in errors])
    auroc = float(roc_auc_score(labels, np.concatenate(errors)))
    return found | {"squared error": float(errors[0].mean()), "AUROC": auroc}


STEPS = 48


def waves(count: int, random: np.random.RandomState) -> np.ndarray:
    """(count, 48): sine and its third harmonic, of periods of 12 to 36 steps, any phase, amplitudes of 0.5 to 1."""
    steps = np.arange(STEPS)
    period, phase, size = (random.uniform(*span, (count, 1)) for span in ((12, 36), (0, 2 * np.pi), (0.5, 1)))
    angle = 2 * np.pi * steps / period + phase
    clean = size * (np.sin(angle) + 0.3 * np.sin(3 * angle))
    return (clean + 0.02 * random.standard_normal(clean.shape)).astype(np.float32)


def spoilt(windows: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """Each with one of three faults."""
    for window in windows:
        start = random.randint(4, STEPS - 16)
        kind = random.randint(3)
        if kind == 0:
            window[start : start + 2] += random.choice([-1.5, 1.5])
        elif kind == 1:
            window[start : start + 12] = window[start]
        else:
            window[STEPS // 2 :] = window[STEPS // 2 :][::-1].copy()
    return windows


ANOMALY_SETTINGS: dict[str, dict[str, Any]] = {  # found on parts of the training digits, 55,000 and 5,000 of them
    "ganomaly": {"hidden_layer_sizes": (128,), "batch_size": 64, "max_epochs": 3},
    "regularised": {"hidden_layer_sizes": (256, 128), "n_components": 16, "batch_size": 64, "max_epochs": 3},
    "deep": {"n_components": 16, "batch_size": 64},  # of one class alone
}


@dataclass(frozen=True)
class Part:
    measure: Callable[[Digits, str, int], Values]
    cases: tuple[str, ...]


def _each_digit(*names: str) -> tuple[str, ...]:
    return tuple(f"{name} {digit}" for name in names for digit in range(10))


PARTS = {
    "members": Part(members, tuple(MEMBER_SETTINGS)),
    "principal": Part(principal, ("PCA",)),
    "denoising": Part(denoising, ("dense", "convolutional")),
    "left out": Part(left_out, _each_digit("PCA", "ganomaly", "regularised")),
    "one class": Part(one_class, _each_digit("PCA", *ANOMALY_SETTINGS)),
    "posterior": Part(posterior, ("adversarial", "deep")),
    "series": Part(series, ("PCA", "recurrent", "recurrent, lstm", "attention")),
}


# --- keeping and showing ---


def read(path: Path) -> dict[tuple[str, str, int], Values]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines]
    return {(row["part"], row["case"], row["seed"]): row["values"] for row in rows}


def table(found: dict[tuple[str, str, int], Values]) -> Iterator[str]:
    """Markdown: mean, deviation and number of seeds; over digits first, where a case is one of ten."""
    for part in PARTS:
        gathered: dict[tuple[str, str], dict[int, list[float]]] = {}
        for (where, case, seed), values in found.items():
            name = case.rsplit(" ", 1)[0] if part in ("left out", "one class") else case
            for quantity, value in values.items():
                if where == part:
                    gathered.setdefault((name, quantity), {}).setdefault(seed, []).append(value)
        if gathered:
            yield f"| {part} | quantity | mean | deviation | seeds |\n|---|---|---:|---:|---:|"
        for (name, quantity), seeds in gathered.items():
            means = [mean(values) for values in seeds.values()]
            spread = f"{stdev(means):.3f}" if len(means) > 1 else ""
            yield f"| {name} | {quantity} | {mean(means):.3f} | {spread} | {len(means)} |"
        if gathered:
            yield ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mnist", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--cases", nargs="+", help="of these parts", default=None)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    found = read(given.out)
    if given.table:
        print("\n".join(table(found)))
        return
    data = digits(given.mnist)
    for seed in range(given.seeds):
        for part in given.only:
            for case in PARTS[part].cases:
                if (part, case, seed) in found or (given.cases and case not in given.cases):
                    continue
                values = PARTS[part].measure(data, case, seed)
                row = {"part": part, "case": case, "seed": seed, "values": values}
                with given.out.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + "\n")
                shown = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
                print(f"{part}  {case}  seed {seed}  {shown}", flush=True)


if __name__ == "__main__":
    main()
