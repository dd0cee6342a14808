"""Runs a command; prints its seconds and the MiB of its peak. A program of its own, started small: a process is charged
for what the one that started it held.

python once.py CORES COMMAND ...    CORES: how many of those that may be used, 0 for all
"""

import os
import sys
from time import perf_counter


def main(cores: int, command: list[str]) -> int:
    allowed = sorted(os.sched_getaffinity(0))
    if cores:
        os.sched_setaffinity(0, allowed[:cores])
    start = perf_counter()
    nothing = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
    _, status, usage = os.wait4(pid, 0)
    print(perf_counter() - start, usage.ru_maxrss / 1024)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
