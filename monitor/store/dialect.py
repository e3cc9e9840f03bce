"""SQLite as SQLAlchemy speaks it, with statements that are put into words once, whichever engine runs them.

SQLAlchemy keeps the words of a statement for each engine, by dialect. A store has several engines, and a command opens
and leaves several stores: without this, each would word anew what the others have worded.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_NAME = "kept"
_STATEMENTS = 1000
"""How many statements are kept: some more than there are."""


class KeptDialect(SQLiteDialect_pysqlite):
    """SQLite's dialect; each is as good as any other, for all engines are made alike."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register(f"sqlite.{_NAME}", __name__, KeptDialect.__name__)
KEPT: LRUCache[object, object] = LRUCache(_STATEMENTS)
"""The statements of this process: an engine's execution option `compiled_cache`."""


def kept(url: sa.URL) -> sa.URL:
    """Return the address of a file with this dialect."""
    return url.set(drivername=f"sqlite+{_NAME}")
