"""Graphs are made ready before they are needed, once, and again where that failed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import numpy as np
import pytest

from aecodec import devices
from aecodec.devices import Device
from aecodec.executors import graphs
from aecodec.executors.with_onnx import OnnxCodec, Sessions
from tests.tiny import TINY, tiny_frozen

Y = np.zeros((1, TINY.latents, 4, 4), np.float32)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The graphs that sessions are made of, in their order."""
    names: list[str] = []

    def recording(self: Sessions, graph: str) -> object:
        names.append(graph)
        return inner(self, graph)

    inner = Sessions._made
    monkeypatch.setattr(Sessions, "_made", recording)
    return names


def codec(threads: int) -> OnnxCodec:
    known = graphs.find(TINY)
    assert known is not None
    return OnnxCodec(tiny_frozen(), known, Device("cpu", threads), 1)


def test_what_is_prepared_is_made_at_once_and_once(made: list[str]) -> None:
    run = codec(2)
    run.prepare("analysis")
    run.prepare("hyper", "quantise", channels=TINY.latents)
    run.quantise(Y, run.hyper(Y, 0), 0)
    run.analysis(np.zeros((1, 64, 64, 3), np.uint8))
    assert sorted(made) == ["analysis", f"hyper-{TINY.latents}", f"quantise-{TINY.latents}"]


def test_one_thread_prepares_nothing(made: list[str]) -> None:
    run = codec(1)
    run.prepare("hyper", "quantise", channels=TINY.latents)
    run.hyper(Y, 0)
    assert made == [f"hyper-{TINY.latents}"]


def test_what_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(self: Sessions, graph: str) -> object:
        raise RuntimeError("std::bad_alloc")

    run = codec(2)
    with monkeypatch.context() as patch:
        patch.setattr(Sessions, "_made", failing)
        run.prepare("hyper", channels=TINY.latents)
        with pytest.raises(MemoryError):
            run.hyper(Y, 0)
    assert run.hyper(Y, 0).shape == (1, TINY.hyper, 1, 1)


def test_no_more_run_at_once_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def run(self, outputs: None, inputs: dict[str, np.ndarray]) -> list[int]:
            running.append(None)
            seen.append(len(running))
            sleep(0.01)
            running.pop()
            return [0]

    running: list[None] = []
    seen: list[int] = []
    monkeypatch.setattr(devices, "cores", lambda: 2)
    monkeypatch.setattr(Sessions, "_made", lambda self, graph: Session())
    run = codec(1)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: run.hyper(Y, 0), range(12)))
    assert len(seen) == 12
    assert max(seen) <= 2
