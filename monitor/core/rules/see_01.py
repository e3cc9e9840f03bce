"""SEE-01: an account that is polled and could not be seen for days is the operator's own task.

No clause of the plan: the monitor's duty towards the units (nobody is accused of what was not seen, so somebody
must look). Accounts that nobody polls are asked for elsewhere, all of them together.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from monitor.core.account import Account
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.finding import SIGHT, Finding, Known, Pacing, Proposal, Rule, RuleBook, State, Strength
from monitor.core.observation import Reason, Timeline
from monitor.core.phrases import dated

ID = SIGHT
PATIENCE = 3
"""Working days without a covering look after which the operator is asked."""
TO_DO_IN = 2
"""The working days that the operator has."""
_CLAUSE = "自动采集的账号连续3个工作日未采集到完整内容，由操作员人工核查"


def rule(calendar: WorkCalendar) -> Rule:
    """Return the duty as a rule that counts an area's working days by this calendar."""

    def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
        """Return whether the account has been out of sight for too long."""
        return _judge(known, calendar.of(known.account.area), now)

    return Rule(
        id=ID,
        title="采集异常",
        pacing=Pacing.TASK,
        judge=judge,
        waits_for_scope=False,
        says={
            State.OK: "近24小时采集正常，或采集异常不到3个工作日",
            State.NEEDS_REVIEW: "连续3个工作日未采集到完整内容",
            State.NOT_APPLICABLE: "需人工核查的账号",
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
        return say(state=State.NOT_APPLICABLE, because="该账号需人工核查，不自动采集。")
    since = known.unseen_since
    if known.covering(now):
        return say(state=State.OK, because="采集正常。")
    if since is None:
        return say(state=State.OK, because="采集刚开始。")
    begun = beijing_date(since)
    days = calendar.workdays_between(begun, beijing_date(now))
    today = beijing_date(now)
    facts = f"自{dated(begun, today)}起未采集到完整内容{_why(known)}"
    if days < PATIENCE:
        return say(state=State.OK, because=f"{facts}。")
    due = calendar.workday_after(begun, PATIENCE + TO_DO_IN)
    return say(
        state=State.NEEDS_REVIEW,
        since=begun,
        due=due,
        proposals=(Proposal.REVIEW,),
        because=f"{facts}，已{days}个工作日，请于{dated(due, today)}前人工核查并登记，或更正采集方式。",
        episode=since.isoformat(),
    )


def _is_watched_for_posts(account: Account) -> bool:
    return account.is_judged and not account.platform.is_app


def _why(known: Known) -> str:
    """Return why nothing is seen, in brackets; empty where no look says why."""
    reasons = {observation.seen for observation in known.observations if isinstance(observation.seen, Reason)}
    said = [reason.label for reason in Reason if reason in reasons]
    gone = known.reading_gone()
    if gone is not None and isinstance(gone.seen, Timeline):
        said.append(f"平台显示{gone.seen.standing.label}")
    return f"（{'、'.join(said)}）" if said else ""
