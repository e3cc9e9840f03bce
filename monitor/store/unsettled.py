"""The questions that an upgrade left open: sentences for the operator, each told in one digest that left."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.store import notes
from monitor.store.database import Tx

_PREFIX = "unsettled:"
"""The prefix of the keys of such notes; migrations write them, a name follows."""


def ask(tx: Tx, name: str, said: str) -> None:
    """Have the next digest tell a sentence, once; one of that name is never told again."""
    key = f"{_PREFIX}{name}"
    if notes.get_note(tx, key) is None:
        notes.put_note(tx, key, " ".join(said.split()))


def to_tell(tx: Tx, topic: str, last_left: str | None) -> Sequence[str]:
    """Return what no digest that has left has told, for the digest of this topic; `last_left` is the last that did."""
    found = (_parts(text) for text in notes.notes(tx, _PREFIX).values())
    return [said for told, said in found if not told or told == topic or last_left is None or told > last_left]


def mark_told(tx: Tx, topic: str, last_left: str | None) -> None:
    """Remember that the digest of this topic tells all of that."""
    telling = set(to_tell(tx, topic, last_left))
    for key, text in notes.notes(tx, _PREFIX).items():
        _, said = _parts(text)
        if said in telling:
            notes.put_note(tx, key, f"{topic}\n{said}")


def _parts(text: str) -> tuple[str, str]:
    """Return the topic of the digest that tells it, empty while none does, and what it says."""
    told, _, said = text.rpartition("\n")
    return told, said
