"""What the operator was told of by digests that left, so that the next one tells what is new.

Of each line of the to-do list it is kept which things it was about and which digest told of each.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from monitor.store.database import Tx
from monitor.store.notes import get_note, put_note

_NOTE = "told"
Things = Mapping[str, Collection[str]]
"""What lines are about, by their keys."""
_Told = Mapping[str, Mapping[str, str]]
"""The topic of the digest that told of each thing, by line and thing."""


def new_lines(tx: Tx, things: Things, topic: str, last_left: str | None, *, again_before: str) -> frozenset[str]:
    """Return the lines with a thing of which no digest that left has told, but maybe that of this topic.

    What was told before `again_before`, the topic of a day, is told again. `last_left` is the last that left.
    """
    told = _read(tx)
    return frozenset(
        line
        for line, marks in things.items()
        if any(_is_new(told.get(line, {}).get(mark), topic, last_left, again_before) for mark in marks)
    )


def carried_lines(tx: Tx, things: Things, topic: str) -> frozenset[str]:
    """Return the lines with a thing of which the digest of this topic was the first to tell."""
    told = _read(tx)
    return frozenset(
        line for line, marks in things.items() if any(told.get(line, {}).get(mark) == topic for mark in marks)
    )


def mark_told(tx: Tx, things: Things, topic: str, last_left: str | None, *, again_before: str) -> None:
    """Remember that the digest of this topic tells of all that is new; what is no more is forgotten."""
    told = _read(tx)

    def by(line: str, mark: str) -> str:
        before = told.get(line, {}).get(mark)
        return topic if before is None or _is_new(before, topic, last_left, again_before) else before

    kept = {line: {mark: by(line, mark) for mark in sorted(marks)} for line, marks in sorted(things.items())}
    put_note(tx, _NOTE, json.dumps(kept, ensure_ascii=False))


def _is_new(told: str | None, topic: str, last_left: str | None, again_before: str) -> bool:
    return told is None or told == topic or last_left is None or told > last_left or told < again_before


def _read(tx: Tx) -> _Told:
    found: _Told = json.loads(get_note(tx, _NOTE) or "{}")
    return found
