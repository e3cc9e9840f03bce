"""A year on a virtual clock, in a process of its own: `python -m tests.sample.soak FOLDER DAYS ACCOUNTS`.

It looks, judges, writes, sends and lets go as the service does, in a canned network, and leaves in FOLDER the database,
what was held on each sampled day, and what the process and the database had grown to at each month's end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from resource import getpagesize

from monitor.app.parts import Parts
from monitor.app.settings import load_settings
from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date
from monitor.core.channel import Channel
from monitor.core.finding import Finding
from monitor.core.message import Attempt, Message, Outcome
from monitor.core.observation import Validators
from monitor.sample import replay
from monitor.sample.script import Behaviour, County, Disruption, FeedKind, FeedPlace, Script, ScriptedPost, SitePlace
from monitor.settings import Settings
from monitor.store import Store, cases, open_store, sizing
from monitor.store.roster import save_roster

BASE = "http://127.0.0.1:8099"
BEGIN = date(2026, 1, 1)
HOUR = time(9)
"""When everything that is due is done: once a day, so that a look stays fresh until the next one."""
SAMPLED = 3
"""Each so many days, what was held at that hour is kept."""
PAGE = 10
"""How many posts a page shows."""
CONFIG = Path(__file__).parents[2] / "config"
MAIL, DUTY = "示例邮箱", "值班群"
MONTHS = "months.jsonl"
PLATFORMS = (Platform.WEIXIN_SUBSCRIPTION, Platform.DOUYIN, Platform.TOUTIAO, Platform.KUAISHOU, Platform.BAIJIAHAO)
TROUBLES = (Behaviour.TIMEOUT, Behaviour.HTTP_500, Behaviour.CAPTCHA, Behaviour.CHANGED_SHAPE, Behaviour.TRUNCATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What the process and the database take at the end of a day."""

    day: str
    resident: int
    """Bytes."""
    blocks: int
    """Pieces of Python's memory in use."""
    database: int
    """Bytes of the file and its log."""
    messages: int
    """Sent since the beginning."""

    def __str__(self) -> str:
        """Return a line of the table."""
        return (
            f"{self.day}  resident {self.resident:>12,}  blocks {self.blocks:>10,}  "
            f"database {self.database:>12,}  messages {self.messages:>6,}"
        )


@dataclass(frozen=True, slots=True)
class Door:
    """The canned network, which shows of each account the newest posts."""

    county: County
    clock: Callable[[], datetime]

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> replay.CannedFetch:
        """Return the fetch for one look."""
        script = self.county.script(source.partition("/")[0])
        shown = tuple(reversed(script.visible(self.clock())[:PAGE]))
        alone = replace(self.county, scripts=(replace(script, posts=shown),))
        return replay.CannedDoor(alone, self.clock).bind(
            source, reader=reader, validators=validators, platform=platform
        )

    def reach(self, platform: str) -> int:
        """Return how many looks at one host are worth having under way: nobody waits here."""
        del platform
        return 100


@dataclass(slots=True)
class Counting:
    """A channel that takes everything and keeps nothing but the number."""

    name: str
    is_group: bool
    per_minute: int = 1000
    longest: int = 18_000
    taken: int = 0

    @property
    def bucket(self) -> str:
        """The channel itself."""
        return self.name

    def address_of(self, contact: Contact) -> str | None:
        """Return a person's mail address; a group has none."""
        return None if self.is_group else contact.mail

    async def send(self, message: Message) -> Attempt:
        """Take the message."""
        del message
        self.taken += 1
        return Attempt(outcome=Outcome.SENT, code="0")


def county(accounts: int) -> County:
    """Return the accounts: most post every few days; some pause, some fall silent, all are out of reach at times."""
    return County(now=at_beijing(BEGIN, time(0)), base_url=BASE, scripts=tuple(map(_script, range(accounts))))


def _script(number: int) -> Script:
    site, host = number % 10 == 3, f"unit{number}.example"
    feed = FeedPlace(host=host, path="/feed.xml", kind=tuple(FeedKind)[number % 3])
    column = SitePlace(host=host, path="/col/gzdt/index.html", shows_minutes=number % 20 == 3)
    people = (
        Contact(role=Role.LIAISON, name=f"联络员{number}", mail=f"liaison{number}@example.invalid"),
        Contact(role=Role.LEADER, name=f"责任领导{number}", mail=f"leader{number}@example.invalid"),
    )
    account = Account(
        id=f"S{number:03}",
        name=f"示例{number}号",
        platform=PLATFORMS[number % len(PLATFORMS)],
        unit=f"示例县第{number // 2}局",
        area="示例县",
        level=UnitLevel.COUNTY_UNIT,
        method=f"website={BASE}/{host}{column.path}" if site else f"feed={BASE}/{host}{feed.path}",
        opened_on=date(2020, 1, 1),
        contacts=people,
    )
    return Script(
        account=account, place=column if site else feed, posts=tuple(_posts(number)), episodes=tuple(_troubles(number))
    )


def _posts(number: int) -> Iterator[ScriptedPost]:
    """Yield a post every one to nine days; every fifth account pauses for weeks, and some never come back."""
    every, pause = 1 + number % 9, range(0)
    if number % 5 == 0:
        begins = 20 + number * 7 % 300
        pause = range(begins, 9999 if number % 25 == 0 else begins + 15 + number % 40)
    for days in range(-40 + number % every, 400, every):
        if days not in pause:
            at = at_beijing(BEGIN + days * ONE_DAY, time(8 + number % 9, number % 60))
            yield ScriptedPost(
                published_at=at, title=f"示例县第{number // 2}局召开第{days + 60}次工作推进会并部署下一阶段任务"
            )


def _troubles(number: int) -> Iterator[Disruption]:
    """Yield two days out of reach in every two months."""
    for turn in range(7):
        begins = at_beijing(BEGIN + (turn * 60 + number * 13 % 60) * ONE_DAY, time(0))
        behaviour = TROUBLES[(number + turn) % len(TROUBLES)]
        yield Disruption(begins=begins, ends=begins + timedelta(days=2), behaviour=behaviour)


def settings() -> Settings:
    """Return the settings as shipped, retention included, for an office that sends."""
    shipped = load_settings(CONFIG, None)
    office = shipped.office.model_copy(
        update={"name": "示例县人民政府办公室", "phone": "0578-0000000", "sender": "示例县政府信息公开中心"}
    )
    roles = shipped.roles.model_copy(update={"liaison": (MAIL,), "leader": (MAIL,), "operator": (DUTY,)})
    return shipped.model_copy(update={"office": office, "roles": roles, "hold": False})


def parts(store: Store, clock: Callable[[], datetime], told: County) -> Parts:
    """Return the office that lives through the year."""
    channels: dict[str, Channel] = {name: Counting(name, is_group=name == DUTY) for name in (MAIL, DUTY)}
    return Parts(settings=settings(), store=store, clock=clock, door=Door(told, clock), channels=channels)


def months(folder: Path) -> tuple[Grown, ...]:
    """Return what had grown to what at each month's end."""
    return tuple(Grown(**json.loads(line)) for line in (folder / MONTHS).read_text("utf-8").splitlines())


def held_on(folder: Path) -> dict[datetime, tuple[Finding, ...]]:
    """Return what was held on the sampled days."""
    return {
        datetime.fromisoformat(path.stem): pickle.loads(path.read_bytes())  # noqa: S301 - written by this drill
        for path in sorted(folder.glob("*.held"))
    }


async def live(store: Store, folder: Path, days: int, accounts: int) -> None:
    """Live through so many days."""
    clock, told = replay.VirtualClock(at_beijing(BEGIN, HOUR)), county(accounts)
    office = parts(store, clock, told)
    with store.begin() as tx:
        save_roster(tx, told.accounts, sources=office.sources, effective_at=clock.moment, known_at=clock.moment)
    while (day := beijing_date(clock.moment)) < BEGIN + days * ONE_DAY:
        await replay.tick(office.passes)
        await office.passes.prune()
        if (day - BEGIN).days % SAMPLED == 0:
            with store.read() as tx:
                held = cases.current_findings(tx, now=clock.moment)
            (folder / f"{clock.moment.isoformat()}.held").write_bytes(pickle.dumps(held))
        clock.moment += ONE_DAY
        if beijing_date(clock.moment).month != day.month:
            channels = [channel for channel in office.channels.values() if isinstance(channel, Counting)]
            grown = _grown(store, day, sum(channel.taken for channel in channels))
            with (folder / MONTHS).open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(asdict(grown))}\n")
            print(grown, flush=True)


def _grown(store: Store, day: date, messages: int) -> Grown:
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()
    with store.read() as tx:
        taken = sizing.sizes(tx)
    return Grown(
        day=day.isoformat(),
        resident=resident,
        blocks=sys.getallocatedblocks(),
        database=taken.database + (taken.wal or 0),
        messages=messages,
    )


def main(folder: Path, days: int, accounts: int) -> None:
    """Live through the days in this folder."""
    with open_store(f"sqlite:///{folder}/soak.db") as store:
        asyncio.run(live(store, folder, days, accounts))
        with store.read() as tx:
            for name, size in tx.exec_driver_sql(_TABLES):
                print(f"{size:>12,}  {name}")


_TABLES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 15"
"""What each table and index takes, the largest first."""

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
