"""Compiling a network for training, where that pays and can be done."""

import os
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable

import torch
from torch import nn

from aecodec.training.tasks import Forward


def compiled(model: nn.Module, device: torch.device, note: Callable[[str], None]) -> Forward:
    """On a GPU, where launching thousands of small kernels would take longer than running them; else `model` itself."""
    if device.type != "cuda":
        return model
    if not c_compiler_works():
        note("warning: no C compiler with Python's headers works here; training is slower without")
        return model
    forward: Forward = torch.compile(model, dynamic=False)
    return forward


def c_compiler_works() -> bool:
    """Whether Triton can build what launches its kernels: with CC, gcc or clang, and Python.h."""
    command = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    if command is None:
        return False
    arguments = [*shlex.split(command), "-fsyntax-only", f"-I{sysconfig.get_path('include')}", "-x", "c", "-"]
    try:
        return subprocess.run(arguments, input=b"#include <Python.h>\n", capture_output=True).returncode == 0
    except OSError:
        return False
