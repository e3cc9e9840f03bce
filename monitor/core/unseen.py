"""SEE-01: an account that is polled and could not be seen for days is the operator's own task.

No clause of the plan: the monitor's duty towards the units (nobody is accused of what was not seen, so somebody
must look). Accounts that nobody polls are asked for elsewhere, all of them together.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from monitor.core.account import Account
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State, Strength
from monitor.core.observation import Reason, Timeline

ID = "SEE-01"
PATIENCE = 3
"""After so many working days without a covering look the operator is asked."""
TO_DO_IN = 2
"""So many working days the operator has."""
_CLAUSE = "自动采集的账号连续3个工作日没有完整的核查，由操作员核实"


def rule(calendar: WorkCalendar) -> Rule:
    """Return the duty as a rule that counts an area's working days by this calendar."""

    def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
        """Return whether the account has been out of sight for too long."""
        return _judge(known, calendar.of(known.account.area), now)

    return Rule(
        id=ID,
        title="自动采集",
        pacing=Pacing.TASK,
        judge=judge,
        says={
            State.OK: "近24小时有完整的核查，或中断不到3个工作日",
            State.NEEDS_REVIEW: "连续3个工作日没有完整的核查",
            State.NOT_APPLICABLE: "不靠自动采集核查更新的账号",
        },
    )


def _judge(known: Known, calendar: WorkCalendar, now: datetime) -> Finding:
    account = known.account
    say = partial(
        Finding,
        rule=ID,
        account=account.id,
        unit=account.unit,
        area=account.area,
        strength=Strength.MANDATORY,
        clause=_CLAUSE,
        support=known.support(now),
    )
    if not known.is_polled or not _is_watched_for_posts(account):
        return say(state=State.NOT_APPLICABLE, because="该账号不靠自动采集核查更新。")
    since = known.unseen_since
    if since is None or known.covering(now):
        return say(state=State.OK, because="近24小时有完整的核查，或刚开始采集。")
    begun = beijing_date(since)
    days = calendar.workdays_between(begun, beijing_date(now))
    facts = f"自{_day(begun)}起没有看到完整列表{_why(known)}"
    if days < PATIENCE:
        return say(state=State.OK, because=f"{facts}。")
    due = calendar.workday_after(begun, PATIENCE + TO_DO_IN)
    return say(
        state=State.NEEDS_REVIEW,
        since=begun,
        proposals=(Proposal.REVIEW,),
        because=f"{facts}，已{days}个工作日，请于{_day(due)}前人工核查后登记，或更正采集方式。",
        episode=since.isoformat(),
    )


def _is_watched_for_posts(account: Account) -> bool:
    return account.is_judged and not account.platform.is_app


def _why(known: Known) -> str:
    """Return why nothing is seen, in brackets; empty where no look says why."""
    reasons = {one.seen for one in known.observations if isinstance(one.seen, Reason)}
    said = [reason.label for reason in Reason if reason in reasons]
    gone = known.reading_gone()
    if gone is not None and isinstance(gone.seen, Timeline):
        said.append(f"平台显示{gone.seen.standing.label}")
    return f"（{'、'.join(said)}）" if said else ""


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
