"""How names of units, accounts and firms are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return a name as it is compared: NFKC, without spaces, so that （） are (); 官方 and 发布 are parts of it."""
    return "".join(unicodedata.normalize("NFKC", name).split())


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))


def numbered(written: str) -> str:
    """Return the number of a matter as numbers are compared: case, width and the sort of a dash are ways of typing."""
    return normal(written).casefold().translate(_DASHES)
