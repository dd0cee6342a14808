"""The base of all members: scikit-learn's conventions around one network, fitted by the project's training loop.

A member is a dataclass: its fields are its settings, those of this base shared by all. What it adds is its loss.
"""

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data
from torch import Tensor, nn

from aecodec import devices
from aecodec.family import fitting, settings, storing
from aecodec.family.density import fit_mixture
from aecodec.family.losses import LOSSES
from aecodec.family.networks import Network, Shape
from aecodec.training.loop import Progress

Floats = NDArray[np.floating[Any]]
Report = Callable[[Progress], None]
Terms = dict[str, Tensor]

BATCH = 2048  # samples that a fitted network takes at a time
MAX_SEED = 2**31 - 1
DTYPES = {4: torch.float32, 8: torch.float64}  # by bytes
DENSITY_SAMPLES = 10_000  # that a mixture of the latents is fitted to: more change it little and take long


def unwatched(progress: Progress) -> None:
    """Takes a report of the progress and does nothing."""


@dataclass(eq=False, repr=False)
class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """An encoder f and a decoder g that minimise L(x, g(f(x))), the squared error by default (Hinton and
    Salakhutdinov, Science 2006).

    Parameters
    ----------
    n_components : latents, K.
    hidden_layer_sizes : widths between data and latents; the decoder has them in reverse. Of convolutional networks
        the channels of its layers, of recurrent ones and of attention one width a layer, all the same.
    architecture : dense, convolutional, gru, lstm or attention.
    activation : relu, leaky_relu, elu, prelu, tanh, sigmoid or identity.
    loss : mse, mae, bce (data of 0 ... 1), kl (data of 0 or more) or hinge (binary data); summed over a sample.
    optimizer : adamw, rmsprop or sgd.
    learning_rate : the highest; it rises for 2 % of the steps and falls along a cosine.
    weight_decay : of the optimiser, which is L2 regularisation.
    dropout : share of hidden values that are left out while training.
    batch_size, max_epochs : how often and in which portions all samples are seen.
    device : auto, cpu, cuda or cuda:N.
    random_state : None, an integer or a RandomState; the same integer gives the same result on one machine.

    Attributes
    ----------
    network_ : the fitted torch module, on the CPU. sample_shape_ : of X without its first axis.
    mixture_ : the density of the latents, from which `sample` draws. n_features_in_ : values of a sample.
    """

    n_components: int = 30
    hidden_layer_sizes: tuple[int, ...] = (512, 256)
    architecture: str = "dense"
    activation: str = "relu"
    loss: str = "mse"
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    dropout: float = 0.0
    batch_size: int = 128
    max_epochs: int = 10
    device: str = "auto"
    random_state: Any = None

    codes: ClassVar[int] = 1  # numbers that the encoder gives for each latent

    # --- what a member may change ---

    def _extend(self, network: Network, shape: Shape) -> None:
        """Add what a member's loss needs beside encoder and decoder."""

    def _latents(self, network: Network, x: Tensor) -> Tensor:
        """(N, *sample) -> (N, K), without chance."""
        return network.encode(x)

    def _terms(self, network: Network, x: Tensor) -> Terms:
        """The loss of a batch, first, and what it is made of; scalars."""
        return {"loss": self._error(network.decode(self._latents(network, x)), x).mean()}

    def _scores(self, network: Network, x: Tensor) -> Tensor:
        """(N,) of samples; the larger the more normal."""
        return -self._error(network.decode(self._latents(network, x)), x)

    def _draw(self, count: int, generator: np.random.RandomState) -> Floats:
        """Latents (count, K)."""
        return self.mixture_.sample(count, generator)

    # --- scikit-learn's conventions ---

    def fit(self, X: ArrayLike, y: object = None, *, report: Report = unwatched) -> Self:
        """Fit to X (n, D), or pictures (n, H, W[, C]), or sequences (n, T[, C]); `report` is told of the progress.

        Raises ValueError for settings and data that cannot be, WeightsError if the loss is no longer finite.
        """
        settings.check(self)
        samples = self._validated(X, reset=True)
        bounds = LOSSES[self.loss]
        if samples.min() < bounds.low or samples.max() > bounds.high:
            raise ValueError(f"loss={self.loss!r} needs data of {bounds.low:g} to {bounds.high:g}: scale X before")
        seed = int(check_random_state(self.random_state).randint(MAX_SEED))
        tensor = torch.from_numpy(np.array(samples, np.float32)).reshape(-1, *self.sample_shape_)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self._build()
        network.standardise(tensor.mean(0), _deviation(tensor))
        self._prepare(network, tensor)
        task = fitting.MemberTask(network, self._terms, self._optimiser)  # type: ignore[arg-type]
        schedule = fitting.epochs(self.max_epochs, len(tensor), self.batch_size, self.learning_rate)
        fitted = fitting.fit(task, tensor.to(devices.select(self.device)), schedule, seed, report)
        self.network_ = cast(Network, fitted.cpu())
        self._n_features_out = self.n_components
        chosen = np.random.RandomState(seed).permutation(len(tensor))[:DENSITY_SAMPLES]
        self.mixture_ = fit_mixture(self.transform(samples[np.sort(chosen)].reshape(-1, *self.sample_shape_)), seed)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Latents (n, K)."""
        return self._map(X, lambda network, x: self._latents(network, x))

    def inverse_transform(self, Z: ArrayLike) -> Floats:
        """Latents (n, K) as data (n, *sample_shape_)."""
        check_is_fitted(self)
        latents = check_array(Z, dtype=(np.float64, np.float32))
        if latents.shape[1] != self.n_components:
            raise ValueError(f"Z has {latents.shape[1]} latents, but {self.n_components} are expected")
        return self._batches(latents, lambda network, z: self._link(network.decode(z)))

    def reconstruct(self, X: ArrayLike) -> Floats:
        """Data as they come back, (n, *sample_shape_)."""
        return self._map(X, lambda network, x: self._link(network.decode(self._latents(network, x))))

    def score_samples(self, X: ArrayLike) -> Floats:
        """How normal each sample is, (n,): its reconstruction error with a minus, unless the member says otherwise."""
        return self._map(X, lambda network, x: self._scores(network, x))

    def score(self, X: ArrayLike, y: object = None) -> float:
        """Mean of `score_samples`, which `GridSearchCV` makes large."""
        return float(self.score_samples(X).mean())

    def sample(self, n_samples: int = 1, random_state: Any = None) -> Floats:
        """New data (n_samples, *sample_shape_), from latents as the samples had them."""
        check_is_fitted(self)
        if n_samples < 1:
            raise ValueError(f"n_samples={n_samples}: give 1 or more")
        return self.inverse_transform(self._draw(n_samples, check_random_state(random_state)))

    def save(self, path: str | Path, *, half: bool = False) -> None:
        """Write settings and network as safetensors; `half` as large in float16. Raises OutputError, WeightsError."""
        check_is_fitted(self)
        storing.save(self, Path(path), half=half)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What `save` of this class, or of one below it, wrote: the same to the bit unless it was halved.

        Raises WeightsError. `aecodec.load_autoencoder` takes files of any member.
        """
        kinds: dict[str, type[Self]] = {each.__name__: each for each in (cls, *_below(cls))}
        return storing.read(Path(path), kinds)[0]

    # --- inside ---

    def _build(self) -> Network:
        shape = self._shape()
        network = Network(self.architecture, shape, LOSSES[self.loss])
        self._extend(network, shape)
        return network

    def _shape(self) -> Shape:
        return Shape(
            self.sample_shape_,
            self.codes * self.n_components,
            self.n_components,
            tuple(self.hidden_layer_sizes),
            self.activation,
            self.dropout,
        )

    def _prepare(self, network: Network, samples: Tensor) -> None:
        """Tell the network what it must know of the data before the first step."""

    def _optimiser(self, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
        return fitting.OPTIMIZERS[self.optimizer](weights, self.weight_decay)

    def _error(self, raw: Tensor, x: Tensor) -> Tensor:
        return LOSSES[self.loss].of_samples(raw, x)

    def _link(self, raw: Tensor) -> Tensor:
        return LOSSES[self.loss].link(raw)

    def _validated(self, X: ArrayLike, *, reset: bool) -> Floats:
        """(n, D) of float32 or float64."""
        shape: tuple[int, ...] = getattr(X, "shape", ())
        flat = np.asarray(X).reshape(shape[0], -1) if len(shape) > 2 and shape[0] else X
        samples: Floats = validate_data(self, flat, reset=reset, dtype=(np.float64, np.float32))
        if reset:
            self.sample_shape_ = tuple(shape[1:]) if len(shape) > 2 else (samples.shape[1],)
        return samples

    def _map(self, X: ArrayLike, work: Callable[[Network, Tensor], Tensor]) -> Floats:
        check_is_fitted(self)
        return self._batches(self._validated(X, reset=False).reshape(-1, *self.sample_shape_), work)

    @torch.no_grad()
    def _batches(self, samples: Floats, work: Callable[[Network, Tensor], Tensor]) -> Floats:
        """In the precision of the samples, so that no result depends on what shares its batch."""
        device = devices.select(self.device)
        network = copy.deepcopy(self.network_).to(device, DTYPES[samples.dtype.itemsize])
        parts = [work(network, batch.to(device)).cpu() for batch in _portions(samples)]
        return torch.cat(parts).numpy()


def _below(kind: type[Any]) -> Iterable[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _portions(samples: Floats) -> Iterable[Tensor]:
    writable = samples if samples.flags.writeable and samples.flags.c_contiguous else samples.copy()
    portions: Iterable[Tensor] = torch.from_numpy(writable).split(BATCH)  # type: ignore[no-untyped-call]
    return portions


def _deviation(samples: Tensor) -> Tensor:
    """Root mean square distance from the mean, of all values; 1 where nothing varies."""
    deviation = (samples - samples.mean(0)).square().mean().sqrt()
    return deviation if math.isfinite(deviation) and deviation > 0 else torch.ones(())
