"""`python -m tests.upgrade.killed URL NUMBER`: upgrades a database, and is killed before its NUMBERth statement.

Prints how many statements there were where it is not killed.
"""

import os
import signal
import sys

import sqlalchemy as sa

from monitor.store import open_store

counted = 0


def count(*_: object) -> None:
    global counted  # noqa: PLW0603 - this is all that the process is for
    counted += 1
    if counted == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    open_store(sys.argv[1]).close()
    print(counted)  # noqa: T201 - its answer
