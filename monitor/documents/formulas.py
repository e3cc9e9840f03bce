"""Texts in csv that a spreadsheet program must not take for formulas."""

from __future__ import annotations

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def protect(text: str) -> str:
    """Return a text as it is written into csv."""
    return f"'{text}" if _is_dangerous(text) else text


def unprotect(text: str) -> str:
    """Return a text of a csv file without the mark that `protect` has put before it."""
    return text[1:] if text.startswith("'") and _is_dangerous(text) else text


def _is_dangerous(text: str) -> bool:
    return text.lstrip("'").startswith(_DANGEROUS)
