"""PER-01: 每个账号确定一位联络员及一位责任领导.

Instrument: 缙政办发〔2022〕13号 三(三)2. Each needs a phone, a mail address or a DingTalk id, for without
one no warning reaches anybody, and one that takes no messages is none. Accounts being closed are not asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.core.account import AccountStatus, Role
from monitor.core.calendar import EVER
from monitor.core.finding import Basis, Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.lasting import lasts_since, shown
from monitor.core.register import Version

ID = "PER-01"
_ASKED = frozenset({AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.FILING})


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether the account has exactly one reachable liaison and one reachable leader."""
    account = known.account
    say = partial(book.draft(ID, account), basis=Basis.REGISTRY, episode=ID)
    if not account.is_judged or account.status not in _ASKED:
        return say(state=State.NOT_APPLICABLE, because="本项不涉及该账号。")
    gaps = [gap for role in (Role.LIAISON, Role.LEADER) if (gap := _gap(known, role))]
    if gaps:
        begun = _begun(known)
        return say(
            state=State.WARNING,
            since=shown(begun, ID, book) or account.opened_on,
            begun_at=begun,
            proposals=(Proposal.RECTIFY,),
            because=f"{'；'.join(gaps)}。",
        )
    return say(state=State.OK, because="联络员、责任领导齐全。")


def _begun(known: Known) -> datetime:
    """Return the moment since which somebody has always been missing, too many, or not to be reached."""
    versions = known.versions or (Version(since=EVER, account=known.account),)

    def holds(moment: datetime) -> bool:
        account = next((version.account for version in reversed(versions) if version.since <= moment), None)
        if account is None or not account.is_judged or account.status not in _ASKED:
            return False
        refusing = {address: since for address, since in known.refusing.items() if since <= moment}
        then = replace(known, account=account, refusing=refusing)
        return any(_gap(then, role) for role in (Role.LIAISON, Role.LEADER))

    moments = {version.since for version in versions} | set(known.refusing.values())
    return lasts_since(sorted(moments, reverse=True), holds)


def _gap(known: Known, role: Role) -> str | None:
    people = known.account.people(role)
    if not people:
        return f"未确定{role.label}"
    if len(people) > 1:
        return f"{role.label}有{len(people)}位，应为一位"
    if not people[0].is_reachable:
        return f"{role.label}未填联系方式"
    ways = (("邮箱", people[0].mail), ("钉钉", people[0].dingtalk))
    refusing = [name for name, address in ways if address in known.refusing]
    return f"{role.label}的{'、'.join(refusing)}收不到消息，请核对" if refusing else None


RULE = Rule(
    id=ID,
    title="联络员、责任领导不全",
    pacing=Pacing.TASK,
    judge=judge,
    waits_for_scope=False,
    says={
        State.OK: "联络员、责任领导各一位，各有手机、邮箱或钉钉之一",
        State.WARNING: "缺人、多于一位、未填联系方式，或邮箱、钉钉收不到消息",
        State.NOT_APPLICABLE: "注销中、已注销的账号",
    },
)
