"""Becomes PostgreSQL, its life tied to the process that started it; a script that `forum.kit.postgres` runs.

Arguments: the starter's pid, user id, group id (both -1: keep them), then the program with its own arguments.
The tie is Linux's parent-death signal: when the thread that started this ends, however it ends, the kernel
sends SIGINT, PostgreSQL's fast shutdown. Changing the user clears the tie, so that comes first; `exec` keeps
it.
"""

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def main(starter: int, user: int, group: int, command: list[str]) -> None:
    """Drop to the user, tie, and turn into the command; never returns."""
    if user != -1:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGINT, 0, 0, 0)
    if os.getppid() != starter:  # it ended before the tie was made
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
