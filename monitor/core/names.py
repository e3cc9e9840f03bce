"""How names of units, accounts and firms are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return a name as it is compared: NFKC, without spaces, so that （） are (); 官方 and 发布 are parts of it."""
    compared = "".join(unicodedata.normalize("NFKC", name).split())
    return name if compared == name else compared  # one text instead of two: there may be 100,000


_SAME = (
    {
        "Pd": "-",
        "Ps": "(",
        "Pe": ")",
        "Cf": "",
    }
    | dict.fromkeys("\u2212\u2500\u2501", "-")
    | dict.fromkeys("\u2022\u2027\u2219\u22c5\u30fb", "\u00b7")
)
"""What is written for a sort of sign (Unicode's general category) or for one sign: 〔2026〕 is (2026), as [2026] is."""


@lru_cache(maxsize=4096)
def numbered(written: str) -> str:
    """Return the number of a matter as numbers are compared.

    Case, width, the sort of a dash, of a bracket and of a middle dot are ways of typing; unseen signs are nothing.
    """
    return "".join(_same(sign) for sign in normal(written).casefold())


def _same(sign: str) -> str:
    return _SAME.get(sign, _SAME.get(unicodedata.category(sign), sign))
