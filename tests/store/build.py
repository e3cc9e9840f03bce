"""Builders with defaults, so that a test shows only what matters to it."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.core.account import Account, Platform, Role, Source, chain, declared_sources
from monitor.core.case import Plan, Step, StepKind
from monitor.core.finding import Finding, State, Strength
from monitor.core.message import Attempt
from monitor.core.notice import NewNotice
from monitor.core.observation import (
    Blind,
    Covers,
    Look,
    Post,
    Precision,
    Reason,
    Timeline,
    Unchanged,
    Validators,
    timeline,
)
from monitor.store import Store, Tx, cases, looks, outbox, roster, tables

NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVERY = timedelta(hours=6)


def account(id_: str = "A01", **changes: object) -> Account:
    """Return an account with one polled source."""
    values: dict[str, object] = {
        "name": "示例发布",
        "platform": Platform.WEIBO,
        "unit": "示例县教育局",
        "area": "示例县",
        "method": "weibo=1",
    }
    return Account(id=id_, **(values | changes))  # type: ignore[arg-type]  # checked by the tests that use it


def sources(account: Account) -> Sequence[Source]:
    """Return what the roster declares."""
    return chain(account, declared_sources(account))


SOURCES = roster.Sources(of=sources, every=lambda _: EVERY)
"""The same, each looked at four times a day."""


def enrol(store: Store, *accounts: Account, at: datetime = NOW, remove_missing: bool = False) -> roster.RosterChange:
    """Save a roster, learnt when it was true."""
    with store.begin() as tx:
        return roster.save_roster(
            tx,
            accounts,
            effective_at=at,
            known_at=at,
            sources=SOURCES,
            remove_missing=remove_missing,
        )


def source(id_: str = "A01", collector: str = "weibo", key: str = "1") -> Source:
    """Return the source that `account` declares."""
    return Source(account=id_, collector=collector, key=key)


def post(
    moment: datetime, *, title: str = "一条消息", precision: Precision = Precision.SECOND, **changes: object
) -> Post:
    """Return a post of that moment, with a link of its own."""
    url = f"https://example.invalid/{moment:%Y%m%d%H%M%S}"
    return replace(Post(published_at=moment, precision=precision, title=title, url=url), **changes)  # type: ignore[arg-type]  # as above


def shown(*posts: Post, covers: Covers = Covers.ALL) -> Timeline:
    """Return what a look saw."""
    return timeline(posts, covers=covers)


def look(
    at: datetime, sight: Timeline | Unchanged | Blind | Reason, of: Source | None = None, raw: bytes | None = None
) -> Look:
    """Return a finished look; one that saw leaves validators."""
    if isinstance(sight, Reason):
        sight = Blind(reason=sight)
    validators = Validators(etag=f"{at}", reader="weibo/1") if isinstance(sight, Timeline) else None
    return Look(source=of or source(), at=at, sight=sight, validators=validators, raw=raw)


def record(store: Store, *seen: Look) -> tuple[looks.Recorded, ...]:
    """Keep looks; the next one of each source comes after EVERY."""
    with store.begin() as tx:
        return looks.record(tx, seen, lambda _, look: look.at + EVERY)


def finding(
    state: State = State.WARNING, *, episode: str = "2026-04-22", rule: str = "UPD-01", **changes: object
) -> Finding:
    """Return a finding on the account."""
    values: dict[str, object] = {
        "account": "A01",
        "strength": Strength.IN_PRINCIPLE,
        "clause": "条款",
        "because": "原因。",
    }
    return Finding(rule=rule, state=state, episode=episode, **(values | changes))  # type: ignore[arg-type]  # as above


def step(kind: StepKind = StepKind.REMIND, number: int = 10, at: datetime = NOW) -> Step:
    """Return a step of the ladder."""
    return Step(kind=kind, number=number, at=at, days=number, because="原因。")


def notice(
    kind: StepKind = StepKind.REMIND, number: int = 10, person: str = "13800000001", id_: str = "A01"
) -> NewNotice:
    """Return a notice to a liaison."""
    return NewNotice(account=id_, rule="UPD-01", kind=kind, number=number, role=Role.LIAISON, person=person, at=NOW)


def tried(tx: Tx, message: str, body: str, attempt: Attempt, *, at: datetime, next_try: datetime | None = None) -> None:
    """Let a message that is due have been tried once."""
    lease = outbox.take(tx, message, "", at=at)
    assert lease is not None
    outbox.freeze(tx, lease, subject="提醒", body=body, at=at)
    assert outbox.record_attempt(tx, lease, attempt, at=at, next_try=next_try)


def judge(store: Store, *judgements: cases.Judgement, at: datetime = NOW, account_id: str = "A01") -> tuple[int, ...]:
    """Save what a judging of one account brought."""
    with store.begin(durable=True) as tx:
        judged = cases.Judged(account=account_id, judgements=judgements, judge_again_at=at + DAY)
        return cases.apply(tx, [judged], at=at).touched


def open_with(taken: Step, *notices: NewNotice) -> cases.Judgement:
    """Return a judgement that opens a case."""
    return cases.Judgement(finding=finding(), plan=Plan(step=taken), notices=notices)


def raw_evidence(tx: Tx, observation_id: int) -> bytes | None:
    """Return the bytes that were kept with an observation, if any were."""
    table = tables.evidence
    body: bytes | None = tx.scalar(sa.select(table.c.body).where(table.c.observation == observation_id))
    return None if body is None else zlib.decompress(body)


def standing(tx: Tx, account_ids: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return the findings as they stood on the day on which their accounts were judged."""
    return cases.current_findings(tx, now=datetime.max.replace(tzinfo=UTC) - timedelta(days=1), account_ids=account_ids)
