"""`python -m aecodec` and the console script: runs the command line."""

import gc
import os
import sys
from importlib import import_module

OFTEN = ("encode", "decode", "denoise", "info", "thumbnail")  # by scripts and file managers, for a picture each time

HELP = ("-h", "--help")


def main() -> None:
    """Run what the arguments ask for; of what is asked often, no other command is assembled for it."""
    # PyTorch's threads wait for one another by running in circles, and where another process works on the same cores
    # they wait for it: two runs at once took twenty times as long. It is read when PyTorch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in OFTEN or sys.argv[-1] in HELP:
        gc.disable()  # `cli.console` has it again where there are many files; what is imported would be looked through
    if name in OFTEN:
        from aecodec.cli.parsing import Command
        from aecodec.cli.root import program

        app = program()
        app.command(cls=Command)(getattr(import_module(f"aecodec.cli.{name}"), name))
    else:
        from aecodec.cli.app import app
    app(prog_name="aecodec")


if __name__ == "__main__":
    main()
