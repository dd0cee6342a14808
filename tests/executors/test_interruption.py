"""Threads that can be told to stop, and the calls at which they do."""

import numpy as np
import pytest

from aecodec.executors.interruption import Stoppable, heed
from tests.tiny import KINDS, executor, tiny_frozen


class Calling(Stoppable):
    """Makes one call after it was told to stop."""

    def __init__(self, call) -> None:
        super().__init__()
        self.call = call
        self.stopping = True
        self.stopped = False

    def run(self) -> None:
        try:
            self.call()
        except KeyboardInterrupt:
            self.stopped = True


def test_only_threads_that_were_told_stop():
    heed()
    thread = Calling(heed)
    thread.stopping = False
    thread.start()
    thread.join()
    assert not thread.stopped


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_of_a_network_is_where_they_stop(kind: str):
    codec = executor(tiny_frozen(), kind)
    thread = Calling(lambda: codec.analysis(np.zeros((1, 64, 64, 3), np.uint8)))
    thread.start()
    thread.join()
    assert thread.stopped
