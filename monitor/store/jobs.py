"""Batches of looks that wait for workers: rows of procrastinate's, in a schema of its own beside our tables.

Everything here is PostgreSQL's. The schema holds nothing that is not known from our own tables too: what waits in it is
due again as soon as its claim ends. So another version's schema is not migrated but made anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import quarantine, tables
from monitor.store.due_sources import Due, claimed, release
from monitor.store.notes import get_note, put_note
from monitor.store.place import QUEUE_CLASS, queue_key
from monitor.store.quarantine import Quarantined
from monitor.store.tx import Tx

SCHEMA = "procrastinate"
TASK = "look"
"""The name of the one task there is."""
_INSTALLED = "jobs"
"""The note of the version whose schema is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingJobs:
    """The batches that wait in one queue."""

    jobs: int = 0
    oldest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTried:
    """When anybody looked at a source last, and when a look last saw something."""

    at: datetime | None
    seen_at: datetime | None


def is_installed(tx: Tx, version: str) -> bool:
    """True if the schema of this version is there."""
    return get_note(tx, _INSTALLED) == version and _is_there(tx)


def install(tx: Tx, version: str, statements: str) -> None:
    """Have the schema of this version be there, empty; what waited in another one is due again."""
    tx.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    tx.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    cursor = tx.connection.cursor()  # many statements at once, in which % means itself
    cursor.execute(f"SET LOCAL search_path TO {SCHEMA}")
    cursor.execute(statements)
    cursor.execute("SET LOCAL search_path TO DEFAULT")
    cursor.close()
    table = tables.sources
    tx.execute(sa.update(table).where(table.c.claim.is_not(None)).values(claim=None, leased_until=None))
    put_note(tx, _INSTALLED, version)


def put(tx: Tx, *, queue: str, lock: str, collector: str, due: Sequence[Due]) -> None:
    """Have a batch of claimed sources wait in a queue. Of those with one lock only one is done at a time, in order."""
    if not due:
        return
    (claim,) = {entry.claim for entry in due}
    batch = {"collector": collector, "claim": claim, "sources": [entry.source.id for entry in due]}
    job = "ROW(:queue, :task, 0, :lock, NULL, CAST(:args AS jsonb), NULL)"
    deferred = sa.text(f"SELECT procrastinate_defer_jobs_v1(ARRAY[{job}]::procrastinate_job_to_defer_v1[])")
    _enter(tx)
    tx.execute(deferred, {"queue": queue, "task": TASK, "lock": lock, "args": json.dumps(batch)})


def outstanding(tx: Tx) -> Counter[str]:
    """Return how many batches wait or are being done, by lock."""
    _enter(tx)
    counted = sa.text("SELECT lock, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY lock")
    return Counter({str(row[0]): int(row[1]) for row in tx.execute(counted)})


def served(tx: Tx, queues: Collection[str]) -> frozenset[str]:
    """Return those of these queues that a worker serves: whose place is held."""
    held = sa.text(
        "SELECT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
        " AND classid = :class AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    keys = set(tx.scalars(held, {"class": QUEUE_CLASS}))
    return frozenset(queue for queue in queues if queue_key(queue) % 2**32 in keys)


def waiting(tx: Tx) -> dict[str, WaitingJobs]:
    """Return what waits, by queue."""
    _enter(tx)
    counted = sa.text(
        "SELECT queue_name, count(*), now() - min(event.at) FROM procrastinate_jobs AS job"
        " LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'"
        " WHERE status = 'todo' GROUP BY queue_name"
    )
    return {queue: WaitingJobs(jobs=count, oldest=oldest) for queue, count, oldest in map(tuple, tx.execute(counted))}


def take_back(tx: Tx, now: datetime, *, silent: timedelta, served: Collection[str]) -> tuple[Quarantined, ...]:
    """Take back what nobody does any more; return the sources that are left alone for having been there each time.

    That is what a worker was at that has not been heard of for so long, and what has waited as long for none.
    """
    _enter(tx)
    found = sa.text(
        "SELECT job.id, job.status, job.args FROM procrastinate_jobs AS job"
        " LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id"
        " LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'"
        " WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - :silent)"
        " OR job.status = 'todo' AND event.at < now() - :silent AND NOT job.queue_name = ANY(:served)"
        " FOR UPDATE OF job SKIP LOCKED"
    )
    return _taken_back(tx, now, tx.execute(found, {"silent": silent, "served": list(served)}).all())


def give_up(tx: Tx, queue: str) -> None:
    """Have `take_back` wait no longer for former workers of a queue; only its new one may say so."""
    _enter(tx)
    silent = sa.text(
        "UPDATE procrastinate_workers SET last_heartbeat = '-infinity' WHERE id IN"
        " (SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND queue_name = :queue)"
    )
    tx.execute(silent, {"queue": queue})


def tried(tx: Tx) -> LastTried:
    """Return how lately anything was looked at."""
    table = tables.sources
    saw = sa.select(table.c.seen_at).where(table.c.seen_at == table.c.last_look_at)
    saw = saw.order_by(table.c.last_look_at.desc()).limit(1)
    return LastTried(at=tx.scalar(sa.select(sa.func.max(table.c.last_look_at))), seen_at=tx.scalar(saw))


def moment(tx: Tx) -> datetime:
    """Return what time it is where the database is."""
    at: datetime = tx.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return at


def _taken_back(tx: Tx, now: datetime, jobs: Sequence[sa.Row[Any]]) -> tuple[Quarantined, ...]:
    found: list[Quarantined] = []
    for row in jobs:
        due = claimed(tx, row.args["sources"], row.args["claim"])
        if row.status == "doing":
            found += quarantine.lose(tx, [entry.source.id for entry in due], now)
        release(tx, due)
    if jobs:
        gone = sa.text("DELETE FROM procrastinate_jobs WHERE id = ANY(:ids)")
        tx.execute(gone, {"ids": [row.id for row in jobs]})
    return tuple(found)


def _enter(tx: Tx) -> None:
    """Have procrastinate's functions find their tables for the rest of the transaction."""
    tx.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": f'"$user", public, {SCHEMA}'})


def _is_there(tx: Tx) -> bool:
    return bool(tx.scalar(sa.text("SELECT to_regclass(:name) IS NOT NULL"), {"name": f"{SCHEMA}.procrastinate_jobs"}))
