"""Register what a person saw who opened an account, and correct it: the same as an import of posts, for one account.

Where that would make the account overdue it asks first: a slip of the hand must accuse nobody. A correction takes the
mistaken look back and keeps it: what was known until then stays judgeable, and the log has both values and the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.imports.posts import ImportPostsCommand, save_posts
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Account
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import LADDER
from monitor.core.finding import Finding, State
from monitor.core.hand_look import HandLook, hand_look
from monitor.core.typed_day import Misread
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, facts, imports, roster
from monitor.store.overview import newest_posts

NEWEST = Field("newest", "最新发布日期")
WHY = Field("why", "原因")
_WITH_YEAR = date.min
"""A day of no year that anything is of, so that what is kept names its year."""
_TAKEN_BACK = "已撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookByHandCommand:
    """The newest day of an account, as somebody typed it who has just looked."""

    account: str
    newest: str
    is_complete: bool = True
    """True if they saw the whole list; else they only know of one post."""
    at: datetime
    """When they looked."""
    rules: RulesInForce
    is_confirmed: bool = False
    """True if they have been told that this makes the account overdue, and looked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectLookCommand:
    """Another value for a look by hand, and why; an empty one takes the look back."""

    number: int
    newest: str
    is_complete: bool = True
    why: str
    rules: RulesInForce
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRegistered:
    """The look as it is kept: by its number it can be corrected."""

    number: int | None
    """None for one that was only taken back."""
    account: Account
    seen: HandLook | None
    is_once: bool = False
    """True if it is the first one that showed nothing at all, and so proves nothing yet."""


class WouldAccuseError(RefusedError):
    """The look would make the account overdue, and nobody has confirmed it yet."""

    def __init__(self, days: int) -> None:
        """Say for how many days."""
        self.days = days
        super().__init__(f"将认定超期：已{days}天未更新，请再看一眼。", NEWEST)


class CorrectedMeanwhileError(RefusedError):
    """Somebody else has corrected the same look."""

    def __init__(self, found: imports.Import, at: datetime) -> None:
        """Say who, and when."""
        super().__init__(f"{found.withdrawn_by}已于{beijing(at):%H:%M}改正这次登记，您的改正没有登记。", NEWEST)


def look_by_hand(tx: Tx, command: LookByHandCommand, *, actor: Actor, now: datetime) -> LookRegistered:
    """Keep a look by hand and have the account judged; raises RefusedError, WouldAccuseError until it is confirmed."""
    actor.require(Right.LOOK)
    if command.at > now:
        raise RefusedError("核查时间晚于现在，没有登记。", Field("at", "核查时间"))
    account = _account(tx, command.account)
    actor.require_area([account.area])
    before = _updates(tx, command.rules, account, now)
    done = _kept(tx, account, command, actor=actor, now=now)
    _ask_before_accusing(tx, command, account, before, now)
    write_audit(tx, actor, now, "look register", account.id, f"编号{done.number}", after=_told(done.seen))
    return done


def correct_look(tx: Tx, command: CorrectLookCommand, *, actor: Actor, now: datetime) -> LookRegistered:
    """Take a look by hand back and keep another instead, as of the same moment; raises RefusedError as above."""
    actor.require(Right.LOOK)
    found = imports.find(tx, command.number)
    if found is None or found.kind != imports.LOOK:
        raise RefusedError(f"没有编号为{command.number}的人工核查登记。")
    if found.withdrawn_at is not None:
        raise CorrectedMeanwhileError(found, found.withdrawn_at)
    if not command.why.strip():
        raise RefusedError("请填写{fields}：原来的登记错在哪里。", WHY)
    account = _account(tx, found.file)
    actor.require_area([account.area])
    before = _updates(tx, command.rules, account, now)
    imports.take_back(tx, found, at=now, by=actor.name)
    again = LookByHandCommand(
        account=account.id,
        newest=command.newest,
        is_complete=command.is_complete,
        at=found.as_of,
        rules=command.rules,
        is_confirmed=command.is_confirmed,
    )
    is_only_taken_back = not command.newest.strip()
    done = (
        LookRegistered(number=None, account=account, seen=None)
        if is_only_taken_back
        else _kept(tx, account, again, actor=actor, now=now)
    )
    _ask_before_accusing(tx, again, account, before, now)
    detail = f"编号{found.id}：{command.why.strip()}"
    write_audit(tx, actor, now, "look correct", account.id, detail, before=found.detail, after=_told(done.seen))
    return done


def _account(tx: Tx, id_: str) -> Account:
    account = roster.account(tx, id_)
    if account is None:
        raise RefusedError(f"台账中没有账号“{id_}”，请核对编号。", Field("account", "账号"))
    return account


def _kept(tx: Tx, account: Account, command: LookByHandCommand, *, actor: Actor, now: datetime) -> LookRegistered:
    newest = newest_posts(tx, (account.id,)).get(account.id)
    seen = hand_look(
        command.newest,
        newest=newest,
        opened_on=account.opened_on,
        today=beijing_date(command.at),
        is_complete=command.is_complete,
    )
    if isinstance(seen, Misread):
        raise RefusedError(f"{seen.sentence}。", NEWEST)
    number = imports.begin(tx, imports.LOOK, account.id, as_of=command.at, known_at=now, by=actor.name)
    given = ImportPostsCommand(
        file=account.id,
        posts={account.id: (seen.post,)} if seen.post else {},
        silent=() if seen.post else (account.id,),
        accounts={account.id: account},
        complete=seen.is_complete,
        as_of=command.at,
    )
    save_posts(tx, given, known_at=now, import_id=number)
    imports.describe(tx, number, _told(seen))
    known = facts.known(tx, (account.id,), now=now)
    is_once = seen.post is None and any(history.is_once_by_hand(now) for history in known)
    return LookRegistered(number=number, account=account, seen=seen, is_once=is_once)


def _told(seen: HandLook | None) -> str:
    return seen.told(_WITH_YEAR) if seen else _TAKEN_BACK


def _updates(tx: Tx, rules: RulesInForce, account: Account, now: datetime) -> Finding | None:
    """Return what the two-week rule says of the account by all that is known now."""
    known = facts.known(tx, (account.id,), now=now)
    return next((finding for history in known for _, finding in rules.findings(history, now, {LADDER})), None)


def _ask_before_accusing(
    tx: Tx, command: LookByHandCommand, account: Account, before: Finding | None, now: datetime
) -> None:
    """Raise WouldAccuseError where the account becomes overdue by this, or longer, and nobody has confirmed it."""
    after = _updates(tx, command.rules, account, now)
    held = (before.days or 0) if before is not None and before.state is State.VIOLATED else -1
    if after is None or after.state is not State.VIOLATED or command.is_confirmed:
        return
    if (after.days or 0) > held:
        raise WouldAccuseError(after.days or 0)
