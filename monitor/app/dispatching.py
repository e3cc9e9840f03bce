"""Who makes the looks, as the settings want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError

from monitor.dispatch.embedded import Embedded
from monitor.dispatch.port import Dispatch, Handler, Queue
from monitor.dispatch.workers import Workers, installed
from monitor.metrics import QueueReading
from monitor.settings import Settings
from monitor.store import Store, Tx, worker_role
from monitor.store.quarantine import Quarantined


def dispatch_of(
    settings: Settings,
    store: Store,
    handler: Handler,
    clock: Callable[[], datetime],
    suspected: Callable[[Tx, Sequence[Quarantined]], None],
) -> Dispatch:
    """Return what has due sources looked at; see `dispatch_problem`."""
    if settings.dispatch.kind == "embedded":
        return Embedded(store=store, handler=handler, clock=clock)
    return Workers(
        store=store,
        handler=handler,
        clock=clock,
        addresses=settings.dispatch.addresses,
        only=allowed(settings),
        suspected=suspected,
        role=settings.dispatch.role,
    )


def allowed(settings: Settings) -> Mapping[str, Sequence[str]]:
    """Return by which addresses collectors may look, where that is not all of them.

    An owner's grant is used by one address alone: a platform that hands out a new token takes the old one back.
    """
    chosen = settings.dispatch
    granted = {grant.collector for grant in settings.grants.values()}
    named: dict[str, Sequence[str]] = dict(chosen.platforms)
    return named | {name: named.get(name, chosen.addresses)[:1] for name in granted}


def dispatch_problem(settings: Settings, backend: str) -> str | None:
    """Return why the looks cannot be made as the settings want it on such a database, in one sentence, or None."""
    if settings.dispatch.kind == "embedded":
        return None
    if backend != "postgresql":
        return "设置项 dispatch.kind 为 procrastinate 的，数据库须是 PostgreSQL；用 SQLite 的请改为 embedded。"
    try:
        installed()
    except PackageNotFoundError:
        return "设置项 dispatch.kind 为 procrastinate 的，须安装 procrastinate：运行 make setup，或用安装包安装。"
    return None


def role_problem(settings: Settings, tx: Tx) -> str | None:
    """Return why workers cannot come to the database as the settings want it, in one sentence, or None."""
    role = settings.dispatch.role
    if role is None or worker_role.exists(tx, role):
        return None
    return f"数据库里没有设置项 dispatch.role 所写的角色“{role}”，请先建立（CREATE ROLE），或删去这一项。"


def queue_readings(queues: Sequence[Queue]) -> tuple[QueueReading, ...]:
    """Return how it stands with the workers, as metrics tell it."""
    return tuple(
        QueueReading(
            address=queue.address,
            is_served=queue.is_served,
            jobs=queue.jobs,
            oldest=max(0.0, queue.oldest.total_seconds()) if queue.oldest else 0.0,
        )
        for queue in queues
    )
