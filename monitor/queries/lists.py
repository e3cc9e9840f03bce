"""Long lists for programs, some at a time: the same as the pages show, without a page's words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account, UnitKey
from monitor.core.calendar import beijing_date
from monitor.core.case import Case
from monitor.core.finding import Finding, State
from monitor.core.message import MessageState, MessageTab
from monitor.core.mute import Mute, over
from monitor.core.observation import KnownPost, Observation
from monitor.store import Tx
from monitor.store.case_lists import CaseFilter, Wait, behind
from monitor.store.cases import Which, case, case_history, cases
from monitor.store.findings import current_findings
from monitor.store.keyset import Place
from monitor.store.message_acts import open_failures
from monitor.store.message_lists import MessageFilter
from monitor.store.outbox import KeptMessage, messages
from monitor.store.overview import newest_posts, observations_of, standing_posts_of
from monitor.store.reach import area_of_account, areas_of_messages, messages_where
from monitor.store.records import mutes_on
from monitor.store.roster import accounts

__all__ = [
    "AccountFacts",
    "AccountHistory",
    "KeptMessage",
    "Place",
    "find_cases",
    "find_messages",
    "is_account_of",
    "is_message_in",
    "read_account",
    "read_case",
    "read_cases",
    "read_findings",
    "read_messages",
    "read_observations",
    "read_posts",
]


CASES = 1000
"""Cases that the list of a command has."""
MESSAGES = 200
"""Messages that the list of a command has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """An account with what is told of it in lists."""

    account: Account
    newest_post_at: datetime | None
    """The newest visible post."""
    mute: Mute | None
    """By which its unit hears nothing now; the one that ends last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHistory:
    """An account with what is said of it now, and every case it ever had."""

    facts: AccountFacts
    findings: tuple[Finding, ...]
    """By rule."""
    cases: tuple[Case, ...]
    """Latest opened first."""


def read_account(tx: Tx, account_id: str, now: datetime) -> AccountHistory | None:
    """Return one account; None where it is not on the roster."""
    found = _facts(tx, now, (account_id,))
    if not found:
        return None
    said = current_findings(tx, now=now, account_ids=(account_id,))
    return AccountHistory(facts=found[0], findings=said, cases=case_history(tx, account_id))


def _facts(tx: Tx, now: datetime, ids: Collection[str]) -> tuple[AccountFacts, ...]:
    newest, mutes = newest_posts(tx, ids), mutes_on(tx, beijing_date(now))
    return tuple(
        AccountFacts(
            account=account,
            newest_post_at=newest[account.id].published_at if account.id in newest else None,
            mute=over(account, mutes),
        )
        for account in accounts(tx, at=now, known_at=now, ids=ids)
    )


def read_observations(tx: Tx, account_id: str, *, limit: int, place: Place | None) -> tuple[Observation, ...]:
    """Return some observations of an account, latest begun first: those behind the one of `place`."""
    return observations_of(tx, account_id, limit=limit, place=place)


def read_findings(
    tx: Tx,
    account_id: str | None,
    now: datetime,
    *,
    without: Collection[State],
    limit: int,
    place: Place | None,
    area: str | None = None,
) -> tuple[Finding, ...]:
    """Return some findings as they stand now, on everybody or on one account, but those in the states `without`."""
    ids = None if account_id is None else (account_id,)
    return current_findings(tx, now=now, account_ids=ids, without=without, limit=limit, place=place, area=area)


def read_cases(tx: Tx, *, is_all: bool) -> tuple[Case, ...]:
    """Return the latest opened cases: the open ones, or all."""
    return cases(tx, which=Which.ALL if is_all else Which.OPEN, limit=CASES)


def find_cases(
    tx: Tx, which: CaseFilter, wait: Wait | None, *, is_all: bool, limit: int, place: Place | None
) -> tuple[Case, ...]:
    """Return some of the cases that a filter leaves, latest opened first: those behind the one of `place`."""
    return tuple(behind(tx, which, wait, is_all=is_all, limit=limit, place=place))


def read_case(tx: Tx, number: int, area: str | None = None) -> Case | None:
    """Return one case by its number; None where there is none, or not in that area."""
    found = case(tx, number)
    return found if found is not None and area in {None, found.area} else None


def is_account_of(tx: Tx, account_id: str, area: str | None, own: UnitKey | None = None) -> bool:
    """True unless an account is another area's than this one, or another unit's, or nobody's."""
    if own is not None:
        return any(account.unit_key == own for account in accounts(tx, ids=(account_id,), with_people=False))
    return area is None or area_of_account(tx, account_id) == area


def is_message_in(tx: Tx, number: str, area: str | None) -> bool:
    """True unless a message, by its number or the end of it, tells of another area than this one, or of none."""
    return area is None or areas_of_messages(tx, [kept.message.id for kept in messages(tx, ids=[number])]) == {area}


def read_posts(tx: Tx, account_id: str, *, limit: int, place: Place | None) -> tuple[tuple[int, KnownPost], ...]:
    """Return some posts of an account that are visible with their numbers, newest first: those behind `place`.

    None for an account that is not on the roster.
    """
    return standing_posts_of(tx, account_id, limit=limit, place=place)


def find_messages(
    tx: Tx,
    tab: MessageTab | None,
    which: MessageFilter,
    now: datetime,
    *,
    limit: int,
    place: Place | None,
    area: str | None = None,
) -> tuple[KeptMessage, ...]:
    """Return some of the messages that a filter leaves, newest first: of a tab, or of all; those behind `place`."""
    meant = messages_where(tx, tab, which, open_failures(tx, now), area)
    return messages(tx, limit=limit, place=place, which=meant)


def read_messages(tx: Tx, state: MessageState | None) -> tuple[KeptMessage, ...]:
    """Return the newest messages: those in one state, or all."""
    return messages(tx, states=None if state is None else (state,), limit=MESSAGES)
