"""Settings are checked when a member is fitted, as scikit-learn has it: a ValueError names the one that cannot be."""

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from aecodec.family.fitting import OPTIMIZERS
from aecodec.family.losses import LOSSES
from aecodec.family.networks import ACTIVATIONS, ARCHITECTURES

MAX_WIDTH = 1 << 16  # beyond any network that runs; files of a stranger may claim more


def check(member: Any) -> None:
    """Raises ValueError for the first setting of an `Autoencoder` that cannot be."""
    known: dict[str, Mapping[str, object]] = {
        "architecture": ARCHITECTURES,
        "activation": ACTIVATIONS,
        "loss": LOSSES,
        "optimizer": OPTIMIZERS,
    }
    for name, names in known.items():
        one_of(name, getattr(member, name), names)
    for name in ("n_components", "batch_size", "max_epochs"):
        whole(name, getattr(member, name), 1)
    widths = member.hidden_layer_sizes
    if not isinstance(widths, tuple | list):
        raise ValueError(f"hidden_layer_sizes={widths!r}: give a tuple of integers")
    for width in widths:
        whole("hidden_layer_sizes", width, 1)
    if not real("learning_rate", member.learning_rate, 0):
        raise ValueError("learning_rate=0: give more")
    real("weight_decay", member.weight_decay, 0)
    real("dropout", member.dropout, 0, 0.99)


def one_of(name: str, value: object, names: Iterable[str]) -> None:
    """Raises ValueError unless `value` is one of the names."""
    known = list(names)
    if value not in known:
        raise ValueError(f"{name}={value!r}: choose one of {', '.join(known)}")


def whole(name: str, value: object, low: int) -> None:
    """Raises ValueError unless `value` is an integer of `low` to a bound that nothing real reaches."""
    if not isinstance(value, Integral) or isinstance(value, bool) or not low <= int(value) <= MAX_WIDTH:
        raise ValueError(f"{name}={value!r}: give an integer of {low} to {MAX_WIDTH}")


def real(name: str, value: object, low: float, high: float = math.inf) -> float:
    """`value`; raises ValueError unless it is a finite number of `low` to `high`."""
    if not isinstance(value, Real) or isinstance(value, bool) or not low <= float(value) <= high or math.isinf(value):
        raise ValueError(f"{name}={value!r}: give a number of {low:g} to {high:g}")
    return float(value)
