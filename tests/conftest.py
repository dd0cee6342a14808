"""Fixtures that several test modules share: tiny frozen weights and a codec on them."""

from pathlib import Path

import pytest

from aecodec.codec.codec import Codec
from tests.tiny import TINY_WEIGHTS


@pytest.fixture(scope="session")
def tiny_weights() -> Path:
    """The weights file of the tiny network."""
    return TINY_WEIGHTS


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec.load(TINY_WEIGHTS, device="cpu")
