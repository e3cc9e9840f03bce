"""An office that makes its looks itself, and one whose looks workers make: the same is expected of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app.parts import Parts
from monitor.dispatch.worker import Worker
from monitor.pipeline.look import Network
from monitor.settings import Settings
from monitor.settings.sections import DispatchSettings
from monitor.store import Store, jobs, open_store, worker_role
from tests.databases import made, migrated
from tests.pipeline.build import Clock, Office, office, settings
from tests.services import require_postgresql

ADDRESS = "A"
LASTING = timedelta(minutes=1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with require_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def template(server: str) -> str:
    open_store(made(server, "dispatch", "template0")).close()
    return "dispatch"


@pytest.fixture
def on_server(server: str, template: str, tmp_path: Path) -> Iterator[Store]:
    """Return a database of its own on a PostgreSQL server."""
    with open_store(made(server, f"dispatch_{abs(hash(tmp_path))}", template)) as opened:
        yield opened


@pytest.fixture
def as_role(on_server: Store) -> Iterator[Store]:
    """Return the same database as the role of workers sees it."""
    role = str(on_server.url.database)
    with on_server.begin() as tx:
        tx.exec_driver_sql(f'CREATE ROLE "{role}" LOGIN')
        worker_role.restrict(tx, role, jobs.SCHEMA)
    url = on_server.url.set(username=role).render_as_string(hide_password=False)
    with open_store(url, upgrades=False) as opened:
        yield opened


def by_role(of: Office, as_role: Store) -> Side:
    """Return an office whose workers have a role of their own."""
    return Side(of, of.parts.store, is_by_workers=True, worker=replace(of.parts, store=as_role))


def by_workers(*addresses: str, **platforms: tuple[str, ...]) -> Settings:
    """Return settings by which workers make the looks."""
    return settings(dispatch=DispatchSettings(kind="procrastinate", addresses=addresses, platforms=platforms))


@contextmanager
def serving(store: Store, address: str = ADDRESS) -> Iterator[None]:
    """Hold the place of an address's worker."""
    place = store.place_of(address)
    assert place.claim(LASTING)
    yield
    place.leave()


@dataclass(frozen=True)
class Side:
    """One way to have looks made, and whoever makes them."""

    of: Office
    store: Store
    is_by_workers: bool
    worker: Parts | None = None
    """What a worker has: the same, on the database as its role sees it."""

    async def look(self, may_begin: Callable[[], bool] = lambda: True) -> int:
        """Have whatever is due looked at; return how many looks were given out."""
        given = await self.of.parts.dispatch.submit(["feed"], may_begin)
        if self.is_by_workers:
            await self.work()
        return given

    async def work(self, address: str = ADDRESS) -> None:
        """Do what waits in a queue."""
        parts = self.worker or self.of.parts
        await Worker(store=parts.store, handler=parts.looker, queue=address).run(until_empty=True)


Founding = Callable[[Callable[[Clock], Network]], Side]


@pytest.fixture(params=["embedded", "procrastinate"])
def found(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Founding]:
    """Return what founds an office behind a network, on either side."""
    if request.param == "embedded":
        with open_store(migrated(tmp_path / "xuncha.db")) as store:
            yield lambda door: Side(office(store, door), store, is_by_workers=False)
        return
    store = request.getfixturevalue("on_server")
    install(store)
    with serving(store):
        yield lambda door: by_role(office(store, door, by_workers(ADDRESS)), request.getfixturevalue("as_role"))


def install(store: Store) -> None:
    """Have the queues be there, as the leader's pass does first of all."""
    from monitor.dispatch import workers  # noqa: PLC0415
    from monitor.store import jobs  # noqa: PLC0415

    with store.begin() as tx:
        jobs.install(tx, workers.installed(), workers.schema())
