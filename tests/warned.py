"""What stands in for the command line where services warn: it fails the test, keeps or drops what it is told."""

import pytest

from aecodec.pictures.wanted import Warn
from aecodec.services.jobs import WarnAbout


def refuse(where: str) -> Warn:
    return lambda message: pytest.fail(f"{where}: {message}")


def drop(where: str) -> Warn:
    return lambda message: None


def keep(told: list[tuple[str, str]]) -> WarnAbout:
    """What appends (name, message) to `told`."""
    return lambda where: lambda message: told.append((where, message))
