"""Runs the suite with every database on a PostgreSQL server of its own; arguments go to pytest.

Left out are the tests about a database's file (marked `file`), those of the store, which run on both anyway, and
those that have no database: a test holds that they import none.
"""

import os
import subprocess
import sys

from tests.databases import SERVER
from tests.services import require_postgresql

LEFT_OUT = (
    *("alerts", "collectors", "core", "differential", "grafana", "guide", "ledger", "packaging", "pictures"),
    *("prometheus", "settings", "store", "test_clauses.py", "test_docs.py", "test_security_document.py"),
)

if __name__ == "__main__":
    with require_postgresql() as address:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-m", "not slow and not file"),
                *(f"--ignore=tests/{place}" for place in LEFT_OUT),
                *sys.argv[1:],
            ],
            env=os.environ | {SERVER: address},
            check=False,
        )
    sys.exit(ran.returncode)
