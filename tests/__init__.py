"""On every core at once each worker of pytest-xdist has one thread; said before any library with threads is loaded."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
