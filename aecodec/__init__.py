"""Learned image compression and denoising. Names load on first use, so that `aecodec --help` answers at once."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aecodec.api import decode, decode_array, denoise, encode
    from aecodec.codec.codec import Codec
    from aecodec.codec.ratecontrol import Target
    from aecodec.denoiser import Denoiser
    from aecodec.errors import AecodecError
    from aecodec.pictures.picture import Picture

__version__ = "0.1.0"
__all__ = [
    "AecodecError",
    "Codec",
    "Denoiser",
    "Picture",
    "Target",
    "__version__",
    "decode",
    "decode_array",
    "denoise",
    "encode",
]

_HOME = {
    "AecodecError": "errors",
    "Codec": "codec.codec",
    "Denoiser": "denoiser",
    "Picture": "pictures.picture",
    "Target": "codec.ratecontrol",
    "decode": "api",
    "decode_array": "api",
    "denoise": "api",
    "encode": "api",
}  # name -> its module


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
