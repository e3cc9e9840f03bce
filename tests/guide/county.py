"""The counties of the pictures: the sample county on a certain morning, and an office that begins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time
from pathlib import Path

from monitor.app.parts import Parts
from monitor.app.serving import view_of
from monitor.app.settings import load_settings
from monitor.core.account import UnitKey
from monitor.core.calendar import at_beijing, beijing, beijing_date, start_of_day
from monitor.core.rules import upd_01, upd_03
from monitor.core.user import UserRole
from monitor.daemon import Daemon
from monitor.sample import replay
from monitor.sample.county import county
from monitor.sample.records import records
from monitor.sample.server import DUTY
from monitor.sample.settings import MAIL
from monitor.sample.units import AREA, GROUPS, UNITS
from monitor.settings import Settings
from monitor.settings.kinds import Surroundings
from monitor.settings.sections import GROUP, PlatformSettings, Web
from monitor.store import Store, open_store
from monitor.store.cases import cases
from monitor.store.outbox import messages
from monitor.store.records import save_records
from monitor.store.roster import save_roster
from monitor.web import create_app
from monitor.web.page_context import PassStatus, Sample
from tests.core.build import beijing_time
from tests.databases import migrated
from tests.sample.quarter import HALF_A_DAY
from tests.web.county import Clock
from tests.web.serving import listened
from tests.web.sessions import CHEAP, Closed

CONFIG = Path(__file__).parents[2] / "config"
NOW = beijing_time("2026-12-01 08:50")
"""A Tuesday."""
HOUR = time(9)
"""When everything of a day is done that is due: once is enough to look at."""
OPERATOR, READER, PERSON = "王某", "赵某", "李某"
OWN = UnitKey(AREA, UNITS["education"].name)
_FROZEN = "a-made-up-key-that-signs-nothing-elsewhere"


def settings() -> Settings:
    """Return the settings as they are shipped, with an office of the sample county, and links in its messages."""
    shipped = load_settings(CONFIG, None)
    names = {"name": "示例县人民政府办公室", "phone": "0578-0000000", "sender": "示例县政府信息公开中心"}
    roles = {"liaison": (GROUP, MAIL), "leader": (MAIL,), "operator": (DUTY,)}
    around = Surroundings(folder=Path(), env={"KEY": _FROZEN})
    web = Web.model_validate({"base_url": "http://127.0.0.1:8080", "key": "env:KEY"}, context=around)
    return shipped.model_copy(
        update={
            "office": shipped.office.model_copy(update=names),
            "roles": shipped.roles.model_copy(update=roles),
            "platforms": {name: PlatformSettings(every=HALF_A_DAY) for name in ("weibo", "feed", "website")},
            "web": web,
        }
    )


def parts_of(store: Store, clock: replay.VirtualClock, *, is_holding: bool) -> Parts:
    """Return the parts of an office whose network is canned and whose channels only note."""
    channels = {
        name: replay.Noting(name=name, clock=clock, is_group=name != MAIL) for name in (MAIL, DUTY, *GROUPS.values())
    }
    return Parts(
        settings=settings().model_copy(update={"hold": is_holding}),
        store=store,
        clock=clock,
        door=replay.CannedDoor(county(NOW), clock),
        channels=channels,
        folder=CONFIG,
    )


async def live_through(store: Store, tell: Callable[[int, int], None]) -> None:
    """Give an empty store the sample county's last quarter, and users; of the last morning nothing has left yet."""
    told, end = county(NOW), at_beijing(beijing_date(NOW), time.min)
    moments = tuple(moment for moment in replay.ticks(end - replay.QUARTER, end) if beijing(moment).time() == HOUR)
    clock = replay.VirtualClock(moments[0])
    parts = parts_of(store, clock, is_holding=False)
    with store.begin() as tx:
        save_roster(tx, told.accounts, effective_at=clock(), known_at=clock(), sources=parts.sources)
        for entry in sorted(records({account.unit for account in told.accounts}, end), key=lambda entry: entry.on):
            save_records(tx, (entry,), known_at=max(clock(), start_of_day(entry.on)))
    done = iter(range(1, len(moments) + 1))
    await replay.replay(parts.passes, told, clock, moments, lambda: tell(next(done), len(moments)))
    await replay.replay(parts_of(store, clock, is_holding=True).passes, told, clock, [NOW])


@contextmanager
def office(store: Store, *, sample: Sample | None = None, is_bare: bool = False) -> Iterator[tuple[Closed, str]]:
    """Serve an office at the moment that never changes, or the sample county; the value is it and its address.

    A bare one has neither a phone nor a channel in its settings.
    """
    parts = parts_of(store, replay.VirtualClock(NOW), is_holding=True)
    daemon = Daemon(parts.passes, parts.health, parts.metrics, parts.faults)
    view = replace(
        view_of(parts, daemon, sample),
        problems=_none,
        passes=lambda: tuple(PassStatus(name=one.title, last_success=NOW) for one in daemon.passes),
        is_starting=lambda: False,
        logins=None if sample else replace(parts.logins, passwords=CHEAP),
    )
    if is_bare:
        phoneless = replace(view.office, phone="")
        view = replace(view, office=phoneless, has_channels=False, channels={}, try_channel=None)
    with listened(create_app(view)) as address:
        yield Closed(store=store, view=view, clock=Clock(NOW)), address


async def _none() -> tuple[str, ...]:
    return ()


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Store]:
    """Open a store in a folder: a new one, or that of the last time."""
    path = folder / f"{name}.db"
    with open_store(migrated(path) if not path.exists() else f"sqlite:///{path}") as store:
        yield store


@contextmanager
def lived_in(folder: Path, tell: Callable[[int, int], None] = lambda *_: None) -> Iterator[Store]:
    """Open the sample county on its morning, with users; it is made if the folder has none yet."""
    is_new = not (folder / "county.db").exists()
    with opened(folder, "county") as store:
        if is_new:
            asyncio.run(live_through(store, tell))
            with office(store) as (at, _):
                enrol_users(at)
        yield store


def enrol_users(at: Closed) -> None:
    """Have an office's three kinds of people log in by the one password."""
    at.user(OPERATOR)
    at.user(READER, UserRole.READER)
    at.user(PERSON, UserRole.UNIT, own=OWN)


def things_in(store: Store) -> dict[str, str]:
    """Return what the addresses of shots name: an overdue account, a case to exempt, a unit, a message."""
    with store.read() as tx:
        late, gaps = (
            [case for case in cases(tx) if case.rule == rule and case.closed_at is None]
            for rule in (upd_01.ID, upd_03.ID)
        )
        sent = messages(tx)[0].message.id
    return {"red": late[0].subject.name, "overdue": str(gaps[0].id), "unit": OWN.name, "message": sent}
