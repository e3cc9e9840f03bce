"""The leader's side where workers make the looks: a batch is claimed and put in a queue in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from importlib.resources import files
from itertools import count

from monitor.dispatch.port import LEASE, DispatchHealth, Handler, Queue, new_claim
from monitor.store import Store, Tx, due_sources, jobs, worker_role
from monitor.store.due_sources import Capacity
from monitor.store.quarantine import Quarantined

BATCH = 100
"""How many looks one job has at most."""
AHEAD = 2
"""How many jobs of one collector an address has at most: one that is done, and one that waits for its end."""
SILENT = timedelta(seconds=30)
"""After so long without a sign of life a worker is given up; longer than it may take to end in good order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Has workers make the looks, each by its own exit address."""

    store: Store
    handler: Handler
    clock: Callable[[], datetime]
    addresses: Sequence[str]
    """The exit addresses, each with a queue of its name."""
    only: Mapping[str, Sequence[str]]
    """By which of them a collector may look, where that is not all."""
    suspected: Callable[[Tx, Sequence[Quarantined]], None]
    """Told of sources over which workers were lost again and again."""
    role: str | None = None
    """The role by which workers come to the database, where it is not our own."""
    is_here: bool = False
    _turns: Iterator[int] = field(default_factory=count)

    async def submit(self, names: Collection[str], may_begin: Callable[[], bool]) -> int:
        """Put due sources of these collectors in the queues that are served; return how many. Raises StoreError."""
        now, given = self.clock(), 0
        for name in names:
            if may_begin() and await self.store.query(lambda tx, name=name: self._is_any(tx, now, name)):  # type: ignore[misc]
                given += await self.store.write(lambda tx, name=name: self._hand_out(tx, now, name))  # type: ignore[misc]
        return given

    async def tend(self) -> None:
        """Take back what workers that are gone had; have the queues be there, and workers' role have its rights.

        Raises StoreError.
        """
        if not await self.store.query(lambda tx: jobs.is_installed(tx, installed())):
            await self.store.write(lambda tx: jobs.install(tx, installed(), schema()))
        if not await self.store.query(self._has_role):
            await self.store.write(self._restrict)
        await self.store.write(self._take_back)

    async def health(self) -> DispatchHealth:
        """Return which queues are served, what waits in them, and how lately anybody looked. Raises StoreError."""
        return await self.store.query(self._health)

    def by(self, name: str) -> Sequence[str]:
        """Return the addresses by which a collector may look, another one first each time."""
        allowed = self.only.get(name) or self.addresses
        first = next(self._turns) % len(allowed)
        return [*allowed[first:], *allowed[:first]]

    def _is_any(self, tx: Tx, now: datetime, name: str) -> bool:
        return due_sources.is_any_due(tx, now, collectors=[name]) and jobs.is_installed(tx, installed())

    def _hand_out(self, tx: Tx, now: datetime, name: str) -> int:
        served, waiting, given = jobs.served(tx, self.addresses), jobs.outstanding(tx), 0
        room = Capacity(limit=BATCH, per_host=self.handler.reach([name]))
        for address in self.by(name):
            lock = f"{name}:{address}"
            if address in served and waiting[lock] < AHEAD:
                due = due_sources.claim_due(tx, now, collectors=[name], room=room, lease=LEASE, claim=new_claim())
                jobs.put(tx, queue=address, lock=lock, collector=name, due=due)
                given += len(due)
        return given

    def _has_role(self, tx: Tx) -> bool:
        """True if workers' role has its rights, or is gone: then nobody comes by it, and health says who is missing."""
        role = self.role
        return role is None or not worker_role.exists(tx, role) or worker_role.has_rights(tx, role, jobs.SCHEMA)

    def _restrict(self, tx: Tx) -> None:
        if self.role is not None:
            worker_role.restrict(tx, self.role, jobs.SCHEMA)

    def _take_back(self, tx: Tx) -> None:
        served = jobs.served(tx, self.addresses)
        if found := jobs.take_back(tx, self.clock(), silent=SILENT, served=served):
            self.suspected(tx, found)

    def _health(self, tx: Tx) -> DispatchHealth:
        tried = jobs.tried(tx)
        if not jobs.is_installed(tx, installed()):
            waiting, served = {}, frozenset[str]()
        else:
            waiting, served = jobs.waiting(tx), jobs.served(tx, self.addresses)
        queues = tuple(
            Queue(
                address=address,
                is_served=address in served,
                jobs=waiting.get(address, jobs.WaitingJobs()).jobs,
                oldest=waiting.get(address, jobs.WaitingJobs()).oldest,
            )
            for address in self.addresses
        )
        return DispatchHealth(queues=queues, last_tried=tried.at, last_seen=tried.seen_at)


def installed() -> str:
    """Return the version of procrastinate that is installed; raises PackageNotFoundError."""
    return version("procrastinate")


def schema() -> str:
    """Return the statements that make its tables. To read them nothing of it need be imported, which takes long."""
    return files("procrastinate").joinpath("sql", "schema.sql").read_text(encoding="utf-8")
