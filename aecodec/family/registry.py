"""The members by the names that commands and files use."""

from pathlib import Path
from typing import Any

from aecodec.errors import UsageError
from aecodec.family import storing
from aecodec.family.adversarial import AdversarialAutoencoder
from aecodec.family.contractive import ContractiveAutoencoder
from aecodec.family.denoising import DenoisingAutoencoder
from aecodec.family.estimator import Autoencoder
from aecodec.family.ganomaly import GANomaly
from aecodec.family.plain import ConvolutionalAutoencoder, DeepAutoencoder, LinearAutoencoder, PlainAutoencoder
from aecodec.family.regularised import RegularisedAutoencoder
from aecodec.family.sequential import AttentionAutoencoder, RecurrentAutoencoder
from aecodec.family.sparse import SparseAutoencoder
from aecodec.family.variational import VariationalAutoencoder

MEMBERS: dict[str, type[Autoencoder]] = {
    "linear": LinearAutoencoder,
    "plain": PlainAutoencoder,
    "deep": DeepAutoencoder,
    "convolutional": ConvolutionalAutoencoder,
    "denoising": DenoisingAutoencoder,
    "sparse": SparseAutoencoder,
    "contractive": ContractiveAutoencoder,
    "regularised": RegularisedAutoencoder,
    "variational": VariationalAutoencoder,
    "adversarial": AdversarialAutoencoder,
    "ganomaly": GANomaly,
    "recurrent": RecurrentAutoencoder,
    "attention": AttentionAutoencoder,
}


def load_autoencoder(path: str | Path) -> Autoencoder:
    """A file of any member; raises WeightsError."""
    return read(Path(path))[0]


def read(path: Path) -> tuple[Autoencoder, dict[str, Any]]:
    """As `load_autoencoder`, and what else the file tells."""
    return storing.read(path, {kind.__name__: kind for kind in MEMBERS.values()})


def named(name: str) -> type[Autoencoder]:
    """Raises UsageError for a name of none."""
    if name not in MEMBERS:
        raise UsageError(f"no autoencoder is called {name!r}: choose one of {', '.join(MEMBERS)}")
    return MEMBERS[name]
