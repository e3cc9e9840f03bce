"""REO-01: a closed account that publishes again: 关停、注销应向主管单位备案.

Instrument: 国办发〔2018〕123号; elsewhere a closed account “未经申请备案私自重新上线”. Only the operator is told.
"""

from __future__ import annotations

from datetime import datetime

from monitor.core.account import AccountStatus
from monitor.core.calendar import beijing_date
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.rules.registry import day

ID = "REO-01"


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether an account that is closed has published since."""
    account, newest = known.account, known.newest
    say = book.draft(ID, account)
    if account.status is not AccountStatus.CLOSED:
        return say(state=State.NOT_APPLICABLE, because="该账号未注销。")
    if newest is None or account.closed_on is None or beijing_date(newest.post.published_at) <= account.closed_on:
        return say(state=State.OK, because="注销后未采集到新的发布。")
    on = beijing_date(newest.post.published_at)
    begun = known.reopened_at or newest.post.published_at
    return say(
        state=State.WARNING,
        since=beijing_date(begun),
        begun_at=begun,
        proposals=(Proposal.REVIEW,),
        because=f"该账号已于{day(account.closed_on, now)}注销，{day(on, now)}又有发布，请人工核查。",
        evidence=(f"observation:{newest.observation}",),
        episode=ID,
    )


RULE = Rule(
    id=ID,
    title="注销后重新上线",
    pacing=Pacing.TASK,
    judge=judge,
    says={
        State.OK: "注销后未采集到新的发布",
        State.WARNING: "注销日期之后又有发布",
        State.NOT_APPLICABLE: "未注销的账号",
    },
)
