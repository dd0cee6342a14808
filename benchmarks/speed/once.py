"""Runs a command; prints seconds on the clock and of the processor (user and system), and the MiB of its peak.

A program of its own, and a small one: a process is charged for what the one that started it held. Modules may be kept
compiled, as pip leaves them.

python once.py CORES COMMAND ...    CORES: how many of those that may be used, 0 for all
"""

import os
import sys
from time import perf_counter


def main(cores: int, command: list[str]) -> int:
    allowed = sorted(os.sched_getaffinity(0))
    if cores:
        os.sched_setaffinity(0, allowed[:cores])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    start = perf_counter()
    nothing = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
    _, status, usage = os.wait4(pid, 0)
    print(perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
