"""Threads that can be told to stop: they do at their next call of a network, as the main thread does by Ctrl-C."""

from threading import Thread, current_thread


class Stoppable(Thread):
    """Runs until it ends, or until the next `heed` after `stopping` was set. It keeps no program from ending."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = False


def heed() -> None:
    """Raises KeyboardInterrupt in a thread that has been told to stop."""
    thread = current_thread()
    if isinstance(thread, Stoppable) and thread.stopping:
        raise KeyboardInterrupt
