from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from monitor.core.account import BY_HAND, Account, AccountFunction, AccountStatus, Contact, Platform, Role, Scope
from monitor.core.calendar import BEIJING, at_beijing, beijing_date, days_between, start_of_day
from monitor.core.record import RecordKind
from monitor.sample.county import RECOVERS_AFTER, county
from monitor.sample.records import records, work_order
from monitor.sample.replay import QUARTER
from monitor.sample.script import Behaviour, FeedKind, FeedPlace, Script, SitePlace, WeiboPlace
from monitor.sample.units import AREA
from tests.sample.looking import COUNTY, NOW

MOMENTS = (
    NOW,
    datetime(2026, 11, 23, 0, 0, 30, tzinfo=BEIJING),
    datetime(2027, 2, 6, 9, 0, tzinfo=BEIJING),
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=BEIJING),
    datetime(2027, 1, 1, 12, 0, tzinfo=BEIJING),
)


def d(script: Script, at: datetime = NOW) -> int | None:
    newest = script.newest(at)
    return days_between(newest.published_at, at) if newest else None


def is_judged(script: Script) -> bool:
    account = script.account
    return account.is_judged and account.function is AccountFunction.PUBLISHING and account.platform.publishes


def gaps(script: Script, at: datetime = NOW) -> list[tuple[int, int]]:
    """Return (days, days since its end) of every closed gap that is visible."""
    posts = [post for post in reversed(script.visible(at)) if not post.is_pinned]
    return [
        (days_between(before.published_at, after.published_at), days_between(after.published_at, at))
        for before, after in pairwise(posts)
    ]


def is_plain(script: Script) -> bool:
    """True if it is polled, answers now, runs, and must update."""
    return (
        is_judged(script)
        and script.place is not None
        and script.behaviour(NOW) is Behaviour.OK
        and script.account.status is AccountStatus.ACTIVE
    )


def at_day(day: int) -> Callable[[Script], bool]:
    return lambda script: is_plain(script) and d(script) == day


def looked_by_hand(script: Script) -> int | None:
    return days_between(script.looks_by_hand[-1], NOW) if script.looks_by_hand else None


STATES: tuple[tuple[str, int, Callable[[Script], bool]], ...] = (
    ("fresh", 5, lambda script: is_plain(script) and (d(script) or 0) <= 9),
    ("posted today", 1, at_day(0)),
    ("the last green day", 1, at_day(9)),
    ("the liaison is reminded today", 1, at_day(10)),
    ("the leader hears of it", 1, at_day(12)),
    ("the last day", 1, at_day(14)),
    ("overdue since today", 1, at_day(15)),
    ("escalated", 1, at_day(18)),
    ("on the proposal list", 1, lambda script: is_plain(script) and 21 <= (d(script) or 0) <= 90),
    ("three months and more", 1, lambda script: is_plain(script) and (d(script) or 0) > 90),
    (
        "green with a long gap behind it",
        1,
        lambda script: at_day(1)(script) and any(days >= 21 and ended <= 90 for days, ended in gaps(script)),
    ),
    (
        "recovered yesterday from being overdue",
        1,
        lambda script: is_plain(script) and any(15 <= days < 21 and ended == 1 for days, ended in gaps(script)),
    ),
    (
        "never posted since it was opened",
        1,
        lambda script: is_plain(script) and not script.posts and script.account.opened_on is not None,
    ),
    (
        "behind a captcha for three days, and overdue",
        1,
        lambda script: (
            script.behaviour(NOW) is Behaviour.CAPTCHA
            and script.behaviour(NOW - timedelta(days=4)) is Behaviour.OK
            and d(script) == 16
        ),
    ),
    (
        "by hand, asked for a link",
        1,
        lambda script: script.account.method == BY_HAND and d(script) == 11 and (looked_by_hand(script) or 0) > 7,
    ),
    (
        "by hand, looked at lately",
        1,
        lambda script: script.account.method == BY_HAND and d(script) == 5 and (looked_by_hand(script) or 9) < 7,
    ),
    (
        "by hand, without any post",
        1,
        lambda script: script.account.method == BY_HAND and not script.posts and script.account.opened_on is None,
    ),
    ("a service account", 1, lambda script: script.account.function is AccountFunction.SERVICE),
    ("paused", 1, lambda script: script.account.status is AccountStatus.PAUSED),
    (
        "being closed and still judged",
        1,
        lambda script: script.account.status is AccountStatus.DEREGISTERING and is_judged(script),
    ),
    ("out of scope", 1, lambda script: script.account.scope is Scope.OUT),
    (
        "an old post stands on top",
        1,
        lambda script: any(post.is_pinned for post in script.visible(NOW)) and (d(script) or 0) <= 9,
    ),
    ("a post taken down that would be the newest", 1, lambda script: any(post.deleted_at for post in script.posts)),
    ("a post that showed later", 1, lambda script: any(post.visible_from for post in script.posts)),
    (
        "a website that shows dates only",
        1,
        lambda script: isinstance(script.place, SitePlace) and not script.place.shows_minutes,
    ),
    (
        "a website in gb18030",
        1,
        lambda script: isinstance(script.place, SitePlace) and script.place.encoding == "gb18030",
    ),
    ("RSS", 1, lambda script: isinstance(script.place, FeedPlace) and script.place.kind is FeedKind.RSS),
    ("Atom", 1, lambda script: isinstance(script.place, FeedPlace) and script.place.kind is FeedKind.ATOM),
    ("JSON Feed", 1, lambda script: isinstance(script.place, FeedPlace) and script.place.kind is FeedKind.JSON),
    (
        "a Weibo account closed by its owner",
        1,
        lambda script: isinstance(script.place, WeiboPlace) and script.behaviour(NOW) is Behaviour.CANCELLED,
    ),
    (
        "overdue, with a post that is only to be opened by its link",
        1,
        lambda script: (d(script) or 0) >= 15 and script.unlisted(NOW) is not None,
    ),
    ("no liaison", 1, lambda script: not script.account.people(Role.LIAISON)),
    ("a township", 1, lambda script: script.account.unit.endswith("镇人民政府")),
    ("Weibo", 8, lambda script: isinstance(script.place, WeiboPlace)),
    ("feeds", 6, lambda script: isinstance(script.place, FeedPlace)),
    ("websites", 3, lambda script: script.account.platform is Platform.WEBSITE),
    ("by hand", 3, lambda script: script.account.method == BY_HAND),
    ("told in a group", 3, lambda script: script.account.group is not None),
    ("told by mail", 3, lambda script: script.account.group is None),
)


@pytest.mark.parametrize(("state", "least", "holds"), STATES, ids=[state for state, _, _ in STATES])
def test_every_state_exists_now(state: str, least: int, holds: Callable[[Script], bool]) -> None:
    assert sum(holds(script) for script in COUNTY.scripts) >= least, state


def test_one_liaison_has_two_steps_today() -> None:
    due = [script for script in COUNTY.scripts if is_plain(script) and d(script) in {10, 12, 14, 15}]
    liaisons = Counter(contact.key for script in due for contact in script.account.people(Role.LIAISON))
    assert max(liaisons.values()) == 2


@pytest.mark.parametrize("now", MOMENTS)
def test_days_are_the_same_whenever_it_is_told(now: datetime) -> None:
    told = county(now)
    assert [d(script, now) for script in told.scripts] == [d(script) for script in COUNTY.scripts]
    assert [len(script.posts) for script in told.scripts] == [len(script.posts) for script in COUNTY.scripts]


@pytest.mark.parametrize("now", MOMENTS)
def test_no_account_posts_twice_in_one_second(now: datetime) -> None:
    for script in county(now).scripts:
        moments = [int(post.published_at.timestamp()) for post in script.posts]
        assert moments == sorted(set(moments))


def test_the_quarter_saw_every_behaviour() -> None:
    begun = NOW - QUARTER
    seen = {episode.behaviour for script in COUNTY.scripts for episode in script.episodes if episode.begins >= begun}
    assert seen | {Behaviour.OK} == set(Behaviour)


@pytest.mark.parametrize("rung", [10, 12, 14, 15, 18, 21, 28])
def test_the_quarter_saw_every_step(rung: int) -> None:
    """Whichever weekday a rung falls on, several accounts reach it within the quarter."""
    reached = []
    for script in filter(is_plain, COUNTY.scripts):
        long = [days for days, ended in gaps(script) if days >= rung and ended - rung + days <= QUARTER.days]
        reached += [script] * (len(long) + ((d(script) or 0) >= rung))
    assert len(reached) >= (1 if rung == 28 else 3)


def test_the_quarter_saw_cases_being_closed() -> None:
    closed = [days for script in filter(is_plain, COUNTY.scripts) for days, ended in gaps(script) if ended <= 90]
    assert sum(days >= 15 for days in closed) >= 5
    assert sum(days >= 21 for days in closed) >= 2


def test_an_overdue_account_recovers_while_somebody_watches() -> None:
    recovering = [
        script for script in COUNTY.scripts if (d(script) or 0) >= 15 and d(script, NOW + RECOVERS_AFTER) == 0
    ]
    assert len(recovering) == 1


def test_green_accounts_stay_green_for_weeks() -> None:
    later = NOW + timedelta(days=40)
    alive = [script for script in COUNTY.scripts if is_plain(script) and d(script) in {0, 1, 2}]
    assert alive
    assert all((d(script, later) or 0) <= 9 for script in alive)


def test_today_is_never_in_the_future() -> None:
    now = at_beijing(date(2026, 11, 23), time(0, 0, 10))
    newest = county(now).script("SL01").newest(now)
    assert newest is not None
    assert start_of_day(beijing_date(now)) <= newest.published_at <= now


def test_the_roster_invents_everybody() -> None:
    accounts = COUNTY.accounts
    assert len({account.id for account in accounts}) == len(accounts)
    people = [contact for account in accounts for contact in account.contacts]
    assert all(contact.phone and contact.phone.startswith("138000") for contact in people)
    assert all(contact.mail and contact.mail.endswith("@example.invalid") for contact in people)
    assert len({contact.key for contact in people}) == len({contact.name for contact in people})


def test_a_person_is_the_same_in_every_account_of_the_unit() -> None:
    by_unit: dict[str, set[tuple[Contact, ...]]] = {}
    for account in COUNTY.accounts:
        by_unit.setdefault(account.unit, set()).add(account.contacts)
    assert all(len(contacts) == 1 for contacts in by_unit.values())


def test_an_unknown_account_has_no_script() -> None:
    with pytest.raises(KeyError):
        COUNTY.script("SL99")


def test_addresses_follow_the_base() -> None:
    moved: dict[str, Account] = {
        account.id: account for account in county(NOW, base_url="http://127.0.0.1:9/").accounts
    }
    assert moved["SL02"].method == "feed=http://127.0.0.1:9/www.office.example.invalid/toutiao.xml"
    assert moved["SL25"].homepage == "http://127.0.0.1:9/www.office.example.invalid/col/zwyw/index.html"


def test_a_moment_is_utc() -> None:
    assert {post.published_at.tzinfo for script in COUNTY.scripts for post in script.posts} <= {UTC}


def test_the_office_has_entered_what_no_platform_shows() -> None:
    units = {account.unit for account in COUNTY.accounts}
    entered = tuple(records(units, NOW))
    (leaving,) = [account.id for account in COUNTY.accounts if account.status is AccountStatus.DEREGISTERING]
    assert {record.name for record in entered} - units == {AREA, leaving}
    assert {record.kind for record in entered if record.name == leaving} == {RecordKind.DEREGISTRATION}
    assert max(record.on for record in entered) < beijing_date(NOW)
    named = {record.name for record in entered if record.item == "应急预案"}
    assert units - named == {"示例县科学技术局"}


def test_an_order_of_the_provincial_platform_waits_for_its_answer() -> None:
    order, today = work_order(NOW), beijing_date(NOW)
    (entry,) = order.entries
    (script,) = [script for script in COUNTY.scripts if script.account.id == entry.account]
    assert is_plain(script)
    assert order.on < today < entry.day if entry.day else False
