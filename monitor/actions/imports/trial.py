"""The judgements that a change would turn, found out by trying it and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.finding import State
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Store, Tx, facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """How many verdicts a change turns."""

    count: int
    violated: int
    """How many of them to violated."""


class _UndoneError(Exception):
    """Ends a trial: everything that it wrote is undone."""


def turned_by(
    store: Store, rules: RulesInForce, ids: Sequence[str], now: datetime, change: Callable[[Tx], object]
) -> Turned:
    """Return what a change turns in the verdicts on these accounts; keeps nothing."""
    before: dict[tuple[str, str], State] = {}
    after: dict[tuple[str, str], State] = {}
    try:
        with store.begin() as tx:
            before = _verdicts(tx, rules, ids, now)
            change(tx)
            after = _verdicts(tx, rules, ids, now)
            raise _UndoneError  # noqa: TRY301 - an exception is what undoes a transaction
    except _UndoneError:
        pass
    others = [state for key, state in after.items() if before.get(key) is not state]
    return Turned(count=len(others), violated=sum(state is State.VIOLATED for state in others))


def _verdicts(tx: Tx, rules: RulesInForce, ids: Sequence[str], now: datetime) -> dict[tuple[str, str], State]:
    return {
        (known.account.id, finding.rule): finding.state
        for known in facts.known_in_turn(tx, ids, now=now)
        for _, finding in rules.findings(known, now)
    }
