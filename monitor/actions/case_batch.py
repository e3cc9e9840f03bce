"""Decide about many cases at once: the same decision on each, by one document and with one note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.cases import DecideCommand, Decided, DecisionFields, decide
from monitor.actions.refused import IncompleteError, RefusedError
from monitor.core.choices import ChoicePart, common_parts
from monitor.core.decision import Ruling
from monitor.store import Tx, cases

MOST = 200
"""Cases that are decided at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedCase:
    """One of the cases: what is decided about it, and how it stood when the actor saw it."""

    case: int
    ruling: Ruling
    seen: str | None = None
    into: str = ""
    """Where the content of this one goes; empty for where that of all goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideManyCommand(DecisionFields):
    """The decisions of one meeting, or of one moment."""

    picked: tuple[PickedCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A case that was left as it is, and why."""

    case: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedMany:
    """What was decided, and what was not."""

    done: tuple[Decided, ...]
    passed: tuple[Passed, ...]


def decide_many(tx: Tx, command: DecideManyCommand, *, actor: Actor, now: datetime) -> DecidedMany:
    """Decide about each case that can be decided on, and say of the others why not: one audit row for each decision.

    Raises RefusedError where none can be, or the form lacks what one of them asks for; then nothing is kept.
    """
    if not command.picked:
        raise RefusedError("请先勾选要办的事项。")
    if len(command.picked) > MOST:
        raise RefusedError(f"一次最多办理{MOST}项，请分次办理。")
    cases.lock(tx, [picked.case for picked in command.picked])
    done: list[Decided] = []
    passed: list[Passed] = []
    last: RefusedError | None = None
    for choice in {picked.case: picked for picked in command.picked}.values():
        try:
            done.append(decide(tx, _single(command, choice), actor=actor, now=now))
        except IncompleteError:
            raise
        except RefusedError as error:
            last = error
            passed.append(Passed(case=choice.case, why=str(error)))
    if last is not None and not done:
        raise _together(last, passed)
    return DecidedMany(done=tuple(done), passed=tuple(passed))


def _single(command: DecideManyCommand, one: PickedCase) -> DecideCommand:
    """Return the decision on one case: of what was filled in once for all of them, what its own ruling asks for."""
    asked = common_parts([one.ruling])
    return DecideCommand(
        case=one.case,
        ruling=one.ruling,
        titles=command.titles,
        terms=command.terms,
        by=command.by,
        note=command.note,
        document=command.document,
        until=command.until if ChoicePart.UNTIL in asked else None,
        on=command.on if ChoicePart.ON in asked else None,
        into=(one.into or command.into) if ChoicePart.INTO in asked else "",
        present=command.present,
        seen=one.seen,
    )


def _together(last: RefusedError, passed: list[Passed]) -> RefusedError:
    """Return the refusal of all of them: the one about fields as it is, else every reason once."""
    if last.fields or len(passed) == 1:
        return last
    return RefusedError("\n".join(dict.fromkeys(left.why for left in passed)))
