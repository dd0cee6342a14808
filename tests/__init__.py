"""Tests, which run beside one another: PyTorch's threads wait as `aecodec.__main__` has it, set before it is loaded."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
