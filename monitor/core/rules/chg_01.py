"""CHG-01: 开设、变更、关停、注销应向主管单位备案.

Instrument: 国办发〔2018〕123号. The platform's appearance of an account is compared with the roster: another name, or
no account at all while the roster says it goes on. A correction of the roster, or a report of the change (备案变更)
after it was first seen, settles it. That an account is gone needs two looks an hour apart.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.core.account import AccountStatus
from monitor.core.calendar import beijing_date
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.names import normal
from monitor.core.observation import SECOND_READING, Observation, Timeline
from monitor.core.record import Record, RecordKind, Result
from monitor.core.rules.registry import RUNNING, asks_to_state, posts_or_serves, unstated

ID = "CHG-01"
_REPORTED = frozenset({Result.CHANGED, Result.OPENING_APPROVED, Result.SHUT_DOWN, Result.DEREGISTER})
"""The results by which a change counts as filed; one that was not agreed to is no report."""


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether the account is what the roster says it is."""
    account = known.account
    say = partial(book.draft(ID, account), episode=ID)
    if not posts_or_serves(account, book) or account.status not in RUNNING or account.status is AccountStatus.FILING:
        return say(state=State.NOT_APPLICABLE, because="本项不涉及该账号。")
    vanished, renamed = _vanished(known), _renamed(known, now)
    if vanished is not None and isinstance(vanished.seen, Timeline):
        because = f"平台显示账号{vanished.seen.standing.label}，台账为{account.status.label}，请人工核查。"
        return _changed(say, vanished, because)
    if renamed is not None and (unclear := unstated(_reports_since(known, renamed))):
        because = f"平台显示的账号名称与台账不同；{asks_to_state(unclear, now)}。"
        return replace(_changed(say, renamed, because), state=State.NEEDS_REVIEW, proposals=(Proposal.REVIEW,))
    if renamed is not None and isinstance(renamed.seen, Timeline) and renamed.seen.profile:
        because = f"平台显示账号名称为“{renamed.seen.profile.name}”，台账为“{account.name}”，无变更备案记录。"
        return _changed(say, renamed, because)
    return say(state=State.OK, because="平台显示信息与台账一致。")


def _vanished(known: Known) -> Observation | None:
    """Return the look that certainly shows no account any more."""
    absent = known.reading_gone()
    return absent if absent and absent.shown_at - absent.first_seen >= SECOND_READING else None


def _renamed(known: Known, now: datetime) -> Observation | None:
    """Return a fresh look that shows another name, of which no later report tells."""
    ours = normal(known.account.name)
    for observation in known.observations:
        if not isinstance(observation.seen, Timeline) or not observation.seen.standing.is_present:
            continue
        shown = (
            normal(observation.seen.profile.name)
            if observation.seen.profile and observation.seen.profile.name
            else ours
        )
        is_fresh = now - observation.last_confirmed <= observation.freshness
        # a list of an account's posts may call itself “示例发布 - 全部文章”
        is_same = shown in ours or ours in shown
        if is_fresh and not is_same and not _is_reported(known, observation):
            return observation
    return None


def _is_reported(known: Known, observation: Observation) -> bool:
    return any(report.result in _REPORTED for report in _reports_since(known, observation))


def _reports_since(known: Known, observation: Observation) -> tuple[Record, ...]:
    reports = known.records_of(RecordKind.FILING_CHANGE)
    return tuple(report for report in reports if report.on >= beijing_date(observation.first_seen))


def _changed(say: partial[Finding], observation: Observation, because: str) -> Finding:
    return say(
        state=State.WARNING,
        since=beijing_date(observation.first_seen),
        begun_at=observation.first_seen,
        proposals=(Proposal.FILE,),
        because=because,
        evidence=(f"observation:{observation.id}",),
    )


RULE = Rule(
    id=ID,
    title="变更未备案",
    pacing=Pacing.TASK,
    judge=judge,
    says={
        State.OK: "平台显示信息与台账一致，或变更已备案",
        State.WARNING: "平台显示的名称与台账不同且没有变更备案记录；或相隔1小时两次显示账号已不存在",
        State.NEEDS_REVIEW: "平台显示的名称与台账不同，而此后的备案变更登记未写明结果",
        State.NOT_APPLICABLE: "待备案、注销中、已注销的账号；网站",
    },
)
