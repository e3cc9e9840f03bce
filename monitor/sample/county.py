"""The sample county 示例县 as it stands at one moment: 30 accounts, one for every state worth seeing.

Days are told as "days ago", counted on Beijing's calendar from `now`; negative ones are still to come, so
that a sample left running stays alive. Nothing here depends on the weekday or on holidays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import cycle

from monitor.core.account import BY_HAND, Account, AccountFunction, AccountStatus, Platform
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date, start_of_day
from monitor.sample.script import (
    Behaviour,
    County,
    Disruption,
    FeedKind,
    FeedPlace,
    Place,
    Script,
    ScriptedPost,
    SitePlace,
    WeiboPlace,
)
from monitor.sample.units import AREA, UNITS, Unit

BASE_URL = "http://127.0.0.1:8081"
"""Where the sample's server prefers to be."""
RECOVERS_AFTER = timedelta(minutes=6)
"""When, after `now`, an overdue account posts: somebody watching sees the case being closed."""

_FIRST_DAY = 135
_LAST_DAY = -60
_CLOCKS = (time(8, 40), time(9, 25), time(10, 5, 30), time(14, 50), time(15, 35, 12), time(16, 20), time(11, 10))
_OPENED = 900
_FIRST_UID = 7000000001
_LOOKED_LATELY = 2
_NOT_LOOKED_LATELY = 9
_LOOK_EVERY = 6
_ENDINGS = {FeedKind.RSS: "xml", FeedKind.ATOM: "atom", FeedKind.JSON: "json"}


def county(now: datetime, *, base_url: str = BASE_URL) -> County:
    """Return the county as it stands at `now`, its places under `base_url`."""
    teller = _Teller(now=now, base_url=base_url.rstrip("/"))
    told = (*_in_order(teller), *_due(teller), *_overdue(teller), *_special(teller), *_sites(teller), *_by_hand(teller))
    return County(now=now, base_url=teller.base_url, scripts=told)


def _days(
    newest: int, gaps: tuple[int, ...], *, holes: tuple[tuple[int, int], ...] = (), goes_on: bool = True
) -> list[int]:
    """Return the days of an account's posts: back from the newest in the gaps' rhythm, and on from tomorrow.

    A hole (until, since) has a post on either day and none between.
    """
    edges = {day for hole in holes for day in hole}
    days = {newest} | edges
    day = newest
    for gap in cycle(gaps):
        day += gap
        if day > _FIRST_DAY:
            break
        days.add(day)
    day = -1
    while goes_on and day >= _LAST_DAY:
        days.add(day)
        day -= max(gaps)
    return sorted(day for day in days if not any(until < day < since for until, since in holes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extras:
    """The peculiarities of single accounts."""

    pinned: int | None = None
    """The day of a post that has stood on top since."""
    deleted: Mapping[int, int] = field(default_factory=dict)
    """Day of a post → day of its deletion."""
    late: Mapping[int, int] = field(default_factory=dict)
    """Day of a post → the day on which it shows."""
    soon: timedelta | None = None
    """When, after `now`, one more post appears."""
    looks_by_hand: tuple[int, ...] = ()
    episodes: tuple[Disruption, ...] = ()


_PLAIN = _Extras()


MAIN = "示例发布"
"""The county's main brand (主账号): the 1 of 1+N."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Turns days ago into moments, and rows into scripts."""

    now: datetime
    base_url: str

    def day(self, days_ago: int) -> date:
        """Return a date."""
        return beijing_date(self.now) - days_ago * ONE_DAY

    def moment(self, days_ago: int, clock: time) -> datetime:
        """Return the moment; today's clock that is still to come becomes a moment already past."""
        day = self.day(days_ago)
        moment = at_beijing(day, clock)
        if days_ago or moment <= self.now:
            return moment
        midnight = start_of_day(day)
        return midnight + timedelta(seconds=(self.now - midnight) // timedelta(seconds=2))

    def episode(self, days_ago: int, hours: float | None, behaviour: Behaviour) -> Disruption:
        """Return an episode that begins at nine in the morning."""
        begins = self.moment(days_ago, time(9))
        return Disruption(
            begins=begins, ends=None if hours is None else begins + timedelta(hours=hours), behaviour=behaviour
        )

    def weibo(
        self,
        key: str,
        name: str,
        unit: str,
        days: list[int],
        extras: _Extras = _PLAIN,
        *,
        status: AccountStatus = AccountStatus.ACTIVE,
    ) -> Script:
        """Return an account on Weibo; one morning seven weeks ago all of Weibo was asked too often."""
        uid = str(_FIRST_UID + UNITS[unit].number)
        account = replace(
            self._account(key, name, Platform.WEIBO, UNITS[unit]),
            platform_id=uid,
            homepage=f"https://weibo.com/u/{uid}",
            status=status,
        )
        outage = self.episode(50, 5, Behaviour.RATE_LIMITED)
        return self._script(account, WeiboPlace(uid=uid), days, replace(extras, episodes=(*extras.episodes, outage)))

    def feed(
        self,
        key: str,
        name: str,
        platform: Platform,
        unit: str,
        kind: FeedKind,
        days: list[int],
        extras: _Extras = _PLAIN,
    ) -> Script:
        """Return an account that its unit's site mirrors as a feed."""
        place = FeedPlace(host=UNITS[unit].host, path=f"/{platform.value}.{_ENDINGS[kind]}", kind=kind)
        account = replace(
            self._account(key, name, platform, UNITS[unit]),
            platform_id=f"{platform.value}-{unit}",
            method=f"feed={self.base_url}/{place.host}{place.path}",
        )
        return self._script(account, place, days, extras)

    def site(self, key: str, name: str, platform: Platform, unit: str, place: SitePlace, days: list[int]) -> Script:
        """Return a website, or an account that its unit repeats in a column of its website."""
        address = f"{self.base_url}/{place.host}{place.path}"
        account = replace(self._account(key, name, platform, UNITS[unit]), homepage=address)
        if platform is not Platform.WEBSITE:
            account = replace(account, method=f"website={address}")
        return self._script(account, place, days, _PLAIN)

    def by_hand(self, key: str, name: str, platform: Platform, unit: str, days: list[int], extras: _Extras) -> Script:
        """Return an account that nobody polls."""
        account = replace(self._account(key, name, platform, UNITS[unit]), method=BY_HAND)
        return self._script(account, None, days, extras)

    def _account(self, key: str, name: str, platform: Platform, unit: Unit) -> Account:
        return Account(
            id=key,
            name=name,
            platform=platform,
            unit=unit.name,
            area=AREA,
            level=unit.level,
            opened_on=self.day(_OPENED),
            verified_entity=unit.name,
            followers=800 + 613 * unit.number,
            contacts=unit.contacts,
            group=unit.group,
            is_main=name == MAIN,
        )

    def _script(self, account: Account, place: Place | None, days: list[int], extras: _Extras) -> Script:
        titles = next(unit.titles for unit in UNITS.values() if unit.name == account.unit)
        told = sorted({*days, *extras.deleted})
        posts = [self._post(day, titles[place % len(titles)], extras) for place, day in enumerate(told)]
        if extras.pinned is not None:
            pinned = self.moment(extras.pinned, time(17, 30))
            posts.append(ScriptedPost(published_at=pinned, title=f"欢迎关注“{account.name}”", is_pinned=True))
        if extras.soon is not None:
            posts.append(ScriptedPost(published_at=self.now + extras.soon, title=titles[0]))
        return Script(
            account=account,
            place=place,
            posts=tuple(sorted(posts, key=lambda post: post.published_at)),
            episodes=extras.episodes,
            looks_by_hand=tuple(self.moment(day, time(10, 30)) for day in sorted(extras.looks_by_hand, reverse=True)),
        )

    def _post(self, day: int, title: str, extras: _Extras) -> ScriptedPost:
        deleted, late = extras.deleted.get(day), extras.late.get(day)
        return ScriptedPost(
            published_at=self.moment(day, _CLOCKS[day % len(_CLOCKS)]),
            title=title,
            visible_from=None if late is None else self.moment(late, time(8)),
            deleted_at=None if deleted is None else self.moment(deleted, time(8)),
        )


def _in_order(tell: _Teller) -> Iterator[Script]:
    """Yield the accounts that have posted in the last nine days."""
    daily, brisk, calm = _days(0, (1,)), _days(0, (2, 1)), _days(2, (3, 5, 2))
    yield tell.weibo("SL01", MAIN, "office", daily)
    yield tell.feed("SL02", MAIN, Platform.TOUTIAO, "office", FeedKind.RSS, brisk)
    frozen = tell.episode(60, 30, Behaviour.FROZEN)
    yield tell.weibo("SL03", "文旅示例", "culture", _days(3, (4, 6, 2)), _Extras(pinned=80, episodes=(frozen,)))
    yield tell.weibo("SL04", "示例林业", "forestry", calm, _Extras(episodes=(tell.episode(70, 26, Behaviour.BANNED),)))
    walled = tell.episode(44, 50, Behaviour.LOGIN_WALL)
    yield tell.weibo("SL05", "示例镇发布", "town", _days(6, (5, 8, 3)), _Extras(episodes=(walled,)))
    # One post was taken down again the day after: it no longer counts.
    taken_down = _Extras(deleted={4: 3}, episodes=(tell.episode(33, 9, Behaviour.TRUNCATED),))
    yield tell.feed(
        "SL06", "示例农业农村", Platform.TOUTIAO, "agriculture", FeedKind.RSS, _days(9, (6, 9, 4)), taken_down
    )
    column = SitePlace(host=UNITS["statistics"].host, path="/col/gzh/index.html")
    yield tell.site("SL07", "示例统计", Platform.WEIXIN_SUBSCRIPTION, "statistics", column, _days(8, (7, 5)))
    # A gap of 25 days that ended five weeks ago: UPD-03 still lists it.
    yield tell.weibo("SL08", "健康示例", "health", _days(1, (5, 4), holes=((35, 60),)))
    # Overdue until yesterday: the unit has just been told that the case is closed.
    changed = tell.episode(75, 20, Behaviour.CHANGED_SHAPE)
    back = _days(1, (5, 3), holes=((1, 18), (90, 112)))
    yield tell.feed(
        "SL09", "示例医保", Platform.WEIXIN_SUBSCRIPTION, "insurance", FeedKind.JSON, back, _Extras(episodes=(changed,))
    )


def _due(tell: _Teller) -> Iterator[Script]:
    """Yield the accounts whose two weeks are nearly over; the first two have one liaison."""
    once = _days(10, (4, 7), holes=((45, 61),), goes_on=False)
    yield tell.weibo("SL10", "示例教育", "education", once)
    slow = _Extras(episodes=(tell.episode(25, 8, Behaviour.TIMEOUT),))
    twice = _days(12, (6, 5), holes=((66, 88),), goes_on=False)
    yield tell.feed("SL11", "示例教育", Platform.TOUTIAO, "education", FeedKind.RSS, twice, slow)
    broken = _Extras(episodes=(tell.episode(40, 11, Behaviour.HTTP_500),))
    last_day = _days(14, (8, 5), holes=((52, 71),), goes_on=False)
    yield tell.feed("SL12", "示例人社", Platform.BAIJIAHAO, "labour", FeedKind.JSON, last_day, broken)


def _overdue(tell: _Teller) -> Iterator[Script]:
    """Yield the accounts whose two weeks are over."""
    # It has just posted, but for two days only whoever has the link sees that: its liaison can paste it.
    unlisted, posts = _Extras(late={0: -2}), [0, *_days(15, (3, 6), holes=((72, 99),), goes_on=False)]
    yield tell.weibo("SL13", "示例交通", "transport", posts, unlisted)
    soon = _Extras(soon=RECOVERS_AFTER)
    yield tell.feed(
        "SL14", "示例商务", Platform.WEIXIN_SUBSCRIPTION, "commerce", FeedKind.ATOM, _days(17, (5, 6)), soon
    )
    # The platform showed one post two days after the moment it bears.
    late = _Extras(late={38: 36})
    posts = _days(18, (4, 8), holes=((38, 55),), goes_on=False)
    yield tell.feed("SL15", "示例住建", Platform.WEIXIN_SUBSCRIPTION, "housing", FeedKind.ATOM, posts, late)
    posts = _days(24, (6, 7), goes_on=False)
    yield tell.feed("SL16", "示例市监", Platform.WEIXIN_SUBSCRIPTION, "market", FeedKind.RSS, posts)
    yield tell.feed("SL17", "示例水利", Platform.TOUTIAO, "water", FeedKind.RSS, _days(97, (9, 12), goes_on=False))
    never = tell.feed("SL18", "示例助残", Platform.DOUYIN, "disabled", FeedKind.RSS, [])
    yield replace(never, account=replace(never.account, opened_on=tell.day(33)))


def _special(tell: _Teller) -> Iterator[Script]:
    """Yield the accounts that are judged in another way than by their posts alone, or not at all."""
    captcha = _Extras(episodes=(tell.episode(3, None, Behaviour.CAPTCHA),))
    yield tell.weibo("SL19", "平安示例", "police", _days(16, (2, 4), goes_on=False), captcha)
    cancelled = _Extras(episodes=(tell.episode(5, None, Behaviour.CANCELLED),))
    yield tell.weibo("SL20", "示例应急", "emergency", _days(8, (5, 6), goes_on=False), cancelled)
    leaving = _days(32, (10, 7), goes_on=False)
    yield tell.weibo("SL21", "示例司法", "justice", leaving, status=AccountStatus.DEREGISTERING)
    yield tell.weibo("SL22", "示例民政", "civil", _days(45, (11, 8), goes_on=False), status=AccountStatus.PAUSED)
    office = tell.feed(
        "SL23", "示例政务服务", Platform.WEIXIN_SERVICE, "service", FeedKind.ATOM, _days(40, (20,), goes_on=False)
    )
    yield replace(office, account=replace(office.account, function=AccountFunction.SERVICE))
    yield tell.feed("SL24", "示例融媒", Platform.DOUYIN, "media", FeedKind.RSS, _days(20, (2, 1), goes_on=False))


def _sites(tell: _Teller) -> Iterator[Script]:
    """Yield the websites; the two-week rule does not ask them unless rules.yaml says so."""
    portal = SitePlace(host=UNITS["office"].host, path="/col/zwyw/index.html", shows_minutes=True)
    yield tell.site("SL25", "示例县人民政府网", Platform.WEBSITE, "office", portal, _days(0, (1, 2)))
    column = SitePlace(host=UNITS["education"].host, path="/col/tzgg/index.html")
    yield tell.site("SL26", "示例县教育局网站", Platform.WEBSITE, "education", column, _days(4, (5, 3)))
    old = SitePlace(host=UNITS["land"].host, path="/zwgk/ggtz/", encoding="gb18030", shows_minutes=True)
    yield tell.site("SL27", "示例县自然资源和规划局网站", Platform.WEBSITE, "land", old, _days(7, (6, 10)))


def _by_hand(tell: _Teller) -> Iterator[Script]:
    """Yield the accounts that only people can look at."""
    weekly = tuple(range(_LOOKED_LATELY, _FIRST_DAY, _LOOK_EVERY))
    seen = _Extras(looks_by_hand=weekly)
    yield tell.by_hand("SL28", "示例审计", Platform.WEIXIN_CHANNELS, "audit", _days(5, (7, 4)), seen)
    # Last looked at nine days ago, when its newest post was two days old.
    asked = _Extras(looks_by_hand=tuple(day + _NOT_LOOKED_LATELY - _LOOKED_LATELY for day in weekly))
    posts = _days(11, (6, 8), goes_on=False)
    yield tell.by_hand("SL29", "示例退役军人", Platform.WEIXIN_SUBSCRIPTION, "veterans", posts, asked)
    unseen = tell.by_hand("SL30", "科技示例", Platform.WEIXIN_CHANNELS, "science", [], _PLAIN)
    yield replace(unseen, account=replace(unseen.account, opened_on=None))
