"""REO-01: a closed account that publishes again: 关停、注销应向主管单位备案.

Instrument: 国办发〔2018〕123号; elsewhere a closed account “未经申请备案私自重新上线”. It may be the account itself, or
one of the same name and entity with a new id (`monitor.core.successor`) whose opening nobody filed. Without the day of
the closing nothing can be told, and it is asked for. Only the operator is told.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from monitor.core.account import Account, AccountStatus, Scope
from monitor.core.calendar import beijing_date
from monitor.core.finding import REOPENING, Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.record import RecordKind, Result
from monitor.core.rules.registry import day
from monitor.core.successor import Successor, comes_back

ID = REOPENING


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether an account that is closed has published since, under its own id or a new one."""
    account = known.account
    say = book.draft(ID, account)
    if account.status is not AccountStatus.CLOSED or account.scope is Scope.OUT:
        return say(state=State.NOT_APPLICABLE, because="该账号未注销。" if account.is_judged else "本项不涉及该账号。")
    closed_on = account.closed_on
    if closed_on is None:
        because = "台账状态为已注销，未填写注销日期，不能判定注销后是否又有发布，请补填注销日期。"
        return say(state=State.NEEDS_REVIEW, because=because, episode=f"{ID}/date")
    warn = partial(say, state=State.WARNING, proposals=(Proposal.REVIEW,))
    newest = known.newest
    if newest is not None and beijing_date(newest.post.published_at) > closed_on:
        begun = known.reopened_at or newest.post.published_at
        on = day(beijing_date(newest.post.published_at), now)
        return warn(
            since=beijing_date(begun),
            begun_at=begun,
            because=f"该账号已于{day(closed_on, now)}注销，{on}又有发布，请人工核查。",
            evidence=(f"observation:{newest.observation}",),
            episode=ID,
        )
    back = [
        successor
        for successor in known.successors
        if comes_back(account, closed_on, successor) and not _is_filed(successor, closed_on)
    ]
    if not back:
        return say(state=State.OK, because="注销后未采集到新的发布。")
    first = min(back, key=lambda entry: (entry.first_post_at, entry.account.id))
    return warn(
        since=beijing_date(first.first_post_at),
        begun_at=first.first_post_at,
        because=_said(account, closed_on, first, now),
        evidence=(f"observation:{first.observation}",),
        episode=f"{ID}/{first.account.id}",
    )


def _is_filed(successor: Successor, closed_on: date) -> bool:
    """True if its opening was filed since the closing."""
    filed = (each for each in successor.records if each.kind is RecordKind.FILING_CHANGE and each.on >= closed_on)
    return any(each.result is Result.OPENING_APPROVED for each in filed)


def _said(account: Account, closed_on: date, successor: Successor, now: datetime) -> str:
    is_same = account.platform_id is not None and successor.account.platform_id == account.platform_id
    what = "同一平台标识的账号" if is_same else "同一主体的同名账号"
    closing, on = day(closed_on, now), day(beijing_date(successor.first_post_at), now)
    other = f"{what}（账号ID {successor.account.id}）自{on}起又有发布"
    return f"该账号已于{closing}注销，{other}，未登记同意开设，请人工核查是否重新上线。"


RULE = Rule(
    id=ID,
    title="注销后重新上线",
    pacing=Pacing.TASK,
    judge=judge,
    says={
        State.OK: "注销后未采集到新的发布",
        State.WARNING: "注销日期之后又有发布；或同一主体在同一平台以同名的新账号发布，没有登记同意开设",
        State.NEEDS_REVIEW: "台账没有填写注销日期",
        State.NOT_APPLICABLE: "未注销的账号，监管范围以外的账号",
    },
)
