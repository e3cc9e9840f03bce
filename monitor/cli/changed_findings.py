"""What an import would change in what is judged, found out by trying it and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.core.finding import State
    from monitor.pipeline.evaluate import RulesInForce
    from monitor.settings import Settings
    from monitor.store import Store, Tx

BATCH = 200


class _UndoneError(Exception):
    """Ends a trial: everything that it wrote is undone."""


def turned(
    store: Store, settings: Settings, ids: Sequence[str], now: datetime, change: Callable[[Tx], object]
) -> tuple[int, int]:
    """Return how many verdicts on these accounts a change turns, and how many of them to violated; keeps nothing."""
    from monitor.app.choices import rules_in_force
    from monitor.core.finding import State

    judged_by = rules_in_force(settings, settings.work_calendar())
    before: dict[tuple[str, str], State] = {}
    after: dict[tuple[str, str], State] = {}
    try:
        with store.begin() as tx:
            before = _verdicts(tx, judged_by, ids, now)
            change(tx)
            after = _verdicts(tx, judged_by, ids, now)
            raise _UndoneError  # noqa: TRY301 - an exception is what undoes a transaction
    except _UndoneError:
        pass
    others = [state for key, state in after.items() if before.get(key) is not state]
    return len(others), sum(state is State.VIOLATED for state in others)


def _verdicts(tx: Tx, judged_by: RulesInForce, ids: Sequence[str], now: datetime) -> dict[tuple[str, str], State]:
    from monitor.store import facts

    return {
        (known.account.id, finding.rule): finding.state
        for start in range(0, len(ids), BATCH)
        for known in facts.known(tx, ids[start : start + BATCH], now=now)
        for _, finding in judged_by.findings(known, now)
    }
