"""Small things worth remembering between runs: when a digest went out, when a pass last succeeded."""

from __future__ import annotations

from monitor.store.database import Tx


def get_note(tx: Tx, key: str) -> str | None:
    """Return what was put under the key, or None."""
    raise NotImplementedError


def put_note(tx: Tx, key: str, text: str) -> None:
    """Remember the text under the key in place of what was there."""
    raise NotImplementedError


def notes(tx: Tx, prefix: str = "") -> dict[str, str]:
    """Return every note whose key begins with the prefix, by key."""
    raise NotImplementedError
