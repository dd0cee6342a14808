"""Where samples lie: latents in two dimensions, their neighbours, and how they come back."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from aecodec.errors import BadInput
from aecodec.exploration.inputs import Data, Floats
from aecodec.exploration.sampling import Effect, effects
from aecodec.exploration.weights import Trained

NEIGHBOURS = 6
LEAST = 4  # samples; fewer make no map
METHODS = ("pca", "tsne")


@dataclass(frozen=True)
class Map:
    """Places (n, 2) of 0 ... 1, and how far neighbours in them are neighbours among the latents, 0 ... 1."""

    name: str
    places: Floats
    trustworthiness: float


@dataclass(frozen=True)
class Exploration:
    """All that a page about data and a member tells."""

    data: Data
    maps: list[Map]
    neighbours: np.ndarray  # (n, k) indices, nearest first
    reconstructed: Floats
    errors: Floats  # (n,), RMS a value
    effects: list[Effect]


def explore(trained: Trained, data: Data, methods: tuple[str, ...], seed: int) -> Exploration:
    """Raises BadInput for fewer than four samples, or for such as are all alike."""
    if len(data) < LEAST:
        raise BadInput(f"{len(data)} samples make no map: give at least {LEAST}")
    latents = trained.member.transform(data.samples)
    output = trained.member.reconstruct(data.samples)
    if not latents.std(0).any():
        raise BadInput("all samples have the same latents: there is nothing to map")
    whitened = StandardScaler().fit_transform(latents)
    count = min(NEIGHBOURS, len(data) - 1)
    neighbours = NearestNeighbors(n_neighbors=count).fit(whitened).kneighbors(return_distance=False)
    errors = np.sqrt(((output - data.samples) ** 2).reshape(len(data), -1).mean(1))
    return Exploration(
        data,
        [_map(method, whitened, seed) for method in methods],
        neighbours,
        output,
        errors,
        effects(trained, latents.mean(0), latents.std(0)),
    )


def _map(method: str, latents: Floats, seed: int) -> Map:
    if latents.shape[1] < 2:
        places = np.column_stack([latents[:, 0], np.zeros(len(latents))])
    elif method == "pca":
        places = PCA(2, random_state=seed).fit_transform(latents)
    else:
        perplexity = min(30.0, (len(latents) - 1) / 3)
        places = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(latents)
    neighbours = min(10, (len(latents) - 1) // 2)
    kept = float(trustworthiness(latents, places, n_neighbors=neighbours))
    low, high = places.min(0), places.max(0)
    return Map({"pca": "PCA", "tsne": "t-SNE"}[method], (places - low) / np.maximum(high - low, 1e-9), kept)
