"""How names of units, accounts and firms are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return a name as it is compared: NFKC, without spaces, so that （） are (); 官方 and 发布 are parts of it."""
    return "".join(unicodedata.normalize("NFKC", name).split())
