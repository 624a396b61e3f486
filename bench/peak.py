"""Run a command and print the most memory it ever held, in KiB.

    python -m bench.peak COMMAND…

A process of its own, because a child's figure begins with that of its parent:
this one is small.
"""

import os
import sys


def main() -> int:
    """Run the command with its output on standard error; print its peak on standard output."""
    redirect = [(os.POSIX_SPAWN_DUP2, 2, 1)]
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=redirect)
    _, status, usage = os.wait4(pid, 0)
    print(usage.ru_maxrss)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
