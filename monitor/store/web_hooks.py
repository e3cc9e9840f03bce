"""The far sides that are told of cases, and what each is still to be told.

What happens to a case is written for every far side in the transaction of the change itself, its words settled. The
deliveries of one case leave in their order: the next only when the one before has arrived or was given up.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from monitor.core.case import Case
from monitor.core.message import Attempt, Outcome
from monitor.core.shapes import case_shape, moment_shape
from monitor.core.web_hook import BACKLOG, GIVE_UP, LONG_FAILING, DeliveryState, HookEvent, is_gone, pause
from monitor.store.columns import run
from monitor.store.database import Tx
from monitor.store.tables import hook_deliveries as deliveries
from monitor.store.tables import web_hooks as hooks

GONE = "对方答复不再接收（410）"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebHook:
    """A far side, before it is stored."""

    name: str
    host: str
    """Its server, as people may read it; the rest of the address may hold a secret."""
    sealed: bytes = field(repr=False)
    """Its address and its secret (`pipeline.hook_vault`)."""
    area: str | None
    """The area of whose cases it is told; None for all."""
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebHook(NewWebHook):
    """A far side as it is stored."""

    id: int
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str
    failures: int
    """Tries in a row that failed."""
    failing_since: datetime | None
    next_try_at: datetime
    last_sent_at: datetime | None
    last_code: str
    last_detail: str
    dropped: int
    """Events that were not kept for it because too much waited."""
    trouble_since: datetime | None
    """Since when something is lost, until somebody has settled that."""

    def is_troubled(self, now: datetime) -> bool:
        """True if people have to see to it."""
        is_long_failing = self.failing_since is not None and now - self.failing_since >= LONG_FAILING
        return self.trouble_since is not None or (self.disabled_at is None and is_long_failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one far side."""

    id: int
    hook: int
    key: str
    """Its name for the far side, the same at every try."""
    event: HookEvent
    case: int
    body: str = field(repr=False)
    at: datetime
    state: DeliveryState
    attempts: int
    code: str


Change = tuple[HookEvent, Case]


def tell(tx: Tx, changes: Collection[Change], *, at: datetime) -> None:
    """Write down for every far side what has just happened to cases; as much as there is room for."""
    for hook in tx.execute(sa.select(hooks.c.id, hooks.c.area).where(hooks.c.disabled_at.is_(None))).all():
        concerning = [change for change in changes if hook.area in {None, change[1].area}]
        room = max(0, BACKLOG - _count(tx, hook.id, DeliveryState.WAITING))
        run(tx, sa.insert(deliveries), [_row(hook.id, change, at) for change in concerning[:room]])
        if lost := len(concerning) - room if len(concerning) > room else 0:
            since = sa.func.coalesce(hooks.c.trouble_since, sa.literal(at, hooks.c.trouble_since.type))
            _change(tx, hook.id, dropped=hooks.c.dropped + lost, trouble_since=since)


def is_listened_to(tx: Tx) -> bool:
    """True if anybody is to be told of cases."""
    return tx.scalar(sa.select(hooks.c.id).where(hooks.c.disabled_at.is_(None)).limit(1)) is not None


def body_of(kind: str, data: object, at: datetime) -> str:
    """Return the words of an event, once for all tries."""
    event = {"type": kind, "timestamp": moment_shape(at), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def new_key() -> str:
    """Return a name that no delivery had before, nor will one of a database that is put back to an earlier day."""
    return f"msg_{secrets.token_hex(12)}"


def save_hook(tx: Tx, hook: NewWebHook, *, at: datetime) -> int:
    """Store a far side and return its number."""
    row = {
        "name": hook.name,
        "host": hook.host,
        "sealed": hook.sealed,
        "area": hook.area,
        "created_by": hook.created_by,
        "created_at": at,
        "next_try_at": at,
    }
    number: int = tx.execute(sa.insert(hooks).values(row).returning(hooks.c.id)).scalar_one()
    return number


def web_hook(tx: Tx, number: int) -> WebHook | None:
    """Return a far side by its number, or None."""
    return next(iter(_hooks(tx, hooks.c.id == number)), None)


def web_hooks(tx: Tx) -> Sequence[WebHook]:
    """Return every far side, newest first, disabled ones included."""
    return _hooks(tx, sa.true())


def troubled(tx: Tx, now: datetime) -> Sequence[WebHook]:
    """Return the far sides that people have to see to."""
    return [hook for hook in web_hooks(tx) if hook.is_troubled(now)]


def is_named(tx: Tx, name: str) -> bool:
    """True if there is a far side of this name."""
    return tx.scalar(sa.select(hooks.c.id).where(hooks.c.name == name)) is not None


def reseal(tx: Tx, number: int, sealed: bytes) -> None:
    """Keep another secret for a far side."""
    _change(tx, number, sealed=sealed)


def disable(tx: Tx, number: int, why: str, *, at: datetime) -> None:
    """Tell a far side nothing more; what waits for it is not told."""
    _change(tx, number, disabled_at=at, disabled_why=why, failing_since=None, failures=0, trouble_since=None, dropped=0)
    _end_waiting(tx, number, DeliveryState.CANCELLED, at)


def enable(tx: Tx, number: int, *, at: datetime) -> None:
    """Tell a far side again what happens from now on."""
    _change(tx, number, disabled_at=None, disabled_why="", failing_since=None, failures=0, next_try_at=at)


def send_again(tx: Tx, number: int, *, at: datetime) -> int:
    """Have everything tried anew that was given up; return how many there are."""
    given_up = sa.and_(deliveries.c.hook == number, deliveries.c.state == DeliveryState.GIVEN_UP)
    anew = {"state": DeliveryState.WAITING, "finished_at": None, "at": at, "next_try_at": at, "attempts": 0}
    count = tx.execute(sa.update(deliveries).where(given_up).values(anew)).rowcount
    _change(tx, number, trouble_since=None, dropped=0, next_try_at=at, failures=0, failing_since=None)
    return count


def let_go(tx: Tx, number: int, *, at: datetime) -> int:
    """Have nothing more done about what was given up; return how many there are."""
    given_up = sa.and_(deliveries.c.hook == number, deliveries.c.state == DeliveryState.GIVEN_UP)
    gone = sa.update(deliveries).where(given_up).values(state=DeliveryState.CANCELLED, finished_at=at)
    count = tx.execute(gone).rowcount
    _change(tx, number, trouble_since=None, dropped=0)
    return count


def due_hooks(tx: Tx, now: datetime) -> Sequence[WebHook]:
    """Return the far sides for which something waits and which may be tried now."""
    waiting = sa.exists().where(
        deliveries.c.hook == hooks.c.id, deliveries.c.state == DeliveryState.WAITING, deliveries.c.next_try_at <= now
    )
    return _hooks(tx, sa.and_(hooks.c.disabled_at.is_(None), hooks.c.next_try_at <= now, waiting))


def next_delivery(tx: Tx, number: int, now: datetime) -> Delivery | None:
    """Return what a far side is to be told next: of each case the oldest, and first what was tried least.

    So no event that a far side cannot digest keeps those of other cases waiting.
    """
    before = deliveries.alias()
    is_behind = sa.exists().where(
        before.c.hook == deliveries.c.hook,
        before.c.case == deliveries.c.case,
        before.c.state == DeliveryState.WAITING,
        before.c.id < deliveries.c.id,
    )
    chosen = (
        sa.select(deliveries)
        .join(hooks, hooks.c.id == deliveries.c.hook)
        .where(deliveries.c.hook == number, deliveries.c.state == DeliveryState.WAITING, ~is_behind)
        .where(deliveries.c.next_try_at <= now, hooks.c.disabled_at.is_(None), hooks.c.next_try_at <= now)
        .order_by(deliveries.c.attempts, deliveries.c.id)
        .limit(1)
    )
    return next((_delivery(row) for row in tx.execute(chosen)), None)


def note_try(tx: Tx, delivery: Delivery, attempt: Attempt, *, at: datetime) -> bool:
    """Keep what came of a try; return whether the far side is told nothing more from now on.

    One that fails is left alone for a growing time, and what has waited too long is given up.
    """
    this = sa.and_(deliveries.c.id == delivery.id, deliveries.c.state == DeliveryState.WAITING)
    tried = {"attempts": deliveries.c.attempts + 1, "code": attempt.code}
    if attempt.outcome is Outcome.SENT:
        tx.execute(sa.update(deliveries).where(this).values(tried | {"state": DeliveryState.SENT, "finished_at": at}))
        fine = {"failures": 0, "failing_since": None, "last_sent_at": at, "last_code": "", "last_detail": ""}
        _change(tx, delivery.hook, **fine)
        return False
    later = at + pause(delivery.key, delivery.attempts + 1, attempt)
    tx.execute(sa.update(deliveries).where(this).values(tried | {"next_try_at": later}))
    _fail(tx, delivery, attempt, at)
    if is_gone(attempt):
        _end_waiting(tx, delivery.hook, DeliveryState.GIVEN_UP, at)
        _change(tx, delivery.hook, disabled_at=at, disabled_why=GONE, trouble_since=at, failing_since=None)
        return True
    old = sa.and_(deliveries.c.hook == delivery.hook, deliveries.c.at <= at - GIVE_UP)
    if _end_waiting(tx, delivery.hook, DeliveryState.GIVEN_UP, at, old):
        since = sa.func.coalesce(hooks.c.trouble_since, sa.literal(at, hooks.c.trouble_since.type))
        _change(tx, delivery.hook, trouble_since=since)
    return False


def counts(tx: Tx) -> dict[DeliveryState, int]:
    """Return how many deliveries are in each state that somebody may have to see to."""
    which = deliveries.c.state.in_([DeliveryState.WAITING, DeliveryState.GIVEN_UP])
    counted = sa.select(deliveries.c.state, sa.func.count()).where(which).group_by(deliveries.c.state)
    return dict(tx.execute(counted).all())


def counts_of(tx: Tx) -> dict[tuple[int, DeliveryState], int]:
    """Return how many deliveries of each far side are in each state that somebody may have to see to."""
    which = deliveries.c.state.in_([DeliveryState.WAITING, DeliveryState.GIVEN_UP])
    chosen = sa.select(deliveries.c.hook, deliveries.c.state, sa.func.count()).where(which)
    rows = tx.execute(chosen.group_by(deliveries.c.hook, deliveries.c.state))
    return {(hook, state): count for hook, state, count in rows}


def _fail(tx: Tx, delivery: Delivery, attempt: Attempt, at: datetime) -> None:
    failures = tx.scalar(sa.select(hooks.c.failures).where(hooks.c.id == delivery.hook)) or 0
    _change(
        tx,
        delivery.hook,
        failures=failures + 1,
        failing_since=sa.func.coalesce(hooks.c.failing_since, sa.literal(at, hooks.c.failing_since.type)),
        next_try_at=at + pause(delivery.key, failures + 1, attempt),
        last_code=attempt.code,
        last_detail=attempt.detail,
    )


def _end_waiting(
    tx: Tx, hook: int, state: DeliveryState, at: datetime, which: sa.ColumnElement[bool] | None = None
) -> int:
    waiting = sa.and_(deliveries.c.hook == hook, deliveries.c.state == DeliveryState.WAITING)
    waiting = waiting if which is None else sa.and_(waiting, which)
    return tx.execute(sa.update(deliveries).where(waiting).values(state=state, finished_at=at)).rowcount


def _change(tx: Tx, number: int, **values: object) -> None:
    tx.execute(sa.update(hooks).where(hooks.c.id == number).values(values))


def _count(tx: Tx, hook: int, state: DeliveryState) -> int:
    which = sa.and_(deliveries.c.hook == hook, deliveries.c.state == state)
    return tx.scalar(sa.select(sa.func.count()).select_from(deliveries).where(which)) or 0


def _row(hook: int, change: Change, at: datetime) -> dict[str, object]:
    event, case = change
    return {
        "hook": hook,
        "key": new_key(),
        "event": event,
        "case": case.id,
        "body": body_of(event.value, case_shape(case), at),
        "at": at,
        "next_try_at": at,
        "state": DeliveryState.WAITING,
    }


def _hooks(tx: Tx, which: sa.ColumnElement[bool]) -> Sequence[WebHook]:
    chosen = sa.select(hooks).where(which).order_by(hooks.c.id.desc())
    return [WebHook(**row._mapping) for row in tx.execute(chosen)]  # noqa: SLF001 - the public name of a row's mapping


def _delivery(row: sa.Row[tuple[object, ...]]) -> Delivery:
    kept = row._mapping  # noqa: SLF001 - as above
    return Delivery(**{name: kept[name] for name in Delivery.__dataclass_fields__})
