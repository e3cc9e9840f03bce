"""Builders with defaults, so that a test shows only what matters to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.calendar import BEIJING, WorkCalendar
from monitor.core.finding import Finding, Known, RuleBook, State, Strength
from monitor.core.observation import Covers, KnownPost, Observation, Post, Precision, Reason, Standing, Timeline

BOOK = RuleBook(
    numbers={
        "APP-01": {
            "failures": 3,
            "hours": 24,
            "unstable_percent": 5,
            "unstable_days": 7,
            "certificate_days": 21,
        },
        "UPD-01": {
            "warn_from": 10,
            "violated_from": 15,
            "remind": 10,
            "warn": 12,
            "last_day": 14,
            "overdue": 15,
            "escalate": 18,
            "propose": 21,
            "dormant_from": 21,
            "zombie_from": 91,
            "repeat_every": 7,
            "move_back_at_most": 3,
        },
        "UPD-03": {"gap_from": 21, "window_days": 90},
        "PER-01": {},
    },
    clauses={
        "APP-01": "移动客户端无法下载或使用",
        "UPD-01": "监测时间点前2周内无更新",
        "UPD-03": "单次超过20天未更新",
        "PER-01": "一位联络员及一位责任领导",
    },
    strengths=dict.fromkeys(("APP-01", "UPD-01", "UPD-03", "PER-01"), Strength.IN_PRINCIPLE),
)
LIAISON = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001")
LEADER = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
EVERY_DAY = WorkCalendar(rest_weekdays=frozenset())


def beijing_time(text: str) -> datetime:
    """Return a Beijing time such as `2026-05-01 08:00` as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def account(**changes: object) -> Account:
    """Return an account that every rule judges."""
    values: dict[str, object] = {
        "id": "A01",
        "name": "示例发布",
        "platform": Platform.WEIBO,
        "unit": "示例县教育局",
        "area": "示例县",
        "level": UnitLevel.COUNTY_UNIT,
        "contacts": (LIAISON, LEADER),
        "opened_on": date(2020, 1, 1),
    }
    return Account(**(values | changes))  # type: ignore[arg-type]  # checked by the tests that use it


def post(moment: datetime, *, precision: Precision = Precision.SECOND, pinned: bool = False) -> Post:
    """Return a post of that moment, with a link of its own."""
    return Post(
        published_at=moment,
        precision=precision,
        title="一条消息",
        url=f"https://example.invalid/{moment:%Y%m%d%H%M%S}",
        is_pinned=pinned,
    )


def observation(
    moment: datetime,
    *posts: Post,
    covers: Covers = Covers.ALL,
    standing: Standing | None = None,
    reason: Reason | None = None,
    collector: str = "weibo",
) -> Observation:
    """Return one look, seen once at `moment`."""
    standing = standing or (Standing.ACTIVE if posts else Standing.EMPTY)
    seen = reason or Timeline(posts=posts, covers=covers, standing=standing)
    return Observation(
        id=7, source=f"A01/{collector}=1", collector=collector, seen=seen, first_seen=moment, last_confirmed=moment
    )


def known(
    *moments: datetime,
    look: datetime | None = None,
    covers: Covers = Covers.ALL,
    collector: str = "weibo",
    polled: bool = True,
    precision: Precision = Precision.SECOND,
    linked: bool = True,
    **changes: object,
) -> Known:
    """Return what is known of an account with posts at `moments` and, if given, a look at `look`."""
    posts = tuple(
        KnownPost(
            post=post(moment, precision=precision),
            source="A01/weibo=1",
            observation=3,
            first_seen=moment + timedelta(hours=1),
            linked_at=moment + timedelta(hours=1) if linked else None,
        )
        for moment in sorted(moments)
    )
    looks = (observation(look, *(known.post for known in posts), covers=covers, collector=collector),) if look else ()
    return Known(account=account(**changes), posts=posts, observations=looks, is_polled=polled)


def finding(state: State, *, days: int | None = 0, episode: str = "2026-05-01", rule: str = "UPD-01") -> Finding:
    """Return a finding of a state."""
    return Finding(
        rule=rule,
        account="A01",
        state=state,
        days=days,
        strength=Strength.IN_PRINCIPLE,
        clause="条款",
        because="原因。",
        episode=episode,
    )
