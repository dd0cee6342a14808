"""Learned image compression, denoising, and autoencoders of all kinds.

Names load on first use, so that `aecodec --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from aecodec.errors import require

if TYPE_CHECKING:
    from aecodec.api import decode, decode_array, denoise, encode
    from aecodec.codec.codec import Codec
    from aecodec.codec.ratecontrol import Target
    from aecodec.denoiser import Denoiser
    from aecodec.errors import AecodecError
    from aecodec.family.adversarial import AdversarialAutoencoder
    from aecodec.family.contractive import ContractiveAutoencoder
    from aecodec.family.denoising import DenoisingAutoencoder
    from aecodec.family.ganomaly import GANomaly
    from aecodec.family.plain import ConvolutionalAutoencoder, DeepAutoencoder, LinearAutoencoder, PlainAutoencoder
    from aecodec.family.registry import load_autoencoder
    from aecodec.family.regularised import RegularisedAutoencoder
    from aecodec.family.sequential import AttentionAutoencoder, RecurrentAutoencoder
    from aecodec.family.sparse import SparseAutoencoder
    from aecodec.family.variational import VariationalAutoencoder
    from aecodec.pictures.picture import Picture

__version__ = "0.1.0"
__all__ = [
    "AdversarialAutoencoder",
    "AecodecError",
    "AttentionAutoencoder",
    "Codec",
    "ContractiveAutoencoder",
    "ConvolutionalAutoencoder",
    "DeepAutoencoder",
    "Denoiser",
    "DenoisingAutoencoder",
    "GANomaly",
    "LinearAutoencoder",
    "Picture",
    "PlainAutoencoder",
    "RecurrentAutoencoder",
    "RegularisedAutoencoder",
    "SparseAutoencoder",
    "Target",
    "VariationalAutoencoder",
    "__version__",
    "decode",
    "decode_array",
    "denoise",
    "encode",
    "load_autoencoder",
]

_HOME = {
    "AdversarialAutoencoder": "family.adversarial",
    "AecodecError": "errors",
    "AttentionAutoencoder": "family.sequential",
    "Codec": "codec.codec",
    "ContractiveAutoencoder": "family.contractive",
    "ConvolutionalAutoencoder": "family.plain",
    "DeepAutoencoder": "family.plain",
    "Denoiser": "denoiser",
    "DenoisingAutoencoder": "family.denoising",
    "GANomaly": "family.ganomaly",
    "LinearAutoencoder": "family.plain",
    "Picture": "pictures.picture",
    "PlainAutoencoder": "family.plain",
    "RecurrentAutoencoder": "family.sequential",
    "RegularisedAutoencoder": "family.regularised",
    "SparseAutoencoder": "family.sparse",
    "Target": "codec.ratecontrol",
    "VariationalAutoencoder": "family.variational",
    "decode": "api",
    "decode_array": "api",
    "denoise": "api",
    "encode": "api",
    "load_autoencoder": "family.registry",
}  # name -> its module


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOME[name].startswith("family."):
        require("family")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
