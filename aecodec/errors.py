"""The exception tree; every error that a user can cause is one of these, with a one-line message.

AecodecError                 exit 1   anything below
├── UsageError               exit 2   a combination of options that cannot be served
├── BadInput                 exit 1   a picture that cannot be read, or of an unsupported kind
├── OutputError              exit 1   an output that exists already or cannot be written
├── LimitExceeded            exit 1   a bound of `aecodec.limits`, checked before memory is taken
├── FormatError              exit 1   not a valid .aec file; names the part and the byte offset
│   ├── Truncated                     the data ends too early
│   ├── Corrupt                       a checksum, count or final coder state is wrong
│   └── UnsupportedVersion            written by a newer aecodec
├── TargetUnreachable        exit 1   no quality meets --bpp, --max-bytes or --psnr
├── WeightsError             exit 1   weights missing, damaged or not the ones a file names
├── DeviceError              exit 1   the device does not exist or ran out of memory
└── MissingExtra             exit 1   an optional dependency is not installed; names it
"""

from importlib.util import find_spec

EXTRAS = {  # of pyproject.toml, and the modules that come with each
    "evaluate": ("skimage", "pywt", "pytorch_msssim", "scipy", "jinja2"),
    "train": ("torchvision", "scipy"),
    "plots": ("matplotlib",),
    "ssimulacra2": ("ssimulacra2",),
    "heif": ("pillow_heif",),
    "family": ("sklearn", "scipy", "matplotlib", "jinja2", "torchvision"),
    "tensorboard": ("tensorboardX",),
    "parquet": ("pyarrow",),
    "remote": ("fsspec", "upath"),
    "ray": ("ray", "pyarrow"),
    "docs": ("zensical", "mkdocstrings_handlers"),
}


class AecodecError(Exception):
    """Base of all errors that aecodec raises on purpose; `str()` is one line fit for a user."""

    exit_code = 1


class UsageError(AecodecError):
    exit_code = 2


class BadInput(AecodecError):
    pass


class OutputError(AecodecError):
    pass


class LimitExceeded(AecodecError):
    pass


class FormatError(AecodecError):
    pass


class Truncated(FormatError):
    pass


class Corrupt(FormatError):
    pass


class UnsupportedVersion(FormatError):
    pass


class TargetUnreachable(AecodecError):
    pass


class WeightsError(AecodecError):
    pass


class DeviceError(AecodecError):
    pass


class MissingExtra(AecodecError):
    pass


def require(extra: str) -> None:
    """Raises MissingExtra, which says what to install, unless every module of the extra is there. Imports none."""
    if missing := _missing(extra):
        raise MissingExtra(f"not installed: {', '.join(missing)}; get it by pip install 'aecodec[{extra}]'")


def is_there(extra: str) -> bool:
    """Whether every module of the extra is installed."""
    return not _missing(extra)


def _missing(extra: str) -> list[str]:
    return [module for module in EXTRAS[extra] if find_spec(module) is None]
