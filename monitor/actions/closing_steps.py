"""Mark the steps of a deregistration (注销进度) and correct them: the old days stay in the log, and judgeable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.merging import missing_target, target_of
from monitor.actions.refused import Field, RefusedError, StaleError
from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.closing_steps import ClosingDay, ClosingForm, Days, changes, closing_form, faults
from monitor.core.deregistration import Progress, progress
from monitor.core.finding import RuleBook
from monitor.store import Tx, facts, records

WHY = Field("why", "更正原因")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkStepsCommand:
    """The days of an account's deregistration, as they are to stand."""

    account: str
    days: Days
    """Of every step that is done; a day that is left out is none, or no longer."""
    why: str = ""
    """Of a correction: what was wrong."""
    into: str = ""
    """Where the content goes, of an account that is merged: as in its decision; empty for what stands."""
    seen: str
    """How the form stood when the actor saw it: its `seen`."""
    book: RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsMarked:
    """What stands now."""

    account: Account
    told: str
    """What was marked: 公告2026-12-01."""
    progress: Progress


class DaysRefusedError(RefusedError):
    """Days that cannot be; `faults` has the field of each sentence."""

    def __init__(self, found: tuple[tuple[str, str], ...]) -> None:
        """Say all of it."""
        self.faults = found
        super().__init__("\n".join(f"{text}。" for _, text in found), *(Field(name, name) for name, _ in found))


def mark_steps(tx: Tx, command: MarkStepsCommand, *, actor: Actor, now: datetime) -> StepsMarked:
    """Keep what is new of these days, in the place of what they correct; raises RefusedError, StaleError."""
    actor.require(Right.DECIDE)
    account, form = form_of(tx, command.account, command.book, now)
    if form.seen != command.seen:
        raise StaleError("注销进度刚才已有变化，您填的没有登记，请与现在的日期核对后重新提交。")
    target = target_of(tx, account, command.into, seen=actor.area) if ClosingDay.MOVED in form.asked else None
    into = target.text if target else ""
    wrong = tuple((day.value, text) for day, text in faults(form, command.days, beijing_date(now), into))
    if wrong:
        raise DaysRefusedError(wrong)
    found = changes(account, form, command.days, into)
    if not found:
        raise RefusedError("没有改动，请填写新办理的步骤的日期。")
    if any(change.before for change in found) and not command.why.strip():
        raise RefusedError("改动已登记的日期或归集到的账号，请填写更正原因。", WHY)
    for change in found:
        records.put(tx, change.after, instead_of=change.before, known_at=now)
    before, after = ("，".join(filter(None, told)) for told in zip(*(change.told for change in found), strict=True))
    write_audit(tx, actor, now, "deregistration mark", account.id, command.why.strip(), before=before, after=after)
    _, stands = form_of(tx, command.account, command.book, now)
    return StepsMarked(account=account, told=after or "已撤回", progress=stands.progress)


def hint_of(tx: Tx, account: Account, form: ClosingForm) -> str:
    """Return what is to be put right about where the content goes; empty for nothing, or where it goes nowhere."""
    return missing_target(tx, account, form.progress.target or "") if form.merges else ""


def form_of(tx: Tx, account: str, book: RuleBook, now: datetime) -> tuple[Account, ClosingForm]:
    """Return an account and the form of its deregistration; raises RefusedError where there is none."""
    known = next(iter(facts.known(tx, [account], now=now)), None)
    if known is None:
        raise RefusedError(f"台账中没有账号“{account}”，请核对编号。", Field("account", "账号"))
    reached = progress(known, book, now)
    if reached is None:
        raise RefusedError(f"“{known.account.name}”没有作出注销或清理整合的决定，请先登记决定。")
    return known.account, closing_form(known.account, reached, book)
