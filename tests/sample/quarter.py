"""A quarter for the tests: the sample county with ten more accounts, and what its office did in those days.

Every file is typed as an office types it and read as `xuncha import` reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from monitor.app.parts import Parts
from monitor.app.rules import rule_subjects, rule_titles
from monitor.core.account import Account, AccountStatus, Platform, UnitLevel
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason, Validators
from monitor.ledger.decisions import Places, Ruled, read_decisions
from monitor.ledger.papers import read_bulletins, read_index
from monitor.ledger.records import Subjects, read_records
from monitor.sample import replay
from monitor.sample.county import BASE_URL, county
from monitor.sample.script import Behaviour, County, Disruption, FeedKind, FeedPlace, Script, ScriptedPost
from monitor.sample.units import AREA, UNITS
from monitor.store import Tx, decisions, papers, records, roster
from monitor.store.roster import save_roster
from tests.core.build import beijing_time
from tests.sample.telling import Deed, moment

NOW = beijing_time("2026-05-20 10:00")
FIRST_POST = date(2026, 1, 5)
LAST_POST = date(2026, 6, 30)

WEIBO_IS_WALLED = (beijing_time("2026-03-24 08:00"), beijing_time("2026-03-26 12:00"))
"""All of Weibo wants a login."""
LINE_IS_CUT = (beijing_time("2026-04-16 06:00"), beijing_time("2026-04-17 12:00"))
"""The office's own line is down: nothing can be reached."""
LEFT_WEIBO = beijing_time("2026-05-06 08:00")
"""SL21 is gone, as its office had applied for."""


def forty() -> County:
    """Return the county of the quarter: the sample's thirty accounts and ten more."""
    told = county(NOW)
    walled = Disruption(begins=WEIBO_IS_WALLED[0], ends=WEIBO_IS_WALLED[1], behaviour=Behaviour.LOGIN_WALL)
    gone = Disruption(begins=LEFT_WEIBO, ends=None, behaviour=Behaviour.CANCELLED)
    scripts = (
        replace(
            script,
            episodes=(walled, *[gone] * (script.account.id == "SL21"), *script.episodes),
        )
        if script.account.platform is Platform.WEIBO
        else script
        for script in told.scripts
    )
    return replace(told, scripts=(*scripts, *_ten_more()))


def _ten_more() -> Iterable[Script]:
    """Yield the accounts that bulletins, decisions and edits of the roster are about; ids say what becomes of them."""
    yield _account("SQ31", "示例教育", Platform.DOUYIN, "education", 4)
    yield _account("SQ32", "示例交通", Platform.TOUTIAO, "transport", 5)
    leaving = _account("SQ33", "示例农业农村", Platform.WEIXIN_SUBSCRIPTION, "agriculture", 6)
    yield replace(leaving, account=replace(leaving.account, followers=900))
    yield _account("SQ34", "示例统计局", Platform.TOUTIAO, "statistics", 7)
    yield _account("SQ35", "示例审计", Platform.BAIJIAHAO, "audit", 3)
    yield _account("SQ36", "示例林业", Platform.SOHU, "forestry", 8)
    yield _account("SQ37", "示例水利", Platform.DOUYIN, "water", 4, silent_from=date(2026, 3, 2))
    yield _account("SQ38", "示例商务", Platform.XIAOHONGSHU, "commerce", 6)
    yield _account("SQ39", "健康示例", Platform.KUAISHOU, "health", 5)
    undecided = _account("SQ40", "科技示例", Platform.TOUTIAO, "science", 6, silent_from=date(2026, 4, 20))
    yield replace(undecided, account=replace(undecided.account, level=None))


def _account(
    key: str, name: str, platform: Platform, unit: str, every: int, *, silent_from: date = LAST_POST
) -> Script:
    """Return an account with a feed of its own, which posts every so many days."""
    of = UNITS[unit]
    place = FeedPlace(host=of.host, path=f"/{key}.xml", kind=FeedKind.RSS)
    account = Account(
        id=key,
        name=name,
        platform=platform,
        unit=of.name,
        area=AREA,
        level=of.level,
        platform_id=f"{platform.value}-{key}",
        method=f"feed={BASE_URL}/{place.host}{place.path}",
        opened_on=date(2023, 1, 1),
        verified_entity=of.name,
        contacts=of.contacts,
        group=of.group,
    )
    days = range((silent_from - FIRST_POST).days)[::every]
    posts = tuple(
        ScriptedPost(
            published_at=at_beijing(FIRST_POST + n * ONE_DAY, time(8, 30)), title=of.titles[n % len(of.titles)]
        )
        for n in days
    )
    return Script(account=account, place=place, posts=posts)


@dataclass(frozen=True, slots=True)
class Door:
    """The canned network, behind a line that is down for a day."""

    door: replay.CannedDoor

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> replay.CannedFetch:
        """Return the fetch for one look."""
        bound = self.door.bind(source, reader=reader, validators=validators, platform=platform)
        begins, ends = LINE_IS_CUT
        return _Cut(bound.county, bound.clock, bound.before) if begins <= self.door.clock() < ends else bound

    def reach(self, platform: str) -> int:
        """Return how many looks at one host are worth having under way."""
        return self.door.reach(platform)


class _Cut(replay.CannedFetch):
    """A fetch over a line that is down."""

    async def __call__(self, request: Request, /) -> object:  # type: ignore[override]  # it never returns
        raise LookFailedError(Reason.CONNECT, request.url)


HALF_A_DAY = timedelta(hours=12)
"""How often the quarter's sources are looked at: half as often as usual, for the sake of speed."""

Doing = Callable[[Parts, Tx, datetime, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that a person did, as the story tells it."""

    at: datetime
    who: str
    what: str
    lines: tuple[str, ...] = ()
    """What stood in the file, if one was imported."""
    do: Doing

    @property
    def told(self) -> Deed:
        """It as a part of the story."""
        return Deed(self.at, (f"{moment(self.at)}  {self.who}  {self.what}", *(f"    {line}" for line in self.lines)))


def _typed(folder: Path, name: str, lines: Sequence[str]) -> Path:
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _import(day: str, what: str, table: str, take: Doing) -> Happening:
    lines = tuple(line.strip() for line in table.strip().splitlines())

    def do(parts: Parts, tx: Tx, now: datetime, folder: Path) -> None:
        take(parts, tx, now, _typed(folder, f"{now:%m%d%H%M}", lines))

    return Happening(at=beijing_time(f"2026-{day}"), who="操作员", what=what, lines=lines, do=do)


def bulletin(day: str, table: str) -> Happening:
    """Return the import of a round of the bulletin."""

    def take(_: Parts, tx: Tx, now: datetime, path: Path) -> None:
        read = read_bulletins(path, papers.directory(tx), until=beijing_date(now))
        papers.save_papers(tx, read.papers, file=path.name, known_at=now)

    return _import(day, "导入通报", "系列,期次,印发日期,覆盖全部,账号ID,平台,账号名称,问题类型\n" + table, take)


def index(day: str, table: str) -> Happening:
    """Return the import of weeks of the index."""

    def take(_: Parts, tx: Tx, now: datetime, path: Path) -> None:
        read = read_index(path, papers.directory(tx), areas=(AREA,), area_then=lambda *_: AREA, until=beijing_date(now))
        papers.save_papers(tx, read.papers, file=path.name, known_at=now)

    return _import(day, "导入运营效果指数", "周次,账号ID,指数,全县平均值\n" + table, take)


def decision(day: str, table: str) -> Happening:
    """Return the import of decisions."""

    def take(parts: Parts, tx: Tx, now: datetime, path: Path) -> None:
        read = read_decisions(
            path,
            papers.directory(tx),
            Places(areas=(AREA,), units={(account.area, account.unit) for account in roster.accounts(tx)}),
            rules={id_: Ruled(title=rule_titles()[id_], on=on) for id_, on in rule_subjects().items()},
            strengths_on=lambda on: parts.rules_in_force.book_of(on).strengths,
            until=now,
            made=decisions.all_decisions(tx),
        )
        decisions.save_decisions(tx, read.decisions, known_at=now)

    return _import(day, "导入处置决定", "账号ID,规则,决定,决定人,日期,有效期至,依据文号,说明\n" + table, take)


def record(day: str, table: str) -> Happening:
    """Return the import of records."""

    def take(_: Parts, tx: Tx, now: datetime, path: Path) -> None:
        everybody = roster.accounts(tx)
        whom = Subjects(
            accounts={account.id: {AREA} for account in everybody},
            units={account.unit: {AREA} for account in everybody},
            areas={AREA},
        )
        records.save_records(tx, read_records(path, whom, until=beijing_date(now)).records, known_at=now)

    return _import(day, "导入记录", "类型,对象,日期,内容\n" + table, take)


def edit(day: str, what: str, account: str, **changes: object) -> Happening:
    """Return a change of one row of the roster."""

    def do(parts: Parts, tx: Tx, now: datetime, _: Path) -> None:
        before = roster.account(tx, account)
        assert before is not None
        changed = replace(before, **changes)  # type: ignore[arg-type]  # checked by the test that uses it
        save_roster(tx, [changed], sources=parts.sources, effective_at=now, known_at=now)
        papers.match_again(tx, now)

    return Happening(at=beijing_time(f"2026-{day}"), who="操作员", what=f"修改台账：{what}", do=do)


def departure(day: str, what: str, account: str) -> Happening:
    """Return an account leaving the roster."""

    def do(parts: Parts, tx: Tx, now: datetime, _: Path) -> None:
        staying = [entry for entry in roster.accounts(tx) if entry.id != account]
        save_roster(tx, staying, sources=parts.sources, effective_at=now, known_at=now, remove_missing=True)

    return Happening(at=beijing_time(f"2026-{day}"), who="操作员", what=f"修改台账：{what}", do=do)


def _weeks(first: int, *weeks: tuple[str, ...]) -> str:
    whom = ("SL01", "SL02", "SL03", "SQ31", "SQ32")
    return "\n".join(
        f"2026-W{first + n:02},{account},{value},"
        for n, week in enumerate(weeks)
        for account, value in zip(whom, week, strict=True)
    )


HAPPENINGS: tuple[Happening, ...] = (
    record("02-24 10:00", "注销进度,SL21,2026-02-24,决定"),
    bulletin(
        "03-02 10:00",
        """季度通报,1,2026-03-02,是,SQ31,,,2周未更新
        季度通报,1,2026-03-02,是,SQ32,,,2周未更新
        季度通报,1,2026-03-02,是,SQ33,,,2周未更新
        季度通报,1,2026-03-02,是,SQ34,,,2周未更新""",
    ),
    decision("03-03 10:00", "SQ35,PLT-01,豁免,县府办主任,2026-03-03,2026-04-30,示例办〔2026〕3号,粉丝数较多"),
    record("03-03 10:30", "注销进度,SL21,2026-03-02,备案"),
    decision("03-04 10:00", "SQ38,PLT-01,确认,县府办主任,2026-03-04,,示例办〔2026〕4号"),
    decision("03-04 10:30", "SQ39,PLT-01,误报,县府办主任,2026-03-04,,示例办〔2026〕4号"),
    record("03-10 10:00", "注销进度,SQ33,2026-03-10,决定"),
    record(
        "03-13 10:00",
        """注销进度,SL21,2026-03-13,公告
        注销进度,SQ33,2026-03-12,备案
        注销进度,SQ33,2026-03-13,公告""",
    ),
    index("03-16 10:00", _weeks(10, ("90", "80", "70", "60.5", "71"), ("91", "80", "70", "60.4", "85"))),
    decision("03-18 10:00", "SQ37,UPD-01,豁免,县府办主任,2026-03-18,2026-04-15,示例办〔2026〕6号,闭馆装修"),
    record("03-20 10:00", "检查,示例县,2026-03-19,对落实情况开展季度检查"),
    bulletin(
        "04-01 10:00",
        """季度通报,2,2026-04-01,是,SQ31,,,2周未更新
        季度通报,2,2026-04-01,是,SQ32,,,2周未更新
        季度通报,2,2026-04-01,是,,头条号,示例统计,2周未更新""",
    ),
    index("04-07 10:00", _weeks(13, ("90", "80", "70", "90", "60"), ("91", "80", "70", "91", "60"))),
    record("04-07 11:00", "注销进度,SQ33,2026-04-07,申请"),
    edit("04-08 10:00", "SQ34“示例统计局”更名为“示例统计”", "SQ34", name="示例统计"),
    record("04-09 10:00", "备案变更,SQ34,2026-04-08,变更"),
    decision("04-10 10:00", "SQ31,UPD-02,保留,县府办主任,2026-04-10,,示例办〔2026〕9号,群众关注度高"),
    decision("04-10 10:30", "SQ32,UPD-02,清理整合,县府办主任,2026-04-10,,示例办〔2026〕9号"),
    record("04-13 10:00", "研判,SQ36,2026-04-13,注销"),
    record("04-14 10:00", "注销进度,SL21,2026-04-14,申请"),
    departure("04-22 10:00", "SQ32“示例交通”清理整合，移出台账", "SQ32"),
    record("04-23 10:00", "注销进度,SQ33,2026-04-23,申请"),
    edit("04-27 10:00", "SQ40“科技示例”填写单位层级“县属单位”", "SQ40", level=UnitLevel.COUNTY_UNIT),
    bulletin("05-06 10:00", "季度通报,3,2026-05-06,是,SQ31,,,2周未更新"),
    record("05-06 11:00", "注销进度,SQ33,2026-05-06,确认"),
    decision("05-07 10:00", "SQ34,UPD-02,注销,县府办主任,2026-05-07,,示例办〔2026〕12号"),
    edit("05-11 10:00", "SL21“示例司法”归档", "SL21", status=AccountStatus.CLOSED, closed_on=date(2026, 5, 11)),
    departure("05-12 10:00", "SQ36“示例林业”注销，移出台账", "SQ36"),
    bulletin(
        "05-13 10:00",
        """季度通报,2,2026-04-01,是,SQ31,,,2周未更新
        季度通报,2,2026-04-01,是,SQ32,,,2周未更新""",
    ),
)
"""What people did, in its order."""
